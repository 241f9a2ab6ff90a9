//! Connections that read.
//!
//! Nearly every query is over in a fraction of a millisecond, less than handing it to another thread and back costs. So
//! a query is begun where it is asked for, with a budget; one that needs more, or that would have to wait for somebody,
//! is begun again on a thread that may take its time.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::Semaphore;

use super::sqlite::{blocking, cache_size, closed, fetch, prepare};
use crate::error::{QUERY_LIMIT, ReadError};
use crate::table::{Cell, DbRow};

/// Reads at once. More would only compete for the same cores.
pub(crate) const READERS: usize = 4;
/// Steps of SQLite's virtual machine a query may take where it is asked for: about a millisecond.
const BUDGET: std::ffi::c_int = 20_000;
const READING: &str = "PRAGMA query_only = on; PRAGMA temp_store = memory; PRAGMA mmap_size = 268435456";

/// Steps between two looks at whether anybody still waits for the answer.
const LOOK_UP: std::ffi::c_int = 100_000;

/// A connection, on which a query that takes long is interrupted.
#[derive(Debug)]
struct Reader(Connection);

impl Reader {
    fn open(path: &Path, pages: usize) -> Result<Self, ReadError> {
        // Not read-only: the last reader of a write-ahead log has to be able to tidy it up.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader =
            Self(prepare(Connection::open_with_flags(path, flags)?, &format!("{READING}; {}", cache_size(pages)))?);
        reader.hurry()?;
        Ok(reader)
    }

    /// From here on queries neither wait nor take long.
    fn hurry(&self) -> Result<(), ReadError> {
        self.0.busy_timeout(Duration::ZERO)?;
        Ok(self.0.progress_handler(BUDGET, Some(|| true))?)
    }

    /// Runs a query where it is asked for; `None` if it would take long.
    fn fetch_at_once(&self, sql: &str, binds: &[Cell]) -> Result<Option<Vec<DbRow>>, ReadError> {
        match fetch(&self.0, sql, binds) {
            Ok(rows) => Ok(Some(rows)),
            Err(ReadError::Sqlite(error)) if is_too_long(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs a query for as long as `wanted` says, and no longer than `patience`.
    fn fetch(
        &self,
        sql: &str,
        binds: &[Cell],
        wanted: Arc<AtomicBool>,
        patience: Duration,
    ) -> Result<Vec<DbRow>, ReadError> {
        self.0.busy_timeout(patience)?;
        let begun = Instant::now();
        let is_over = move || !wanted.load(Ordering::Relaxed) || begun.elapsed() > patience;
        self.0.progress_handler(LOOK_UP, Some(is_over))?;
        let found = fetch(&self.0, sql, binds);
        self.hurry()?;
        found.map_err(|error| match error {
            ReadError::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                ReadError::TookTooLong
            }
            other => other,
        })
    }
}

/// Says that an answer is not wanted any more, when whoever waited for it is gone.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
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
    pages: usize,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Reader>>>,
    patience: Duration,
}

impl Readers {
    pub(super) fn new(path: PathBuf, pages: usize) -> Self {
        Self { path, pages, permits: Arc::new(Semaphore::new(READERS)), idle: Arc::default(), patience: QUERY_LIMIT }
    }

    /// Runs a query on a free connection. Dropping the future interrupts it.
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
        let wanted = Wanted(Arc::new(AtomicBool::new(true)));
        let still_wanted = Arc::clone(&wanted.0);
        blocking(move || {
            let _permit = permit;
            let reader = ready.map_or_else(|| Reader::open(&readers.path, readers.pages), Ok)?;
            let rows = reader.fetch(&sql, &binds, still_wanted, readers.patience)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::sqlite::connect;

    const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    /// Far less than [`QUERY_LIMIT`], far more than an interruption takes.
    const SOON: Duration = Duration::from_secs(5);

    fn readers() -> (tempfile::TempDir, Readers) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("read.db");
        connect(&path, 1 << 20).expect("a database");
        (folder, Readers::new(path, 1 << 20))
    }

    #[tokio::test]
    async fn a_query_nobody_waits_for_is_interrupted() {
        let (_folder, readers) = readers();
        for _ in 0..READERS {
            let query = readers.fetch(ENDLESS.into(), Vec::new());
            assert!(tokio::time::timeout(Duration::from_millis(20), query).await.is_err(), "it has no end");
        }
        let all = u32::try_from(READERS).expect("few");
        let free = tokio::time::timeout(SOON, readers.permits.acquire_many(all)).await;
        drop(free.expect("every connection is free again").expect("open"));
        assert_eq!(readers.fetch("SELECT 1".into(), Vec::new()).await.expect("answered").len(), 1);
    }

    #[tokio::test]
    async fn a_query_that_takes_too_long_is_given_up() {
        let (_folder, mut readers) = readers();
        readers.patience = Duration::from_millis(50);
        let found = tokio::time::timeout(SOON, readers.fetch(ENDLESS.into(), Vec::new())).await.expect("given up");
        assert!(matches!(found, Err(ReadError::TookTooLong)), "{found:?}");
        assert_eq!(readers.fetch("SELECT 1".into(), Vec::new()).await.expect("answered").len(), 1);
    }
}
