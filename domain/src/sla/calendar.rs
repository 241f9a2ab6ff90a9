//! Business time: when the desk works, in its own time zone.

use chrono::{DateTime, Datelike as _, Offset as _, TimeDelta, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;

use crate::ticket::{Hours, WorkingRange};

/// Instants and durations are counted in microseconds, the log's precision; UTC instants and local times since 1970.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
const WEEK: i64 = 7 * DAY;
const YEAR: i64 = 366 * DAY;
/// The farthest a due time may lie ahead: beyond, something is never due.
const HORIZON: i64 = 50 * 366 * DAY;
/// Days from year 1 to 1970, as chrono counts them.
const DAYS_BEFORE_1970: i64 = 719_163;

/// Business hours made ready for arithmetic.
///
/// The desk works at every instant whose local wall time lies in a working range of a day that is no holiday.
/// Where clocks are put back, an hour that comes twice counts twice; where they are put forward, the hour that is
/// skipped counts for nothing.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: Tz,
    /// Weekday (Monday 0), begin and end within the day; sorted, not overlapping, not empty.
    ranges: Vec<(i64, i64, i64)>,
    /// Days since 1970, sorted.
    holidays: Vec<i64>,
    week: i64,
}

impl Calendar {
    /// The calendar of `hours`. What [`check_policy`](super::check_policy) would refuse is read as well as it can be:
    /// an unknown zone as UTC, overlapping ranges as one, empty ranges as none.
    pub fn new(hours: &Hours) -> Self {
        let mut ranges: Vec<(i64, i64, i64)> = if hours.ranges.is_empty() {
            (0..7).map(|day| (day, 0, DAY)).collect()
        } else {
            hours.ranges.iter().map(of_day).filter(|(_, from, to)| from < to).collect()
        };
        ranges.sort_unstable();
        ranges.dedup_by(|next, range| {
            let overlap = next.0 == range.0 && next.1 <= range.2;
            if overlap {
                range.2 = range.2.max(next.2);
            }
            overlap
        });
        let mut holidays: Vec<i64> =
            hours.holidays.iter().map(|date| i64::from(date.num_days_from_ce()) - DAYS_BEFORE_1970).collect();
        holidays.sort_unstable();
        holidays.dedup();
        let week = ranges.iter().map(|(_, from, to)| to - from).sum();
        Self { zone: hours.time_zone.parse().unwrap_or(Tz::UTC), ranges, holidays, week }
    }

    /// Whole business seconds between two instants; 0 if `to` is not after `from`.
    pub fn business_seconds(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> u64 {
        u64::try_from(self.elapsed(from, to).num_seconds()).unwrap_or(0)
    }

    /// Business time between two instants, to the microsecond; zero if `to` is not after `from`.
    pub fn elapsed(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let (mut at, end) = (from.timestamp_micros(), to.timestamp_micros());
        if self.is_always_open() {
            return TimeDelta::microseconds((end - at).max(0));
        }
        let mut worked = 0;
        while at < end {
            let (offset, until) = self.steady(at, end);
            worked += self.worked(at + offset, until + offset, i64::MAX).0;
            at = until;
        }
        TimeDelta::microseconds(worked)
    }

    /// The first instant at which `business` time has passed after `from`. `None` if that is half a century away.
    pub fn due(&self, from: DateTime<Utc>, business: TimeDelta) -> Option<DateTime<Utc>> {
        let start = from.timestamp_micros();
        let (mut at, mut missing) = (start, business.num_microseconds()?);
        if missing <= 0 {
            return Some(from);
        }
        let horizon = start.checked_add(HORIZON)?;
        if self.is_always_open() {
            return start.checked_add(missing).filter(|due| *due <= horizon).and_then(DateTime::from_timestamp_micros);
        }
        while at < horizon {
            let (offset, until) = self.steady(at, horizon);
            let (worked, stopped_at) = self.worked(at + offset, until + offset, missing);
            missing -= worked;
            if missing == 0 {
                return DateTime::from_timestamp_micros(stopped_at - offset);
            }
            at = until;
        }
        None
    }

    /// When the desk works from `from` on, at most `most` stretches and a year ahead: the present one from `from`, if it
    /// works then. What meets (at midnight, say) is one stretch.
    pub fn open_ranges(&self, from: DateTime<Utc>, most: usize) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let mut at = from.timestamp_micros();
        let end = at.saturating_add(YEAR);
        let mut open: Vec<(i64, i64)> = Vec::new();
        // One more than is wanted is looked for: only then is it sure that the last one does not go on.
        while at < end && open.len() <= most {
            let (offset, until) = self.steady(at, end);
            for (begin, stop) in self.stretches(at + offset, until + offset) {
                let (begin, stop) = (begin - offset, stop - offset);
                match open.last_mut() {
                    Some(last) if last.1 == begin => last.1 = stop,
                    _ => open.push((begin, stop)),
                }
            }
            at = until;
        }
        open.truncate(most);
        let instant = DateTime::from_timestamp_micros;
        open.into_iter().filter_map(|(begin, stop)| Some((instant(begin)?, instant(stop)?))).collect()
    }

