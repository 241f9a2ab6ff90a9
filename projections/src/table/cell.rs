//! Values on their way between Rust and either database.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use docket_domain::TenantId;
use rusqlite::types::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// The types columns have: `text uuid bigint float8 boolean timestamptz jsonb` in PostgreSQL,
/// text, blob of 16 bytes, integer, real, integer, fixed-width sortable text, and text in SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    /// Text.
    Text,
    /// A UUID.
    Uuid,
    /// A 64-bit integer.
    Int,
    /// A float.
    Real,
    /// True or false.
    Bool,
    /// A moment, in microseconds.
    Time,
    /// JSON.
    Json,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each is named after its column type")]
pub(crate) enum Cell {
    Null(ColumnType),
    Text(String),
    Uuid(Uuid),
    Int(i64),
    Real(f64),
    Bool(bool),
    Time(DateTime<Utc>),
    Json(String),
}

impl Cell {
    /// How many bytes lie outside of the value itself.
    pub(crate) const fn heap_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Json(text) => text.len(),
            _ => 0,
        }
    }
}

/// A row of an answer.
#[derive(Debug)]
pub(crate) enum DbRow {
    Sqlite(Vec<Value>),
    Postgres(PgRow),
}

/// A Rust type that fits a column.
pub(crate) trait Column: Sized {
    /// The column's type.
    const TYPE: ColumnType;
    /// The value as a cell.
    fn cell(&self) -> Cell;
    /// Takes the value out of the row's `i`th column: it is read once.
    fn read(row: &mut DbRow, i: usize) -> Result<Self, sqlx::Error>;
}

/// JSON of any shape in a column.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T> std::ops::Deref for Json<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> std::ops::DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

pub(super) fn unreadable(i: usize, detail: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: i.to_string(), source: detail.into() }
}

/// `2026-11-21T10:00:00.000000Z`: sorts as text.
pub(crate) fn time_text(time: DateTime<Utc>) -> String {
    use std::fmt::Write as _;
    let naive = time.naive_utc();
    let mut text = String::with_capacity(27);
    let (date, clock) = (naive.date(), naive.time());
    let written = write!(
        text,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        date.year(),
        date.month(),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        clock.nanosecond() / 1000
    );
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
    text
}

/// Reads what [`time_text`] wrote.
fn parse_time(text: &str, i: usize) -> Result<DateTime<Utc>, sqlx::Error> {
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
    let parsed = || {
        let year = text.get(..4)?.parse().ok()?;
        let date = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
        let time = date.and_hms_micro_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 26)?)?;
        (text.len() == 27).then(|| time.and_utc())
    };
    parsed().ok_or_else(|| unreadable(i, format!("{text:?} is no time")))
}

/// Takes a value of SQLite.
fn take(row: &mut [Value], i: usize) -> Result<Value, sqlx::Error> {
    let value = row.get_mut(i).ok_or(sqlx::Error::ColumnIndexOutOfBounds { index: i, len: 0 })?;
    Ok(std::mem::replace(value, Value::Null))
}

fn take_text(row: &mut [Value], i: usize) -> Result<String, sqlx::Error> {
    match take(row, i)? {
        Value::Text(text) => Ok(text),
        other => Err(unreadable(i, format!("{:?} is no text", other.data_type()))),
    }
}

macro_rules! direct {
    ($rust:ty, $kind:ident, |$value:ident| $cell:expr, $pattern:pat => $read:expr) => {
        impl Column for $rust {
            const TYPE: ColumnType = ColumnType::$kind;
            fn cell(&self) -> Cell {
                let $value = self;
                $cell
            }
            fn read(row: &mut DbRow, i: usize) -> Result<Self, sqlx::Error> {
                match row {
                    DbRow::Sqlite(row) => match take(row, i)? {
                        $pattern => $read.map_err(|e| unreadable(i, e)),
                        other => Err(unreadable(i, format!("{:?} is another type", other.data_type()))),
                    },
                    DbRow::Postgres(row) => row.try_get(i),
                }
            }
        }
    };
}

direct!(String, Text, |v| Cell::Text(v.clone()), Value::Text(text) => Ok::<_, sqlx::Error>(text));
direct!(Uuid, Uuid, |v| Cell::Uuid(*v), Value::Blob(bytes) => Uuid::from_slice(&bytes));
direct!(i64, Int, |v| Cell::Int(*v), Value::Integer(int) => Ok::<_, sqlx::Error>(int));
direct!(f64, Real, |v| Cell::Real(*v), Value::Real(real) => Ok::<_, sqlx::Error>(real));
direct!(bool, Bool, |v| Cell::Bool(*v), Value::Integer(truth) => Ok::<_, sqlx::Error>(truth != 0));

