//! The log in a PostgreSQL schema, shared by any number of Docket processes.
//!
//! One task writes, on a connection of its own (see [`writer`]); a pool reads; a listener hears of other processes' appends.
//! Nothing here holds a transaction in a caller's future: a cancelled `begin()` would leave it open in the pool (launchbadge/sqlx#4385).

mod listener;
mod reader;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use docket_domain::{Position, StreamId, TenantId};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::appender::{self, Appender};
use crate::{
    Append, Appended, Capabilities, ChainKind, Clock, EventStore, Filter, IdempotencyKey, Page, RecordedEvent,
    StoreError,
};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/postgres/log");

/// Connections for reading.
const READERS: u32 = 8;
/// Idle time after which a connection is tried before it is used.
const STALE: Duration = Duration::from_secs(1);

/// The log in PostgreSQL.
#[derive(Debug)]
pub(crate) struct PostgresLog {
    appender: Appender,
    readers: PgPool,
    head: Arc<watch::Sender<Position>>,
    closing: CancellationToken,
}

impl PostgresLog {
    pub(crate) async fn open(url: &str, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse().map_err(unavailable)?;
        let options = options.application_name("docket log");
        migrate(&options).await?;
        let readers = readers(&options).await.map_err(unavailable)?;
        let head = Arc::new(watch::Sender::new(reader::head(&readers).await.map_err(unavailable)?));
        let closing = CancellationToken::new();
        let (appender, intake) = appender::channel();
        writer::spawn(options.clone(), intake, clock, Arc::clone(&head));
        listener::spawn(options, readers.clone(), Arc::clone(&head), closing.clone());
        Ok(Self { appender, readers, head, closing })
    }
}

impl Drop for PostgresLog {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Makes the schema and its tables; processes that start together take turns.
async fn migrate(options: &PgConnectOptions) -> Result<(), StoreError> {
    let work = async {
        // The history of migrations lies in the schema too, beside those of the read models and the vault.
        let mut connection = options.clone().options([("search_path", "docket_log")]).connect().await?;
        let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut connection).await?;
        if encoding != "UTF8" {
            return Err(sqlx::Error::Configuration(format!("the database's encoding is {encoding}, not UTF8").into()));
        }
        // Even IF NOT EXISTS fails when two do it at once.
        sqlx::raw_sql(
            "BEGIN; SELECT pg_advisory_xact_lock(7233168480926036592); CREATE SCHEMA IF NOT EXISTS docket_log; COMMIT",
        )
        .execute(&mut connection)
        .await?;
        MIGRATIONS.run(&mut connection).await?;
        connection.close().await
    };
    work.await.map_err(unavailable)
}

async fn readers(options: &PgConnectOptions) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(5))
        // Trying each connection each time costs a round trip; after a restart the idle ones are all dead.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > STALE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options.clone().options([("statement_timeout", "60s")]))
        .await
}

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// Announces a new end of the log, if it is one.
fn advance(head: &watch::Sender<Position>, to: Position) {
    head.send_if_modified(|at| {
        let further = to > *at;
        if further {
            *at = to;
        }
        further
    });
}

#[async_trait]
impl EventStore for PostgresLog {
    fn capabilities(&self) -> Capabilities {
        Capabilities { multi_stream_append: true, dense_positions: true, chain: ChainKind::Log }
    }

    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        self.appender.append(append).await
    }

    async fn find_appended(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError> {
        let used = reader::retried(|| reader::used_key(&self.readers, key)).await?;
        used.map(|used| used.answer(key)).transpose()
    }

    async fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, StoreError> {
        reader::retried(|| reader::stream(&self.readers, stream, after, limit)).await
    }

    async fn read_all(&self, after: Position, filter: &Filter, limit: usize) -> Result<Page, StoreError> {
        let known = *self.head.borrow();
        reader::retried(|| reader::all(&self.readers, known, after, filter, limit)).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        reader::retried(|| reader::head(&self.readers)).await
    }

    fn appended(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    async fn reserve_numbers(&self, tenant: &TenantId, sequence: &str, count: u32) -> Result<u64, StoreError> {
        self.appender.reserve(tenant, sequence, count).await
    }

    async fn close(&self) {
        self.appender.close().await;
        self.closing.cancel();
        self.readers.close().await;
    }
}
