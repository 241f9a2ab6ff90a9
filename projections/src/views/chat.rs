//! Live chats.

use chrono::{DateTime, Utc};
use docket_domain::chat::{ChatStatus, EndedBy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AssigneeFilter, ReplyVia, schema};

/// In which order chats are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatSort {
    /// Latest started first.
    #[default]
    Started,
    /// Latest ended first; only those that have ended.
    Ended,
}

/// Which chats are wanted. Empty or absent means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatFilter {
    /// In one of these statuses.
    pub status: Vec<ChatStatus>,
    /// Whose.
    pub agent: Option<AssigneeFilter>,
    /// For this department.
    pub department_id: Option<Uuid>,
    /// Of this visitor or customer.
    pub customer_id: Option<Uuid>,
    /// Started at or after.
    pub started_from: Option<DateTime<Utc>>,
    /// Started before.
    pub started_to: Option<DateTime<Utc>>,
    /// Words of its messages, or of the visitor's name or address.
    pub search: Option<String>,
    /// In which order.
    pub sort: ChatSort,
}

/// Who started a chat. Address on the network, browser and page are for agents only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VisitorView {
    /// The visitor or customer.
    pub id: Uuid,
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Whether the desk, or a site for its visitor, stated that address: else only the visitor did.
    #[serde(default)]
    pub email_verified: bool,
    /// The name they last stated, where the desk knows another. For agents only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_name: Option<String>,
    /// The address they last stated, where the desk knows another. Nobody verified it. For agents only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_email: Option<String>,
    /// Whether their data was erased.
    #[serde(default)]
    pub erased: bool,
    /// The page they were on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Their browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Their address on the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Whether their identity was proven.
    pub verified: bool,
}

/// A chat. What is said in it is asked for separately.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChatView {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    #[schema(schema_with = schema::chat_status)]
    pub status: ChatStatus,
    /// Who started it.
    pub visitor: VisitorView,
    /// What they want to know.
    pub question: Option<String>,
    /// Who has it, or to whom it is offered.
    pub agent_id: Option<Uuid>,
    /// That agent's name.
    pub agent_name: Option<String>,
    /// Whether that agent has accepted it.
    pub accepted: bool,
    /// The department it is for.
    pub department_id: Option<Uuid>,
    /// Skills an agent needs.
    pub skills: Vec<String>,
    /// 1 for who is next among those waiting for the same department, or for any; only while waiting.
    pub queue_position: Option<i64>,
    /// Seconds until an agent is likely to accept, from how long others waited lately; only while waiting.
    pub estimated_wait_seconds: Option<i64>,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// When it last joined the queue: at its start, or when it was last handed over.
    pub queued_at: DateTime<Utc>,
    /// When an agent first accepted it.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who or what ended it.
    #[schema(schema_with = schema::ended_by_or_null)]
    pub ended_by: Option<EndedBy>,
    /// Seconds from start to end.
    pub duration_seconds: Option<i64>,
    /// Messages of both sides.
    pub message_count: i64,
    /// Messages of the other side the viewer has not read.
    pub unread_count: i64,
    /// How the last message begins.
    pub last_message: Option<String>,
    /// When it was written.
    pub last_message_at: Option<DateTime<Utc>>,
    /// 1 (bad) to 5 (good).
    pub rating: Option<u8>,
    /// In the visitor's words.
    pub rating_comment: Option<String>,
    /// A hand-over's note to whoever takes over. For agents only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_note: Option<String>,
    /// How a reply reaches them, as far as the desk can know: in the portal, in the widget, or, if this is empty, not at all.
    /// Only in details, for people of the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_via: Option<Vec<ReplyVia>>,
    /// The ticket made of it, unless it was deleted; a customer is told only of one of their own.
    pub ticket_id: Option<Uuid>,
    /// That ticket's number.
    pub ticket_number: Option<String>,
    /// Its version, for `If-Match`.
    pub version: u64,
    /// The log's position of the last event in it.
    pub position: u64,
}
