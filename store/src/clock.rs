//! The port through which time comes in.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time, in microseconds: what both databases keep.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// How far clocks may differ before somebody is told.
pub const MOST_SKEW: TimeDelta = TimeDelta::seconds(1);

/// Whether this machine's clock is behind what the log has from others, told once each time it begins to be.
#[derive(Debug, Default)]
pub(crate) struct ClockSkew(AtomicBool);

impl ClockSkew {
    /// How far `now` is behind a time the log has; zero if it is not.
    pub(crate) fn note(&self, recorded_at: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
        let behind = (recorded_at - now).max(TimeDelta::zero());
        metrics::gauge!("docket_clock_behind_seconds").set(behind.as_seconds_f64());
        let differs = behind > MOST_SKEW;
        if self.0.swap(differs, Ordering::Relaxed) != differs && differs {
            tracing::warn!(
                seconds = behind.as_seconds_f64(),
                "this machine's clock is behind the time of the log's last event: the clocks of the nodes differ"
            );
        }
        behind
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the port")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is moved: for tests of what time does.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(AtomicI64::new(now.timestamp_micros()))
    }

    /// Moves it forward.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}