/// A text, wherever it comes from.
fn text(row: &mut DbRow, i: usize) -> Result<String, sqlx::Error> {
    String::read(row, i)
}

impl Column for u64 {
    const TYPE: ColumnType = ColumnType::Int;
    fn cell(&self) -> Cell {
        Cell::Int(i64::try_from(*self).unwrap_or(i64::MAX))
    }
    fn read(row: &mut DbRow, i: usize) -> Result<Self, sqlx::Error> {
        u64::try_from(i64::read(row, i)?).map_err(|e| unreadable(i, e))
    }
}

impl Column for TenantId {
    const TYPE: ColumnType = ColumnType::Text;
    fn cell(&self) -> Cell {
        Cell::Text(self.as_str().to_owned())
    }
    fn read(row: &mut DbRow, i: usize) -> Result<Self, sqlx::Error> {
        Self::new(&text(row, i)?).map_err(|e| unreadable(i, e))
    }
}

impl Column for DateTime<Utc> {
    const TYPE: ColumnType = ColumnType::Time;
    fn cell(&self) -> Cell {
        Cell::Time(*self)
    }
    fn read(row: &mut DbRow, i: usize) -> Result<Self, sqlx::Error> {
        match row {
            DbRow::Sqlite(row) => parse_time(&take_text(row, i)?, i),
            DbRow::Postgres(row) => row.try_get(i),
        }
    }
}

impl<T: Serialize + DeserializeOwned> Column for Json<T> {
    const TYPE: ColumnType = ColumnType::Json;
    fn cell(&self) -> Cell {
        // Only maps with keys that are not text fail to become JSON, and no column holds one.
        serde_json::to_string(&self.0).map_or(Cell::Null(ColumnType::Json), Cell::Json)
    }
    fn read(row: &mut DbRow, i: usize) -> Result<Self, sqlx::Error> {
        match row {
            DbRow::Sqlite(row) => serde_json::from_str(&take_text(row, i)?).map(Self).map_err(|e| unreadable(i, e)),
            DbRow::Postgres(row) => {
                let raw = row.try_get::<&sqlx::types::JsonRawValue, _>(i)?;
                serde_json::from_str(raw.get()).map(Self).map_err(|e| unreadable(i, e))
            }
        }
    }
}

impl<T: Column> Column for Option<T> {
    const TYPE: ColumnType = T::TYPE;
    fn cell(&self) -> Cell {
        self.as_ref().map_or(Cell::Null(T::TYPE), T::cell)
    }
    fn read(row: &mut DbRow, i: usize) -> Result<Self, sqlx::Error> {
        use sqlx::ValueRef as _;
        let null = match row {
            DbRow::Sqlite(row) => matches!(row.get(i), Some(Value::Null) | None),
            DbRow::Postgres(row) => row.try_get_raw(i)?.is_null(),
        };
        if null { Ok(None) } else { T::read(row, i).map(Some) }
    }
}

/// Makes enumerations with stable names fit text columns.
macro_rules! named_columns {
    ($($kind:ty),+ $(,)?) => {$(
        impl Column for $kind {
            const TYPE: ColumnType = ColumnType::Text;
            fn cell(&self) -> Cell {
                Cell::Text(self.as_str().to_owned())
            }
            fn read(row: &mut DbRow, i: usize) -> Result<Self, sqlx::Error> {
                let text = text(row, i)?;
                text.parse().map_err(|e| unreadable(i, format!("{text:?}: {e}")))
            }
        }
    )+};
}

named_columns!(
    docket_domain::ticket::TicketStatus,
    docket_domain::ticket::Priority,
    docket_domain::ticket::Channel,
    docket_domain::ticket::SlaClock,
    docket_domain::chat::ChatStatus,
    docket_domain::chat::EndedBy,
    docket_domain::agent::Availability,
    docket_domain::customer::CustomerKind,
    docket_domain::Role,
    docket_domain::Category,
    docket_domain::view::ViewSort,
    crate::views::ConversationKind,
    crate::views::SlaClockState,
    crate::names::ActorName,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_text_and_come_back() {
        let times = [0, 1, 999_999, 1_000_000, 1_700_000_000_123_456, 253_402_300_799_999_999]
            .map(|micros| DateTime::from_timestamp_micros(micros).unwrap());
        let texts = times.map(time_text);
        assert!(texts.is_sorted());
        assert!(texts.iter().all(|text| text.len() == 27));
        for (time, text) in times.iter().zip(&texts) {
            assert_eq!(parse_time(text, 0).unwrap(), *time);
        }
    }
}
