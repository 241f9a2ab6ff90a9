//! One clock: how long it ran, and when it is due.

use std::sync::Arc;

use chrono::serde::ts_microseconds_option;
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Calendar;
use crate::ticket::SlaPolicyApplied;

/// Share of the target after which a warning is due, in percent.
const WARN_AFTER_PERCENT: i64 = 80;

/// Something that happened to a ticket, by the event that recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mark {
    /// When.
    pub at: DateTime<Utc>,
    /// The event's version in the ticket's stream.
    pub version: u64,
}

/// What a clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// It has not begun: there is nothing to answer.
    Idle,
    /// It runs in business hours.
    Running,
    /// It stands still because of the ticket's status.
    Paused,
    /// What it waited for has happened.
    Fulfilled,
    /// The ticket was merged, archived or deleted first.
    Cancelled,
}

/// One of a ticket's clocks. In a row it is written small: instants in microseconds, nothing for what is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Clock {
    /// What began it.
    #[serde(with = "small_mark", skip_serializing_if = "Option::is_none")]
    pub began: Option<Mark>,
    /// What ended it.
    #[serde(with = "small_mark", skip_serializing_if = "Option::is_none")]
    pub fulfilled: Option<Mark>,
    /// How long it may run, in business seconds: once it ended, as promised at that time. Absent: it is not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_seconds: Option<u64>,
    /// Business microseconds of the stretches it ran and stopped again.
    pub used_micros: i64,
    /// Since when it has been running.
    #[serde(with = "ts_microseconds_option", skip_serializing_if = "Option::is_none")]
    pub running_since: Option<DateTime<Utc>>,
    /// When it runs out, or ran out. Absent while it stands still with time left, after it ended in time, and without a
    /// target.
    #[serde(with = "ts_microseconds_option", skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTime<Utc>>,
    /// When to warn; absent as `due_at`.
    #[serde(with = "ts_microseconds_option", skip_serializing_if = "Option::is_none")]
    pub warn_at: Option<DateTime<Utc>>,
    /// The latest due time a warning was recorded of.
    #[serde(with = "ts_microseconds_option", skip_serializing_if = "Option::is_none")]
    pub warned_for: Option<DateTime<Utc>>,
    /// The latest due time a breach was recorded of. It is never taken back, whatever is promised later.
    #[serde(with = "ts_microseconds_option", skip_serializing_if = "Option::is_none")]
    pub breach_recorded: Option<DateTime<Utc>>,
    /// What it was measured by when it ended, if that is no longer the policy in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) terms: Option<Arc<SlaPolicyApplied>>,
}

impl Clock {
    /// A clock that began.
    pub(super) fn begun(mark: Mark, target_seconds: Option<u64>) -> Self {
        Self { began: Some(mark), target_seconds, ..Self::default() }
    }

    /// Whether it waits for something.
    pub fn is_pending(&self) -> bool {
        self.began.is_some() && self.fulfilled.is_none()
    }

    /// Whether it had run out by `now`: its due time passed before it ended or stood still, or a breach was recorded.
    /// The due time itself is still in time. When the desk closes, or the clock stands still, at just that moment makes
    /// no difference: what matters is the instant at which the time was used up.
    pub fn is_breached(&self, now: DateTime<Utc>) -> bool {
        let until = self.fulfilled.map_or(now, |mark| mark.at);
        self.began.is_some() && (self.breach_recorded.is_some() || self.due_at.is_some_and(|due| due < until))
    }

    /// Business time it has run by `now`.
    pub(super) fn used(&self, calendar: &Calendar, now: DateTime<Utc>) -> TimeDelta {
        let running = self.running_since.map_or(TimeDelta::zero(), |since| calendar.elapsed(since, now));
        TimeDelta::microseconds(self.used_micros) + running
    }

    /// Begins to run, unless it runs.
    pub(super) fn start(&mut self, at: DateTime<Utc>, calendar: &Calendar) {
        if self.running_since.is_some() {
            return;
        }
        self.running_since = Some(at);
        let Some(target) = self.target().filter(|_| self.due_at.is_none()) else { return };
        let left = |of: i64| calendar.due(at, TimeDelta::microseconds((of - self.used_micros).max(0)));
        self.due_at = left(target);
        self.warn_at = left(target / 100 * WARN_AFTER_PERCENT);
    }

    /// Stands still, unless it does. If its time was used up, its due time stays as the moment of that.
    pub(super) fn stop(&mut self, at: DateTime<Utc>, calendar: &Calendar) {
        let Some(since) = self.running_since.take() else { return };
        self.used_micros += calendar.elapsed(since, at).num_microseconds().unwrap_or(0);
        self.due_at = self.due_at.filter(|due| *due <= at);
        self.warn_at = None;
    }

    /// Stands still for good. If it ended in time, also at the very moment, nothing is due any more.
    pub(super) fn end(&mut self, at: DateTime<Utc>, calendar: &Calendar) {
        self.stop(at, calendar);
        self.due_at = self.due_at.filter(|due| *due < at);
    }

    /// The same clock before it was measured, with another target. What was recorded of it stays.
    pub(super) fn unmeasured(&self, target_seconds: Option<u64>) -> Self {
        Self {
            began: self.began,
            fulfilled: self.fulfilled,
            target_seconds,
            warned_for: self.warned_for,
            breach_recorded: self.breach_recorded,
            terms: self.terms.clone(),
            ..Self::default()
        }
    }

    /// The target in microseconds; nothing if that is out of all proportion.
    fn target(&self) -> Option<i64> {
        i64::try_from(self.target_seconds?).ok()?.checked_mul(1_000_000)
    }
}

/// A mark as `[microseconds, version]`.
pub(super) mod small_mark {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::Mark;

    pub(in crate::sla) fn serialize<S: Serializer>(mark: &Option<Mark>, serializer: S) -> Result<S::Ok, S::Error> {
        mark.map(|mark| (mark.at.timestamp_micros(), mark.version)).serialize(serializer)
    }

    pub(in crate::sla) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Mark>, D::Error> {
        let small = Option::<(i64, u64)>::deserialize(deserializer)?;
        let mark = |(micros, version)| {
            let at = DateTime::<Utc>::from_timestamp_micros(micros).ok_or("not an instant")?;
            Ok(Mark { at, version })
        };
        small.map(mark).transpose().map_err(|why: &str| serde::de::Error::custom(why))
    }
}
