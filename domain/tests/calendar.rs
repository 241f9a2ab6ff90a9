//! Business time, against a minute-by-minute count and as arithmetic.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use docket_domain::sla::{Calendar, default_policy};
use docket_domain::ticket::{Hours, WorkingRange};
use proptest::prelude::*;

use crate::scenario::at;

/// Zones with every kind of trouble: none, an hour, half an hour, odd offsets, a day that never was, Ramadan.
const ZONES: [&str; 10] = [
    "UTC",
    "Europe/Rome",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Jakarta",
];

/// Days near which zones change their clocks, and some where none does.
const DAYS: [&str; 9] = [
    "2026-03-28",
    "2026-10-24",
    "2026-03-07",
    "2026-10-31",
    "2026-04-04",
    "2026-10-03",
    "2011-12-29",
    "2026-02-14",
    "2026-06-15",
];

fn hours(zone: &str, ranges: &[(Weekday, &str, &str)], holidays: &[&str]) -> Hours {
    let time = |text: &str| text.parse::<NaiveTime>().expect("a time");
    Hours {
        time_zone: zone.to_owned(),
        ranges: ranges
            .iter()
            .map(|(day, from, to)| WorkingRange { day: *day, from: time(from), to: time(to) })
            .collect(),
        holidays: holidays.iter().map(|day| day.parse().expect("a date")).collect(),
    }
}

/// Counts the minutes whose local wall time is working time.
fn by_the_minute(hours: &Hours, from: DateTime<Utc>, to: DateTime<Utc>) -> u64 {
    let zone: Tz = hours.time_zone.parse().expect("a zone");
    let mut minute = from;
    let mut count = 0;
    while minute < to {
        let local = minute.with_timezone(&zone).naive_local();
        let works = hours.ranges.is_empty()
            || hours.ranges.iter().any(|range| {
                let to_midnight = range.to == NaiveTime::MIN;
                range.day == local.weekday() && range.from <= local.time() && (to_midnight || local.time() < range.to)
            });
        count += u64::from(works && !hours.holidays.contains(&local.date()));
        minute += TimeDelta::minutes(1);
    }
    count
}

fn any_hours() -> impl Strategy<Value = Hours> {
    // Two ranges a day at most, on the half hour, so that they meet the changes at night.
    let range = (0_u32..7, 0_u32..48, 1_u32..=48).prop_filter_map("empty", |(day, from, to)| {
        let time = |half: u32| NaiveTime::from_hms_opt(half / 2 % 24, half % 2 * 30, 0);
        let day = Weekday::try_from(u8::try_from(day).ok()?).ok()?;
        (from < to).then_some(WorkingRange { day, from: time(from)?, to: time(to)? })
    });
    let holiday = (0_usize..DAYS.len(), 0_u64..5)
        .prop_map(|(day, later)| DAYS[day].parse::<NaiveDate>().expect("a date") + chrono::Days::new(later));
    let holidays = prop::collection::vec(holiday, 0..3);
    (0..ZONES.len(), prop::collection::vec(range, 0..12), holidays).prop_map(|(zone, ranges, holidays)| Hours {
        time_zone: ZONES[zone].to_owned(),
        ranges,
        holidays,
    })
}

