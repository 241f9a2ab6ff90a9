//! A ticket's history.

use axum::extract::State;
use axum::http::Uri;
use docket_domain::Category;
use docket_projections::views::Page;
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::event_view::EventView;
use crate::http::extract::{Path, Query};
use crate::http::history::{HistoryQuery, stream_page};
use crate::http::problem::Answer;
use crate::http::respond::Listing;
use crate::http::there;

/// A ticket's events, oldest first. Customers see the public ones, numbered without the others.
#[utoipa::path(get, path = "/v1/tickets/{id}/events", tag = "tickets", params(("id" = Uuid, Path), HistoryQuery),
    responses((status = 200, body = Page<EventView>)))]
pub(super) async fn list_ticket_events(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Path(id): Path<Uuid>,
    Query(query): Query<HistoryQuery>,
) -> Answer<Listing<EventView>> {
    there::ticket(&app, &who, id).await?;
    stream_page(&app, &who, Category::Ticket, id, query, uri).await
}
