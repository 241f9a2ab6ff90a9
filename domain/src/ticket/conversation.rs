//! What is said on a ticket: messages, notes, reading, feedback.

use super::decide::Decision;
use super::value::FirstResponse;
use super::{
    FeedbackGiven, MessagePosted, MessagesRead, NoteAdded, Ticket, TicketEvent, TicketStatus, Turn, WakeReason,
};
use crate::{Actor, ActorKind, DecideContext, MessageId, ReadMark, Rejection, Violations};

const NOT_YOURS: &str = "this is another customer's ticket";

impl Ticket {
    pub(super) fn post_message(&self, message_id: MessageId, body: &str, context: &DecideContext<'_>) -> Decision {
        context.owner_or_staff(self.customer_id, NOT_YOURS)?;
        self.living()?;
        let by_customer = context.actor.kind == ActorKind::Customer;
        if self.status == TicketStatus::Closed {
            let hint = if by_customer { "open a linked follow-up ticket" } else { "reopen it first" };
            return Err(Rejection::refused("ticket_closed", format!("the ticket is closed; {hint}")));
        }
        let mut violations = Violations::default();
        let body = violations.body("body", body, context.limits.message_bytes);
        violations.into_result()?;

        let mut events = vec![
            MessagePosted {
                message_id,
                author: context.actor,
                body: body.into(),
                first_response: self.first_response(context.actor.kind, context),
                written_at: None,
            }
            .into(),
        ];
        if by_customer {
            let reopened = match self.status {
                TicketStatus::WaitingCustomer | TicketStatus::OnHold | TicketStatus::Resolved => {
                    Some(self.reopened_status())
                }
                TicketStatus::Open | TicketStatus::InProgress | TicketStatus::Closed => None,
            };
            events.extend(reopened.map(|to| self.status_event(to, None, context)));
            events.extend(self.wake_event(WakeReason::Reply));
        }
        Ok(events)
    }

    /// Where it goes on when it comes back to the desk.
    pub(super) fn reopened_status(&self) -> TicketStatus {
        if self.assignee_id.is_some() { TicketStatus::InProgress } else { TicketStatus::Open }
    }

    /// What was said before keeps its author and time, and whoever had read it has. An agent's words are answers here too.
    pub(super) fn carry_over(
        &self,
        turns: &[Turn],
        readers: &[(Actor, usize)],
        context: &DecideContext<'_>,
    ) -> Decision {
        self.staff_edit(context)?;
        let mut violations = Violations::default();
        let mut conversation = self.conversation.clone();
        let mut events: Vec<TicketEvent> = Vec::with_capacity(turns.len() + readers.len());
        for (version, turn) in (self.version + 1..).zip(turns) {
            conversation.post(version, turn.author.kind);
            let body = violations.body("body", &turn.body, context.limits.message_bytes);
            let message = MessagePosted {
                message_id: turn.message_id,
                author: turn.author,
                body: body.into(),
                first_response: None,
                written_at: Some(turn.written_at),
            };
            events.push(message.into());
        }
        violations.into_result()?;
        for (reader, messages) in readers {
            let mark = conversation.version_of(*messages).and_then(|version| conversation.reading(*reader, version));
            events.extend(mark.map(|mark| read_event(&mark)));
        }
        Ok(events)
    }

    /// What a public message of `author` says about the first response.
    pub(super) fn first_response(&self, author: ActorKind, context: &DecideContext<'_>) -> Option<FirstResponse> {
        let opened_at = self.opened_at?;
        (author == ActorKind::Agent && self.first_response_at.is_none())
            .then(|| FirstResponse { elapsed_seconds: context.seconds_since(opened_at) })
    }

    pub(super) fn add_note(&self, message_id: MessageId, body: &str, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk writes notes")?;
        self.living()?;
        let mut violations = Violations::default();
        let body = violations.body("body", body, context.limits.message_bytes);
        violations.into_result()?;
        Ok(vec![NoteAdded { message_id, author: context.actor, body: body.into() }.into()])
    }

    /// Reading changes nothing of the matter, so that it is allowed on everything that can still be seen.
    pub(super) fn mark_read(&self, up_to_version: Option<u64>, context: &DecideContext<'_>) -> Decision {
        context.owner_or_staff(self.customer_id, NOT_YOURS)?;
        if context.actor.kind == ActorKind::System {
            return Err(Rejection::Forbidden("only people read"));
        }
        let up_to_version = context.stream_version(up_to_version, self.version, &self.public);
        let mark = self.conversation.reading(context.actor, up_to_version);
        Ok(mark.iter().map(read_event).collect())
    }

    pub(super) fn give_feedback(&self, given: &FeedbackGiven, context: &DecideContext<'_>) -> Decision {
        context.owner_only(self.customer_id, "only the ticket's customer gives feedback")?;
        self.living()?;
        let feedback = self.checked_feedback(given, context)?;
        if !self.status.is_done() {
            return Err(Rejection::refused(
                "not_resolved",
                "feedback can be given once the ticket is resolved or closed",
            ));
        }
        Ok(vec![feedback.into()])
    }

    /// `given` with its ratings in range, and what the ticket knows filled in.
    pub(super) fn checked_feedback(
        &self,
        given: &FeedbackGiven,
        context: &DecideContext<'_>,
    ) -> Result<FeedbackGiven, Rejection> {
        let mut violations = Violations::default();
        violations.rating("rating", given.rating);
        for (field, rating) in [
            ("agent_rating", given.agent_rating),
            ("speed_rating", given.speed_rating),
            ("communication_rating", given.communication_rating),
        ] {
            if let Some(rating) = rating {
                violations.rating(field, rating);
            }
        }
        let comment = given.comment.as_ref().and_then(|comment| comment.known());
        let comment = violations.remark("comment", comment, context.limits.remark_chars);
        violations.into_result()?;
        Ok(FeedbackGiven {
            comment: comment.map(Into::into),
            agent_id: self.assignee_id,
            replaces: self.rating,
            ..given.clone()
        })
    }
}

fn read_event(mark: &ReadMark) -> TicketEvent {
    MessagesRead {
        reader: mark.reader,
        up_to_version: mark.up_to_version,
        customer_messages: mark.customer_messages,
        agent_messages: mark.agent_messages,
    }
    .into()
}
