//! The log in a PostgreSQL schema, shared by any number of Docket processes.
//!
//! One task writes, on a connection of its own (see [`writer`]); a pool reads; a listener hears of other processes' appends.
//! Nothing here holds a transaction in a caller's future: a cancelled `begin()` would leave it open in the pool (launchbadge/sqlx#4385).

mod heads;
mod listener;
mod numbers;
mod quarantine;
mod reader;
mod writer;

use std::ops::RangeInclusive;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use docket_domain::{Position, StreamId, TenantId};
use sqlx::Connection as _;
use sqlx::postgres::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::appender::{self, Appender};
use crate::migrating::{self, MigrationError};
use crate::pg::{self, Connector};
use crate::signing::{SignedHead, TenantChain, TenantChains};
use crate::{
    Append, Appended, Capabilities, ChainKind, Clock, Decided, EventStore, Filter, IdempotencyKey, Page,
    QuarantineChange, Quarantined, RecordedEvent, Refusing, StoreError,
};

/// Connections for reading.
const READERS: u32 = 8;

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
        let connector = Connector::new(url, "docket log", "docket_log").map_err(unavailable)?;
        connector.check_sessions().await.map_err(unavailable)?;
        migrate(&connector).await?;
        let readers = readers(&connector).await.map_err(unavailable)?;
        let head = Arc::new(watch::Sender::new(reader::head(&readers).await.map_err(unavailable)?));
        let closing = CancellationToken::new();
        let (appender, intake) = appender::channel(clock.clone());
        writer::spawn(&connector, intake, clock, Arc::clone(&head));
        listener::spawn(connector, readers.clone(), Arc::clone(&head), closing.clone());
        Ok(Self { appender, readers, head, closing })
    }
}

impl Drop for PostgresLog {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Makes the schema and its tables; processes that start together take turns.
async fn migrate(connector: &Connector) -> Result<(), StoreError> {
    let work = async {
        // The history of migrations lies in the schema too, beside those of the read models and the vault.
        let mut connection = connector.connect().await?;
        let encoding: String = sqlx::query_scalar("SHOW server_encoding").fetch_one(&mut connection).await?;
        if encoding != "UTF8" {
            let wrong = format!("the database's encoding is {encoding}, not UTF8");
            return Err(sqlx::Error::Configuration(wrong.into()).into());
        }
        // Even IF NOT EXISTS fails when two do it at once.
        sqlx::raw_sql(
            "BEGIN; SELECT pg_advisory_xact_lock(7233168480926036592); CREATE SCHEMA IF NOT EXISTS docket_log; COMMIT",
        )
        .execute(&mut connection)
        .await?;
        migrating::migrate(migrating::POSTGRES_LOG, &mut connection).await?;
        Ok::<(), MigrationError>(connection.close().await?)
    };
    work.await.map_err(unavailable)
}

async fn readers(connector: &Connector) -> Result<PgPool, sqlx::Error> {
    let connector = connector.clone().with("statement_timeout", "60s");
    connector.pool(|pool| pool.max_connections(READERS)).await
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

    async fn is_writable(&self) -> Result<bool, StoreError> {
        reader::retried(|| async { Ok(pg::is_writable(&self.readers).await?) }).await
    }

    fn appended(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    async fn quarantine(&self, position: Position, decided: &Decided) -> Result<(), StoreError> {
        quarantine::put(&self.readers, position, decided).await.map_err(unavailable)
    }

    async fn release(&self, position: Position, decided: &Decided) -> Result<bool, StoreError> {
        quarantine::release(&self.readers, position, decided).await.map_err(unavailable)
    }

    async fn quarantine_changes(&self) -> Result<Vec<QuarantineChange>, StoreError> {
        reader::retried(|| quarantine::changes(&self.readers)).await
    }

    async fn quarantined(&self) -> Result<Vec<Quarantined>, StoreError> {
        reader::retried(|| reader::quarantined(&self.readers)).await
    }

    async fn reserve_numbers(&self, tenant: &TenantId, sequence: &str, count: u32) -> Result<u64, StoreError> {
        self.appender.reserve(tenant, sequence, count).await
    }

    async fn next_numbers(&self, sequence: &str) -> Result<Vec<(TenantId, u64)>, StoreError> {
        reader::retried(|| reader::next_numbers(&self.readers, sequence)).await
    }

    async fn keep_head(&self, head: &SignedHead, tenants: &TenantChains) -> Result<bool, StoreError> {
        let tenants: Vec<_> = tenants.iter().map(|(tenant, chain)| (tenant.clone(), *chain)).collect();
        heads::keep(&self.readers, head, &tenants).await.map_err(unavailable)
    }

    async fn heads_after(&self, after: Position, limit: usize) -> Result<Vec<SignedHead>, StoreError> {
        reader::retried(|| heads::after(&self.readers, after, limit)).await
    }

    async fn heads_before(&self, before: Option<Position>, limit: usize) -> Result<Vec<SignedHead>, StoreError> {
        reader::retried(|| heads::before(&self.readers, before, limit)).await
    }

    async fn tenant_heads(&self) -> Result<Vec<(TenantId, TenantChain)>, StoreError> {
        reader::retried(|| heads::tenants(&self.readers)).await
    }

    async fn set_numbers_aside(&self, tenant: &TenantId, sequence: &str, through: u64) -> Result<u64, StoreError> {
        self.appender.set_aside(tenant, sequence, through).await
    }

    async fn numbers_aside(&self, tenant: &TenantId, sequence: &str) -> Result<Vec<RangeInclusive<u64>>, StoreError> {
        reader::retried(|| reader::numbers_aside(&self.readers, tenant, sequence)).await
    }

    async fn join_installation(&self, id: Uuid) -> Result<Uuid, StoreError> {
        let join = "INSERT INTO docket_log.installation VALUES (1, $1) ON CONFLICT DO NOTHING";
        sqlx::query(join).bind(id).execute(&self.readers).await.map_err(unavailable)?;
        let joined = "SELECT id FROM docket_log.installation";
        sqlx::query_scalar(joined).fetch_one(&self.readers).await.map_err(unavailable)
    }

    fn refusing(&self) -> Option<Refusing> {
        self.appender.refusing()
    }

    fn waiting(&self) -> Option<DateTime<Utc>> {
        self.appender.waiting()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.appender.probe().await
    }

    async fn close(&self) {
        self.appender.close().await;
        self.closing.cancel();
        self.readers.close().await;
    }
}
