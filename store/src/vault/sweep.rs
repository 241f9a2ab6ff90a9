//! How far what erasures leave behind was taken away.

use docket_domain::Position;

use super::Vault;
use super::database::{reading, writing};
use crate::KeyError;

impl Vault {
    /// Up to where of the log what erasures leave in the databases' files was swept.
    ///
    /// # Errors
    /// If the vault does not answer.
    pub async fn swept_through(&self) -> Result<Position, KeyError> {
        let found: Option<(i64,)> = reading!(&self.0.database, pool =>
            sqlx::query_as("SELECT position FROM vault_positions WHERE name = 'swept'").fetch_optional(pool).await)?;
        Ok(found.map_or(Position::START, |(position,)| Position(position.unsigned_abs())))
    }

    /// Notes that it was.
    ///
    /// # Errors
    /// If the vault does not answer.
    pub async fn note_swept(&self, through: Position) -> Result<(), KeyError> {
        writing!(self.0.database, tx => {
            sqlx::query(
                "INSERT INTO vault_positions (name, position) VALUES ('swept', $1) \
                 ON CONFLICT (name) DO UPDATE SET position = excluded.position \
                 WHERE vault_positions.position < excluded.position",
            )
            .bind(through.0.cast_signed())
            .execute(&mut *tx)
            .await?;
        })
    }
}
