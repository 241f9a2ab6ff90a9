//! Lists and counts of tickets.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use chrono::{DateTime, Utc};
use docket_domain::ticket::{Priority, TicketStatus};
use docket_projections::views::{Page, SidebarCounts, TicketCounts, TicketFilter, TicketSort, TicketView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::extract::Query;
use crate::http::problem::Answer;
use crate::http::query::{AnyOf, Assignee, page};
use crate::http::respond::Listing;

/// Which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TicketQuery {
    /// In one of these statuses: `open,in_progress`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    status: AnyOf<TicketStatus>,
    /// Of one of these priorities: `high,urgent`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    priority: AnyOf<Priority>,
    /// Of this category.
    category: Option<String>,
    /// For this department.
    department_id: Option<Uuid>,
    /// `me`, `unassigned` or an agent's id.
    #[param(value_type = Option<String>)]
    assignee: Option<Assignee>,
    /// Of this customer.
    customer_id: Option<Uuid>,
    /// With this tag.
    tag: Option<String>,
    /// Opened at or after.
    opened_from: Option<DateTime<Utc>>,
    /// Opened before.
    opened_to: Option<DateTime<Utc>>,
    /// Only those with an SLA clock past due.
    #[serde(default)]
    #[param(required = false)]
    overdue: bool,
    /// About this order.
    order_ref: Option<String>,
    /// Words of subject, messages, the customer's name or address; or a number.
    search: Option<String>,
    /// Archived ones instead of the others.
    #[serde(default)]
    #[param(required = false)]
    archived: bool,
    /// `urgency` (the default), `newest` or `updated`.
    #[serde(default)]
    #[param(inline, required = false)]
    sort: TicketSort,
    /// How many, 15 by default, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Tickets that match. Customers get their own.
#[utoipa::path(get, path = "/v1/tickets", tag = "tickets", params(TicketQuery),
    responses((status = 200, body = Page<TicketView>)))]
pub(super) async fn list_tickets(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Query(query): Query<TicketQuery>,
) -> Answer<Listing<TicketView>> {
    let request = page(&app, query.limit, query.cursor)?;
    let filter = TicketFilter {
        status: query.status.0,
        priority: query.priority.0,
        category: query.category,
        department_id: query.department_id,
        assignee: query.assignee.map(|assignee| assignee.0),
        customer_id: query.customer_id,
        tag: query.tag,
        opened_from: query.opened_from,
        opened_to: query.opened_to,
        overdue: query.overdue,
        order_ref: query.order_ref,
        search: query.search,
        archived: query.archived,
        sort: query.sort,
    };
    let page = app.queries.tickets(&who.viewer(), &filter, &request).await?;
    Ok(Listing { page, uri })
}

/// How many tickets there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Counts {
    /// Of those the caller sees.
    tickets: TicketCounts,
    /// For the menu.
    sidebar: SidebarCounts,
}

/// How many tickets there are, by status, and the figures beside the menu.
#[utoipa::path(get, path = "/v1/ticket-counts", tag = "tickets", responses((status = 200, body = Counts)))]
pub(super) async fn count_tickets(State(app): State<App>, who: Who) -> Answer<Json<Counts>> {
    let viewer = who.viewer();
    let tickets = app.queries.ticket_counts(&viewer).await?;
    Ok(Json(Counts { tickets, sidebar: app.queries.sidebar(&viewer).await? }))
}
