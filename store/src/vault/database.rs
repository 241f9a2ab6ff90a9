//! The vault's two databases. The SQL is one text for both (SQLite understands `$1`); where it is not, it says so.

use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::migrating::{self, MigrationError};
use crate::pg::{self, Connector};
use crate::{KeyError, Writable, WriteProbe};

/// Where the vault lies.
#[derive(Debug, Clone)]
pub(super) enum Database {
    /// A file. One connection writes, several read.
    Sqlite { writer: SqlitePool, readers: SqlitePool, probe: WriteProbe },
    /// The schema `docket_vault`.
    Postgres(PgPool),
}

impl From<sqlx::Error> for KeyError {
    fn from(error: sqlx::Error) -> Self {
        pg::observe(&error);
        Self::Unavailable(error.to_string())
    }
}

/// Evaluates `$body` with `$pool` bound to the pool that reads, of whichever database it is.
macro_rules! reading {
    ($database:expr, $pool:ident => $body:expr) => {
        match $database {
            $crate::vault::database::Database::Sqlite { readers: $pool, .. } => $body,
            $crate::vault::database::Database::Postgres($pool) => $body,
        }
    };
}
pub(super) use reading;

/// Runs `$body` in a transaction bound to `$tx`, in a task of its own: a caller who goes away leaves no transaction
/// open behind (launchbadge/sqlx#4385).
macro_rules! writing {
    ($database:expr, $tx:ident => $body:block) => {
        match $database.clone() {
            $crate::vault::database::Database::Sqlite { writer, .. } => {
                tokio::spawn(async move {
                    let mut $tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                    let done = $body;
                    $tx.commit().await?;
                    Ok::<_, sqlx::Error>(done)
                })
                .await
            }
            $crate::vault::database::Database::Postgres(pool) => {
                tokio::spawn(async move {
                    let mut $tx = pool.begin().await?;
                    let done = $body;
                    $tx.commit().await?;
                    Ok::<_, sqlx::Error>(done)
                })
                .await
            }
        }
        .map_err(|gone| $crate::KeyError::Unavailable(gone.to_string()))
        .and_then(|done| done.map_err($crate::KeyError::from))
    };
}
pub(super) use writing;

impl Database {
    /// Opens the database at a PostgreSQL URL or a path, and brings its tables up to date.
    pub(super) async fn open(url: &str) -> Result<Self, KeyError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url).await
        } else {
            open_sqlite(url.strip_prefix("sqlite:").unwrap_or(url)).await
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Whether it takes writes.
    pub(super) async fn is_writable(&self) -> Result<Writable, KeyError> {
        match self {
            Self::Sqlite { readers, probe, .. } => {
                sqlx::query("SELECT 1").execute(readers).await?;
                Ok(probe.ask().await)
            }
            Self::Postgres(pool) => Ok(pg::is_writable(pool).await?.into()),
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Sees to it that what was overwritten lies nowhere any more, as far as the database can be made to.
    pub(super) async fn scrub(&self) -> Result<(), KeyError> {
        match self {
            // The write-ahead log still holds the page as it was. TRUNCATE waits for readers, within the busy timeout.
            Self::Sqlite { writer, .. } => {
                let (busy, _, _): (i64, i64, i64) =
                    sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await?;
                if busy != 0 {
                    return Err(KeyError::Unavailable("the write-ahead log could not be truncated yet".into()));
                }
            }
            // The old row version is dead but there; what WAL segments and backups hold is the operator's retention.
            Self::Postgres(pool) => {
                sqlx::query("VACUUM person_keys").execute(pool).await?;
            }
        }
        Ok(())
    }
}

async fn open_sqlite(path: &str) -> Result<Database, KeyError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("secure_delete", "ON")
        .pragma("journal_size_limit", crate::WAL_BYTES.to_string());
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    let mut connection = writer.acquire().await?;
    let migrated = migrating::migrate(migrating::SQLITE_VAULT, &mut *connection).await;
    migrated.map_err(|error| wrong_schema(&error))?;
    drop(connection);
    let readers = SqlitePoolOptions::new().max_connections(4).connect_lazy_with(options.read_only(true));
    Ok(Database::Sqlite { writer, readers, probe: WriteProbe::of(path) })
}

async fn open_postgres(url: &str) -> Result<Database, KeyError> {
    let connector = Connector::new(url, "docket vault", "docket_vault")?;
    connector.check_sessions().await?;
    let pool = connector.pool(|pool| pool.max_connections(8)).await?;
    // IF NOT EXISTS alone fails when two nodes start at once.
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock(hashtext('docket_vault'))").execute(&mut *tx).await?;
    sqlx::query("CREATE SCHEMA IF NOT EXISTS docket_vault").execute(&mut *tx).await?;
    tx.commit().await?;
    let mut connection = pool.acquire().await?;
    let migrated = migrating::migrate(migrating::POSTGRES_VAULT, &mut *connection).await;
    migrated.map_err(|error| wrong_schema(&error))?;
    drop(connection);
    Ok(Database::Postgres(pool))
}

fn wrong_schema(error: &MigrationError) -> KeyError {
    KeyError::Unavailable(error.to_string())
}
