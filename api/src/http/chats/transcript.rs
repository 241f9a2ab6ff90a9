//! A chat to take away.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use docket_projections::views::{ConversationKind, MessagePage};
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::extract::Path;
use crate::http::problem::{Answer, Problem};

/// What was said, as plain text: time, who, what.
#[utoipa::path(get, path = "/v1/chats/{id}/transcript", tag = "chats", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "text/plain", body = String)))]
pub(super) async fn get_chat_transcript(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
) -> Answer<([(HeaderName, HeaderValue); 2], String)> {
    let viewer = who.viewer();
    let chat = app.queries.chat(&viewer, id).await?.ok_or_else(|| Problem::not_found("chat"))?;
    let mut text = format!("Chat of {}\n\n", chat.started_at.format("%Y-%m-%d %H:%M UTC"));
    let mut page = MessagePage { limit: 200, ..MessagePage::default() };
    loop {
        let messages = app
            .queries
            .messages(&viewer, ConversationKind::Chat, id, &page)
            .await?
            .ok_or_else(|| Problem::not_found("chat"))?;
        for message in &messages.items {
            let name = message.author.name.as_deref().unwrap_or(message.author.kind.as_str());
            let body = message.body.as_deref().unwrap_or("(erased)");
            text.push_str(&format!("[{}] {name}: {body}\n", message.posted_at.format("%H:%M:%S")));
        }
        match messages.items.last() {
            Some(last) if messages.next_cursor.is_some() => page.after = Some(last.position),
            _ => break,
        }
    }
    let file = HeaderValue::from_str(&format!("attachment; filename=\"chat-{id}.txt\"")).map_err(Problem::internal)?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")), (CONTENT_DISPOSITION, file)], text))
}
