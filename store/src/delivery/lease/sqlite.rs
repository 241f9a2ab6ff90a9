//! Leases in a SQLite file.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlitePool, query, query_scalar, raw_sql};

use super::{LeaseError, LeaseStore, column_of, millis, token_of};

const SCHEMA: &str = include_str!("../../../../migrations/sqlite/lease/0001_leases.sql");

/// Leases in a SQLite file. Best in a file of its own: a long write transaction beside it would delay renewals.
#[derive(Debug, Clone)]
pub struct SqliteLeases(SqlitePool);

impl SqliteLeases {
    /// Opens the file at `path` and makes the table if needed.
    ///
    /// # Errors
    /// If the file cannot be opened or written.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, LeaseError> {
        // NORMAL: a power cut may forget the last taking, but then its holder is gone too.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5))
            .pragma("journal_size_limit", crate::WAL_BYTES.to_string());
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        Self::with_pool(pool).await
    }

    /// Uses `pool` and makes the table if needed.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub async fn with_pool(pool: SqlitePool) -> Result<Self, LeaseError> {
        raw_sql(SCHEMA).execute(&pool).await?;
        Ok(Self(pool))
    }
}

#[async_trait]
impl LeaseStore for SqliteLeases {
    async fn try_acquire(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<u64>, LeaseError> {
        let token: Option<i64> = query_scalar(
            "INSERT INTO leases (name, holder, token, expires_at)
             VALUES (?1, ?2, 1, CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?3)
             ON CONFLICT (name) DO UPDATE
             SET holder = excluded.holder, token = leases.token + 1, expires_at = excluded.expires_at
             WHERE leases.expires_at <= CAST(unixepoch('subsec') * 1000 AS INTEGER)
                OR leases.expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?3
             RETURNING token",
        )
        .bind(name)
        .bind(holder)
        .bind(millis(ttl))
        .fetch_optional(&self.0)
        .await?;
        Ok(token.map(token_of))
    }

    async fn holder(&self, name: &str) -> Result<Option<String>, LeaseError> {
        let sql = "SELECT holder FROM leases
                   WHERE name = ?1 AND expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER)";
        Ok(query_scalar(sql).bind(name).fetch_optional(&self.0).await?)
    }

    async fn renew(&self, name: &str, token: u64, ttl: Duration) -> Result<bool, LeaseError> {
        let renewed = query(
            "UPDATE leases SET expires_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?3
             WHERE name = ?1 AND token = ?2 AND expires_at > CAST(unixepoch('subsec') * 1000 AS INTEGER)",
        )
        .bind(name)
        .bind(column_of(token))
        .bind(millis(ttl))
        .execute(&self.0)
        .await?;
        Ok(renewed.rows_affected() == 1)
    }

    async fn release(&self, name: &str, token: u64) -> Result<(), LeaseError> {
        query("UPDATE leases SET holder = '', expires_at = 0 WHERE name = ?1 AND token = ?2")
            .bind(name)
            .bind(column_of(token))
            .execute(&self.0)
            .await?;
        Ok(())
    }
}
