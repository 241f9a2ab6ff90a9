//! How many sessions an account has at once.

use docket_domain::{PersonId, TenantId};
use uuid::Uuid;

use super::accounts::Accounts;
use super::database::writing;
use crate::KeyError;

impl Accounts {
    /// Ends the oldest of a person's sessions beyond `most`, and says which.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn end_oldest_sessions(
        &self,
        tenant: &TenantId,
        person: PersonId,
        most: u32,
    ) -> Result<Vec<Uuid>, KeyError> {
        let name = tenant.to_string();
        let ended: Vec<(Uuid,)> = writing!(self.0.database, tx => {
            sqlx::query_as(
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE tenant = $1 AND person = $2 \
                 ORDER BY created_at DESC, id DESC LIMIT 1000000 OFFSET $3) RETURNING id",
            )
            .bind(name).bind(person.0).bind(i64::from(most)).fetch_all(&mut *tx).await?
        })?;
        for (id,) in &ended {
            self.forget(tenant, *id);
        }
        Ok(ended.into_iter().map(|(id,)| id).collect())
    }
}
