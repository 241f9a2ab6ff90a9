//! Whether a database takes writes: a full disk, or a file system that became read-only, shows in nothing but a write.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer counts: asking is open to anybody, and each try is a write.
const FRESH: Duration = Duration::from_secs(5);
/// How long a try waits for whoever writes at that moment. That somebody does is an answer too.
const BUSY: Duration = Duration::from_millis(200);

/// Whether a database takes writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writable {
    /// It does.
    Yes,
    /// Its server answers, but is read-only.
    ReadOnlyServer,
    /// It did not take the last try, and why.
    Refuses(String),
}

impl From<bool> for Writable {
    /// What a server says of itself.
    fn from(takes_writes: bool) -> Self {
        if takes_writes { Self::Yes } else { Self::ReadOnlyServer }
    }
}

/// Tries an SQLite file by writing what nobody reads, one at a time whoever asks. Cheap to clone; clones share what was found.
#[derive(Debug, Clone)]
pub struct WriteProbe {
    path: Arc<PathBuf>,
    took: Arc<Mutex<Option<Instant>>>,
}

impl WriteProbe {
    /// Of the file at `path`, which is there.
    pub fn of(path: impl Into<PathBuf>) -> Self {
        Self { path: Arc::new(path.into()), took: Arc::default() }
    }

    /// Tries it, unless it took something a moment ago. What it refused is tried each time: nobody else may be sent here any more
    /// who would notice that it works again.
    pub async fn ask(&self) -> Writable {
        let mut took = self.took.lock().await;
        if took.is_some_and(|at| at.elapsed() < FRESH) {
            return Writable::Yes;
        }
        let path = Arc::clone(&self.path);
        let tried = tokio::task::spawn_blocking(move || write(&path)).await;
        let found = match tried {
            Ok(Ok(())) => Writable::Yes,
            Ok(Err(error)) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Writable::Yes,
            Ok(Err(error)) => Writable::Refuses(error.to_string()),
            Err(gone) => Writable::Refuses(gone.to_string()),
        };
        *took = (found == Writable::Yes).then(Instant::now);
        found
    }
}

fn write(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY)?;
    // To copy the write-ahead log back is the work of those whose file it is.
    connection.execute_batch(
        "PRAGMA wal_autocheckpoint = 0; \
         CREATE TABLE IF NOT EXISTS probe (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), times INTEGER NOT NULL) STRICT; \
         INSERT INTO probe VALUES (1, 1) ON CONFLICT DO UPDATE SET times = times + 1",
    )
}
