//! The neutral format: one line of JSON a ticket or chat with its whole history. What import reads and export writes.
//! Written up for people in `docs/import-format.md`.

use chrono::{DateTime, Utc};
use docket_domain::chat::EndedBy;
use docket_domain::ticket::{Channel, CustomFields, PlainFields, Priority, TicketNumber};
use docket_domain::{ActorKind, Category};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Bytes of a line, at most.
pub const LINE_BYTES: usize = 16 * 1024 * 1024;
/// Steps of a line's history, at most.
pub const STEPS: usize = 10_000;

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line {
    /// A ticket.
    Ticket(Box<TicketLine>),
    /// A chat.
    Chat(Box<ChatLine>),
    /// Any other stream, event by event.
    Stream(Box<StreamLine>),
}

/// A ticket and what happened to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketLine {
    #[serde(rename = "type", default, skip_serializing)]
    pub(crate) kind: IgnoredAny,
    /// Its id here; tells it apart where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its id where it comes from; tells it apart where there is no `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Its number, kept if nobody has it. Absent: the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<TicketNumber>,
    /// What it is about.
    pub subject: String,
    /// The request in full.
    pub description: String,
    /// The id of the description as a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Uuid>,
    /// The kind of request. Absent: `general`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// How urgent. Absent: medium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Which department it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentRef>,
    /// Whose request it is.
    pub customer: CustomerRef,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// By whom. Absent: by the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<ActorRef>,
    /// How it came in. Absent: import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The order it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_ref: Option<String>,
    /// The id here of the closed ticket it follows up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up_of: Option<Uuid>,
    /// The id here of the chat it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<Uuid>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Custom fields.
    #[serde(default, skip_serializing_if = "CustomFields::is_empty")]
    pub custom_fields: CustomFields,
    /// Those of them whose text says nothing about a person, beside those the organisation says so of.
    #[serde(default, skip_serializing_if = "PlainFields::is_empty")]
    pub plain_fields: PlainFields,
    /// What happened then, in order.
    #[serde(default)]
    pub history: Vec<Step>,
}

/// A chat and what happened in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatLine {
    #[serde(rename = "type", default, skip_serializing)]
    pub(crate) kind: IgnoredAny,
    /// Its id here; tells it apart where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its id where it comes from; tells it apart where there is no `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The visitor.
    pub customer: CustomerRef,
    /// What the visitor said their name was. Absent: the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_name: Option<String>,
    /// What the visitor said their address was. Absent: the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_email: Option<String>,
    /// When it began.
    #[serde(alias = "started_at")]
    pub opened_at: DateTime<Utc>,
    /// What they wanted to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Which department it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentRef>,
    /// Skills an agent needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// The page they were on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Their browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Their address on the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Whether it was proven who they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
    /// What happened then, in order.
    #[serde(default)]
    pub history: Vec<Step>,
}

/// A stream, event by event: agents, customers, departments, and whatever the other lines cannot say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamLine {
    #[serde(rename = "type", default, skip_serializing)]
    pub(crate) kind: IgnoredAny,
    /// What kind of stream it is.
    pub category: Category,
    /// Its id.
    pub id: Uuid,
    /// Its events, in order.
    pub history: Vec<Step>,
}

/// One thing that happened. Which fields belong to which action is checked when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it. Absent: the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorRef>,
    /// What.
    pub action: Action,
    /// `message`, `note`: its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// `message`, `note`: the text. `transfer`: a note for whoever takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// `status`, `assign`, `priority`, `category`, `department`, `tags`, `custom_fields`, `accept`, `transfer`: the value after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// `transfer`: the department it was handed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentRef>,
    /// `status`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `end`: who or what ended the chat, if the actor does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<EndedBy>,
    /// `custom_fields`: those whose text says nothing about a person, beside those the organisation says so of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain_fields: Option<PlainFields>,
    /// `feedback`: 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    /// `feedback`: in the customer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// `feedback` on a ticket: whether it was resolved in the customer's eyes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
    /// `feedback` on a ticket: whether they would recommend the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would_recommend: Option<bool>,
    /// `feedback` on a ticket: 1 to 5 for the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_rating: Option<u8>,
    /// `feedback` on a ticket: 1 to 5 for speed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_rating: Option<u8>,
    /// `feedback` on a ticket: 1 to 5 for communication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub communication_rating: Option<u8>,
    /// `event`: its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// `event`: the version of its shape. Absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u16>,
    /// `event`: its payload, readable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    /// `event`: whether it was recorded as irregular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irregular: Option<bool>,
}

impl Step {
    /// A step without details.
    pub fn new(at: DateTime<Utc>, actor: Option<ActorRef>, action: Action) -> Self {
        Self {
            at,
            actor,
            action,
            id: None,
            body: None,
            to: None,
            department: None,
            reason: None,
            by: None,
            plain_fields: None,
            rating: None,
            comment: None,
            resolved: None,
            would_recommend: None,
            agent_rating: None,
            speed_rating: None,
            communication_rating: None,
            event: None,
            version: None,
            data: None,
            irregular: None,
        }
    }
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A public message.
    Message,
    /// An internal note.
    Note,
    /// A ticket's status changed.
    Status,
    /// An agent became responsible.
    Assign,
    /// Nobody is responsible any more.
    Unassign,
    /// The urgency changed.
    Priority,
    /// The kind of request changed.
    Category,
    /// The department changed; `to` null: none.
    Department,
    /// The tags are these now.
    Tags,
    /// Custom fields were set; null clears one.
    CustomFields,
    /// The customer rated it.
    Feedback,
    /// An agent took a chat.
    Accept,
    /// A chat was handed over.
    Transfer,
    /// A chat ended.
    End,
    /// Anything else: an event as Docket keeps it.
    Event,
}

/// A customer. `id`, `external_id` or `email` tells them apart, the first that is there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerRef {
    /// Their id here. Without a name, somebody the desk knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Their id where they come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Somebody who works at the desk. `id` or `external_id` tells them apart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentRef {
    /// Their id here. Without a name, somebody the desk knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Their id where they come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Their name. Absent: the external id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who did something. A customer without ids is the line's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorRef {
    /// What kind of party.
    pub kind: ActorKind,
    /// Their id here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Their id where they come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A department: its name, or more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a department is a name, or an object of name and id or external_id")]
pub enum DepartmentRef {
    /// Told apart by its name.
    Name(String),
    /// Told apart by an id.
    Known(KnownDepartment),
}

/// A department with an id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDepartment {
    /// Its id here. Without a name, one the desk has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its id where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
