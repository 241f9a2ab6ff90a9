//! What is said in a chat.

use axum::extract::State;
use axum::http::Uri;
use docket_domain::chat::ChatCommand;
use docket_projections::views::{ConversationKind, MessageView, Page};
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::auth::Who;
use crate::http::ask::Ask;
use crate::http::conversation::{MessageQuery, NewMessage, ReadUpTo, conversation_page};
use crate::http::extract::{Path, Query};
use crate::http::problem::Answer;
use crate::http::respond::{Accepted, Listing, Receipt};
use crate::http::there;

/// Messages of a chat, oldest first.
#[utoipa::path(get, path = "/v1/chats/{id}/messages", tag = "chats", params(("id" = Uuid, Path), MessageQuery),
    responses((status = 200, body = Page<MessageView>)))]
pub(super) async fn list_chat_messages(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Path(id): Path<Uuid>,
    Query(query): Query<MessageQuery>,
) -> Answer<Listing<MessageView>> {
    conversation_page(&app, &who, ConversationKind::Chat, id, query, uri).await
}

/// Writes. Visitors at any time, agents once they have accepted the chat.
#[utoipa::path(post, path = "/v1/chats/{id}/messages", tag = "chats", params(("id" = Uuid, Path)), request_body = NewMessage,
    responses((status = 201, body = Receipt)))]
pub(super) async fn post_chat_message(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<NewMessage>,
) -> Answer<Accepted> {
    let message_id = ask.message_id();
    let command = ChatCommand::PostMessage { message_id, body: ask.body.body.clone() };
    let accepted = change(&app, &ask, id, command).await?;
    Ok(accepted.message(Some(message_id.0)).created_at(format!("/v1/chats/{id}/messages")))
}

/// Records that the caller has read the chat, which they have to be allowed to read.
#[utoipa::path(post, path = "/v1/chats/{id}/read", tag = "chats", params(("id" = Uuid, Path)), request_body = ReadUpTo,
    responses((status = 200, body = Receipt)))]
pub(super) async fn mark_chat_read(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    ask: Ask<ReadUpTo>,
) -> Answer<Accepted> {
    there::chat(&app, &ask.who, id).await?;
    change(&app, &ask, id, ChatCommand::MarkRead { up_to_version: ask.body.up_to_version }).await
}