fn any_minute() -> impl Strategy<Value = DateTime<Utc>> {
    (0..DAYS.len(), 0_i64..4 * 24 * 60)
        .prop_map(|(day, minutes)| at(&format!("{}T00:00:00Z", DAYS[day])) + TimeDelta::minutes(minutes))
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (1_200_000_000_000_000_i64..1_900_000_000_000_000)
        .prop_map(|micros| DateTime::from_timestamp_micros(micros).expect("in range"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn agrees_with_counting_minutes(hours in any_hours(), from in any_minute(), minutes in 0_i64..14 * 24 * 60) {
        let to = from + TimeDelta::minutes(minutes);
        let calendar = Calendar::new(&hours);
        prop_assert_eq!(calendar.business_seconds(from, to), 60 * by_the_minute(&hours, from, to));
    }

    #[test]
    fn time_adds_up(hours in any_hours(), mut instants in [any_instant(), any_instant(), any_instant()]) {
        instants.sort_unstable();
        let [a, b, c] = instants;
        let calendar = Calendar::new(&hours);
        prop_assert_eq!(calendar.elapsed(a, b) + calendar.elapsed(b, c), calendar.elapsed(a, c));
        prop_assert_eq!(calendar.elapsed(c, a), TimeDelta::zero());
        prop_assert!(calendar.elapsed(a, c) <= c - a);
    }

    #[test]
    fn due_is_the_inverse(hours in any_hours(), from in any_instant(), micros in 1_i64..5_000_000_000_000) {
        let calendar = Calendar::new(&hours);
        let business = TimeDelta::microseconds(micros);
        if let Some(due) = calendar.due(from, business) {
            prop_assert_eq!(calendar.elapsed(from, due), business);
            let before = due - TimeDelta::microseconds(1);
            prop_assert!(calendar.elapsed(from, before) < business, "the first such instant");
        } else {
            prop_assert!(!hours.ranges.is_empty(), "always open, yet never due");
        }
    }
}

#[test]
fn office_hours_skip_nights_weekends_and_holidays() {
    let mut policy = default_policy("Europe/Rome");
    policy.hours.holidays.push("2026-03-10".parse().expect("a date"));
    let calendar = Calendar::new(&policy.hours);
    let seconds = |from: &str, to: &str| calendar.business_seconds(at(from), at(to));
    assert_eq!(seconds("2026-03-06T15:00:00Z", "2026-03-09T09:00:00Z"), 2 * 3600, "Friday 16 to Monday 10");
    assert_eq!(seconds("2026-03-09T15:00:00Z", "2026-03-11T09:00:00Z"), 2 * 3600, "over a holiday");
    assert_eq!(seconds("2026-03-07T00:00:00Z", "2026-03-08T23:00:00Z"), 0, "a weekend");
    let due = calendar.due(at("2026-03-06T15:00:00Z"), TimeDelta::hours(1));
    assert_eq!(due, Some(at("2026-03-06T16:00:00Z")), "at the end of the day, not at the next one's beginning");
    let due = calendar.due(at("2026-03-06T18:00:00Z"), TimeDelta::seconds(1));
    assert_eq!(due, Some(at("2026-03-09T08:00:01Z")));
}

#[test]
fn clocks_put_forward_and_back_are_met() {
    let night =
        |holidays: &[&str]| Calendar::new(&hours("Europe/Rome", &[(Weekday::Sun, "01:00:00", "04:00:00")], holidays));
    let seconds = |calendar: &Calendar, day: &str| {
        let from = at(&format!("{day}T00:00:00Z")) - TimeDelta::hours(6);
        calendar.business_seconds(from, from + TimeDelta::hours(30))
    };
    assert_eq!(seconds(&night(&[]), "2026-03-29"), 2 * 3600, "one hour never was");
    assert_eq!(seconds(&night(&[]), "2026-10-25"), 4 * 3600, "one hour was twice");
    assert_eq!(seconds(&night(&[]), "2026-06-14"), 3 * 3600);
    assert_eq!(seconds(&night(&["2026-10-25"]), "2026-10-25"), 0);
}

#[test]
fn without_ranges_the_desk_never_sleeps() {
    let calendar = Calendar::new(&hours("Asia/Kolkata", &[], &[]));
    let from = at("2026-03-07T12:34:56Z");
    assert_eq!(calendar.due(from, TimeDelta::hours(100)), Some(from + TimeDelta::hours(100)));
    let but_christmas = Calendar::new(&hours("UTC", &[], &["2026-12-25"]));
    assert_eq!(but_christmas.business_seconds(at("2026-12-24T12:00:00Z"), at("2026-12-26T12:00:00Z")), 24 * 3600);
}

#[test]
fn hours_that_make_no_sense_still_make_a_calendar() {
    let nonsense = hours(
        "Nowhere/At_All",
        &[
            (Weekday::Mon, "09:00:00", "08:00:00"),
            (Weekday::Tue, "09:00:00", "12:00:00"),
            (Weekday::Tue, "10:00:00", "13:00:00"),
        ],
        &[],
    );
    let calendar = Calendar::new(&nonsense);
    let week = calendar.business_seconds(at("2026-03-02T00:00:00Z"), at("2026-03-09T00:00:00Z"));
    assert_eq!(week, 4 * 3600, "overlapping ranges count once, backward ones not at all");
    let never = Calendar::new(&hours("UTC", &[(Weekday::Mon, "09:00:00", "08:00:00")], &[]));
    assert_eq!(never.due(at("2026-03-02T00:00:00Z"), TimeDelta::seconds(1)), None);
}
