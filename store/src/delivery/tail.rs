//! The end of the log, decoded once for all feeds of the process.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use docket_domain::customer::CustomerEvent;
use docket_domain::{DomainEvent, Event, PersonId, Position};
use tokio::sync::watch;

use crate::{Batch, Filter, Journal, JournalError};

/// Events kept decoded at most.
const MAX_EVENTS: usize = 4096;
/// Bytes of payload kept decoded at most, about.
const MAX_BYTES: usize = 8 << 20;
/// Events read for the ring at a time, at least: one reader's small limit does not make small pages for all.
const MIN_PAGE: usize = 256;

/// Everything the log has in `(from, to]`.
#[derive(Default)]
struct Ring {
    from: Position,
    to: Position,
    events: VecDeque<(Arc<Event>, usize)>,
    bytes: usize,
}

impl Ring {
    fn restart(&mut self, at: Position) {
        self.events.clear();
        self.bytes = 0;
        self.from = at;
        self.to = at;
    }

    fn push(&mut self, event: Arc<Event>, bytes: usize) {
        self.to = event.meta.position;
        self.bytes += bytes;
        self.events.push_back((event, bytes));
        while self.events.len() > MAX_EVENTS || self.bytes > MAX_BYTES {
            let Some((oldest, bytes)) = self.events.pop_front() else { break };
            self.bytes -= bytes;
            self.from = oldest.meta.position;
        }
    }

    /// What follows on `after`, if the ring has it.
    fn batch(&self, after: Position, limit: usize) -> Option<Batch> {
        if after < self.from || after >= self.to {
            return None;
        }
        let start = self.events.partition_point(|(event, _)| event.meta.position <= after);
        let events: Vec<_> = self.events.iter().skip(start).take(limit).map(|(event, _)| event.clone()).collect();
        let whole = start + events.len() == self.events.len();
        let upto = if whole { self.to } else { events.last().map_or(self.to, |event| event.meta.position) };
        Some(Batch { after, upto, events })
    }
}

/// What became of an event that somebody brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brought {
    /// It follows on the end and is the end now.
    Taken,
    /// It was known already.
    Known,
    /// Something is missing before it, which readers take from the log. It is the end now.
    Gap,
}

/// The end of the log. Readers that are caught up share one reading, decoding and unsealing; others read the log
/// themselves.
pub(crate) struct Tail {
    journal: Journal,
    ring: Mutex<Ring>,
    /// Held while the log is read for the ring.
    reading: tokio::sync::Mutex<()>,
    grown: watch::Sender<Position>,
    live: AtomicBool,
}

impl Tail {
    pub(crate) fn new(journal: Journal) -> Self {
        let ring = Mutex::new(Ring::default());
        Self {
            journal,
            ring,
            reading: tokio::sync::Mutex::default(),
            grown: watch::Sender::default(),
            live: false.into(),
        }
    }

    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Changes when the ring got longer.
    pub(crate) fn grown(&self) -> watch::Receiver<Position> {
        self.grown.subscribe()
    }

    /// Whether a broker is expected to bring events, so that a reader had better wait a little than read the log.
    pub(crate) fn is_live(&self) -> bool {
        self.live.load(Ordering::Acquire)
    }

    pub(crate) fn set_live(&self, live: bool) {
        self.live.store(live, Ordering::Release);
        if !live {
            self.grown.send_modify(|_| ()); // readers who wait for the broker go and read the log
        }
    }

    /// Where the ring ends.
    pub(crate) fn end(&self) -> Position {
        self.ring().to
    }

    /// What follows on `after`, if it is in memory.
    pub(crate) fn recent(&self, after: Position, limit: usize) -> Option<Batch> {
        self.ring().batch(after, limit)
    }

    /// What follows on `after`: from memory, else from the log. The batch is empty if there is nothing.
    pub(crate) async fn read(&self, after: Position, limit: usize) -> Result<Batch, JournalError> {
        if after >= self.end() {
            let _one_at_a_time = self.reading.lock().await;
            // Somebody else may have read it meanwhile, or be ahead: then this reader is no longer at the end.
            let found = {
                let mut ring = self.ring();
                if after > ring.to {
                    ring.restart(after);
                }
                if after == ring.to { None } else { ring.batch(after, limit) }
            };
            if let Some(batch) = found {
                return Ok(batch);
            }
            let page = self.journal.read_all(after, &Filter::default(), limit.max(MIN_PAGE)).await?;
            let events: Vec<_> = page.events.into_iter().map(Arc::new).collect();
            return Ok(self.take_page(after, page.scanned_to, events, &page.sizes, limit));
        }
        if let Some(batch) = self.recent(after, limit) {
            return Ok(batch);
        }
        self.read_log(after, limit).await
    }

    /// Reads the log past the ring.
    async fn read_log(&self, after: Position, limit: usize) -> Result<Batch, JournalError> {
        let page = self.journal.read_all(after, &Filter::default(), limit).await?;
        let events: Vec<_> = page.events.into_iter().map(Arc::new).collect();
        self.forget_erased(&events);
        Ok(Batch { after, upto: page.scanned_to.max(after), events })
    }

    /// Takes what the log has in `(after, scanned_to]` into the ring, and returns the first `limit` of it.
    fn take_page(
        &self,
        after: Position,
        scanned_to: Position,
        mut events: Vec<Arc<Event>>,
        sizes: &[usize],
        limit: usize,
    ) -> Batch {
        let to = {
            let mut ring = self.ring();
            for (event, size) in events.iter().zip(sizes) {
                // A broker may have made the ring longer while the log was read.
                if event.meta.position > ring.to {
                    ring.push(event.clone(), *size);
                }
            }
            ring.to = ring.to.max(scanned_to);
            ring.to
        };
        self.forget_erased(&events);
        self.grown.send_if_modified(|grown| std::mem::replace(grown, to) != to);
        let cut = events.len() > limit;
        events.truncate(limit);
        let upto = if cut { events.last().map_or(scanned_to, |event| event.meta.position) } else { scanned_to };
        Batch { after, upto: upto.max(after), events }
    }

    /// Takes an event that a broker brought, which follows on `previous` in the log.
    pub(crate) fn bring(&self, previous: Position, event: Event, bytes: usize) -> Brought {
        let event = Arc::new(event);
        let position = event.meta.position;
        let gap = {
            let mut ring = self.ring();
            if position <= ring.to {
                return Brought::Known;
            }
            let gap = previous > ring.to;
            if gap {
                ring.restart(previous);
            }
            ring.push(event.clone(), bytes);
            gap
        };
        self.forget_erased(std::slice::from_ref(&event));
        self.grown.send_replace(position);
        if gap { Brought::Gap } else { Brought::Taken }
    }

    /// Whoever was erased by these events: their key is of no more use, and what is in memory about them neither.
    fn forget_erased(&self, events: &[Arc<Event>]) {
        let mut any = false;
        for event in events {
            if let Some(person) = erased(event) {
                self.journal.keys().forget(&event.meta.stream.tenant, person);
                any = true;
            }
        }
        if any {
            let mut ring = self.ring();
            let to = ring.to;
            ring.restart(to);
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The person who was erased, if that is what the event says.
pub(crate) fn erased(event: &Event) -> Option<PersonId> {
    match &event.body {
        DomainEvent::Customer(CustomerEvent::PersonalDataErased(_)) => Some(PersonId(event.meta.stream.id)),
        _ => None,
    }
}
