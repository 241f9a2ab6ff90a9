//! Calendars of business hours.

use chrono::NaiveDate;
use docket_domain::service_level::{ServiceLevelEvent, Setting};
use docket_domain::ticket::{Hours, WorkingRange};
use docket_domain::{DomainEvent, Event, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::{Json, table};

table! {
    /// A calendar.
    CalendarRow / CalendarKey in "calendars" {
        key { tenant: TenantId, id: Uuid }
        plain {
            name: String,
            time_zone: String,
            ranges: Json<Vec<WorkingRange>>,
            holidays: Json<Vec<NaiveDate>>,
            archived: bool,
            version: u64,
        }
    }
}

/// The model.
pub(crate) struct Calendars;

impl Model for Calendars {
    type Row = CalendarRow;
    const VERSION: i64 = 1;
    ddl!("calendars");

    fn keys(event: &Event, keys: &mut Vec<CalendarKey>) {
        if let DomainEvent::ServiceLevel(body) = &event.body
            && let Some(Setting::Calendar(id)) = body.about()
        {
            keys.push(CalendarKey { tenant: event.meta.stream.tenant.clone(), id: id.0 });
        }
    }

    fn fold(key: &CalendarKey, row: Option<CalendarRow>, event: &Event) -> Option<CalendarRow> {
        use ServiceLevelEvent as E;
        let DomainEvent::ServiceLevel(body) = &event.body else { return row };
        let version = event.meta.version;
        let set = |name: &str, hours: &Hours, archived: bool| CalendarRow {
            tenant: key.tenant.clone(),
            id: key.id,
            name: name.to_owned(),
            time_zone: hours.time_zone.clone(),
            ranges: Json(hours.ranges.clone()),
            holidays: Json(hours.holidays.clone()),
            archived,
            version,
        };
        match body {
            E::CalendarDefined(defined) => Some(set(&defined.name, &defined.hours, false)),
            E::CalendarChanged(changed) => row.map(|row| set(&changed.name, &changed.hours, row.archived)),
            E::CalendarArchived(_) => row.map(|row| CalendarRow { archived: true, version, ..row }),
            _ => row,
        }
    }

    fn is_new(_: &CalendarKey, event: &Event) -> bool {
        matches!(event.body, DomainEvent::ServiceLevel(ServiceLevelEvent::CalendarDefined(_)))
    }
}
