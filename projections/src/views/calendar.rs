//! Calendars of business hours.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use docket_domain::ticket::WorkingRange;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::schema;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayOfWeek {
    /// The first.
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The seventh.
    Sunday,
}

impl From<Weekday> for DayOfWeek {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Mon => Self::Monday,
            Weekday::Tue => Self::Tuesday,
            Weekday::Wed => Self::Wednesday,
            Weekday::Thu => Self::Thursday,
            Weekday::Fri => Self::Friday,
            Weekday::Sat => Self::Saturday,
            Weekday::Sun => Self::Sunday,
        }
    }
}

impl From<DayOfWeek> for Weekday {
    fn from(day: DayOfWeek) -> Self {
        match day {
            DayOfWeek::Monday => Self::Mon,
            DayOfWeek::Tuesday => Self::Tue,
            DayOfWeek::Wednesday => Self::Wed,
            DayOfWeek::Thursday => Self::Thu,
            DayOfWeek::Friday => Self::Fri,
            DayOfWeek::Saturday => Self::Sat,
            DayOfWeek::Sunday => Self::Sun,
        }
    }
}

/// A range of working time on one day of the week, by the calendar's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingRangeView {
    /// The day.
    pub day: DayOfWeek,
    /// When work begins, `HH:MM`.
    #[serde(with = "wall_time")]
    #[schema(schema_with = schema::wall_time)]
    pub from: NaiveTime,
    /// When it ends, `HH:MM`; `24:00` (or `00:00`) is the end of the day.
    #[serde(with = "wall_time_of_end")]
    #[schema(schema_with = schema::wall_time_of_end)]
    pub to: NaiveTime,
}

impl From<WorkingRange> for WorkingRangeView {
    fn from(range: WorkingRange) -> Self {
        Self { day: range.day.into(), from: range.from, to: range.to }
    }
}

impl From<WorkingRangeView> for WorkingRange {
    fn from(range: WorkingRangeView) -> Self {
        Self { day: range.day.into(), from: range.from, to: range.to }
    }
}

/// From one moment to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenHours {
    /// When the desk begins to work.
    pub from: DateTime<Utc>,
    /// When it stops.
    pub to: DateTime<Utc>,
}

/// A calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CalendarView {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// When the desk works: by day, then by time.
    pub ranges: Vec<WorkingRangeView>,
    /// Days on which nobody works, earliest first.
    pub holidays: Vec<NaiveDate>,
    /// Whether it is offered no longer.
    pub archived: bool,
    /// When the desk works next, as of the answer: the present stretch or the next ones, at most seven within a year.
    pub next_open: Vec<OpenHours>,
    /// Its version, for `If-Match`.
    pub version: u64,
}

/// `HH:MM`.
mod wall_time {
    use chrono::{NaiveTime, Timelike as _};
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:02}:{:02}", time.hour(), time.minute()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
        parse(&String::deserialize(deserializer)?).ok_or_else(|| de::Error::custom("must be a time, HH:MM"))
    }

    pub(super) fn parse(text: &str) -> Option<NaiveTime> {
        let fits = text.len() == 5 && text.bytes().enumerate().all(|(at, b)| (at == 2) == (b == b':'));
        fits.then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten()
    }
}

/// `HH:MM`, or `24:00` for midnight at the day's end.
mod wall_time_of_end {
    use chrono::NaiveTime;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, serializer: S) -> Result<S::Ok, S::Error> {
        if *time == NaiveTime::MIN {
            serializer.serialize_str("24:00")
        } else {
            super::wall_time::serialize(time, serializer)
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time = if text == "24:00" { Some(NaiveTime::MIN) } else { super::wall_time::parse(&text) };
        time.ok_or_else(|| de::Error::custom("must be a time, HH:MM, or 24:00 for the end of the day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_written_as_people_write_it() {
        let json = |from: &str, to: &str| format!(r#"{{"day":"sunday","from":"{from}","to":"{to}"}}"#);
        let read = |from: &str, to: &str| serde_json::from_str::<WorkingRangeView>(&json(from, to));
        for (from, to, written) in
            [("09:00", "17:30", "17:30"), ("00:00", "24:00", "24:00"), ("22:00", "00:00", "24:00")]
        {
            let range = read(from, to).expect("a range");
            assert_eq!(serde_json::to_string(&range).expect("JSON"), json(from, written));
            assert_eq!(WorkingRangeView::from(WorkingRange::from(range)), range);
        }
        for (from, to) in
            [("24:00", "24:00"), ("9:00", "17:00"), ("09:00", "17:60"), ("09:00:00", "17:00"), ("", "17:00")]
        {
            assert!(read(from, to).is_err(), "{from} {to}");
        }
    }
}
