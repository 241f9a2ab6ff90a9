//! Steps of a chat's imported history.

use super::value::EndedBy;
use super::{Chat, ChatAccepted, ChatCommand, ChatEvent, ChatTransferred, MessagePosted};
use crate::{AgentId, Aggregate, DecideContext, DepartmentId, MessageId, Recorded, Rejection, Violations};

/// One thing that happened to a chat elsewhere.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum ChatStep {
    /// Somebody wrote.
    Message { message_id: MessageId, body: String },
    /// An agent took it.
    Accept { agent_id: AgentId },
    /// It was handed over.
    Transfer { to_agent: Option<AgentId>, to_department: Option<DepartmentId>, note: Option<String> },
    /// It ended. `by` counts if the actor is the system; else the actor's kind says it.
    End { by: EndedBy },
    /// The visitor rated it.
    Feedback { rating: u8, comment: Option<String> },
}

impl Chat {
    /// What `step`, taken at `context.now` by `context.actor`, is as an event: only the step itself, also on a chat that
    /// is over.
    ///
    /// # Errors
    /// [`Rejection::NotFound`] before the chat began; [`Rejection::Invalid`] if the values make no sense (blank or
    /// oversized text, a rating out of range, a transfer to nobody).
    pub fn record(&self, step: &ChatStep, context: &DecideContext<'_>) -> Result<Recorded<ChatEvent>, Rejection> {
        let Some(started_at) = self.started_at else { return Err(Rejection::NotFound("chat")) };
        let limits = context.limits;
        let mut violations = Violations::default();
        let event: ChatEvent = match step {
            ChatStep::Message { message_id, body } => MessagePosted {
                message_id: *message_id,
                author: context.actor,
                body: violations.body("body", body, limits.message_bytes).into(),
            }
            .into(),
            ChatStep::Accept { agent_id } => {
                let first = self.accepted_at.is_none();
                let wait_seconds = first.then(|| context.seconds_since(started_at));
                ChatAccepted { agent_id: *agent_id, wait_seconds }.into()
            }
            ChatStep::Transfer { to_agent, to_department, note } => {
                if to_agent.is_none() && to_department.is_none() {
                    violations.add("to", "required", "a transfer needs an agent or a department to go to");
                }
                let note = violations.remark("note", note.as_deref(), limits.remark_chars).map(Into::into);
                let Some(from) = self.agent_id.or(context.agent()).or(self.last_agent_id).or(self.offered_to) else {
                    violations.into_result()?;
                    return Ok(Recorded::nothing());
                };
                ChatTransferred { from, to_agent: *to_agent, to_department: *to_department, note }.into()
            }
            ChatStep::End { by } => self.ended(self.ending(*by, context), context).into(),
            ChatStep::Feedback { rating, comment } => {
                self.checked_feedback(*rating, comment.as_deref(), context)?.into()
            }
        };
        violations.into_result()?;
        Ok(Recorded::new(event, &self.decide(&as_command(step), context)))
    }
}

/// What one would ask live for the same.
fn as_command(step: &ChatStep) -> ChatCommand {
    match step.clone() {
        ChatStep::Message { message_id, body } => ChatCommand::PostMessage { message_id, body },
        ChatStep::Accept { agent_id } => ChatCommand::Accept { agent_id },
        ChatStep::Transfer { to_agent, to_department, note } => ChatCommand::Transfer { to_agent, to_department, note },
        ChatStep::End { by } => ChatCommand::End { by },
        ChatStep::Feedback { rating, comment } => ChatCommand::GiveFeedback { rating, comment },
    }
}
