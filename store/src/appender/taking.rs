//! Whether the log takes what it is given: a full disk or a read-only file shows in nothing but the write that fails.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use crate::Clock;

/// How long a write may take before it is said that it does: many times what one takes on a slow disk.
const SLOW: Duration = Duration::from_secs(2);

/// The log does not take what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusing {
    /// Since when.
    pub since: DateTime<Utc>,
    /// What the last write failed with.
    pub error: String,
}

/// A moment by the clock that only goes on, and by the one that people read.
type Moment = (Instant, DateTime<Utc>);

/// How the last write of this process went. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Taking {
    refusing: Arc<Mutex<Option<Refusing>>>,
    /// When the writer took up what it has in hand.
    in_hand: Arc<Mutex<Option<Moment>>>,
    probing: Arc<AtomicBool>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Taking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Taking").field(&self.refusing()).finish()
    }
}

impl Taking {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { refusing: Arc::default(), in_hand: Arc::default(), probing: Arc::default(), clock }
    }

    pub(crate) fn refusing(&self) -> Option<Refusing> {
        self.lock().clone()
    }

    /// Since when the oldest append has been waiting, if that is long. All others wait behind what the writer has in hand.
    pub(crate) fn waiting(&self) -> Option<DateTime<Utc>> {
        let (begun, since) = (*self.in_hand())?;
        (begun.elapsed() >= SLOW).then_some(since)
    }

    /// The writer took up what waited.
    pub(super) fn took_up(&self) {
        *self.in_hand() = Some((Instant::now(), self.clock.now()));
    }

    /// Whoever waited was answered. Returns since when they had been.
    pub(super) fn answered(&self) -> Option<DateTime<Utc>> {
        self.in_hand().take().map(|(_, since)| since)
    }

    /// Something was written, to the disk.
    pub(super) fn took(&self) {
        if self.lock().take().is_some() {
            tracing::info!("the log takes events again");
        }
    }

    /// A write failed that was begun then, or just now.
    pub(super) fn refused(&self, begun: Option<DateTime<Utc>>, error: &str) {
        let mut refusing = self.lock();
        let known = refusing.as_ref().map(|refusing| refusing.since);
        let since = known.or(begun).unwrap_or_else(|| self.clock.now());
        *refusing = Some(Refusing { since, error: error.to_owned() });
    }

    /// Lets one at a time try; the others hear what is known.
    pub(super) fn begin_probe(&self) -> Option<Probing> {
        (!self.probing.swap(true, Ordering::AcqRel)).then(|| Probing(self.probing.clone()))
    }

    fn in_hand(&self) -> std::sync::MutexGuard<'_, Option<Moment>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Refusing>> {
        self.refusing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody tries.
pub(super) struct Probing(Arc<AtomicBool>);

impl Drop for Probing {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
