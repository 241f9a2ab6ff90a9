//! What can have happened to a chat.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::{EndedBy, WithdrawalReason};
use crate::event_set::{PersonalField as _, event_set};
use crate::ticket::TicketNumber;
use crate::{Actor, AgentId, Category, CustomerId, DepartmentId, MessageId, PersonalText, TicketId};

event_set! {
    /// Everything that can have happened to a chat.
    pub enum ChatEvent of Category::Chat; {
        ChatStarted = 1 [visitor_name, visitor_email, page, user_agent, ip, question],
        MessagePosted = 1 [body],
        ChatAssigned = 1,
        ChatOfferWithdrawn = 1,
        ChatAccepted = 1,
        ChatTransferred = 1 [note],
        MessagesRead = 1,
        ChatEnded = 1,
        FeedbackGiven = 1 [comment],
        ChatConverted = 1,
    }
}

/// A visitor asked for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatStarted {
    /// The visitor or customer.
    pub customer_id: CustomerId,
    /// The name given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_name: Option<PersonalText>,
    /// The address given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visitor_email: Option<PersonalText>,
    /// The page they were on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<PersonalText>,
    /// Their browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<PersonalText>,
    /// Their address on the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<PersonalText>,
    /// What they want to know; a first message follows separately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<PersonalText>,
    /// The department asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department_id: Option<DepartmentId>,
    /// Skills an agent needs, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// Whether the visitor's identity was proven (signed in, or a signed token).
    #[serde(default)]
    pub verified: bool,
}

/// Somebody wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessagePosted {
    /// The message.
    pub message_id: MessageId,
    /// Who wrote it.
    pub author: Actor,
    /// What was written.
    pub body: PersonalText,
}

/// Offered to an agent: a place of their capacity is taken until they accept, or it goes elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatAssigned {
    /// Whom it was offered to before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<AgentId>,
    /// Whom it is offered to now.
    pub to: AgentId,
    /// Who decided it.
    pub by: Actor,
}

/// It is offered to nobody any more: it waits for whoever accepts it, or for the next offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatOfferWithdrawn {
    /// Whom it was offered to.
    pub from: AgentId,
    /// Why.
    pub reason: WithdrawalReason,
}

/// An agent took it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatAccepted {
    /// The agent.
    pub agent_id: AgentId,
    /// On the first acceptance: seconds the visitor waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u64>,
}

/// Handed over; an agent of the target must accept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatTransferred {
    /// Who had it.
    pub from: AgentId,
    /// The agent it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_agent: Option<AgentId>,
    /// The department it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_department: Option<DepartmentId>,
    /// A note for whoever takes over; never shown to the visitor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<PersonalText>,
}

/// Somebody has read the conversation. The counts make unread figures a subtraction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MessagesRead {
    /// Who read.
    pub reader: Actor,
    /// The stream's version up to which they have read.
    pub up_to_version: u64,
    /// Visitor messages up to there.
    pub customer_messages: u32,
    /// Agent messages up to there.
    pub agent_messages: u32,
}

/// It is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatEnded {
    /// Who or what ended it.
    pub by: EndedBy,
    /// The agent who had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Seconds from start to end.
    pub duration_seconds: u64,
}

/// The visitor rated how it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedbackGiven {
    /// 1 (bad) to 5 (good).
    pub rating: u8,
    /// In the visitor's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<PersonalText>,
    /// The agent who had the chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The rating this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<u8>,
}

/// A ticket was made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatConverted {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its number.
    pub ticket_number: TicketNumber,
}
