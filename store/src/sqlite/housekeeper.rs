//! What happens beside reading and writing: keeping the write-ahead log short, and noticing other processes' appends.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use docket_domain::Position;
use rusqlite::Connection;
use tokio::sync::watch;

use super::reader;

/// How often other processes' appends are looked for. Own appends are announced at once.
const TICK: Duration = Duration::from_millis(50);
/// Bytes appended after which the write-ahead log is copied into the file.
const CHECKPOINT: u64 = 16 << 20;
/// Ticks without appends after which the rest is copied too (5 s).
const IDLE: u32 = 100;
/// Frames in the write-ahead log from which on the writer is held up shortly, to begin it anew (128 MiB of pages).
const TOO_LONG: i64 = 32_768;

/// How long beginning anew waits for readers, and the writer with it; then it is tried again later.
const PATIENCE: Duration = Duration::from_millis(200);

/// The housekeeping thread; it ends when this is stopped or dropped.
#[derive(Debug)]
pub(super) struct Housekeeper(Mutex<Option<(Sender<()>, JoinHandle<()>)>>);

impl Housekeeper {
    pub(super) fn spawn(
        connection: Connection,
        head: Arc<watch::Sender<Position>>,
        written: Arc<AtomicU64>,
    ) -> std::io::Result<Self> {
        connection.busy_timeout(PATIENCE).map_err(std::io::Error::other)?;
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new()
            .name("docket-log-keep".into())
            .spawn(move || keep(&connection, &head, &written, &stopped))?;
        Ok(Self(Mutex::new(Some((stop, thread)))))
    }

    /// Ends the thread and waits until its connection is closed.
    pub(super) fn stop(&self) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stop, thread)) = running {
            drop(stop);
            if thread.join().is_err() {
                tracing::error!("the log's housekeeper had panicked");
            }
        }
    }
}

fn keep(connection: &Connection, head: &watch::Sender<Position>, written: &AtomicU64, stopped: &Receiver<()>) {
    let mut seen = 0;
    let mut idle = 0;
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
        if let Err(error) = notice(connection, head, &mut seen) {
            tracing::warn!(%error, "the log's head cannot be read");
        }
        let bytes = written.load(Ordering::Relaxed);
        idle = if bytes == 0 { 0 } else { idle + 1 };
        if bytes >= CHECKPOINT || idle >= IDLE {
            written.fetch_sub(bytes, Ordering::Relaxed);
            idle = 0;
            if let Err(error) = checkpoint(connection) {
                tracing::warn!(%error, "the log's checkpoint failed and will be tried again");
            }
        }
    }
}

/// Announces what somebody else appended. `PRAGMA data_version` only looks at shared memory.
fn notice(connection: &Connection, head: &watch::Sender<Position>, seen: &mut i64) -> rusqlite::Result<()> {
    let version: i64 = connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
    if version != *seen {
        *seen = version;
        super::advance(head, reader::head(connection)?);
    }
    Ok(())
}

/// Copies pages while the writer goes on; only a log that got too long is begun anew, for which the writer waits.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    let frames: i64 = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))?;
    if frames > TOO_LONG {
        connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::sqlite::{connect, migrate};

    #[tokio::test]
    async fn the_write_ahead_log_is_copied_beside_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        migrate(&path).await.unwrap();
        let (head, written) = (Arc::new(watch::Sender::new(Position::START)), Arc::new(AtomicU64::new(0)));
        let keeper = Housekeeper::spawn(connect(&path).unwrap(), Arc::clone(&head), Arc::clone(&written)).unwrap();
        let writer = connect(&path).unwrap();
        writer
            .execute_batch("CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES (zeroblob(20000000))")
            .unwrap();
        let before = path.metadata().unwrap().len();
        assert!(before < CHECKPOINT, "the writer itself copied {before} bytes");
        written.fetch_add(20_000_000, Ordering::Relaxed);
        let deadline = Instant::now() + Duration::from_secs(30);
        while path.metadata().unwrap().len() < CHECKPOINT {
            assert!(Instant::now() < deadline, "nobody copied it");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(written.load(Ordering::Relaxed), 0);
        keeper.stop();
    }
}
