//! Connections that read.
//!
//! Nearly every query is over in a fraction of a millisecond, less than handing it to another thread and back costs. So
//! a query is begun where it is asked for, with a budget; one that needs more, or that would have to wait for somebody,
//! is begun again on a thread that may take its time.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::Semaphore;

use super::sqlite::{BUSY, blocking, closed, fetch, prepare};
use crate::error::ReadError;
use crate::table::{Cell, DbRow};

/// Reads at once. More would only compete for the same cores.
const READERS: usize = 4;
/// Steps of SQLite's virtual machine a query may take where it is asked for: about a millisecond.
const BUDGET: std::ffi::c_int = 20_000;
const READING: &str = "PRAGMA query_only = on; PRAGMA temp_store = memory; PRAGMA cache_size = -4096; \
     PRAGMA mmap_size = 268435456";

/// A connection, and whether what runs on it has to be short.
#[derive(Debug)]
struct Reader {
    connection: Connection,
    hurried: Arc<AtomicBool>,
}

impl Reader {
    fn open(path: &Path) -> Result<Self, ReadError> {
        // Not read-only: the last reader of a write-ahead log has to be able to tidy it up.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = prepare(Connection::open_with_flags(path, flags)?, READING)?;
        let hurried = Arc::new(AtomicBool::new(false));
        let interrupts = Arc::clone(&hurried);
        connection.progress_handler(BUDGET, Some(move || interrupts.load(Ordering::Relaxed)))?;
        Ok(Self { connection, hurried })
    }

    /// Runs a query that neither waits nor takes long; `None` if it would.
    fn fetch_at_once(&self, sql: &str, binds: &[Cell]) -> Result<Option<Vec<DbRow>>, ReadError> {
        self.connection.busy_timeout(Duration::ZERO)?;
        self.hurried.store(true, Ordering::Relaxed);
        match fetch(&self.connection, sql, binds) {
            Ok(rows) => Ok(Some(rows)),
            Err(ReadError::Sqlite(error)) if is_too_long(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn fetch(&self, sql: &str, binds: &[Cell]) -> Result<Vec<DbRow>, ReadError> {
        self.connection.busy_timeout(BUSY)?;
        self.hurried.store(false, Ordering::Relaxed);
        fetch(&self.connection, sql, binds)
    }
}

fn is_too_long(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Connections for reading, made when needed.
#[derive(Debug, Clone)]
pub(crate) struct Readers {
    path: PathBuf,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Reader>>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, permits: Arc::new(Semaphore::new(READERS)), idle: Arc::default() }
    }

    /// Runs a query on a free connection. Dropping the future lets it finish unseen.
    pub(super) async fn fetch(&self, sql: String, binds: Vec<Cell>) -> Result<Vec<DbRow>, ReadError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| closed())?;
        let ready = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        // If a query fails its connection is dropped: whatever is wrong with it ends here.
        if let Some(reader) = &ready
            && let Some(rows) = reader.fetch_at_once(&sql, &binds)?
        {
            self.give_back(ready);
            return Ok(rows);
        }
        let readers = self.clone();
        blocking(move || {
            let _permit = permit;
            let reader = ready.map_or_else(|| Reader::open(&readers.path), Ok)?;
            let rows = reader.fetch(&sql, &binds)?;
            readers.give_back(Some(reader));
            Ok(rows)
        })
        .await
    }

    fn give_back(&self, reader: Option<Reader>) {
        if !self.permits.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(reader);
        }
    }

    /// Refuses further reads and closes what is idle.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
