//! What customers learn of what happens to their ticket. Everything they are ever shown of it, versions and positions
//! included, is a function of the events named here.

use super::TicketEvent;

impl TicketEvent {
    /// The fields a customer sees of it; `None`: they are not to learn that it happened.
    pub fn public_fields(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::TicketOpened(_) => Some(&[
                "number",
                "subject",
                "description",
                "message_id",
                "category",
                "priority",
                "customer_id",
                "department_id",
                "order_ref",
                "channel",
                "follow_up_of",
                "author",
                "written_at",
                "chat_id",
            ]),
            Self::MessagePosted(_) => Some(&["message_id", "author", "body", "written_at"]),
            Self::StatusChanged(_)
            | Self::PriorityChanged(_)
            | Self::CategoryChanged(_)
            | Self::DepartmentChanged(_)
            | Self::SubjectChanged(_)
            | Self::OrderLinked(_) => Some(&["from", "to"]),
            Self::Assigned(_) => Some(&["to"]),
            Self::MessagesRead(_) => Some(&["reader", "up_to_version"]),
            // Where it went is another customer's.
            Self::TicketMerged(merged) if merged.across_customers => Some(&[]),
            Self::TicketMerged(_) => Some(&["into", "into_number"]),
            Self::FeedbackGiven(_) => Some(&[
                "rating",
                "resolved",
                "would_recommend",
                "agent_rating",
                "speed_rating",
                "communication_rating",
                "comment",
            ]),
            // It goes on by itself; from where, they know if they were told where it went.
            Self::TicketMergeUndone(_) => Some(&[]),
            // It is no longer in their list, and nothing more can be done to it.
            Self::Unassigned(_) | Self::TicketArchived(_) | Self::TicketDeleted(_) => Some(&[]),
            Self::NoteAdded(_)
            | Self::TagsChanged(_)
            | Self::CustomFieldsChanged(_)
            | Self::TicketSnoozed(_)
            | Self::TicketWoken(_)
            | Self::TicketMergeReceived(_)
            | Self::TicketMergeReturned(_)
            | Self::TicketLinked(_)
            | Self::TicketUnlinked(_)
            | Self::SlaPolicyApplied(_)
            | Self::SlaWarned(_)
            | Self::SlaBreached(_) => None,
        }
    }
}
