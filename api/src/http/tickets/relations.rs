//! Tickets that have to do with each other.

use axum::extract::State;
use docket_domain::{Permission, TicketId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::ask::Ask;
use crate::http::extract::Path;
use crate::http::problem::Answer;
use crate::http::respond::{Accepted, Receipt};

/// Another ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeTarget {
    /// The ticket that goes on.
    into: Uuid,
    /// Whether it may be another customer's. Neither customer is told anything of the other's ticket.
    #[serde(default)]
    across_customers: bool,
}

/// Ends this ticket by merging it into another. Both keep their histories. Another customer's ticket is refused as
/// `different_customers` unless `across_customers` is said. If this ticket is unfinished, one that is resolved is
/// reopened by it and one put aside wakes; one that is closed refuses as `ticket_closed`. Needs `close_tickets` too.
#[utoipa::path(post, path = "/v1/tickets/{id}/merge", tag = "tickets", params(("id" = Uuid, Path)), request_body = MergeTarget,
    responses((status = 200, body = Receipt)))]
pub(super) async fn merge_ticket(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<MergeTarget>,
) -> Answer<Accepted> {
    // It ends this ticket, and may reopen the other.
    ask.who.require(Permission::CloseTickets)?;
    let done = app
        .commands
        .merge_tickets(&ask.invocation, TicketId(id), TicketId(ask.body.into), ask.body.across_customers)
        .await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// Takes the merge back that ended this ticket: it stands where it stood before, put aside if it would still be, and that is
/// no reopening. What was written since stays where it is. Refused as `not_merged` if it was not merged. Needs `close_tickets`
/// too.
#[utoipa::path(delete, path = "/v1/tickets/{id}/merge", tag = "tickets", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn undo_ticket_merge(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    ask.who.require(Permission::CloseTickets)?;
    let done = app.commands.undo_merge(&ask.invocation, TicketId(id)).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// Notes on both tickets that they have to do with each other.
#[utoipa::path(put, path = "/v1/tickets/{id}/links/{other}", tag = "tickets", params(("id" = Uuid, Path), ("other" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn link_tickets(
    State(app): State<App>,
    Path((id, other)): Path<(Uuid, Uuid)>,
    ask: Ask,
) -> Answer<Accepted> {
    let done = app.commands.link_tickets(&ask.invocation, TicketId(id), TicketId(other)).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}

/// Takes the link between two tickets back.
#[utoipa::path(delete, path = "/v1/tickets/{id}/links/{other}", tag = "tickets", params(("id" = Uuid, Path), ("other" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn unlink_tickets(
    State(app): State<App>,
    Path((id, other)): Path<(Uuid, Uuid)>,
    ask: Ask,
) -> Answer<Accepted> {
    let done = app.commands.unlink_tickets(&ask.invocation, TicketId(id), TicketId(other)).await;
    done.map(Accepted::from).map_err(|error| ask.refuse(error))
}
