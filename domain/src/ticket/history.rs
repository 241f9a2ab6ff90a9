//! Steps of a ticket's imported history.

use super::value::{CustomFields, PlainFields, Priority, TicketStatus};
use super::{
    Assigned, CategoryChanged, DepartmentChanged, FeedbackGiven, MessagePosted, NoteAdded, PriorityChanged, Ticket,
    TicketCommand, TicketEvent, Unassigned,
};
use crate::{AgentId, Aggregate, DecideContext, DepartmentId, MessageId, Recorded, Rejection, Violations};

/// One thing that happened to a ticket elsewhere.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum TicketStep {
    /// Somebody wrote a public message.
    Message { message_id: MessageId, body: String },
    /// Somebody wrote a note.
    Note { message_id: MessageId, body: String },
    /// The status changed.
    Status { to: TicketStatus, reason: Option<String> },
    /// An agent became responsible.
    Assign { to: AgentId },
    /// Nobody is responsible any more.
    Unassign,
    /// The urgency changed.
    Priority { to: Priority },
    /// The kind of request changed.
    Category { to: String },
    /// The department changed.
    Department { to: Option<DepartmentId> },
    /// The tags are these now.
    Tags { to: Vec<String> },
    /// Custom fields were set; null clears one. Text of fields that are not `plain` is sealed.
    CustomFields { set: CustomFields, plain: PlainFields },
    /// The customer rated it.
    Feedback(FeedbackGiven),
}

impl Ticket {
    /// What `step`, taken at `context.now` by `context.actor`, is as an event: only the step itself, whatever would
    /// follow from it live, also on a ticket that is closed, archived or merged.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] before the ticket was opened; [`Rejection::Invalid`] if the values make no sense
    /// (blank or oversized text, a rating out of range).
    pub fn record(&self, step: &TicketStep, context: &DecideContext<'_>) -> Result<Recorded<TicketEvent>, Rejection> {
        if !self.exists() {
            return Err(Rejection::NotFound("ticket"));
        }
        let limits = context.limits;
        let mut violations = Violations::default();
        let event: TicketEvent = match step {
            TicketStep::Message { message_id, body } => MessagePosted {
                message_id: *message_id,
                author: context.actor,
                body: violations.body("body", body, limits.message_bytes).into(),
                first_response: self.first_response(context.actor.kind, context),
                written_at: None,
            }
            .into(),
            TicketStep::Note { message_id, body } => NoteAdded {
                message_id: *message_id,
                author: context.actor,
                body: violations.body("body", body, limits.message_bytes).into(),
            }
            .into(),
            TicketStep::Status { to, reason } => {
                let reason = violations.remark("reason", reason.as_deref(), limits.remark_chars);
                self.status_event(*to, reason, context)
            }
            TicketStep::Assign { to } => Assigned { from: self.assignee_id, to: *to, by: context.actor }.into(),
            TicketStep::Unassign => match self.assignee_id {
                Some(from) => Unassigned { from, by: context.actor, reason: None }.into(),
                None => return Ok(Recorded::nothing()),
            },
            TicketStep::Priority { to } => PriorityChanged { from: self.priority, to: *to }.into(),
            TicketStep::Category { to } => CategoryChanged {
                from: self.category.clone(),
                to: violations.line("category", to, 1, limits.name_chars),
            }
            .into(),
            TicketStep::Department { to } => DepartmentChanged { from: self.department_id, to: *to }.into(),
            TicketStep::Tags { to } => {
                let tags = violations.names("tags", to, limits.tags, limits.name_chars);
                let gone = self.tags.iter().filter(|tag| !tags.contains(tag)).cloned().collect();
                self.tags_event(tags, gone).into()
            }
            TicketStep::CustomFields { set, plain } => {
                super::fields::check_custom_fields(set, limits.custom_fields * 2, limits, &mut violations);
                self.custom_fields_event(set, plain).into()
            }
            TicketStep::Feedback(feedback) => self.checked_feedback(feedback, context)?.into(),
        };
        violations.into_result()?;
        Ok(Recorded::new(event, &self.decide(&self.as_command(step), context)))
    }

    /// What one would ask live for the same.
    fn as_command(&self, step: &TicketStep) -> TicketCommand {
        match step.clone() {
            TicketStep::Message { message_id, body } => TicketCommand::PostMessage { message_id, body },
            TicketStep::Note { message_id, body } => TicketCommand::AddNote { message_id, body },
            TicketStep::Status { to, reason } => TicketCommand::ChangeStatus { to, reason },
            TicketStep::Assign { to } => TicketCommand::Assign { to },
            TicketStep::Unassign => TicketCommand::Unassign,
            TicketStep::Priority { to } => TicketCommand::ChangePriority { to },
            TicketStep::Category { to } => TicketCommand::ChangeCategory { to },
            TicketStep::Department { to } => TicketCommand::ChangeDepartment { to },
            TicketStep::Tags { to } => {
                let remove = self.tags.iter().filter(|tag| !to.contains(tag)).cloned().collect();
                TicketCommand::ChangeTags { add: to, remove }
            }
            TicketStep::CustomFields { set, plain } => TicketCommand::ChangeCustomFields { set, plain },
            TicketStep::Feedback(feedback) => TicketCommand::GiveFeedback(feedback),
        }
    }
}
