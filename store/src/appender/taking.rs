//! Whether the log takes what it is given: a full disk or a read-only file shows in nothing but the write that fails.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::Clock;

/// The log does not take what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusing {
    /// Since when.
    pub since: DateTime<Utc>,
    /// What the last write failed with.
    pub error: String,
}

/// How the last write of this process went. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Taking {
    refusing: Arc<Mutex<Option<Refusing>>>,
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
        Self { refusing: Arc::default(), probing: Arc::default(), clock }
    }

    pub(crate) fn refusing(&self) -> Option<Refusing> {
        self.lock().clone()
    }

    /// Something was written, to the disk.
    pub(super) fn took(&self) {
        if self.lock().take().is_some() {
            tracing::info!("the log takes events again");
        }
    }

    /// A write failed.
    pub(super) fn refused(&self, error: &str) {
        let mut refusing = self.lock();
        let since = refusing.as_ref().map_or_else(|| self.clock.now(), |refusing| refusing.since);
        *refusing = Some(Refusing { since, error: error.to_owned() });
    }

    /// Lets one at a time try; the others hear what is known.
    pub(super) fn begin_probe(&self) -> Option<Probing> {
        (!self.probing.swap(true, Ordering::AcqRel)).then(|| Probing(self.probing.clone()))
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
