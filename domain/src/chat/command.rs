//! What can be asked of a chat. Capacity is the agent's to guard: taking a chat is decided on both streams at once.

use super::value::{EndedBy, WithdrawalReason};
use crate::ticket::TicketNumber;
use crate::{AgentId, CustomerId, DepartmentId, MessageId, TicketId};

/// A request to a chat.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum ChatCommand {
    /// Begin it.
    Start {
        customer_id: CustomerId,
        visitor_name: Option<String>,
        visitor_email: Option<String>,
        page: Option<String>,
        user_agent: Option<String>,
        ip: Option<String>,
        question: Option<String>,
        department_id: Option<DepartmentId>,
        skills: Vec<String>,
        verified: bool,
    },
    /// Write; the context's actor is the author.
    PostMessage { message_id: MessageId, body: String },
    /// Offer it to an agent.
    Assign { to: AgentId },
    /// Offer it to an agent no longer. Nothing happens if it is not offered to them.
    WithdrawOffer { from: AgentId, reason: WithdrawalReason },
    /// Take it.
    Accept { agent_id: AgentId },
    /// Hand it over.
    Transfer { to_agent: Option<AgentId>, to_department: Option<DepartmentId>, note: Option<String> },
    /// The actor has read up to a version (absent: everything).
    MarkRead { up_to_version: Option<u64> },
    /// End it.
    End { by: EndedBy },
    /// Rate it.
    GiveFeedback { rating: u8, comment: Option<String> },
    /// Record that a ticket was made of it, perhaps in place of one that was deleted.
    Convert { ticket_id: TicketId, ticket_number: TicketNumber, replaces: Option<TicketId> },
}
