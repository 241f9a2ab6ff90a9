//! Feeds without a broker: live from the log itself.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use docket_domain::Position;

use super::tail::Tail;
use super::tail_feed::{self, Waits};
use crate::{Feed, FeedError, FeedSource, Journal};

/// Feeds live from the log, woken by its hint. Feeds of one source share reading, decoding and unsealing while they
/// are near the end; cheap to clone.
#[derive(Clone)]
pub struct InProcessSource {
    tail: Arc<Tail>,
    waits: Waits,
}

impl InProcessSource {
    /// A source on `journal` that looks into the log at least five times a second: what other processes append is
    /// seen at the latest then.
    pub fn new(journal: Journal) -> Self {
        Self::with_poll(journal, Duration::from_millis(200))
    }

    /// A source on `journal` that looks into the log at least every `poll`.
    pub fn with_poll(journal: Journal, poll: Duration) -> Self {
        Self { tail: Arc::new(Tail::new(journal)), waits: Waits { poll, patience: Duration::ZERO } }
    }
}

#[async_trait]
impl FeedSource for InProcessSource {
    async fn open(&self, name: &str, checkpoint: Position, limit: usize) -> Result<Box<dyn Feed>, FeedError> {
        tail_feed::open(&self.tail, self.waits, name, checkpoint, limit).await
    }
}
