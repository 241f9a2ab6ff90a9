//! `/v1/calendars`: when the desk works.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use docket_domain::Permission::ManageSettings;
use docket_domain::service_level::ServiceLevelCommand;
use docket_domain::ticket::Hours;
use docket_domain::{CalendarId, Data};
use docket_projections::views::{AnyOf, CalendarView, Page, WorkingRangeView};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::{Desk, Sees};
use super::ask::Ask;
use super::extract::Path;
use super::problem::{Answer, Problem};
use super::respond::{Accepted, Receipt, Versioned};
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(&[Data::ServiceLevels]) => list_calendars,
        Desk(ManageSettings) => create_calendar,
        Sees(&[Data::ServiceLevels]) => get_calendar,
        Desk(ManageSettings) => change_calendar,
        Desk(ManageSettings) => archive_calendar,
    );
}

/// The calendars offered, by name.
#[utoipa::path(get, path = "/v1/calendars", tag = "calendars", responses((status = 200, body = Page<CalendarView>)))]
pub(super) async fn list_calendars(State(app): State<App>, who: Who) -> Answer<Json<Page<CalendarView>>> {
    let items = app.queries.calendars(&who.viewer()).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A calendar, archived or not, and when the desk works next.
#[utoipa::path(get, path = "/v1/calendars/{id}", tag = "calendars", params(("id" = Uuid, Path)),
    responses((status = 200, body = CalendarView)))]
pub(super) async fn get_calendar(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
) -> Answer<Versioned<CalendarView>> {
    let calendar = app.queries.calendar(&who.viewer(), id).await?.ok_or_else(|| Problem::not_found("calendar"))?;
    let version = calendar.version;
    Ok(Versioned(calendar, version))
}

/// A calendar as it is to be: at most 50 are offered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarDetails {
    /// Its name, 1 to 100 characters; no other calendar's.
    name: String,
    /// IANA name of its time zone, e.g. `Europe/Rome`.
    time_zone: String,
    /// When the desk works: 1 to 70 ranges, several a day allowed, none overlapping. Around the clock is every day from
    /// `00:00` to `24:00`.
    #[schema(value_type = Vec<WorkingRangeView>, max_items = 70)]
    ranges: AnyOf<WorkingRangeView, 70>,
    /// Days on which nobody works, at most 366.
    #[serde(default)]
    #[schema(value_type = Vec<NaiveDate>, max_items = 366)]
    holidays: AnyOf<NaiveDate, 366>,
}

impl CalendarDetails {
    fn hours(&self) -> Hours {
        Hours {
            time_zone: self.time_zone.clone(),
            ranges: self.ranges.iter().copied().map(Into::into).collect(),
            holidays: self.holidays.to_vec(),
        }
    }
}

/// Adds a calendar.
#[utoipa::path(post, path = "/v1/calendars", tag = "calendars", request_body = CalendarDetails,
    responses((status = 201, body = Receipt)))]
pub(super) async fn create_calendar(State(app): State<App>, ask: Ask<CalendarDetails>) -> Answer<Accepted> {
    let done = app.commands.define_calendar(&ask.invocation, ask.body.name.clone(), ask.body.hours()).await;
    done.map(|done| Accepted::noted(done).created("/v1/calendars")).map_err(|error| ask.refuse(error))
}

/// Sets a calendar's name and hours. Unresolved tickets measured by it are measured again, from their beginning.
#[utoipa::path(put, path = "/v1/calendars/{id}", tag = "calendars", params(("id" = Uuid, Path)), request_body = CalendarDetails,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_calendar(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<CalendarDetails>,
) -> Answer<Accepted> {
    let (calendar_id, name, hours) = (CalendarId(id), ask.body.name.clone(), ask.body.hours());
    let command = ServiceLevelCommand::ChangeCalendar { calendar_id, name, hours };
    let done = app.commands.change_service_levels(&ask.invocation, command).await;
    done.map(|done| Accepted::from(done).about(id)).map_err(|error| ask.refuse(error))
}

/// Offers a calendar no longer: `calendar_in_use` while an SLA policy in force runs by it.
#[utoipa::path(delete, path = "/v1/calendars/{id}", tag = "calendars", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn archive_calendar(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    let command = ServiceLevelCommand::ArchiveCalendar { calendar_id: CalendarId(id) };
    let done = app.commands.change_service_levels(&ask.invocation, command).await;
    done.map(|done| Accepted::from(done).about(id)).map_err(|error| ask.refuse(error))
}
