//! A ticket's conversation: messages, notes, what was read.

use axum::extract::State;
use axum::http::Uri;
use docket_domain::ticket::TicketCommand;
use docket_projections::views::{ConversationKind, MessageView, Page};
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::auth::Who;
use crate::http::ask::Ask;
use crate::http::conversation::{MessageQuery, NewMessage, ReadUpTo, check_words, conversation_page};
use crate::http::extract::{Path, Query};
use crate::http::problem::Answer;
use crate::http::respond::{Accepted, Listing, Receipt};
use crate::http::there;

/// Messages, oldest first. Notes only for people of the desk.
#[utoipa::path(get, path = "/v1/tickets/{id}/messages", tag = "tickets", params(("id" = Uuid, Path), MessageQuery),
    responses((status = 200, body = Page<MessageView>)))]
pub(super) async fn list_ticket_messages(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Path(id): Path<Uuid>,
    Query(query): Query<MessageQuery>,
) -> Answer<Listing<MessageView>> {
    conversation_page(&app, &who, ConversationKind::Ticket, id, query, uri).await
}

/// Writes a public message. A customer's message reopens what waits or is resolved.
#[utoipa::path(post, path = "/v1/tickets/{id}/messages", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewMessage,
    responses((status = 201, body = Receipt)))]
pub(super) async fn post_ticket_message(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewMessage>,
) -> Answer<Accepted> {
    check_words(&app, &ask.who, &ask.body)?;
    let message_id = ask.message_id();
    let command = TicketCommand::PostMessage { message_id, body: ask.body.body.clone() };
    let accepted = change(&app, &ask, id, command).await?;
    Ok(accepted.message(Some(message_id.0)).created_at(format!("/v1/tickets/{id}/messages")))
}

/// Writes an internal note. No customer ever sees it.
#[utoipa::path(post, path = "/v1/tickets/{id}/notes", tag = "tickets", params(("id" = Uuid, Path)), request_body = NewMessage,
    responses((status = 201, body = Receipt)))]
pub(super) async fn add_ticket_note(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewMessage>,
) -> Answer<Accepted> {
    let message_id = ask.message_id();
    let command = TicketCommand::AddNote { message_id, body: ask.body.body.clone() };
    let accepted = change(&app, &ask, id, command).await?;
    Ok(accepted.message(Some(message_id.0)).created_at(format!("/v1/tickets/{id}/messages")))
}

/// Records that the caller has read the conversation, which they have to be allowed to read.
#[utoipa::path(post, path = "/v1/tickets/{id}/read", tag = "tickets", params(("id" = Uuid, Path)), request_body = ReadUpTo,
    responses((status = 200, body = Receipt)))]
pub(super) async fn mark_ticket_read(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<ReadUpTo>,
) -> Answer<Accepted> {
    there::ticket(&app, &ask.who, id).await?;
    change(&app, &ask, id, TicketCommand::MarkRead { up_to_version: ask.body.up_to_version }).await
}
