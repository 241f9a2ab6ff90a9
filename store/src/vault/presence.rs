//! Who can be reached, and how: as far as the vault can tell.

use docket_domain::{PersonId, TenantId};

use super::accounts::Accounts;
use super::database::reading;
use crate::KeyError;

impl Accounts {
    /// Whether somebody of the desk can be there: signed in, or with a token that counts. Of somebody without an account of
    /// their own here, who comes by the configured issuer, it is not known and taken to be so.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn can_be_there(&self, tenant: &TenantId, person: PersonId) -> Result<bool, KeyError> {
        let (account, sessions, tokens): (i64, i64, i64) = reading!(&self.0.database, pool =>
            sqlx::query_as(
                "SELECT (SELECT count(*) FROM credentials WHERE tenant = $1 AND person = $2), \
                 (SELECT count(*) FROM sessions s JOIN credentials c ON c.tenant = s.tenant AND c.person = s.person \
                 AND c.epoch = s.epoch WHERE s.tenant = $1 AND s.person = $2 AND s.expires_at > $3 \
                 AND s.last_seen_at + s.idle_limit > $3), \
                 (SELECT count(*) FROM api_tokens t JOIN credentials c ON c.tenant = t.tenant AND c.person = t.person \
                 AND c.epoch = t.epoch WHERE t.tenant = $1 AND t.person = $2 AND t.revoked_at IS NULL \
                 AND (t.expires_at IS NULL OR t.expires_at > $3))",
            )
            .bind(tenant.as_str()).bind(person.0).bind(self.now()).fetch_one(pool).await)?;
        Ok(account == 0 || sessions > 0 || tokens > 0)
    }

    /// Whether a person comes back to the widget they were in: a visit of theirs has not ended.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn has_visit(&self, tenant: &TenantId, person: PersonId) -> Result<bool, KeyError> {
        let (visits,): (i64,) = reading!(&self.0.database, pool =>
            sqlx::query_as(
                "SELECT count(*) FROM visits WHERE tenant = $1 AND person = $2 AND expires_at > $3 \
                 AND last_seen_at + idle_limit > $3",
            )
            .bind(tenant.as_str()).bind(person.0).bind(self.now()).fetch_one(pool).await)?;
        Ok(visits > 0)
    }
}
