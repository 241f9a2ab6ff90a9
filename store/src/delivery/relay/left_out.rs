//! Events that do not reach the stream, whenever they are tried: one that the server does not take, or that is not understood
//! here. They are left to the log, where readers look for them when the next event's link shows that something is missing, so
//! that one event does not keep all others back.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use docket_domain::Position;
use metrics::counter;

use super::{PATIENCE, Relay};

/// The name under which it is told what was left out.
const EVENTS: &str = "relay/events";
/// How often an event is tried that the server does not take because of what it is. Between two tries the stream's
/// settings are put back, which may be all that was wrong.
const REFUSALS: u32 = 2;
/// How often one that is not understood: until another node, perhaps of a newer version, had its turn.
const MISUNDERSTOOD: u32 = PATIENCE + 1;

/// What the relay did not get past.
#[derive(Default)]
pub(super) struct LeftOut(Mutex<Events>);

#[derive(Default)]
struct Events {
    /// How often each failed that nothing after it has succeeded yet.
    failed: HashMap<Position, u32>,
    /// Since when each is left to the log.
    left: HashMap<Position, DateTime<Utc>>,
}

impl LeftOut {
    /// Notes that an event did not go, and says how often that was.
    pub(super) fn failed(&self, position: Position) -> u32 {
        let mut events = self.lock();
        let times = events.failed.entry(position).or_default();
        *times += 1;
        *times
    }

    /// Whether an event failed before: it goes alone, so that what the server says of it is not taken for another's.
    pub(super) fn is_doubtful(&self, position: Position) -> bool {
        self.lock().failed.contains_key(&position)
    }

    /// Whether it is left to the log.
    pub(super) fn has(&self, position: Position) -> bool {
        self.lock().left.contains_key(&position)
    }

    /// Notes that the stream is beyond.
    pub(super) fn passed(&self, position: Position) {
        let mut events = self.lock();
        if !events.failed.is_empty() {
            events.failed.retain(|failed, _| *failed > position);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Events> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Relay {
    /// Leaves an event to the log if the server refused it, for what it is, as often as it is tried.
    pub(super) fn leave_refused(&self, position: Position, times: u32, why: &str) {
        if times >= REFUSALS {
            self.leave_to_log(position, why);
        }
    }

    /// Leaves an event to the log that nobody here understands, if it was tried as often as it is. Whether it is.
    pub(super) fn leave_misunderstood(&self, position: Position, why: &str) -> bool {
        let times = self.left_out.lock().failed.get(&position).copied().unwrap_or(0);
        if times >= MISUNDERSTOOD && !self.left_out.has(position) {
            self.leave_to_log(position, why);
        }
        self.left_out.has(position)
    }

    /// Leaves an event to the log, and says so: once, and in readiness for as long as it would be on the stream.
    pub(super) fn leave_to_log(&self, position: Position, why: &str) {
        let now = self.journal.clock().now();
        if self.left_out.lock().left.insert(position, now).is_none() {
            counter!("docket_relay_left_to_log_total").increment(1);
            tracing::warn!(%position, why, "an event is not published and reaches readers from the log only");
            let said = format!(
                "the event at position {position} is not published, and reaches readers from the log only: {why}"
            );
            self.workers.failing(EVENTS, said, None);
        }
    }

    /// Forgets what would have expired by now, and what was put in quarantine.
    pub(super) fn forget_left_out(&self) {
        let (now, kept) = (self.journal.clock().now(), self.options.stream.max_age);
        let mut events = self.left_out.lock();
        let before = events.left.len();
        let is_over = |since: DateTime<Utc>| (now - since).to_std().is_ok_and(|age| age > kept);
        events.left.retain(|position, since| !is_over(*since) && !self.journal.leaves_out(*position));
        if before > 0 && events.left.is_empty() {
            self.workers.working(EVENTS);
        }
    }
}
