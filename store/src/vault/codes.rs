//! One-time sign-in codes: the way in for who has no password yet.

use chrono::TimeDelta;
use docket_domain::{PersonId, TenantId};
use uuid::Uuid;

use super::accounts::{AccountError, Accounts, sha256};
use super::database::writing;
use super::master_key::random;
use crate::KeyError;

impl Accounts {
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
