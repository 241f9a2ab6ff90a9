//! One-time sign-in codes: the way in for who has no password yet.

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{PersonId, TenantId};
use uuid::Uuid;

use super::accounts::{AccountError, Accounts, moment, sha256};
use super::database::{reading, writing};
use super::master_key::random;
use crate::KeyError;

/// A code that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFound {
    /// Of which tenant.
    pub tenant: TenantId,
    /// Who signs in with it.
    pub person: PersonId,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl Accounts {
    /// Whose code it is, as long as it is good. It stays so.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn find_code(&self, code: &str) -> Result<Option<CodeFound>, KeyError> {
        let (hash, now) = (sha256(code.trim().as_bytes()).to_vec(), self.now());
        let row: Option<(String, Uuid, i64)> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT tenant, person, expires_at FROM sign_in_codes WHERE code_hash = $1 AND expires_at > $2")
                .bind(hash).bind(now).fetch_optional(pool).await)?;
        row.map(|(tenant, person, expires)| {
            let tenant = TenantId::new(&tenant).map_err(|_| KeyError::Damaged)?;
            Ok(CodeFound { tenant, person: PersonId(person), expires_at: moment(expires) })
        })
        .transpose()
    }

    /// Makes a code with which the person can sign in once, within `lasts`.
    ///
    /// # Errors
    /// [`AccountError::NoAccount`].
    pub async fn issue_code(
        &self,
        tenant: &TenantId,
        person: PersonId,
        lasts: TimeDelta,
    ) -> Result<String, AccountError> {
        if self.account(tenant, person).await?.is_none() {
            return Err(AccountError::NoAccount);
        }
        let code = hex::encode(random::<24>()?);
        let (hash, name, now) = (sha256(code.as_bytes()).to_vec(), tenant.to_string(), self.now());
        let expires = now.saturating_add(lasts.num_microseconds().unwrap_or(i64::MAX / 4));
        writing!(self.0.database, tx => {
            sqlx::query("DELETE FROM sign_in_codes WHERE expires_at < $1").bind(now).execute(&mut *tx).await?;
            sqlx::query("INSERT INTO sign_in_codes (code_hash, tenant, person, expires_at) VALUES ($1, $2, $3, $4)")
                .bind(hash).bind(name).bind(person.0).bind(expires).execute(&mut *tx).await?;
        })?;
        Ok(code)
    }

    /// Whose code it is. A code is good once: of two who redeem it at the same time one gets an answer.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn redeem_code(&self, code: &str) -> Result<Option<(TenantId, PersonId)>, KeyError> {
        let (hash, now) = (sha256(code.trim().as_bytes()).to_vec(), self.now());
        let row: Option<(String, Uuid, i64)> = writing!(self.0.database, tx => {
            sqlx::query_as("DELETE FROM sign_in_codes WHERE code_hash = $1 RETURNING tenant, person, expires_at")
                .bind(hash).fetch_optional(&mut *tx).await?
        })?;
        match row {
            Some((tenant, person, expires)) if now < expires => {
                Ok(Some((TenantId::new(&tenant).map_err(|_| KeyError::Damaged)?, PersonId(person))))
            }
            _ => Ok(None),
        }
    }
}
