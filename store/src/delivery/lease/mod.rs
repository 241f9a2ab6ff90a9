//! One active worker per name: leases in a database, by the database's clock.

mod guard;
mod postgres;
mod sqlite;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use guard::Lease;
pub use postgres::PostgresLeases;
pub use sqlite::SqliteLeases;

/// The leases could not be reached.
#[derive(Debug, thiserror::Error)]
#[error("the leases are not available: {0}")]
pub struct LeaseError(#[source] sqlx::Error);

impl From<sqlx::Error> for LeaseError {
    fn from(error: sqlx::Error) -> Self {
        crate::pg::observe(&error);
        Self(error)
    }
}

/// Where leases are kept. At any moment of the database's clock a name has at most one holder.
#[async_trait]
pub trait LeaseStore: Send + Sync + Debug + 'static {
    /// Takes the lease if nobody holds it, for `ttl` from now. One that is said to be held for longer than `ttl` from now
    /// was taken while the clock was wrong, and is free: whoever holds it renews it, by the clock as it is. Returns its fencing token, which grows with every
    /// taking of the name. `holder` is for people who look into the table.
    async fn try_acquire(&self, name: &str, holder: &str, ttl: Duration) -> Result<Option<u64>, LeaseError>;

    /// Who holds the lease at the moment, as they called themselves.
    async fn holder(&self, name: &str) -> Result<Option<String>, LeaseError>;

    /// Holds on for `ttl` from now. False if the lease is no longer held under this token.
    async fn renew(&self, name: &str, token: u64, ttl: Duration) -> Result<bool, LeaseError>;

    /// Lets go, so that another can take it at once. Nothing happens if it is no longer held under this token.
    async fn release(&self, name: &str, token: u64) -> Result<(), LeaseError>;
}

/// Opens the leases at `url`: `postgres://…`, or the path of a SQLite file (with or without `sqlite:`), which is made.
///
/// # Errors
/// If the database is not reachable or the table cannot be made.
pub async fn open_leases(url: &str) -> Result<Arc<dyn LeaseStore>, LeaseError> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        Ok(Arc::new(PostgresLeases::connect(url).await?))
    } else {
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        Ok(Arc::new(SqliteLeases::open(path.strip_prefix("//").unwrap_or(path)).await?))
    }
}

/// Milliseconds as the databases count them.
fn millis(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX)
}

/// Tokens start at 1 and are kept in a signed column.
fn token_of(column: i64) -> u64 {
    column.unsigned_abs()
}

fn column_of(token: u64) -> i64 {
    i64::try_from(token).unwrap_or(i64::MAX)
}
