//! Tickets as lists and details show them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use docket_domain::ticket::{Channel, Priority, TicketStatus};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::schema;
use super::{AuthorView, ReplyVia, SlaBadge};

/// Whose tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssigneeFilter {
    /// The viewer's.
    Me,
    /// Nobody's.
    Unassigned,
    /// This agent's.
    Agent(Uuid),
}

/// In which order tickets are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketSort {
    /// Most urgent first, oldest first among equals.
    #[default]
    Urgency,
    /// Latest opened first.
    Newest,
    /// Latest changed first.
    Updated,
}

/// Which tickets are wanted. Empty or absent means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketFilter {
    /// In one of these statuses.
    pub status: Vec<TicketStatus>,
    /// Of one of these priorities.
    pub priority: Vec<Priority>,
    /// Of this category.
    pub category: Option<String>,
    /// For this department.
    pub department_id: Option<Uuid>,
    /// Whose responsibility.
    pub assignee: Option<AssigneeFilter>,
    /// Of this customer.
    pub customer_id: Option<Uuid>,
    /// Of any customer but this one. Ignored for customers.
    pub not_customer_id: Option<Uuid>,
    /// With this tag. Ignored for customers, who do not see tags.
    pub tag: Option<String>,
    /// Opened at or after.
    pub opened_from: Option<DateTime<Utc>>,
    /// Opened before.
    pub opened_to: Option<DateTime<Utc>>,
    /// Only those that are resolved (resolved or closed, and not merged into another), or only the others.
    pub resolved: Option<bool>,
    /// Resolved by this agent.
    pub resolved_by: Option<Uuid>,
    /// Resolved at or after.
    pub resolved_from: Option<DateTime<Utc>>,
    /// Resolved before.
    pub resolved_to: Option<DateTime<Utc>>,
    /// With an SLA clock past due.
    pub overdue: bool,
    /// Only those put aside until later, or only the others.
    pub snoozed: Option<bool>,
    /// About this order.
    pub order_ref: Option<String>,
    /// Words of subject, messages, customer's name or address; or a number.
    pub search: Option<String>,
    /// Archived ones instead of the others.
    pub archived: bool,
    /// In which order.
    pub sort: TicketSort,
}

/// A ticket in a list.
///
/// A customer sees neither tags, custom fields, SLA, notes, links nor counts of reassignment: they come empty, and
/// absent from the JSON where they are optional.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketView {
    /// Its id.
    pub id: Uuid,
    /// Its number: `TKT-000001`.
    pub number: String,
    /// What it is about; null once the customer's data was erased.
    pub subject: Option<String>,
    /// Where it stands.
    #[schema(schema_with = schema::ticket_status)]
    pub status: TicketStatus,
    /// How urgent it is.
    #[schema(schema_with = schema::priority)]
    pub priority: Priority,
    /// The kind of request.
    pub category: String,
    /// Which department it is for.
    pub department_id: Option<Uuid>,
    /// That department's name.
    pub department_name: Option<String>,
    /// Who is responsible.
    pub assignee_id: Option<Uuid>,
    /// That agent's name.
    pub assignee_name: Option<String>,
    /// Whose request it is.
    pub customer_id: Uuid,
    /// The customer's name; null if none is known, or once their data was erased.
    pub customer_name: Option<String>,
    /// Whether the customer's data was erased.
    #[serde(default)]
    pub customer_erased: bool,
    /// The order it is about; null once the customer's data was erased.
    pub order_ref: Option<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Values of the tenant's custom fields; personal ones are absent once the customer's data was erased.
    #[schema(value_type = Object)]
    pub custom_fields: Map<String, Value>,
    /// How it came in.
    #[schema(schema_with = schema::channel)]
    pub channel: Channel,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When an agent first answered.
    pub first_responded_at: Option<DateTime<Utc>>,
    /// When it was last resolved, unless it was reopened.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was last closed, unless it was reopened.
    pub closed_at: Option<DateTime<Utc>>,
    /// Until when it is put aside.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// When the last public message was written.
    pub last_message_at: DateTime<Utc>,
    /// When the customer last wrote.
    pub last_customer_message_at: Option<DateTime<Utc>>,
    /// When an agent last answered.
    pub last_agent_message_at: Option<DateTime<Utc>>,
    /// How the last public message begins.
    pub last_message: Option<String>,
    /// Who wrote it.
    pub last_message_by: AuthorView,
    /// Public messages, the description included.
    pub message_count: i64,
    /// Internal notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_count: Option<i64>,
    /// Public messages of agents.
    pub response_count: i64,
    /// How often it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_count: Option<i64>,
    /// How often it was reopened.
    pub reopen_count: i64,
    /// How often somebody was made responsible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment_count: Option<i64>,
    /// How often it went from one agent to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reassignment_count: Option<i64>,
    /// Messages of the other side the viewer has not read.
    pub unread_count: i64,
    /// How it stands with the service level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla: Option<SlaBadge>,
    /// Whether it was archived.
    pub archived: bool,
    /// When anything last happened to it that the viewer can see.
    pub updated_at: DateTime<Utc>,
    /// Its version, for `If-Match`.
    pub version: u64,
}

