//! One reader's way along the tail.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use docket_domain::Position;
use metrics::{Counter, counter};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::tail::Tail;
use crate::{Batch, Feed, FeedError, JournalError};

/// How long a reader waits before it looks into the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waits {
    /// Without any hint.
    pub(crate) poll: Duration,
    /// With a hint that there is something, while a broker is expected to bring it.
    pub(crate) patience: Duration,
}

/// Opens feeds along `tail`.
pub(crate) async fn open(
    tail: &Arc<Tail>,
    waits: Waits,
    name: &str,
    checkpoint: Position,
    limit: usize,
) -> Result<Box<dyn Feed>, FeedError> {
    let head = tail.journal().store().head().await.map_err(JournalError::from)?;
    if checkpoint > head {
        return Err(FeedError::AheadOfLog { checkpoint, head });
    }
    let counter = |source| counter!("docket_feed_events_total", "feed" => name.to_owned(), "source" => source);
    Ok(Box::new(TailFeed {
        hint: tail.journal().store().appended(),
        grown: tail.grown(),
        tail: tail.clone(),
        waits,
        after: checkpoint,
        limit: limit.max(1),
        last_hint: Position::START,
        hinting: true,
        hinted: false,
        due: Instant::now(),
        look: None,
        from_memory: counter("memory"),
        from_log: counter("log"),
    }))
}

struct TailFeed {
    tail: Arc<Tail>,
    waits: Waits,
    after: Position,
    limit: usize,
    hint: watch::Receiver<Position>,
    /// Whether the log still gives hints.
    hinting: bool,
    last_hint: Position,
    /// Whether a hint came since the log was last looked into.
    hinted: bool,
    grown: watch::Receiver<Position>,
    /// When to look into the log next.
    due: Instant,
    /// A look into the log that is under way: it goes on while the worker is busy, or has cancelled its wait.
    look: Option<JoinHandle<Result<Batch, JournalError>>>,
    from_memory: Counter,
    from_log: Counter,
}

#[async_trait]
impl Feed for TailFeed {
    // Cancel-safe: between noting a batch in `after` and returning it there is no wait, and `look` stays.
    async fn next(&mut self) -> Result<Batch, FeedError> {
        loop {
            self.grown.mark_unchanged();
            if let Some(batch) = self.tail.recent(self.after, self.limit) {
                self.from_memory.increment(batch.events.len() as u64);
                return Ok(self.deliver(batch));
            }
            if self.look.is_none() && self.due <= Instant::now() {
                self.begin_look();
            }
            let Some(batch) = self.wait().await? else { continue };
            if batch.after != self.after {
                continue; // memory had it meanwhile
            }
            if batch.upto > self.after {
                return Ok(self.deliver_from_log(batch));
            }
            self.due = Instant::now() + if self.hinted { self.patience() } else { self.waits.poll };
        }
    }
}

impl TailFeed {
    fn begin_look(&mut self) {
        self.hinted = false;
        let (tail, after, limit) = (self.tail.clone(), self.after, self.limit);
        self.look = Some(tokio::spawn(async move { tail.read(after, limit).await }));
    }

    fn deliver_from_log(&mut self, batch: Batch) -> Batch {
        self.from_log.increment(batch.events.len() as u64);
        let full = batch.events.len() >= self.limit;
        let batch = self.deliver(batch);
        if full && self.tail.recent(self.after, 1).is_none() {
            self.begin_look(); // far from the end: the next page is read while the worker is busy with this one
        }
        batch
    }

    fn deliver(&mut self, batch: Batch) -> Batch {
        self.after = batch.upto;
        let more = *self.hint.borrow() > self.after;
        self.due = Instant::now() + if more { self.patience() } else { self.waits.poll };
        batch
    }

    fn patience(&self) -> Duration {
        if self.tail.is_live() { self.waits.patience } else { Duration::ZERO }
    }

    /// Waits until a look into the log ended, and returns what it found; or until the ring grew, a hint came or it is
    /// time to look.
    async fn wait(&mut self) -> Result<Option<Batch>, FeedError> {
        let looking = self.look.is_some();
        let look = async {
            match &mut self.look {
                Some(look) => look.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            found = look => {
                self.look = None;
                let found = found.map_err(|_| FeedError::Closed)?; // the runtime is shutting down
                return Ok(Some(found?));
            }
            _ = self.grown.changed() => {
                // If it is not in memory when this comes around, it is in the log.
                let known = if self.tail.is_live() { self.tail.end() } else { *self.hint.borrow() };
                if known > self.after {
                    self.hinted = true;
                    self.due = Instant::now();
                }
            }
            hint = self.hint.changed(), if self.hinting => {
                if hint.is_err() {
                    self.hinting = false;
                    return Ok(None);
                }
                let hint = *self.hint.borrow_and_update();
                // A hint that did not move says "something, somewhere".
                if hint > self.after || hint == self.last_hint {
                    self.hinted = true;
                    self.due = self.due.min(Instant::now() + self.patience());
                }
                self.last_hint = hint;
            }
            () = sleep_until(self.due), if !looking => {}
        }
        Ok(None)
    }
}

impl Drop for TailFeed {
    fn drop(&mut self) {
        if let Some(look) = &self.look {
            look.abort();
        }
    }
}
