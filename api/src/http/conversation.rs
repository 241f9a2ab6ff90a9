//! Conversations of tickets and chats, page by page.

use axum::http::Uri;
use docket_domain::Violations;
use docket_projections::views::{ConversationKind, MessagePage, MessageView};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::problem::{Answer, Problem};
use super::respond::Listing;
use crate::app::App;
use crate::auth::Who;

/// Which part of a conversation.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessageQuery {
    /// Those after this position of the log: what is new since the last one seen.
    after: Option<u64>,
    /// The last ones before this position, for scrolling back.
    before: Option<u64>,
    /// The last ones of the conversation.
    #[serde(default)]
    #[param(required = false)]
    latest: bool,
    /// How many, 50 by default, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before: another way to say `after`.
    cursor: Option<String>,
}

/// Something to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// What: 1 byte to 50 KiB; of visitors, and of customers in a chat, 4 KiB.
    pub(super) body: String,
}

/// How far was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadUpTo {
    /// The version of the conversation up to which it was read; absent: all of it.
    pub(super) up_to_version: Option<u64>,
}

/// Refuses more words at once than a visitor may say, wherever they say them.
pub(super) fn check_words(app: &App, who: &Who, message: &NewMessage) -> Answer<()> {
    let limits = app.commands.limits();
    if who.is_visitor() {
        let mut violations = Violations::default();
        violations.body("body", &message.body, limits.visitor_message_bytes.min(limits.message_bytes));
        violations.into_result()?;
    }
    Ok(())
}

/// A part of a conversation the caller may see.
pub(super) async fn conversation_page(
    app: &App,
    who: &Who,
    kind: ConversationKind,
    id: Uuid,
    query: MessageQuery,
    uri: Uri,
) -> Answer<Listing<MessageView>> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid_field("limit", "out_of_range", "limit: 1 to 200"));
    }
    let cursor = match query.cursor {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| Problem::from(docket_projections::ReadError::BadCursor))?),
    };
    let backwards = query.latest || query.before.is_some();
    let page = MessagePage {
        after: if backwards { None } else { cursor.or(query.after) },
        before: if backwards { cursor.or(query.before) } else { None },
        latest: query.latest && cursor.is_none(),
        limit,
    };
    let what = kind.as_str();
    let page = app.queries.messages(&who.viewer(), kind, id, &page).await?.ok_or_else(|| Problem::not_found(what))?;
    Ok(Listing { page, uri })
}
