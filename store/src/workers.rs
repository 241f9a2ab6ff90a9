//! What the workers of this process are doing: for readiness, metrics and the log.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use docket_domain::Position;

use crate::{Clock, SystemClock};

/// What a worker is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerState {
    /// Its work.
    Working,
    /// Nothing: another process has the lease.
    StandingBy {
        /// Who, as they called themselves.
        holder: Option<String>,
    },
    /// Trying again and again.
    Failing {
        /// What it fails with.
        error: String,
        /// The event it cannot get past, if that is what it is.
        stuck_at: Option<Position>,
    },
}

impl WorkerState {
    /// The state's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::StandingBy { .. } => "standing_by",
            Self::Failing { .. } => "failing",
        }
    }
}

/// A worker and since when it does what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// What it is called.
    pub name: String,
    /// What it is doing.
    pub state: WorkerState,
    /// Since when; a worker that fails in another way goes on failing.
    pub since: DateTime<Utc>,
}

/// The workers of this process, each telling what it is doing. Cheap to clone.
#[derive(Clone)]
pub struct Workers {
    all: Arc<Mutex<BTreeMap<String, Worker>>>,
    /// How far those are that go along the log.
    reached: Arc<Mutex<BTreeMap<String, Position>>>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Workers").field(&*self.lock()).finish()
    }
}

impl Default for Workers {
    /// None yet, by the machine's clock.
    fn default() -> Self {
        Self::new(Arc::new(SystemClock))
    }
}

impl Workers {
    /// None yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { all: Arc::default(), reached: Arc::default(), clock }
    }

    /// All that told anything, by name.
    pub fn all(&self) -> Vec<Worker> {
        self.lock().values().cloned().collect()
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<Worker> {
        self.lock().get(name).cloned()
    }

    /// It works. Says whether that is news.
    pub fn working(&self, name: &str) -> bool {
        self.note(name, WorkerState::Working)
    }

    /// It stands by. Says whether that is news.
    pub fn standing_by(&self, name: &str, holder: Option<String>) -> bool {
        self.note(name, WorkerState::StandingBy { holder })
    }

    /// It fails. Says whether that is news: that it fails, or that it fails otherwise than before.
    pub fn failing(&self, name: &str, error: impl fmt::Display, stuck_at: Option<Position>) -> bool {
        self.note(name, WorkerState::Failing { error: error.to_string(), stuck_at })
    }

    /// It is done with everything in the log up to `position`.
    pub fn reached(&self, name: &str, position: Position) {
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        match reached.get_mut(name) {
            Some(known) => *known = position,
            None => drop(reached.insert(name.to_owned(), position)),
        }
    }

    /// It goes along the log no more, here.
    pub fn left(&self, name: &str) {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// How far those are that go along the log, without those that stand by: what they wait for is another's to do.
    pub fn positions(&self) -> Vec<(String, Position)> {
        let all = self.lock();
        let stands_by =
            |name: &String| matches!(all.get(name), Some(Worker { state: WorkerState::StandingBy { .. }, .. }));
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        reached.iter().filter(|(name, _)| !stands_by(name)).map(|(name, at)| (name.clone(), *at)).collect()
    }

    /// Those whose name begins with `name/` do nothing any more: what they work under was given up, or begins anew.
    pub fn forget_under(&self, name: &str) {
        let is_under = |other: &str| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
        let mut all = self.lock();
        for gone in all.keys().filter(|other| is_under(other)) {
            show(gone, None);
        }
        all.retain(|other, _| !is_under(other));
    }

    fn note(&self, name: &str, state: WorkerState) -> bool {
        let now = self.clock.now();
        let mut all = self.lock();
        let known = all.get(name);
        if known.is_some_and(|known| known.state == state) {
            return false;
        }
        let goes_on = known.filter(|known| known.state.name() == state.name());
        let since = goes_on.map_or(now, |known| known.since);
        show(name, Some(&state));
        all.insert(name.to_owned(), Worker { name: name.to_owned(), state, since });
        true
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Worker>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which of its states a worker is in, as a metric; none if it does nothing.
fn show(name: &str, state: Option<&WorkerState>) {
    for each in ["working", "standing_by", "failing"] {
        let gauge = metrics::gauge!("docket_worker_state", "worker" => name.to_owned(), "state" => each);
        gauge.set(f64::from(u8::from(state.is_some_and(|state| each == state.name()))));
    }
    if state.is_none() {
        metrics::gauge!("docket_worker_failing_seconds", "worker" => name.to_owned()).set(0.0);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::ManualClock;

    #[test]
    fn a_worker_fails_since_it_began_to_and_only_changes_are_news() {
        let clock = Arc::new(ManualClock::at("2026-11-30T10:00:00Z".parse().unwrap()));
        let workers = Workers::new(clock.clone());
        assert!(workers.working("relay"));
        assert!(!workers.working("relay"));
        clock.advance(TimeDelta::seconds(1));
        assert!(workers.failing("relay", "timed out", None));
        clock.advance(TimeDelta::seconds(1));
        assert!(!workers.failing("relay", "timed out", None));
        assert!(workers.failing("relay", "refused", Some(Position(7))));
        let failing = workers.get("relay").unwrap();
        assert_eq!(failing.since.to_rfc3339(), "2026-11-30T10:00:01+00:00");
        assert!(workers.working("relay"));
        assert_eq!(workers.all().len(), 1);
        workers.reached("relay", Position(5));
        assert_eq!(workers.positions(), [("relay".to_owned(), Position(5))]);
        workers.standing_by("relay", None);
        assert_eq!(workers.positions(), []);
    }

    #[test]
    fn who_works_under_another_goes_with_it() {
        let workers = Workers::default();
        for name in ["reactors", "reactors/timers", "reactors/routing", "reactors-of-others", "relay"] {
            workers.failing(name, "the database is gone", None);
        }
        workers.forget_under("reactors");
        let left: Vec<String> = workers.all().into_iter().map(|worker| worker.name).collect();
        assert_eq!(left, ["reactors", "reactors-of-others", "relay"]);
    }
}
