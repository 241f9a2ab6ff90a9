//! `/v1/views`: saved views of tickets.

use axum::Json;
use axum::extract::State;
use docket_domain::Permission::{ManagePeople, ManageSettings, ViewTickets};
use docket_domain::view::{ViewDraft, ViewSort};
use docket_domain::{Data, PersonId, ViewId};
use docket_projections::views::{AnyOf, Page, SavedFilter, SavedView, ViewCount};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::{Desk, Sees};
use super::ask::Ask;
use super::extract::Path;
use super::problem::{Answer, Problem};
use super::respond::{Accepted, Receipt, Versioned};
use super::schema;
use super::table::Honours::Key;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{Principal, Who};

const VIEWS: &[Data] = &[Data::Views];

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(VIEWS) => list_views,
        Desk(ViewTickets) => save_view,
        Desk(ViewTickets) => arrange_views [Key],
        Sees(VIEWS) => get_view,
        Desk(ViewTickets) => change_view,
        Desk(ViewTickets) => delete_view,
        Sees(VIEWS) => count_view,
    );
}

/// Whether somebody may save, change and delete the views everybody has.
fn may_share(who: &Principal) -> bool {
    who.may(ManageSettings) || who.may(ManagePeople)
}

/// The caller's own views, then the shared ones, each in their order.
#[utoipa::path(get, path = "/v1/views", tag = "views", responses((status = 200, body = Page<SavedView>)))]
pub(super) async fn list_views(State(app): State<App>, who: Who) -> Answer<Json<Page<SavedView>>> {
    let items = app.queries.saved_views(&who.viewer()).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A view the caller has.
pub(super) async fn find_view(app: &App, who: &Who, id: Uuid) -> Answer<Option<SavedView>> {
    Ok(app.queries.saved_view(&who.viewer(), id).await?)
}

/// A view. Other people's own look as if they were not there.
#[utoipa::path(get, path = "/v1/views/{id}", tag = "views", params(("id" = Uuid, Path)),
    responses((status = 200, body = SavedView)))]
pub(super) async fn get_view(State(app): State<App>, who: Who, Path(id): Path<Uuid>) -> Answer<Versioned<SavedView>> {
    let view = find_view(&app, &who, id).await?.ok_or_else(|| Problem::not_found("view"))?;
    let version = view.version;
    Ok(Versioned(view, version))
}

/// How many tickets a view shows the caller, counted up to 1000.
#[utoipa::path(get, path = "/v1/views/{id}/count", tag = "views", params(("id" = Uuid, Path)),
    responses((status = 200, body = ViewCount)))]
pub(super) async fn count_view(State(app): State<App>, who: Who, Path(id): Path<Uuid>) -> Answer<Json<ViewCount>> {
    let view = find_view(&app, &who, id).await?.ok_or_else(|| Problem::not_found("view"))?;
    let filter = view.ticket_filter(app.journal.clock().now());
    Ok(Json(app.queries.count_tickets(&who.viewer(), &filter).await?))
}

/// A view, all of it as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewDetails {
    /// What it is called, 1 to 100 characters.
    name: String,
    /// Which tickets it shows.
    #[serde(default)]
    #[schema(required = false)]
    filter: SavedFilter,
    /// In which order; `urgency` unless said.
    #[schema(schema_with = schema::view_sort)]
    sort: Option<ViewSort>,
    /// Whether everybody at the desk has it; needs `manage_settings` or `manage_people`.
    #[serde(default)]
    #[schema(required = false)]
    shared: bool,
}

impl ViewDetails {
    fn draft(&self) -> ViewDraft {
        ViewDraft {
            name: self.name.clone(),
            filter: self.filter.domain(),
            sort: self.sort.unwrap_or(ViewSort::Urgency),
            shared: self.shared,
        }
    }
}

/// Saves a view. It belongs to the caller; a shared one everybody at the desk has. At most 100 of one's own, and 100
/// shared ones.
#[utoipa::path(post, path = "/v1/views", tag = "views", request_body = ViewDetails, responses((status = 201, body = Receipt)))]
pub(super) async fn save_view(State(app): State<App>, ask: Ask<ViewDetails>) -> Answer<Accepted> {
    let done = app.commands.save_view(&ask.invocation, &ask.body.draft(), may_share(&ask.who)).await;
    done.map(|done| Accepted::from(done).created("/v1/views")).map_err(|error| ask.refuse(error))
}

/// Sets all of a view anew. Changing a shared one, sharing one or sharing it no longer needs `manage_settings` or
/// `manage_people`; one that is shared no longer is its owner's.
#[utoipa::path(put, path = "/v1/views/{id}", tag = "views", params(("id" = Uuid, Path)), request_body = ViewDetails,
    responses((status = 200, body = Receipt)))]
pub(super) async fn change_view(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<ViewDetails>,
) -> Answer<Accepted> {
    let done = app.commands.change_view(&ask.invocation, ViewId(id), &ask.body.draft(), may_share(&ask.who)).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// Deletes a view; a shared one needs `manage_settings` or `manage_people`.
#[utoipa::path(delete, path = "/v1/views/{id}", tag = "views", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn delete_view(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    let done = app.commands.delete_view(&ask.invocation, ViewId(id), may_share(&ask.who)).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// An order of views.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewOrder {
    /// Whether it is that of the shared views, which needs `manage_settings` or `manage_people`; otherwise of one's own.
    #[serde(default)]
    #[schema(required = false)]
    shared: bool,
    /// The views that come first, in this order. Those not named follow as they stood.
    #[schema(value_type = Vec<Uuid>, max_items = 1000)]
    view_ids: AnyOf<Uuid, 1000>,
}

/// Puts one's own views, or the shared ones, in another order.
#[utoipa::path(put, path = "/v1/views/order", tag = "views", request_body = ViewOrder,
    responses((status = 200, body = Receipt)))]
pub(super) async fn arrange_views(State(app): State<App>, ask: Ask<ViewOrder>) -> Answer<Accepted> {
    if ask.body.shared && !may_share(&ask.who) {
        return Err(Problem::forbidden(
            "the order of shared views needs the permission manage_settings or manage_people",
        ));
    }
    let owner_id = if ask.body.shared { None } else { ask.invocation.actor.id.map(PersonId) };
    let view_ids = ask.body.view_ids.iter().copied().map(ViewId).collect();
    let done = app.commands.arrange_views(&ask.invocation, owner_id, view_ids).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}