    fn is_always_open(&self) -> bool {
        self.week == WEEK && self.holidays.is_empty()
    }

    /// The zone's offset at `at`, and until when (at most a week, at most `end`) it surely stays.
    fn steady(&self, at: i64, end: i64) -> (i64, i64) {
        let offset = self.offset(at);
        let week_on = at.saturating_add(WEEK).min(end);
        if self.offset(week_on) == offset {
            return (offset, week_on);
        }
        // Zones change on whole seconds.
        let (mut same, mut changed) = (at.div_euclid(SECOND), week_on.div_euclid(SECOND));
        while changed - same > 1 {
            let middle = same + (changed - same) / 2;
            if self.offset(middle * SECOND) == offset { same = middle } else { changed = middle }
        }
        (offset, (changed * SECOND).clamp(at + 1, end))
    }

    fn offset(&self, at: i64) -> i64 {
        let at = DateTime::from_timestamp_micros(at).unwrap_or(DateTime::<Utc>::MAX_UTC);
        i64::from(self.zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()) * SECOND
    }

    /// Working time in a stretch of local time, but no more than `most`; and where counting stopped.
    fn worked(&self, from: i64, to: i64, most: i64) -> (i64, i64) {
        if to - from == WEEK && self.week < most && !self.has_holiday(from.div_euclid(DAY), to.div_euclid(DAY)) {
            return (self.week, to);
        }
        let mut worked = 0;
        for (begin, end) in self.stretches(from, to) {
            if end - begin >= most - worked {
                return (most, begin + (most - worked));
            }
            worked += end - begin;
        }
        (worked, to)
    }

    /// The working stretches within a stretch of local time, each on one day.
    fn stretches(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> {
        let days = from.div_euclid(DAY)..(to + DAY - 1).div_euclid(DAY);
        days.filter(move |day| !self.has_holiday(*day, *day)).flat_map(move |day| {
            // 1 January 1970 was a Thursday.
            let weekday = (day + 3).rem_euclid(7);
            let ranges = self.ranges.iter().filter(move |range| range.0 == weekday);
            let within = ranges.map(move |(_, begin, end)| ((day * DAY + begin).max(from), (day * DAY + end).min(to)));
            within.filter(|(begin, end)| begin < end)
        })
    }

    fn has_holiday(&self, first: i64, last: i64) -> bool {
        let next = self.holidays.partition_point(|holiday| *holiday < first);
        self.holidays.get(next).is_some_and(|holiday| *holiday <= last)
    }
}

/// Weekday, begin and end of a range; midnight as an end is the day's end.
fn of_day(range: &WorkingRange) -> (i64, i64, i64) {
    let micros = |time: chrono::NaiveTime| {
        i64::from(time.num_seconds_from_midnight()) * SECOND + i64::from(time.nanosecond() % 1_000_000_000 / 1000)
    };
    let to = micros(range.to);
    (i64::from(range.day.num_days_from_monday()), micros(range.from), if to == 0 { DAY } else { to })
}
