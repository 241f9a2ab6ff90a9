//! Who can be reached, and how: as far as the vault can tell.

use std::collections::HashSet;

use docket_domain::{PersonId, Role, TenantId};
use uuid::Uuid;

use super::accounts::Accounts;
use super::database::reading;
use crate::KeyError;

impl Accounts {
    /// Who of the desk cannot be there: neither signed in, nor with a token that counts. Of somebody without an account of
    /// their own here, who comes by the configured issuer, it is not known and taken to be otherwise.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn absent(&self, tenant: &TenantId) -> Result<HashSet<PersonId>, KeyError> {
        let people: Vec<(Uuid,)> = reading!(&self.0.database, pool =>
            sqlx::query_as(
                "SELECT c.person FROM credentials c WHERE c.tenant = $1 AND c.role <> $2 \
                 AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.tenant = c.tenant AND s.person = c.person \
                 AND s.epoch = c.epoch AND s.expires_at > $3 AND s.last_seen_at + s.idle_limit > $3) \
                 AND NOT EXISTS (SELECT 1 FROM api_tokens t WHERE t.tenant = c.tenant AND t.person = c.person \
                 AND t.epoch = c.epoch AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $3))",
            )
            .bind(tenant.as_str()).bind(Role::Customer.as_str()).bind(self.now()).fetch_all(pool).await)?;
        Ok(people.into_iter().map(|(person,)| PersonId(person)).collect())
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
