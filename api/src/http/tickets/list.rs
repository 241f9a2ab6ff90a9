//! Lists and counts of tickets.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use docket_domain::ticket::{Priority, TicketStatus};
use docket_domain::view::Moment;
use docket_projections::views::{
    AnyOf, Page, SidebarCounts, TicketCounts, TicketFilter, TicketSort, TicketView, comma_separated,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::extract::Query;
use crate::http::problem::{Answer, Problem};
use crate::http::query::{Assignee, page};
use crate::http::respond::Listing;
use crate::http::views::find_view;

/// Which tickets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TicketQuery {
    /// As a saved view has it. What other parameters say comes in place of what the view says of the same.
    view: Option<Uuid>,
    /// In one of these statuses: `open,in_progress`; at most 100.
    #[serde(default, deserialize_with = "comma_separated")]
    #[param(value_type = Option<String>, format = "comma-separated")]
    status: Option<AnyOf<TicketStatus>>,
    /// Of one of these priorities: `high,urgent`; at most 100.
    #[serde(default, deserialize_with = "comma_separated")]
    #[param(value_type = Option<String>, format = "comma-separated")]
    priority: Option<AnyOf<Priority>>,
    /// Of this category.
    category: Option<String>,
    /// For this department.
    department_id: Option<Uuid>,
    /// `me`, `unassigned` or an agent's id.
    #[param(value_type = Option<String>)]
    assignee: Option<Assignee>,
    /// Of this customer.
    customer_id: Option<Uuid>,
    /// Of any customer but this one. Not for customers.
    not_customer_id: Option<Uuid>,
    /// With this tag. Not for customers.
    tag: Option<String>,
    /// Opened at or after: a time, or how long ago (`-12h`, `-7d`, `-4w`).
    #[param(value_type = Option<String>)]
    opened_from: Option<Moment>,
    /// Opened before: a time, or how long ago.
    #[param(value_type = Option<String>)]
    opened_to: Option<Moment>,
    /// `true`: only those that are resolved (resolved or closed, and not merged into another); `false`: only the others.
    resolved: Option<bool>,
    /// Resolved by this agent. Not for customers.
    resolved_by: Option<Uuid>,
    /// Resolved at or after, and not reopened since: a time, or how long ago.
    #[param(value_type = Option<String>)]
    resolved_from: Option<Moment>,
    /// Resolved before: a time, or how long ago.
    #[param(value_type = Option<String>)]
    resolved_to: Option<Moment>,
    /// Only those with an SLA clock past due. Not for customers.
    overdue: Option<bool>,
    /// `true`: only those put aside until later; `false`: only the others. Not for customers.
    snoozed: Option<bool>,
    /// About this order.
    order_ref: Option<String>,
    /// Words of subject, order, messages, or of the customer's details: all of them, in any order, each from its beginning; or a
    /// ticket's number or id, whatever it was pasted with (`Re: [TKT-000042] hello`).
    search: Option<String>,
    /// Archived ones instead of the others.
    archived: Option<bool>,
    /// `urgency` (the default), `newest` or `updated`.
    #[param(inline)]
    sort: Option<TicketSort>,
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
    // Customers see none of it; a filter that did nothing would deceive them, and one that worked would tell.
    let internal = [
        ("tag", query.tag.is_some()),
        ("not_customer_id", query.not_customer_id.is_some()),
        ("overdue", query.overdue.is_some()),
        ("snoozed", query.snoozed.is_some()),
        ("resolved_by", query.resolved_by.is_some()),
    ];
    if let Some((field, _)) = internal.into_iter().find(|(_, asked)| *asked && who.is_customer()) {
        return Err(Problem::invalid_field(field, "not_for_customers", format!("{field}: known to the desk alone")));
    }
    let now = app.journal.clock().now();
    let view = match query.view {
        Some(id) => Some(find_view(&app, &who, id).await?.ok_or_else(no_such_view)?),
        None => None,
    };
    let base = view.map(|view| view.ticket_filter(now)).unwrap_or_default();
    let filter = TicketFilter {
        status: query.status.map_or(base.status, |status| status.into()),
        priority: query.priority.map_or(base.priority, |priority| priority.into()),
        category: query.category.or(base.category),
        department_id: query.department_id.or(base.department_id),
        assignee: query.assignee.map(|assignee| assignee.0).or(base.assignee),
        customer_id: query.customer_id.or(base.customer_id),
        not_customer_id: query.not_customer_id.or(base.not_customer_id),
        tag: query.tag.or(base.tag),
        opened_from: query.opened_from.map(|moment| moment.resolve(now)).or(base.opened_from),
        opened_to: query.opened_to.map(|moment| moment.resolve(now)).or(base.opened_to),
        resolved: query.resolved.or(base.resolved),
        resolved_by: query.resolved_by.or(base.resolved_by),
        resolved_from: query.resolved_from.map(|moment| moment.resolve(now)).or(base.resolved_from),
        resolved_to: query.resolved_to.map(|moment| moment.resolve(now)).or(base.resolved_to),
        overdue: query.overdue.unwrap_or(base.overdue),
        snoozed: query.snoozed.or(base.snoozed),
        order_ref: query.order_ref.or(base.order_ref),
        search: query.search.or(base.search),
        archived: query.archived.unwrap_or(base.archived),
        sort: query.sort.unwrap_or(base.sort),
    };
    let page = app.queries.tickets(&who.viewer(), &filter, &request).await?;
    Ok(Listing { page, uri })
}

fn no_such_view() -> Problem {
    Problem::invalid_field("view", "unknown", "view: there is no such view")
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
