//! A ticket's history.

use axum::extract::State;
use axum::http::Uri;
use docket_domain::ticket::Ticket;
use docket_domain::{Category, Permission};
use docket_projections::views::Page;
use uuid::Uuid;

use super::own;
use crate::app::App;
use crate::auth::Who;
use crate::http::event_view::EventView;
use crate::http::extract::{Path, Query};
use crate::http::history::{HistoryQuery, stream_page};
use crate::http::problem::{Answer, Problem};
use crate::http::respond::Listing;

/// A ticket's events, oldest first. Customers see the public ones. Of a deleted ticket: only with `view_audit`.
#[utoipa::path(get, path = "/v1/tickets/{id}/events", tag = "tickets", params(("id" = Uuid, Path), HistoryQuery),
    responses((status = 200, body = Page<EventView>)))]
pub(super) async fn list_ticket_events(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Path(id): Path<Uuid>,
    Query(query): Query<HistoryQuery>,
) -> Answer<Listing<EventView>> {
    own(&app, &who, id).await?;
    // A deleted ticket is gone for everybody but those who look into what happened to it.
    if !who.may(Permission::ViewAudit) && app.commands.load::<Ticket>(&who.tenant, id).await?.deleted {
        return Err(Problem::not_found("ticket"));
    }
    stream_page(&app, &who, Category::Ticket, id, query, uri).await
}
