//! Messages of conversations.

use chrono::{DateTime, Utc};
use docket_domain::ActorKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::schema;

/// What kind of conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// A ticket's.
    Ticket,
    /// A chat's.
    Chat,
}

impl ConversationKind {
    /// The name in columns.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Chat => "chat",
        }
    }
}

/// A way in which what the desk writes reaches a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplyVia {
    /// They can sign in to the portal.
    Portal,
    /// The widget they wrote in still knows them.
    Widget,
}

/// Who wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuthorView {
    /// What kind of party.
    #[schema(schema_with = schema::actor_kind)]
    pub kind: ActorKind,
    /// Their id; the system has none.
    pub id: Option<Uuid>,
    /// Their name as it is today; null if none is known, or once their data was erased.
    pub name: Option<String>,
    /// Whether their data was erased.
    #[serde(default)]
    pub erased: bool,
}

/// A message or note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Its id.
    pub id: Uuid,
    /// Who wrote it.
    pub author: AuthorView,
    /// What was written; null once the customer's data was erased.
    pub body: Option<String>,
    /// Whether it is a note. Always false for customers, who never see one.
    pub internal: bool,
    /// Files that came with it.
    #[schema(value_type = Vec<Object>)]
    pub attachments: Vec<serde_json::Value>,
    /// When it was written.
    pub posted_at: DateTime<Utc>,
    /// Its place in the log: ask for what came `after` the last one seen.
    pub position: u64,
    /// The ticket it was written on, if that was another one, which was merged into this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<Uuid>,
}

/// Which part of a conversation. Messages always come oldest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessagePage {
    /// Those after this position.
    pub after: Option<u64>,
    /// The last ones before this position, for scrolling back. With neither, the conversation's beginning.
    pub before: Option<u64>,
    /// The last ones of the conversation, as if `before` were beyond its end.
    pub latest: bool,
    /// How many at most; 0 means 50, at most 200.
    pub limit: u32,
}

impl MessagePage {
    /// The limit in force.
    pub fn limit(&self) -> u32 {
        if self.limit == 0 { 50 } else { self.limit.min(200) }
    }
}
