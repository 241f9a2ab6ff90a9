//! What visitors learn of what happens to their chat; see [`TicketEvent::public_fields`](crate::ticket::TicketEvent::public_fields).

use super::ChatEvent;

impl ChatEvent {
    /// The fields a visitor sees of it; `None`: they are not to learn that it happened.
    pub fn public_fields(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::ChatStarted(_) => {
                Some(&["customer_id", "visitor_name", "visitor_email", "question", "department_id"])
            }
            Self::MessagePosted(_) => Some(&["message_id", "author", "body"]),
            Self::ChatAccepted(_) => Some(&["agent_id", "wait_seconds"]),
            Self::ChatTransferred(_) => Some(&["to_department"]),
            Self::MessagesRead(_) => Some(&["reader", "up_to_version"]),
            Self::ChatEnded(_) => Some(&["by", "duration_seconds"]),
            Self::FeedbackGiven(_) => Some(&["rating", "comment"]),
            Self::ChatConverted(_) => Some(&["ticket_id", "ticket_number"]),
            // Whom a chat is merely offered to is the desk's affair.
            Self::ChatAssigned(_) | Self::ChatOfferWithdrawn(_) => None,
        }
    }
}
