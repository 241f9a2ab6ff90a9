//! The log in one SQLite file.
//!
//! One thread writes (see [`writer`]), a small pool of connections reads, and a housekeeper keeps the write-ahead log
//! short and notices what other processes append. It speaks to SQLite directly (`rusqlite`) rather than through `sqlx`, whose worker thread costs a
//! message between threads for each row; migrations are `sqlx`'s.

mod heads;
mod housekeeper;
mod quarantine;
mod reader;
mod short_wal;
mod writer;

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use docket_domain::{Position, StreamId, TenantId};
use rusqlite::{Connection, OpenFlags};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::watch;
use uuid::Uuid;

use crate::appender::{self, Appender};
use crate::migrating::{self, MigrationError};
use crate::signing::{SignedHead, TenantChain, TenantChains};
use crate::{
    Append, Appended, Capabilities, ChainKind, Clock, Decided, EventStore, Filter, IdempotencyKey, Page, PageCache,
    QuarantineChange, Quarantined, RecordedEvent, Refusing, StoreError,
};
use housekeeper::Housekeeper;
pub(crate) use reader::READERS;
use reader::Readers;
pub use short_wal::{WAL_BYTES, keep_wal_short};

/// How long a statement waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(30);

/// The log in a SQLite file.
#[derive(Debug)]
pub(crate) struct SqliteLog {
    appender: Appender,
    path: PathBuf,
    readers: Readers,
    head: Arc<watch::Sender<Position>>,
    housekeeper: Arc<Housekeeper>,
}

impl SqliteLog {
    pub(crate) async fn open(path: &Path, clock: Arc<dyn Clock>, pages: PageCache) -> Result<Self, StoreError> {
        migrate(path).await?;
        let path = path.to_owned();
        // Opening reads the file and may have to recover its write-ahead log.
        blocking(move || Self::start(path, clock, pages)).await?
    }

    fn start(path: PathBuf, clock: Arc<dyn Clock>, pages: PageCache) -> Result<Self, StoreError> {
        let readers = Readers::new(path.clone(), pages.reader);
        let head = Arc::new(watch::Sender::new(reader::head(&connect(&path)?).map_err(unavailable)?));
        let written = Arc::new(AtomicU64::new(0));
        let (appender, intake) = appender::channel(clock.clone());
        writer::spawn(connect_with(&path, pages.writer)?, intake, clock, Arc::clone(&head), Arc::clone(&written))
            .map_err(unavailable)?;
        let housekeeper = Housekeeper::spawn(connect(&path)?, Arc::clone(&head), written).map_err(unavailable)?;
        Ok(Self { appender, path, readers, head, housekeeper: Arc::new(housekeeper) })
    }
}

/// Makes the file and its tables. Other processes may be doing the same: the loser of that race finds it done.
async fn migrate(path: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let done = async {
            let mut connection = options.connect().await?;
            migrating::migrate(migrating::SQLITE_LOG, &mut connection).await?;
            connection.close().await?;
            Ok::<(), MigrationError>(())
        };
        match done.await {
            Ok(()) => return Ok(()),
            Err(error) if attempts < 5 && !matches!(error, MigrationError::Newer { .. }) => {
                tracing::debug!(%error, "making the log's tables failed, trying again");
                tokio::time::sleep(Duration::from_millis(50 * attempts)).await;
            }
            Err(error) => return Err(unavailable(error)),
        }
    }
}

/// A connection for a statement or a few.
fn connect(path: &Path) -> Result<Connection, StoreError> {
    connect_with(path, PageCache::default().reader)
}

/// A connection with the settings that durability needs, and so many bytes of the file's pages in memory at most.
fn connect_with(path: &Path, pages: usize) -> Result<Connection, StoreError> {
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(32);
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Negative: in KiB. It grows to this only where many streams are written; the index is what it saves reading.
        connection.pragma_update(None, "cache_size", -i64::try_from(pages >> 10).unwrap_or(i64::MAX))?;
        // The housekeeper checkpoints; the writer only does it itself (at its next commit) if the housekeeper does not keep up.
        connection.pragma_update(None, "wal_autocheckpoint", 40_000)?;
        connection.query_row(&format!("PRAGMA journal_size_limit = {WAL_BYTES}"), [], |_| Ok(()))?;
        Ok(connection)
    };
    open().map_err(|error: rusqlite::Error| unavailable(error))
}

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// Runs `work` where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(unavailable)
}

