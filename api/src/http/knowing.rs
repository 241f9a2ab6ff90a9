//! `/v1/dashboard`, `/v1/audit`, `/v1/search`.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use chrono::{DateTime, Utc};
use docket_domain::{Category, Data};
use docket_projections::views::{AuditEntry, AuditFilter, DashboardView, Page, SearchHit};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::access::Access::{Sees, SeesOwn};
use super::chats::how_many_are_there;
use super::extract::Query;
use super::problem::{Answer, Problem};
use super::query::page;
use super::respond::Listing;
use super::schema;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(&[Data::Reports]) => get_dashboard,
        Sees(&[Data::AuditTrail]) => list_audit,
        SeesOwn(&[Data::Tickets, Data::Chats, Data::EndedChats]) => search,
    );
}

/// The desk in figures. Durations are in seconds. `recent_tickets` are there for whoever may see tickets.
#[utoipa::path(get, path = "/v1/dashboard", tag = "knowing", responses((status = 200, body = DashboardView)))]
pub(super) async fn get_dashboard(State(app): State<App>, who: Who) -> Answer<Json<DashboardView>> {
    let available = how_many_are_there(&app, &who.tenant).await?;
    let dashboard =
        app.queries.dashboard(&who.viewer(), available).await?.ok_or_else(|| Problem::not_found("dashboard"))?;
    Ok(Json(dashboard))
}

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// By this person.
    actor_id: Option<Uuid>,
    /// Of things of this kind.
    #[param(schema_with = schema::event_category)]
    category: Option<Category>,
    /// Of the thing with this id.
    stream_id: Option<Uuid>,
    /// Events of this type.
    event_type: Option<String>,
    /// Happened at or after.
    from: Option<DateTime<Utc>>,
    /// Happened before.
    to: Option<DateTime<Utc>>,
    /// Oldest first.
    #[serde(default)]
    #[param(required = false)]
    oldest_first: bool,
    /// How many, 15 by default, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Who did what when, before and after; latest first.
#[utoipa::path(get, path = "/v1/audit", tag = "knowing", params(AuditQuery), responses((status = 200, body = Page<AuditEntry>)))]
pub(super) async fn list_audit(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Query(query): Query<AuditQuery>,
) -> Answer<Listing<AuditEntry>> {
    let request = page(&app, query.limit, query.cursor)?;
    let filter = AuditFilter {
        actor_id: query.actor_id,
        category: query.category,
        stream_id: query.stream_id,
        event_type: query.event_type,
        from: query.from,
        to: query.to,
        oldest_first: query.oldest_first,
    };
    let page = app.queries.audit(&who.viewer(), &filter, &request).await?;
    Ok(Listing { page, uri })
}

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words, or a ticket's number or an id, whatever it was pasted with: 1 to 200 characters.
    #[param(min_length = 1, max_length = 200)]
    q: String,
    /// How many of each kind, 15 by default, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Tickets, messages, chats and customers with these words, as far as the caller may know them: all words, in any order, each
/// from its beginning, whatever their accents and case. Grouped by kind, at most `limit` of each, and quick enough to be
/// asked while somebody types; of words that are nearly everywhere only the newest are looked at. Customers find only their
/// own, and never a note.
#[utoipa::path(get, path = "/v1/search", tag = "knowing", params(SearchQuery), responses((status = 200, body = Page<SearchHit>)))]
pub(super) async fn search(
    State(app): State<App>,
    who: Who,
    Query(query): Query<SearchQuery>,
) -> Answer<Json<Page<SearchHit>>> {
    let length = query.q.trim().chars().count();
    if !(1..=200).contains(&length) {
        return Err(Problem::invalid_field("q", "out_of_range", "q: 1 to 200 characters"));
    }
    let limit = page(&app, query.limit, None)?.limit();
    let items = app.queries.search(&who.viewer(), query.q.trim(), limit).await?;
    Ok(Json(Page { items, next_cursor: None }))
}
