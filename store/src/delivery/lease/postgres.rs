//! Leases in PostgreSQL.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{PgPool, query, query_scalar, raw_sql};

use super::{LeaseError, LeaseStore, column_of, millis, token_of};
use crate::pg::Connector;

const SCHEMA: &str = include_str!("../../../../migrations/postgres/lease/0001_leases.sql");
/// Two nodes that start at once would trip over `CREATE … IF NOT EXISTS`.
const SCHEMA_LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('docket_lease', 0));";

/// Leases in PostgreSQL, in the schema `docket_lease`.
#[derive(Debug, Clone)]
pub struct PostgresLeases(PgPool);

impl PostgresLeases {
    /// Connects to `url` with a small pool of its own and makes the table if needed: renewals do not queue behind
    /// other work.
    ///
    /// # Errors
    /// If the database is not reachable or does not allow it.
    pub async fn connect(url: &str) -> Result<Self, LeaseError> {
        let connector = Connector::new(url, "docket lease", "docket_lease")?
            .with("lock_timeout", "2s")
            .with("statement_timeout", "5s");
        let pool = connector.pool(|pool| pool.max_connections(2)).await?;
        Self::with_pool(pool).await
    }

    /// Uses `pool` and makes the table if needed.
    ///
    /// # Errors
    /// If the database does not allow it.
    pub async fn with_pool(pool: PgPool) -> Result<Self, LeaseError> {
        // One simple query is one transaction: the lock goes with it.
        raw_sql(sqlx::AssertSqlSafe(format!("{SCHEMA_LOCK}{SCHEMA}"))).execute(&pool).await?;
        Ok(Self(pool))
    }
}

#[async_trait]
impl LeaseStore for PostgresLeases {
    async fn try_acquire(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<u64>, LeaseError> {
        let token: Option<i64> = query_scalar(
            "INSERT INTO docket_lease.leases AS l (name, holder, token, expires_at)
             VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
             ON CONFLICT (name) DO UPDATE
             SET holder = excluded.holder, token = l.token + 1, expires_at = excluded.expires_at
             WHERE l.expires_at <= clock_timestamp()
                OR l.expires_at > clock_timestamp() + $3 * interval '1 millisecond'
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
        let sql = "SELECT holder FROM docket_lease.leases WHERE name = $1 AND expires_at > clock_timestamp()";
        Ok(query_scalar(sql).bind(name).fetch_optional(&self.0).await?)
    }

    async fn renew(&self, name: &str, token: u64, ttl: Duration) -> Result<bool, LeaseError> {
        let renewed = query(
            "UPDATE docket_lease.leases SET expires_at = clock_timestamp() + $3 * interval '1 millisecond'
             WHERE name = $1 AND token = $2 AND expires_at > clock_timestamp()",
        )
        .bind(name)
        .bind(column_of(token))
        .bind(millis(ttl))
        .execute(&self.0)
        .await?;
        Ok(renewed.rows_affected() == 1)
    }

    async fn release(&self, name: &str, token: u64) -> Result<(), LeaseError> {
        query("UPDATE docket_lease.leases SET holder = '', expires_at = '-infinity' WHERE name = $1 AND token = $2")
            .bind(name)
            .bind(column_of(token))
            .execute(&self.0)
            .await?;
        Ok(())
    }
}
