//! What projections and reactors read: the log as a checkpointed, ordered sequence of batches.

use std::sync::Arc;

use async_trait::async_trait;
use docket_domain::{Event, Position};

use crate::JournalError;

/// Events that follow each other in the log.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The position the batch follows on.
    pub after: Position,
    /// Everything up to here has been seen, also where no event is shown.
    pub upto: Position,
    /// The events in order, each with a position in `(after, upto]`.
    pub events: Vec<Arc<Event>>,
}

/// The feed could not go on. Opening it again at the checkpoint is always right.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The log could not be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The checkpoint lies beyond the end of the log: the log was replaced or restored from an older copy, and what
    /// was made from it has to be rebuilt.
    #[error("the checkpoint {checkpoint} is beyond the log's end {head}: rebuild")]
    AheadOfLog {
        /// Where the reader stands.
        checkpoint: Position,
        /// Where the log ends.
        head: Position,
    },
    /// The feed was closed.
    #[error("the feed is closed")]
    Closed,
}

impl FeedError {
    /// The event nobody gets past, if that is what it is.
    pub fn stuck_at(&self) -> Option<Position> {
        match self {
            Self::Journal(error) => error.stuck_at(),
            _ => None,
        }
    }
}

/// One reader's way through the log.
#[async_trait]
pub trait Feed: Send {
    /// The next batch, waiting until there is one. Cancel-safe: a dropped call loses nothing.
    async fn next(&mut self) -> Result<Batch, FeedError>;
}

/// Opens feeds.
#[async_trait]
pub trait FeedSource: Send + Sync + 'static {
    /// A feed of everything after `checkpoint`, in batches of at most about `limit` events.
    /// `name` tells it apart in logs, metrics and at the broker.
    async fn open(&self, name: &str, checkpoint: Position, limit: usize) -> Result<Box<dyn Feed>, FeedError>;
}
