//! Search.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchHitKind {
    /// A ticket, by number, subject, order, messages or customer.
    Ticket,
    /// A message of a ticket.
    Message,
    /// A message of a chat; without a message, a chat by its visitor or opening question.
    Chat,
    /// A customer or visitor. Not told to customers.
    Customer,
}

/// Something found, with what is needed to show it in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchHit {
    /// What.
    pub kind: SearchHitKind,
    /// The ticket or chat it belongs to.
    pub id: Uuid,
    /// The ticket's number.
    pub number: Option<String>,
    /// The ticket's subject.
    pub subject: Option<String>,
    /// The message.
    pub message_id: Option<Uuid>,
    /// The beginning of the message.
    pub excerpt: Option<String>,
    /// Whether the message is a note; never true for customers.
    pub internal: bool,
    /// When it was opened or written.
    pub at: DateTime<Utc>,
    /// Its place in the log.
    pub position: u64,
    /// The customer's or visitor's name, of tickets, chats and customers.
    pub name: Option<String>,
    /// Their mail address, of chats and customers.
    pub email: Option<String>,
}
