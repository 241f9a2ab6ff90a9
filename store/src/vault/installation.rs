//! Which installation the vault belongs to.

use uuid::Uuid;

use super::Vault;
use super::database::{reading, writing};
use crate::KeyError;

impl Vault {
    /// The id of its installation, if it belongs to one.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn installation(&self) -> Result<Option<Uuid>, KeyError> {
        Ok(reading!(&self.0.database, pool =>
            sqlx::query_scalar("SELECT id FROM installation").fetch_optional(pool).await)?)
    }

    /// The id of its installation; it is `id` from now on if it belonged to none.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn join_installation(&self, id: Uuid) -> Result<Uuid, KeyError> {
        writing!(self.0.database, tx => {
            sqlx::query("INSERT INTO installation (one, id) VALUES (1, $1) ON CONFLICT DO NOTHING")
                .bind(id).execute(&mut *tx).await?;
        })?;
        Ok(reading!(&self.0.database, pool => sqlx::query_scalar("SELECT id FROM installation").fetch_one(pool).await)?)
    }
}
