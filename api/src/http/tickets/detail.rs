//! One ticket, as it is or as it was.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use docket_domain::ticket::Ticket;
use docket_projections::views::{SlaView, TicketDetail};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::as_of::{Moment, as_of};
use crate::app::App;
use crate::auth::Who;
use crate::http::extract::{Path, Query};
use crate::http::problem::{Answer, Problem};
use crate::http::reach::reply_via;
use crate::http::respond::Versioned;

/// As of when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOfQuery {
    /// As it was at this version.
    at_version: Option<u64>,
    /// As it was at this moment.
    at: Option<DateTime<Utc>>,
}

/// A ticket. With `at_version` or `at` as it was then, folded from its events as it is now; names of people are today's.
#[utoipa::path(get, path = "/v1/tickets/{id}", tag = "tickets", params(("id" = Uuid, Path), AsOfQuery),
    responses((status = 200, body = TicketDetail)))]
pub(super) async fn get_ticket(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
    Query(query): Query<AsOfQuery>,
) -> Answer<Versioned<TicketDetail>> {
    let moment = match (query.at_version, query.at) {
        (None, None) => {
            let detail = app.queries.ticket(&who.viewer(), id).await?.ok_or_else(|| Problem::not_found("ticket"))?;
            let detail = with_ways(&app, &who, detail).await?;
            let version = detail.ticket.version;
            return Ok(Versioned(detail, version));
        }
        (Some(version), None) => Moment::Version(version),
        (None, Some(at)) => Moment::Time(at),
        (Some(_), Some(_)) => {
            return Err(Problem::invalid_field("at", "invalid", "at: give either at or at_version"));
        }
    };
    let detail = with_ways(&app, &who, as_of(&app, &who, id, moment).await?).await?;
    let version = detail.ticket.version;
    Ok(Versioned(detail, version))
}

/// Says how an answer reaches the customer today, to people of the desk.
async fn with_ways(app: &App, who: &Who, mut detail: TicketDetail) -> Answer<TicketDetail> {
    if !who.is_customer() {
        let owner = app.commands.load::<Ticket>(&who.tenant, detail.ticket.id).await?.customer_id;
        detail.reply_via = Some(reply_via(app, &who.tenant, owner).await?);
    }
    Ok(detail)
}

/// How a ticket stands with the service level, and why: every running and paused stretch of each clock.
#[utoipa::path(get, path = "/v1/tickets/{id}/sla", tag = "tickets", params(("id" = Uuid, Path)),
    responses((status = 200, body = SlaView)))]
pub(super) async fn get_ticket_sla(State(app): State<App>, who: Who, Path(id): Path<Uuid>) -> Answer<Json<SlaView>> {
    let sla = app.queries.sla(&who.viewer(), &app.journal, id).await?.ok_or_else(|| Problem::not_found("ticket"))?;
    Ok(Json(sla))
}
