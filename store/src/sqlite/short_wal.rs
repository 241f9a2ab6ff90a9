//! Keeping write-ahead logs short once whoever stood in the way is gone.
//!
//! A reader that stays keeps SQLite from using the write-ahead log again, and it grows. When the reader goes, nothing makes it
//! smaller by itself: the file stays as large as it ever was. `journal_size_limit` cuts it at the next commit that begins it
//! anew, and this looks after those that nobody writes to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio_util::sync::CancellationToken;

/// Bytes of a write-ahead log that is left alone, and that it is cut to. Less would be cut and grown again under load.
pub const WAL_BYTES: u64 = 64 << 20;
/// How often is looked.
const LOOK: Duration = Duration::from_secs(5);
/// How long the last step waits for readers, and writers with it.
const PATIENCE: Duration = Duration::from_millis(100);

/// Looks after the write-ahead logs of these databases until told to stop.
pub async fn keep_wal_short(databases: Vec<PathBuf>, stop: CancellationToken) {
    while tokio::time::timeout(LOOK, stop.cancelled()).await.is_err() {
        for path in databases.iter().filter(|path| wal_bytes(path) > WAL_BYTES) {
            let (path, shown) = (path.clone(), path.display().to_string());
            match tokio::task::spawn_blocking(move || shorten(&path)).await {
                Ok(Ok(true)) => tracing::info!(database = shown, "the write-ahead log is short again"),
                // Somebody still reads what is in it.
                Ok(Ok(false)) => {}
                Ok(Err(error)) => tracing::debug!(%error, database = shown, "a write-ahead log could not be cut yet"),
                Err(error) => tracing::error!(%error, "cutting a write-ahead log panicked"),
            }
        }
    }
}

fn wal_bytes(database: &Path) -> u64 {
    let mut wal = database.as_os_str().to_owned();
    wal.push("-wal");
    std::fs::metadata(wal).map_or(0, |file| file.len())
}

/// Copies everything back and cuts the write-ahead log. False while a reader is in the way.
fn shorten(database: &Path) -> rusqlite::Result<bool> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(PATIENCE)?;
    // Copying holds nobody up; only with all of it copied is there nothing more to wait for.
    let copied: bool = connection
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok(row.get::<_, i64>(1)? == row.get::<_, i64>(2)?))?;
    if !copied {
        return Ok(false);
    }
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(row.get::<_, i64>(0)? == 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{connect, migrate};

    #[tokio::test]
    async fn a_write_ahead_log_is_cut_when_the_reader_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        migrate(&path).await.unwrap();
        let (writer, reader) = (connect(&path).unwrap(), connect(&path).unwrap());
        writer.execute_batch("CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES (zeroblob(1000))").unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM filler").unwrap();
        for _ in 0..4 {
            writer.execute_batch("INSERT INTO filler VALUES (zeroblob(20000000))").unwrap();
        }
        let peak = wal_bytes(&path);
        assert!(peak > WAL_BYTES, "{peak}");
        assert!(!shorten(&path).unwrap(), "the reader is in the way");
        assert_eq!(wal_bytes(&path), peak);
        reader.execute_batch("COMMIT").unwrap();
        assert!(shorten(&path).unwrap());
        assert_eq!(wal_bytes(&path), 0);
        // Where somebody writes on it is cut by that.
        reader.execute_batch("BEGIN; SELECT count(*) FROM filler").unwrap();
        for _ in 0..4 {
            writer.execute_batch("INSERT INTO filler VALUES (zeroblob(20000000))").unwrap();
        }
        assert!(wal_bytes(&path) > WAL_BYTES);
        reader.execute_batch("COMMIT").unwrap();
        writer.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        writer.execute_batch("INSERT INTO filler VALUES (zeroblob(1000))").unwrap();
        assert!(wal_bytes(&path) <= WAL_BYTES, "{}", wal_bytes(&path));
    }
}
