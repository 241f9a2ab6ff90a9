//! Who has a chat, how it ends, and what becomes of it.

use axum::extract::State;
use docket_commands::ConvertChat;
use docket_domain::chat::{ChatCommand, EndedBy};
use docket_domain::ticket::Priority;
use docket_domain::{AgentId, ChatId, DepartmentId, Permission};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::ask::Ask;
use crate::http::extract::Path;
use crate::http::problem::Answer;
use crate::http::respond::{Accepted, Receipt};
use crate::http::schema;
use crate::http::there;

/// Takes a chat, using one of the caller's places.
#[utoipa::path(post, path = "/v1/chats/{id}/accept", tag = "chats", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn accept_chat(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    change(&app, &ask, id, ChatCommand::Accept { agent_id: AgentId(ask.who.person.0) }).await
}

/// To whom it is offered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChatAssignee {
    /// The agent.
    agent_id: Uuid,
}

/// Offers a chat to an agent, holding one of their places until they accept.
#[utoipa::path(put, path = "/v1/chats/{id}/assignee", tag = "chats", params(("id" = Uuid, Path)), request_body = ChatAssignee,
    responses((status = 200, body = Receipt)))]
pub(super) async fn assign_chat(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<ChatAssignee>,
) -> Answer<Accepted> {
    change(&app, &ask, id, ChatCommand::Assign { to: AgentId(ask.body.agent_id) }).await
}

/// Who takes over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChatTransfer {
    /// An agent.
    to_agent: Option<Uuid>,
    /// Or a department.
    to_department: Option<Uuid>,
    /// For whoever takes over; the visitor never sees it.
    note: Option<String>,
}

/// Hands a chat over to an agent or a department.
#[utoipa::path(post, path = "/v1/chats/{id}/transfer", tag = "chats", params(("id" = Uuid, Path)), request_body = ChatTransfer,
    responses((status = 200, body = Receipt)))]
pub(super) async fn transfer_chat(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<ChatTransfer>,
) -> Answer<Accepted> {
    let command = ChatCommand::Transfer {
        to_agent: ask.body.to_agent.map(AgentId),
        to_department: ask.body.to_department.map(DepartmentId),
        note: ask.body.note.clone(),
    };
    change(&app, &ask, id, command).await
}

/// Ends a chat and gives the agent's place back.
#[utoipa::path(post, path = "/v1/chats/{id}/end", tag = "chats", params(("id" = Uuid, Path)),
    responses((status = 200, body = Receipt)))]
pub(super) async fn end_chat(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<Accepted> {
    let by = if ask.who.is_customer() { EndedBy::Visitor } else { EndedBy::Agent };
    change(&app, &ask, id, ChatCommand::End { by }).await
}

/// How it went, in the visitor's eyes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChatFeedback {
    /// 1 (bad) to 5 (good).
    #[schema(minimum = 1, maximum = 5)]
    rating: u8,
    /// In their words.
    comment: Option<String>,
}

/// Rates a chat. A second rating replaces the first. For the chat's visitor.
#[utoipa::path(put, path = "/v1/chats/{id}/feedback", tag = "chats", params(("id" = Uuid, Path)), request_body = ChatFeedback,
    responses((status = 200, body = Receipt)))]
pub(super) async fn rate_chat(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<ChatFeedback>,
) -> Answer<Accepted> {
    let command = ChatCommand::GiveFeedback { rating: ask.body.rating, comment: ask.body.comment.clone() };
    change(&app, &ask, id, command).await
}

/// The ticket to make of a chat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketOfChat {
    /// What it is about.
    subject: String,
    /// A first message in the agent's words; absent: the first thing said. What was said follows, each turn a message with
    /// its author and time.
    description: Option<String>,
    /// The kind of request.
    category: String,
    /// How urgent; `medium` unless said.
    #[schema(schema_with = schema::priority)]
    priority: Option<Priority>,
    /// The department; absent: the chat's.
    department_id: Option<Uuid>,
    /// The agent who takes the ticket.
    assignee_id: Option<Uuid>,
}

/// Turns a chat the caller may read into a ticket. The answer is about the ticket. Naming an assignee needs `assign_tickets`.
#[utoipa::path(post, path = "/v1/chats/{id}/ticket", tag = "chats", params(("id" = Uuid, Path)), request_body = TicketOfChat,
    responses((status = 201, body = Receipt)))]
pub(super) async fn convert_chat(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<TicketOfChat>,
) -> Answer<Accepted> {
    let body = &ask.body;
    // What was said goes into the ticket: whoever makes one has to be allowed to read it.
    there::chat(&app, &ask.who, id).await?;
    if body.assignee_id.is_some() {
        ask.who.require(Permission::AssignTickets)?;
    }
    let request = ConvertChat {
        subject: body.subject.clone(),
        description: body.description.clone(),
        category: body.category.clone(),
        priority: body.priority.unwrap_or(Priority::Medium),
        department_id: body.department_id.map(DepartmentId),
        assignee_id: body.assignee_id.map(AgentId),
    };
    let done = app.commands.convert_chat(&ask.invocation, ChatId(id), &request).await;
    let done = done.map_err(|error| ask.refuse(error))?;
    let number = done.note.clone();
    Ok(Accepted::from(done).number(number).created("/v1/tickets"))
}
