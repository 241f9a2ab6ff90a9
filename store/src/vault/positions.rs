//! How far of the log what lies in the vault is known to follow it.

use docket_domain::Position;

use super::accounts::Accounts;
use super::database::{reading, writing};
use super::{Vault, database::Database};
use crate::KeyError;

const IDENTITIES: &str = "identities";
const ACCOUNTS: &str = "accounts";
const SWEPT: &str = "swept";

async fn noted(database: &Database, name: &'static str) -> Result<Position, KeyError> {
    let found: Option<(i64,)> = reading!(database, pool =>
        sqlx::query_as("SELECT position FROM vault_positions WHERE name = $1").bind(name).fetch_optional(pool).await)?;
    Ok(found.map_or(Position::START, |(position,)| Position(position.unsigned_abs())))
}

async fn note(database: &Database, name: &'static str, position: Position) -> Result<(), KeyError> {
    let position = i64::try_from(position.0).map_err(|_| KeyError::Damaged)?;
    writing!(database, tx => {
        sqlx::query(
            "INSERT INTO vault_positions (name, position) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET position = excluded.position",
        )
        .bind(name).bind(position).execute(&mut *tx).await?;
    })
}

impl Accounts {
    /// How far of the log the identities are known to follow.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn identities_follow_to(&self) -> Result<Position, KeyError> {
        noted(&self.0.database, IDENTITIES).await
    }

    /// Notes how far of the log the identities follow.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn note_identities_follow(&self, position: Position) -> Result<(), KeyError> {
        note(&self.0.database, IDENTITIES, position).await
    }

    /// How far of the log the accounts are known to follow.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn accounts_follow_to(&self) -> Result<Position, KeyError> {
        noted(&self.0.database, ACCOUNTS).await
    }

    /// Notes how far of the log the accounts follow.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`].
    pub async fn note_accounts_follow(&self, position: Position) -> Result<(), KeyError> {
        note(&self.0.database, ACCOUNTS, position).await
    }
}

impl Vault {
    /// Up to where of the log what erasures leave in the databases' files was swept.
    ///
    /// # Errors
    /// If the vault does not answer.
    pub async fn swept_through(&self) -> Result<Position, KeyError> {
        noted(&self.0.database, SWEPT).await
    }

    /// Notes that it was, unless it was swept further by now.
    ///
    /// # Errors
    /// If the vault does not answer.
    pub async fn note_swept(&self, through: Position) -> Result<(), KeyError> {
        let through = through.0.cast_signed();
        writing!(self.0.database, tx => {
            sqlx::query(
                "INSERT INTO vault_positions (name, position) VALUES ($1, $2) \
                 ON CONFLICT (name) DO UPDATE SET position = excluded.position \
                 WHERE vault_positions.position < excluded.position",
            )
            .bind(SWEPT).bind(through).execute(&mut *tx).await?;
        })
    }
}
