//! Lists of chats, and one chat.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use chrono::{DateTime, Utc};
use docket_domain::Category;
use docket_domain::chat::{Chat, ChatStatus};
use docket_projections::views::{AnyOf, ChatFilter, ChatSort, ChatView, Page, comma_separated};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::event_view::EventView;
use crate::http::extract::{Path, Query};
use crate::http::history::{HistoryQuery, stream_page};
use crate::http::problem::{Answer, Problem};
use crate::http::query::{Assignee, page};
use crate::http::reach::reply_via;
use crate::http::respond::{Listing, Versioned};
use crate::http::there;

/// Which chats.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChatQuery {
    /// In one of these statuses: `waiting,active`; at most 100.
    #[serde(default, deserialize_with = "comma_separated")]
    #[param(value_type = Option<String>, format = "comma-separated")]
    status: AnyOf<ChatStatus>,
    /// `me`, `unassigned` or an agent's id.
    #[param(value_type = Option<String>)]
    agent: Option<Assignee>,
    /// For this department.
    department_id: Option<Uuid>,
    /// Of this visitor or customer.
    customer_id: Option<Uuid>,
    /// Started at or after.
    started_from: Option<DateTime<Utc>>,
    /// Started before.
    started_to: Option<DateTime<Utc>>,
    /// Words of its messages, opening question, or the visitor's name or address: all of them, in any order, each from its beginning.
    search: Option<String>,
    /// `started` (the default): latest started first; `ended`: latest ended first, only those that have ended.
    #[param(inline)]
    sort: Option<ChatSort>,
    /// How many, 15 by default, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Chats that match. Customers get their own.
#[utoipa::path(get, path = "/v1/chats", tag = "chats", params(ChatQuery), responses((status = 200, body = Page<ChatView>)))]
pub(super) async fn list_chats(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Query(query): Query<ChatQuery>,
) -> Answer<Listing<ChatView>> {
    let request = page(&app, query.limit, query.cursor)?;
    let filter = ChatFilter {
        status: query.status.into(),
        agent: query.agent.map(|agent| agent.0),
        department_id: query.department_id,
        customer_id: query.customer_id,
        started_from: query.started_from,
        started_to: query.started_to,
        search: query.search,
        sort: query.sort.unwrap_or_default(),
    };
    let page = app.queries.chats(&who.viewer(), &filter, &request).await?;
    Ok(Listing { page, uri })
}

/// Which part of the queue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QueueQuery {
    /// Only for this department.
    department_id: Option<Uuid>,
    /// How many, 15 by default, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Chats waiting, who is next first.
#[utoipa::path(get, path = "/v1/chat-queue", tag = "chats", params(QueueQuery), responses((status = 200, body = Page<ChatView>)))]
pub(super) async fn list_chat_queue(
    State(app): State<App>,
    who: Who,
    Query(query): Query<QueueQuery>,
) -> Answer<Json<Page<ChatView>>> {
    let limit = page(&app, query.limit, None)?.limit();
    let items = app.queries.chat_queue(&who.viewer(), query.department_id, limit).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A chat.
#[utoipa::path(get, path = "/v1/chats/{id}", tag = "chats", params(("id" = Uuid, Path)), responses((status = 200, body = ChatView)))]
pub(super) async fn get_chat(State(app): State<App>, who: Who, Path(id): Path<Uuid>) -> Answer<Versioned<ChatView>> {
    let mut chat = app.queries.chat(&who.viewer(), id).await?.ok_or_else(|| Problem::not_found("chat"))?;
    if !who.is_customer() {
        let owner = app.commands.load::<Chat>(&who.tenant, id).await?.customer_id;
        chat.reply_via = Some(reply_via(&app, &who.tenant, owner).await?);
    }
    let version = chat.version;
    Ok(Versioned(chat, version))
}

/// A chat's events, oldest first. Visitors see the public ones.
#[utoipa::path(get, path = "/v1/chats/{id}/events", tag = "chats", params(("id" = Uuid, Path), HistoryQuery),
    responses((status = 200, body = Page<EventView>)))]
pub(super) async fn list_chat_events(
    State(app): State<App>,
    who: Who,
    uri: Uri,
    Path(id): Path<Uuid>,
    Query(query): Query<HistoryQuery>,
) -> Answer<Listing<EventView>> {
    there::chat(&app, &who, id).await?;
    stream_page(&app, &who, Category::Chat, id, query, uri).await
}
