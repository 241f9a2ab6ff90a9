//! Snoozing, rating, archiving, deleting.

use axum::extract::State;
use chrono::{DateTime, Utc};
use docket_domain::PersonalText;
use docket_domain::ticket::{FeedbackGiven, TicketCommand, WakeReason};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::ask::Ask;
use crate::http::extract::Path;
use crate::http::problem::Answer;
use crate::http::respond::{Accepted, Receipt};

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnoozeUntil {
    /// The moment it wakes, in the future.
    until: DateTime<Utc>,
}

/// Puts a ticket aside until a moment, or until the customer writes.
#[utoipa::path(put, path = "/v1/tickets/{id}/snooze", tag = "tickets", params(("id" = Uuid, Path)), request_body = SnoozeUntil,
    responses((status = 200, body = Receipt)))]
pub(super) async fn snooze_ticket(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<SnoozeUntil>,
) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::Snooze { until: ask.body.until }).await
}

/// Wakes a ticket now.
#[utoipa::path(delete, path = "/v1/tickets/{id}/snooze", tag = "tickets", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn wake_ticket(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::Wake { reason: WakeReason::Manual }).await
}

/// How it went, in the customer's eyes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketFeedback {
    /// 1 (bad) to 5 (good).
    #[schema(minimum = 1, maximum = 5)]
    rating: u8,
    /// Whether the request was resolved.
    resolved: Option<bool>,
    /// Whether they would recommend the desk.
    would_recommend: Option<bool>,
    /// 1 to 5 for the agent.
    agent_rating: Option<u8>,
    /// 1 to 5 for speed.
    speed_rating: Option<u8>,
    /// 1 to 5 for communication.
    communication_rating: Option<u8>,
    /// In their words.
    comment: Option<String>,
}

/// Rates how it went. A second rating replaces the first. For the ticket's customer.
#[utoipa::path(put, path = "/v1/tickets/{id}/feedback", tag = "tickets", params(("id" = Uuid, Path)), request_body = TicketFeedback,
    responses((status = 200, body = Receipt)))]
pub(super) async fn rate_ticket(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<TicketFeedback>,
) -> Answer<Accepted> {
    let given = &ask.body;
    let command = TicketCommand::GiveFeedback(FeedbackGiven {
        rating: given.rating,
        resolved: given.resolved,
        would_recommend: given.would_recommend,
        agent_rating: given.agent_rating,
        speed_rating: given.speed_rating,
        communication_rating: given.communication_rating,
        comment: given.comment.clone().map(PersonalText::Known),
        agent_id: None,
        replaces: None,
    });
    change(&app, &ask, id, command).await
}

/// Takes a ticket out of the lists. It stays readable.
#[utoipa::path(post, path = "/v1/tickets/{id}/archive", tag = "tickets", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn archive_ticket(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::Archive).await
}

/// Takes a ticket out of every view but the audit trail.
#[utoipa::path(delete, path = "/v1/tickets/{id}", tag = "tickets", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn delete_ticket(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    change(&app, &ask, id, TicketCommand::Delete).await
}
