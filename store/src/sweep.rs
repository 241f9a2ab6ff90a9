//! Rewriting what an erasure leaves behind in PostgreSQL's own files.
//!
//! An updated or deleted row stays in its page until something takes its place: in the heap, in TOAST, in the leaves and
//! pending lists of indexes. A plain `VACUUM` lets it be overwritten, it does not overwrite it. So the tables are written
//! anew (`VACUUM FULL`), which leaves nothing but live rows, and with them the samples that `ANALYZE` took. What the
//! write-ahead log still holds goes with the segments before the next checkpoint, if they are removed rather than
//! recycled (`wal_recycle = off`); archives, replicas and backups are the operator's.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::pg::Connector;

/// How long the writing anew of a table waits for whoever uses it, and everybody behind it with it.
const LOCK: &str = "3s";
/// How often a table that is in use is tried.
const TRIES: u32 = 5;
/// How long is waited for transactions that may still see what is gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);

/// The server could not be swept.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// Another process is at it.
    #[error("another process is sweeping")]
    Busy,
    /// A transaction that began before the erasure is still open: what it may see is kept.
    #[error("a transaction that began before is still open, and what it may see cannot be removed: {0}")]
    Held(String),
    /// A table was in use all the time.
    #[error("the table {0} was in use; try again at a quieter hour")]
    InUse(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// What was done, and what is left to whoever runs the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Swept {
    /// Tables written anew.
    pub tables: u64,
    /// What could not be done from here, each with what does it.
    pub left: Vec<String>,
}

/// Writes every table of a schema anew that `is_wanted`, then the samples of what was in them, and begins a new segment of
/// the write-ahead log.
///
/// # Errors
/// [`SweepError`]; what was written anew by then is.
pub async fn sweep_postgres(
    url: &str,
    schema: &str,
    is_wanted: impl Fn(&str) -> bool + Send,
) -> Result<Swept, SweepError> {
    let connector = Connector::new(url, "docket sweep", schema)?.with("lock_timeout", LOCK);
    let mut connection = connector.connect().await?;
    let swept = sweep(&mut connection, schema, is_wanted).await;
    // The lock goes with the session, however it ends.
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "the sweep's connection did not close cleanly");
    }
    swept
}

async fn sweep(
    connection: &mut PgConnection,
    schema: &str,
    is_wanted: impl Fn(&str) -> bool + Send,
) -> Result<Swept, SweepError> {
    let (free,): (bool,) =
        sqlx::query_as("SELECT pg_try_advisory_lock(hashtext('docket_sweep'))").fetch_one(&mut *connection).await?;
    if !free {
        return Err(SweepError::Busy);
    }
    wait_for_snapshots(connection).await?;
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = $1 ORDER BY tablename")
            .bind(schema)
            .fetch_all(&mut *connection)
            .await?;
    let mut swept = Swept::default();
    for table in tables.into_iter().filter(|table| is_wanted(table)) {
        rewrite(connection, &format!("\"{schema}\".\"{}\"", table.replace('"', "\"\""))).await?;
        swept.tables += 1;
    }
    // Only the database's owner may; others are told so by a warning that nobody would see.
    let (owner,): (bool,) = sqlx::query_as(
        "SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()",
    )
    .fetch_one(&mut *connection)
    .await?;
    if owner {
        rewrite(connection, "pg_catalog.pg_statistic").await?;
    } else {
        swept.left.push("as the database's owner: VACUUM FULL pg_catalog.pg_statistic".to_owned());
    }
    for (statement, wanted) in [
        ("SELECT pg_switch_wal()", "as a superuser: SELECT pg_switch_wal()"),
        ("CHECKPOINT", "as a superuser or pg_checkpoint: CHECKPOINT"),
    ] {
        match run(connection, statement).await {
            Ok(()) => {}
            Err(error) if has_code(&error, "42501") => swept.left.push(wanted.to_owned()),
            Err(error) => return Err(error.into()),
        }
    }
    let (recycles,): (bool,) = sqlx::query_as("SELECT coalesce(current_setting('wal_recycle', true), 'on') = 'on'")
        .fetch_one(&mut *connection)
        .await?;
    if recycles {
        let kept =
            "wal_recycle is on: old segments of the write-ahead log keep their bytes until they are written over";
        swept.left.push(kept.to_owned());
    }
    Ok(swept)
}

/// Who keeps rows from being removed that were gone at a transaction: whoever is still running of the whole server, since every new
/// snapshot spares what the oldest of them may see, and whoever has an older snapshot of this database. Prepared transactions, replicas
/// and their slots count like sessions; a slot's `catalog_xmin` keeps samples.
const HOLDERS: &str = "SELECT held.what FROM ( \
      SELECT 'session ' || pid || coalesce(' of ' || nullif(application_name, ''), '') \
             || coalesce(' in the database ' || datname, '') AS what, \
             unnest(ARRAY[backend_xid, CASE WHEN datname = current_database() OR datname IS NULL THEN backend_xmin END]) AS xid \
        FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
      UNION ALL SELECT 'prepared transaction ' || gid || ' in the database ' || database, transaction FROM pg_prepared_xacts \
      UNION ALL SELECT 'replication slot ' || slot_name, unnest(ARRAY[xmin, catalog_xmin]) FROM pg_replication_slots \
    ) AS held WHERE held.xid IS NOT NULL AND age(held.xid) > age($1::text::xid) ORDER BY age(held.xid) DESC LIMIT 1";

/// Whether any transaction of the server is still running that began before one: seen by every role, though not whose it is.
const RUNNING: &str = "SELECT txid_snapshot_xmin(txid_current_snapshot()) <= $1";

/// What is said of one that this role may not see.
const HIDDEN: &str = "somebody's whom this role may not see (GRANT pg_read_all_stats TO it, and it is named)";

/// Waits until no transaction is left that may see what was there before.
async fn wait_for_snapshots(connection: &mut PgConnection) -> Result<(), SweepError> {
    let (now,): (i64,) = sqlx::query_as("SELECT txid_current()").fetch_one(&mut *connection).await?;
    // As rows and snapshots have it: without the count of rounds.
    let short = (now % (1 << 32)).to_string();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let named: Option<String> = sqlx::query_scalar(HOLDERS).bind(&short).fetch_optional(&mut *connection).await?;
        let holder = match named {
            Some(holder) => holder,
            None => match sqlx::query_scalar(RUNNING).bind(now).fetch_one(&mut *connection).await? {
                true => HIDDEN.to_owned(),
                false => return Ok(()),
            },
        };
        if tokio::time::Instant::now() >= deadline {
            return Err(SweepError::Held(holder));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Writes a table anew, with its indexes and TOAST.
async fn rewrite(connection: &mut PgConnection, table: &str) -> Result<(), SweepError> {
    let statement = format!("VACUUM (FULL, ANALYZE) {table}");
    for _ in 0..TRIES {
        match run(connection, &statement).await {
            Ok(()) => return Ok(()),
            // Gone meanwhile: a rebuild put another in its place, which never had what is gone.
            Err(error) if has_code(&error, "42P01") => return Ok(()),
            Err(error) if has_code(&error, "55P03") || has_code(&error, "40P01") => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(SweepError::InUse(table.to_owned()))
}

async fn run(connection: &mut PgConnection, statement: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map(drop)
}

fn has_code(error: &sqlx::Error, code: &str) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|is| is == code)
}
