//! The read models as a whole: where they are, how far they are, and who is told.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use docket_domain::{Event, Position};
use docket_store::{Clock, PageCache, SweepError, Swept, Writable, sweep_postgres};
use tokio::sync::{broadcast, watch};

use crate::database::Database;
use crate::database::postgres::SCHEMA;
use crate::error::ReadError;
use crate::group::{MODELS, ModelInfo};
use crate::queries::Queries;
use crate::rebuild;

/// The name of the group all live models are in: one checkpoint, one lease, one worker.
pub(crate) const GROUP: &str = "desk";
/// Batches kept for listeners that are behind.
const TOLD: usize = 1024;
/// How often `wait_for` looks into the table, in case another process projects.
const LOOK: Duration = Duration::from_millis(20);

/// Where read models are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadModelsUrl {
    /// A SQLite file, made if absent.
    Sqlite(PathBuf),
    /// A PostgreSQL database; the schema `docket_read` in it.
    Postgres(String),
}

/// Memory the read models may take, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadCache {
    /// Rows kept between batches, of all models together.
    pub rows: usize,
    /// The same while read models are made anew: as long as all fit, none is ever loaded.
    pub rebuilding: usize,
    /// Pages of a SQLite file.
    pub pages: PageCache,
}

impl Default for ReadCache {
    fn default() -> Self {
        Self { rows: 32 << 20, rebuilding: 256 << 20, pages: PageCache { writer: 16 << 20, reader: 4 << 20 } }
    }
}

/// Connections that read a SQLite file at once.
pub const READERS: usize = crate::database::READERS;

/// Events the read models have taken in: told after the commit, to whoever pushes news to people.
#[derive(Debug, Clone)]
pub struct Projected {
    /// The events, in order.
    pub events: Arc<[Arc<Event>]>,
    /// The read models are at this position.
    pub upto: Position,
}

/// The read models. Cheap to clone.
#[derive(Clone)]
pub struct ReadModels {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cache: ReadCache,
    /// What the rows in memory take.
    kept: Arc<AtomicUsize>,
    position: watch::Sender<Position>,
    projected: broadcast::Sender<Projected>,
}

impl std::fmt::Debug for ReadModels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadModels").field("position", &*self.position.borrow()).finish_non_exhaustive()
    }
}

impl ReadModels {
    /// Opens them, making the tables if they are absent.
    ///
    /// # Errors
    /// [`ReadError::Database`] if the database is not reachable, [`ReadError::Setup`] if it refuses what is needed.
    pub async fn open(url: &ReadModelsUrl, clock: Arc<dyn Clock>) -> Result<Self, ReadError> {
        Self::open_with(url, clock, ReadCache::default()).await
    }

    /// The same with so much memory.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with(url: &ReadModelsUrl, clock: Arc<dyn Clock>, cache: ReadCache) -> Result<Self, ReadError> {
        let database = Database::open(url, cache.pages).await?;
        let mut writer = database.writer().await?;
        let position = rebuild::make_missing(&mut writer).await?;
        writer.close().await?;
        let (position, projected) = (watch::Sender::new(position), broadcast::Sender::new(TOLD));
        Ok(Self { database, clock, cache, kept: Arc::default(), position, projected })
    }

    /// About how many bytes of rows are in memory, where the read models are kept by this process.
    pub fn kept_bytes(&self) -> usize {
        self.kept.load(Ordering::Relaxed)
    }

    pub(crate) fn keeps(&self, bytes: usize) {
        self.kept.store(bytes, Ordering::Relaxed);
    }

    /// Asks them.
    pub fn queries(&self) -> Queries {
        Queries { models: self.clone() }
    }

    /// Names of all read models.
    pub fn names() -> Vec<&'static str> {
        MODELS.iter().map(ModelInfo::name).collect()
    }

    /// Read models whose tables another version of Docket made: the runner rebuilds them before it goes on.
    pub async fn outdated(&self) -> Result<Vec<&'static str>, ReadError> {
        let mut writer = self.database.writer().await?;
        let outdated = rebuild::outdated(&mut writer).await?;
        writer.close().await?;
        Ok(outdated.iter().map(ModelInfo::name).collect())
    }

    /// How far they are, as far as this process knows.
    pub fn position(&self) -> watch::Receiver<Position> {
        self.position.subscribe()
    }

    /// Batches of events, told after the read models have them. A slow listener loses some (`Lagged`): it then has
    /// to read the log from where it was.
    pub fn projected(&self) -> broadcast::Receiver<Projected> {
        self.projected.subscribe()
    }

    /// Waits until the read models are at `position` or beyond: to read one's own writes. False if they are not
    /// there within `timeout`. Works also when another process runs the projections.
    pub async fn wait_for(&self, position: Position, timeout: Duration) -> Result<bool, ReadError> {
        if *self.position.borrow() >= position {
            return Ok(true);
        }
        let deadline = tokio::time::Instant::now() + timeout;
        let mut seen = self.position.subscribe();
        loop {
            // Nobody here may be projecting: then only the table knows.
            let look = (tokio::time::Instant::now() + LOOK).min(deadline);
            // The answer borrows the watch, which must not be held while the table is looked at.
            let told = tokio::time::timeout_at(look, seen.wait_for(|p| *p >= position)).await.is_ok();
            if told || self.look().await? >= position {
                return Ok(true);
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(false);
            }
        }
    }

    /// Whether they can be written.
    ///
    /// # Errors
    /// If their server does not answer.
    pub async fn is_writable(&self) -> Result<Writable, ReadError> {
        self.database.is_writable().await
    }

    /// How far they are, looked up.
    pub async fn look(&self) -> Result<Position, ReadError> {
        let position = self.database.checkpoint(GROUP).await?.map_or(Position::START, |c| c.position);
        self.reached(position);
        Ok(position)
    }

    /// Notes how far they are, and tells whoever waits for it.
    pub(crate) fn reached(&self, position: Position) {
        self.position.send_if_modified(|known| {
            let further = position > *known;
            *known = position.max(*known);
            further
        });
    }

    /// Notes that they begin anew.
    pub(crate) fn back_at_start(&self) {
        self.position.send_replace(Position::START);
    }

    /// Tells what was taken in.
    pub(crate) fn tell(&self, events: Arc<[Arc<Event>]>, upto: Position) {
        self.reached(upto);
        // Nobody listening is no error.
        let _ = self.projected.send(Projected { events, upto });
    }

    /// Writes the tables that hold people's texts anew, so that what was overwritten lies nowhere in the database's files any
    /// more. SQLite needs none of it: it overwrites what goes.
    ///
    /// # Errors
    /// [`SweepError`].
    pub async fn sweep(&self) -> Result<Swept, SweepError> {
        let Database::Postgres { url, .. } = &self.database else { return Ok(Swept::default()) };
        // What is in none of these may be anything.
        let impersonal: Vec<_> =
            MODELS.iter().filter(|model| model.spec.scrubbing().is_none()).map(ModelInfo::name).collect();
        let name = |table: &str| table.split_once("__").map_or(table.len(), |(name, _)| name.len());
        sweep_postgres(url, SCHEMA, |table| !impersonal.contains(&&table[..name(table)])).await
    }

    /// Closes the reading connections.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
