//! Choices that are always the same, and moments within six weeks.

use chrono::{DateTime, Datelike as _, Days, NaiveTime, TimeDelta, Timelike as _, Utc, Weekday};
use docket_domain::ticket::{Hours, WorkingRange};

/// How far the history goes back.
pub(super) const DAYS: u32 = 42;
/// Where the shop is.
pub(super) const ZONE: &str = "Europe/Berlin";

/// A small generator that needs no seed from outside.
pub(super) struct Choices(u64);

impl Choices {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }

    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// True in `percent` of cases.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// From `from` to `to` minutes, to the second.
    pub(super) fn minutes(&mut self, from: i64, to: i64) -> TimeDelta {
        let seconds = usize::try_from((to - from) * 60).unwrap_or(0);
        TimeDelta::minutes(from) + TimeDelta::seconds(i64::try_from(self.below(seconds)).unwrap_or(0))
    }
}

/// When the shop's desk works: weekdays eight to six, Saturdays nine to one.
pub(super) fn hours() -> Hours {
    let at = |hour: u32| NaiveTime::MIN + TimeDelta::hours(i64::from(hour));
    let week = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    let mut ranges: Vec<WorkingRange> = week.map(|day| WorkingRange { day, from: at(8), to: at(18) }).to_vec();
    ranges.push(WorkingRange { day: Weekday::Sat, from: at(9), to: at(13) });
    Hours { time_zone: ZONE.to_owned(), ranges, holidays: Vec::new() }
}

/// Moments of `count` requests before `now`, in order: more on weekdays than at the weekend, more by day than at night, and
/// enough of them in the last hours that the desk has something to do.
pub(super) fn moments(choices: &mut Choices, now: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
    /// How much is asked in each hour of a day.
    const BY_HOUR: [usize; 24] = [1, 1, 0, 0, 0, 1, 3, 6, 9, 11, 11, 10, 8, 9, 10, 10, 9, 8, 7, 7, 6, 5, 3, 2];
    const RECENT: usize = 12;
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        if found.len() % RECENT == 0 {
            // The very latest just now, the others within a day and a half, ever rarer.
            let reach = 10 + choices.below(46) * choices.below(46);
            found.push(now - choices.minutes(4, i64::try_from(reach).unwrap_or(60)));
            continue;
        }
        let back = u64::try_from(1 + choices.below(DAYS as usize)).unwrap_or(1);
        let day = now - Days::new(back);
        let quiet = match day.weekday() {
            Weekday::Sat => 55,
            Weekday::Sun => 70,
            _ => 0,
        };
        let hour = choices.below(24);
        if choices.chance(quiet) || choices.below(11) >= BY_HOUR[hour] {
            continue;
        }
        let begin = day - TimeDelta::seconds(i64::from(day.num_seconds_from_midnight()));
        let hour = i64::try_from(hour).unwrap_or(12);
        found.push(begin + TimeDelta::hours(hour) + choices.minutes(0, 60));
    }
    found.sort_unstable();
    found
}
