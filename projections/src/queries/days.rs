//! Days as an organisation's people see them: from midnight to midnight in its time zone.

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

/// A day and the instants it lies between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

/// The last `count` days in `zone`, today last. Where clocks change a day has 23 or 25 hours.
pub(super) fn last_days(zone: Tz, now: DateTime<Utc>, count: u64) -> Vec<Day> {
    let today = now.with_timezone(&zone).date_naive();
    let day = |date: NaiveDate| {
        let next = date.checked_add_days(Days::new(1))?;
        Some(Day { date, from: midnight(zone, date), to: midnight(zone, next) })
    };
    (0..count).rev().filter_map(|back| day(today.checked_sub_days(Days::new(back))?)).collect()
}

/// The instant a date begins. Where clocks are put forward at midnight it begins when they have been.
fn midnight(zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    // No zone ever skipped more than a day.
    let begin =
        (0..=96).find_map(|quarters| match zone.from_local_datetime(&(midnight + TimeDelta::minutes(15 * quarters))) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
            LocalResult::None => None,
        });
    begin.unwrap_or_else(|| midnight.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_day_is_the_zones() {
        let days = last_days(chrono_tz::Asia::Kathmandu, at("2026-03-04T19:00:00Z"), 2);
        assert_eq!(days[1].date.to_string(), "2026-03-05", "a quarter to one at night");
        assert_eq!((days[1].from, days[1].to), (at("2026-03-04T18:15:00Z"), at("2026-03-05T18:15:00Z")));
        assert_eq!(days[0].to, days[1].from);
    }

    #[test]
    fn where_clocks_change_days_are_shorter_and_longer() {
        let spring = last_days(chrono_tz::Europe::Rome, at("2026-03-29T12:00:00Z"), 1)[0];
        assert_eq!(spring.to - spring.from, TimeDelta::hours(23));
        let autumn = last_days(chrono_tz::Europe::Rome, at("2026-10-25T12:00:00Z"), 1)[0];
        assert_eq!(autumn.to - autumn.from, TimeDelta::hours(25));
        // Midnight itself was skipped.
        let cairo = last_days(chrono_tz::Africa::Cairo, at("2026-04-24T12:00:00Z"), 1)[0];
        assert_eq!((cairo.from, cairo.to), (at("2026-04-23T22:00:00Z"), at("2026-04-24T21:00:00Z")));
    }
}