/// What the customer said of how it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedbackView {
    /// 1 (bad) to 5 (good).
    pub rating: u8,
    /// Whether the request was resolved in the customer's eyes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
    /// Whether they would recommend the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_recommend: Option<bool>,
    /// 1 to 5 for the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_rating: Option<u8>,
    /// 1 to 5 for speed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_rating: Option<u8>,
    /// 1 to 5 for communication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub communication_rating: Option<u8>,
    /// In the customer's words.
    #[serde(default)]
    pub comment: Option<String>,
    /// When it was given.
    pub given_at: DateTime<Utc>,
}

/// A ticket in full. Its conversation is asked for separately.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TicketDetail {
    /// What lists show of it.
    #[serde(flatten)]
    pub ticket: TicketView,
    /// The customer's address.
    pub customer_email: Option<String>,
    /// Whether the desk, or a site for its visitor, stated that address: else only the customer did.
    #[serde(default)]
    pub customer_email_verified: bool,
    /// The name the customer last stated, where the desk knows another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_stated_name: Option<String>,
    /// The address the customer last stated, where the desk knows another. Nobody verified it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_stated_email: Option<String>,
    /// How a reply reaches them, as far as the desk can know: in the portal, in the widget, or, if this is empty, not at all.
    /// Only in details, for people of the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_via: Option<Vec<ReplyVia>>,
    /// The closed ticket it follows up. Here as below, tickets that were deleted are left out.
    pub follow_up_of: Option<Uuid>,
    /// The chat it came from.
    pub chat_id: Option<Uuid>,
    /// Whether it was merged into another ticket. Then nothing more can be done with it.
    pub merged: bool,
    /// The ticket it went into. A customer is told only of one of their own.
    pub merged_into: Option<Uuid>,
    /// Tickets that went into it.
    pub merged_from: Vec<Uuid>,
    /// Tickets that have to do with it.
    pub linked: Vec<Uuid>,
    /// How it went.
    pub feedback: Option<FeedbackView>,
    /// The log's position of the last event in it.
    pub position: u64,
}

/// How many tickets there are, of those the viewer sees; archived ones are not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TicketCounts {
    /// All.
    pub total: i64,
    /// By status; every status is there.
    pub by_status: BTreeMap<String, i64>,
    /// Urgent ones that are not resolved or closed.
    pub urgent: i64,
}

/// The figures beside a desk's or portal's menu.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SidebarCounts {
    /// Tickets not resolved or closed, and not put aside until later.
    pub open_tickets: i64,
    /// Of those, the viewer's.
    pub my_tickets: i64,
    /// Of those, nobody's.
    pub unassigned_tickets: i64,
    /// Of those, urgent.
    pub urgent_tickets: i64,
    /// Of those, with an SLA clock past due.
    pub overdue_tickets: i64,
    /// Of the viewer's, with something unread.
    pub unread_tickets: i64,
    /// Chats in the queue.
    pub waiting_chats: i64,
    /// The viewer's chats under way.
    pub my_chats: i64,
}
