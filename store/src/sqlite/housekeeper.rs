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

/// The housekeeping thread; it ends when this is stopped or dropped.
#[derive(Debug)]
pub(super) struct Housekeeper(Mutex<Option<(Sender<()>, JoinHandle<()>)>>);

impl Housekeeper {
    pub(super) fn spawn(
        connection: Connection,
        head: Arc<watch::Sender<Position>>,
        written: Arc<AtomicU64>,
    ) -> std::io::Result<Self> {
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
