//! Calendars and what they mean for the days ahead.

use chrono::NaiveDate;
use docket_domain::sla::Calendar;
use docket_domain::ticket::{Hours, WorkingRange};
use uuid::Uuid;

use super::Queries;
use super::reader::{RowReader, all, one};
use crate::database::Sql;
use crate::error::ReadError;
use crate::table::Json;
use crate::viewer::Viewer;
use crate::views::*;

/// Stretches of working time shown ahead.
const AHEAD: usize = 7;

impl Queries {
    /// The calendars offered, by name. Empty for customers.
    pub async fn calendars(&self, viewer: &Viewer) -> Result<Vec<CalendarView>, ReadError> {
        if viewer.is_customer() {
            return Ok(Vec::new());
        }
        let mut sql = select_calendars(viewer);
        sql.push(" AND NOT archived ORDER BY lower(name), id");
        all(self.fetch(viewer, sql).await?, |row| self.read_calendar(row))
    }

    /// A calendar, archived or not. `None` for customers.
    pub async fn calendar(&self, viewer: &Viewer, id: Uuid) -> Result<Option<CalendarView>, ReadError> {
        if viewer.is_customer() {
            return Ok(None);
        }
        let mut sql = select_calendars(viewer);
        sql.push(" AND id = ").value(&id);
        one(self.fetch(viewer, sql).await?, |row| self.read_calendar(row))
    }

    fn read_calendar(&self, row: &mut RowReader<'_>) -> Result<CalendarView, ReadError> {
        let (id, name) = (row.get()?, row.get()?);
        let hours = Hours {
            time_zone: row.get()?,
            ranges: row.get::<Json<Vec<WorkingRange>>>()?.0,
            holidays: row.get::<Json<Vec<NaiveDate>>>()?.0,
        };
        let ahead = Calendar::new(&hours).open_ranges(self.now(), AHEAD);
        Ok(CalendarView {
            id,
            name,
            time_zone: hours.time_zone,
            ranges: hours.ranges.into_iter().map(Into::into).collect(),
            holidays: hours.holidays,
            archived: row.get()?,
            next_open: ahead.into_iter().map(|(from, to)| OpenHours { from, to }).collect(),
            version: row.get()?,
        })
    }
}

fn select_calendars(viewer: &Viewer) -> Sql {
    let mut sql =
        Sql::new("SELECT id, name, time_zone, ranges, holidays, archived, version FROM calendars WHERE tenant = ");
    sql.value(&viewer.tenant);
    sql
}
