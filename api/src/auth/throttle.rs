//! Guessing passwords is slow: after too many wrong ones nobody is answered for a while.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;

/// Wrong tries, by account and by address. Kept in memory: a bounded number of each.
pub struct Throttle {
    tries: Cache<String, Arc<Tries>>,
    attempts: u32,
    lockout: TimeDelta,
}

#[derive(Debug)]
struct Tries {
    wrong: AtomicU32,
    since: Mutex<DateTime<Utc>>,
}

/// No further try is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locked {
    /// For how many seconds.
    pub seconds: u64,
}

impl Throttle {
    /// Locks for `lockout_seconds` after `attempts` wrong tries within that time.
    pub fn new(attempts: u32, lockout_seconds: u32) -> Self {
        Self {
            tries: Cache::new(20_000),
            attempts: attempts.max(1),
            lockout: TimeDelta::seconds(i64::from(lockout_seconds)),
        }
    }

    /// Counts a try as wrong before it is made, so that many at once do not slip through. [`right`](Self::right) and
    /// [`take_back`](Self::take_back) say it was not.
    pub fn begin(&self, key: &str, now: DateTime<Utc>) -> Result<(), Locked> {
        let fresh =
            || Ok::<_, std::convert::Infallible>(Arc::new(Tries { wrong: AtomicU32::new(0), since: Mutex::new(now) }));
        let Ok(tries) = self.tries.get_or_insert_with(key, fresh);
        let mut since = tries.since.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now - *since >= self.lockout {
            *since = now;
            tries.wrong.store(0, Ordering::Relaxed);
        }
        if tries.wrong.fetch_add(1, Ordering::Relaxed) >= self.attempts {
            tries.wrong.store(self.attempts, Ordering::Relaxed);
            let left = (*since + self.lockout - now).num_seconds();
            return Err(Locked { seconds: u64::try_from(left).unwrap_or(0).max(1) });
        }
        Ok(())
    }

    /// This one try was right after all; earlier ones stay wrong.
    pub fn take_back(&self, key: &str) {
        if let Some(tries) = self.tries.get(key) {
            let _ = tries.wrong.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |wrong| wrong.checked_sub(1));
        }
    }

    /// The try was right after all, and so whoever made the earlier ones is forgiven.
    pub fn right(&self, key: &str) {
        self.tries.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_wrong_tries_lock_and_time_opens() {
        let throttle = Throttle::new(3, 60);
        let start = DateTime::from_timestamp(1_000_000, 0).expect("a moment");
        for _ in 0..3 {
            assert_eq!(throttle.begin("a", start), Ok(()));
        }
        assert_eq!(throttle.begin("a", start + TimeDelta::seconds(20)), Err(Locked { seconds: 40 }));
        assert_eq!(throttle.begin("b", start), Ok(()), "others are not concerned");
        assert_eq!(throttle.begin("a", start + TimeDelta::seconds(60)), Ok(()));
    }

    #[test]
    fn a_right_one_forgets_the_wrong_ones() {
        let throttle = Throttle::new(2, 60);
        let now = DateTime::from_timestamp(1_000_000, 0).expect("a moment");
        for _ in 0..10 {
            assert_eq!(throttle.begin("a", now), Ok(()));
            throttle.right("a");
        }
    }
}
