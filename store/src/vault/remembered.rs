//! A bounded cache that never keeps what was read before it was told to forget.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;

/// Remembers values read from the vault.
///
/// Whoever reads takes a [`mark`](Self::mark) first and gives it back with what was read; if anything was forgotten in between, the
/// value is not kept, as it may be from before.
pub(super) struct Remembered<K, V> {
    cache: Cache<K, V>,
    forgotten: AtomicU64,
}

/// The moment a read began.
#[derive(Clone, Copy)]
pub(super) struct Mark(u64);

impl<K: Hash + Eq + Clone, V: Clone> Remembered<K, V> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { cache: Cache::new(capacity), forgotten: AtomicU64::new(0) }
    }

    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.cache.get(key)
    }

    /// To be taken before a read.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.forgotten.load(Ordering::SeqCst))
    }

    /// Keeps what was read since `mark`.
    pub(super) fn keep(&self, mark: Mark, key: K, value: V) {
        self.cache.insert(key.clone(), value);
        if self.forgotten.load(Ordering::SeqCst) != mark.0 {
            self.cache.remove(&key);
        }
    }

    /// Forgets one value.
    pub(super) fn forget(&self, key: &K) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.remove(key);
    }

    /// Forgets every value.
    pub(super) fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.cache.clear();
    }
}