#[async_trait]
impl EventStore for SqliteLog {
    fn capabilities(&self) -> Capabilities {
        Capabilities { multi_stream_append: true, dense_positions: true, chain: ChainKind::Log }
    }

    async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        self.appender.append(append).await
    }

    async fn find_appended(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError> {
        let (tenant, name) = (key.tenant.clone(), key.key.clone());
        let used = self.readers.read(move |connection| Ok(reader::used_key(connection, &tenant, &name)?)).await?;
        used.map(|used| used.answer(key)).transpose()
    }

    async fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, StoreError> {
        let stream = stream.clone();
        self.readers.read(move |connection| reader::stream(connection, &stream, after, limit)).await
    }

    async fn read_all(&self, after: Position, filter: &Filter, limit: usize) -> Result<Page, StoreError> {
        let filter = filter.clone();
        self.readers.read(move |connection| reader::all(connection, after, &filter, limit)).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.readers.read(|connection| Ok(reader::head(connection)?)).await
    }

    fn appended(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    async fn quarantine(&self, position: Position, decided: &Decided) -> Result<(), StoreError> {
        let (path, decided) = (self.path.clone(), decided.clone());
        blocking(move || quarantine::put(&path, position, &decided)).await?.map(drop)
    }

    async fn release(&self, position: Position, decided: &Decided) -> Result<bool, StoreError> {
        let (path, decided) = (self.path.clone(), decided.clone());
        blocking(move || quarantine::release(&path, position, &decided)).await?
    }

    async fn quarantine_changes(&self) -> Result<Vec<QuarantineChange>, StoreError> {
        self.readers.read(quarantine::changes).await
    }

    async fn quarantined(&self) -> Result<Vec<Quarantined>, StoreError> {
        self.readers.read(reader::quarantined).await
    }

    async fn reserve_numbers(&self, tenant: &TenantId, sequence: &str, count: u32) -> Result<u64, StoreError> {
        self.appender.reserve(tenant, sequence, count).await
    }

    async fn next_numbers(&self, sequence: &str) -> Result<Vec<(TenantId, u64)>, StoreError> {
        let sequence = sequence.to_owned();
        self.readers.read(move |connection| reader::next_numbers(connection, &sequence)).await
    }

    async fn keep_head(&self, head: &SignedHead, tenants: &TenantChains) -> Result<bool, StoreError> {
        let (path, head) = (self.path.clone(), head.clone());
        let tenants: Vec<_> = tenants.iter().map(|(tenant, chain)| (tenant.clone(), *chain)).collect();
        blocking(move || heads::keep(&path, &head, &tenants)).await?
    }

    async fn heads_after(&self, after: Position, limit: usize) -> Result<Vec<SignedHead>, StoreError> {
        self.readers.read(move |connection| heads::after(connection, after, limit)).await
    }

    async fn heads_before(&self, before: Option<Position>, limit: usize) -> Result<Vec<SignedHead>, StoreError> {
        self.readers.read(move |connection| heads::before(connection, before, limit)).await
    }

    async fn tenant_heads(&self) -> Result<Vec<(TenantId, TenantChain)>, StoreError> {
        self.readers.read(heads::tenants).await
    }

    async fn set_numbers_aside(&self, tenant: &TenantId, sequence: &str, through: u64) -> Result<u64, StoreError> {
        self.appender.set_aside(tenant, sequence, through).await
    }

    async fn numbers_aside(&self, tenant: &TenantId, sequence: &str) -> Result<Vec<RangeInclusive<u64>>, StoreError> {
        let (tenant, sequence) = (tenant.clone(), sequence.to_owned());
        self.readers.read(move |connection| reader::numbers_aside(connection, &tenant, &sequence)).await
    }

    async fn join_installation(&self, id: Uuid) -> Result<Uuid, StoreError> {
        let path = self.path.clone();
        blocking(move || {
            let join = |connection: Connection| {
                connection.execute("INSERT INTO installation VALUES (1, ?) ON CONFLICT DO NOTHING", [id])?;
                connection.query_row("SELECT id FROM installation", [], |row| row.get(0))
            };
            join(connect(&path)?).map_err(|error: rusqlite::Error| unavailable(error))
        })
        .await?
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
        let housekeeper = Arc::clone(&self.housekeeper);
        if let Err(error) = blocking(move || housekeeper.stop()).await {
            tracing::error!(%error, "the log's housekeeper could not be stopped");
        }
        self.readers.close();
    }
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
