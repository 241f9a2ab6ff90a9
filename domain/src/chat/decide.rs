//! The rules of a chat.

use super::{Chat, opening};
use super::{
    ChatAccepted, ChatAssigned, ChatCommand, ChatConverted, ChatEnded, ChatEvent, ChatOfferWithdrawn, ChatStatus,
    ChatTransferred, EndedBy, FeedbackGiven, MessagePosted, MessagesRead, WithdrawalReason,
};
use crate::ticket::TicketNumber;
use crate::{ActorKind, AgentId, Aggregate, DecideContext, DepartmentId, MessageId, Rejection, TicketId, Violations};

type Decision = Result<Vec<ChatEvent>, Rejection>;

const NOT_YOURS: &str = "this is another customer's chat";

pub(super) fn decide(chat: &Chat, command: &ChatCommand, context: &DecideContext<'_>) -> Decision {
    use ChatCommand as C;
    if let C::Start { .. } = command {
        return opening::start(chat, command, context);
    }
    if !chat.exists() {
        return Err(Rejection::NotFound("chat"));
    }
    match command {
        C::Start { .. } => Err(Rejection::AlreadyExists("chat")),
        C::PostMessage { message_id, body } => chat.post_message(*message_id, body, context),
        C::Assign { to } => chat.assign(*to, context),
        C::WithdrawOffer { from, reason } => chat.withdraw_offer(*from, *reason, context),
        C::Accept { agent_id } => chat.accept(*agent_id, context),
        C::Transfer { to_agent, to_department, note } => {
            chat.transfer(*to_agent, *to_department, note.as_deref(), context)
        }
        C::MarkRead { up_to_version } => chat.mark_read(*up_to_version, context),
        C::End { by } => chat.end(*by, context),
        C::GiveFeedback { rating, comment } => chat.give_feedback(*rating, comment.as_deref(), context),
        C::Convert { ticket_id, ticket_number, replaces } => {
            chat.convert(*ticket_id, *ticket_number, *replaces, context)
        }
    }
}

impl Chat {
    /// Visitors write from the first moment, agents once they have accepted.
    fn post_message(&self, message_id: MessageId, body: &str, context: &DecideContext<'_>) -> Decision {
        context.owner_or_staff(self.customer_id, NOT_YOURS)?;
        self.not_closed()?;
        if context.actor.kind == ActorKind::Agent && !self.is_held_by(context) {
            return Err(match self.status {
                ChatStatus::Active => self.held_by_other(),
                _ => Rejection::refused("chat_not_accepted", "accept the chat before writing"),
            });
        }
        let mut violations = Violations::default();
        let limits = context.limits;
        let most = match context.actor.kind {
            ActorKind::Customer => limits.visitor_message_bytes.min(limits.message_bytes),
            ActorKind::Agent | ActorKind::System => limits.message_bytes,
        };
        let body = violations.body("body", body, most);
        violations.into_result()?;
        Ok(vec![MessagePosted { message_id, author: context.actor, body: body.into() }.into()])
    }

    fn assign(&self, to: AgentId, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may assign a chat")?;
        self.not_closed()?;
        if self.status == ChatStatus::Active {
            return Err(Rejection::refused("chat_active", "somebody has the chat; transfer it instead"));
        }
        if self.offered_to == Some(to) {
            return Ok(Vec::new());
        }
        Ok(vec![ChatAssigned { from: self.offered_to, to, by: context.actor }.into()])
    }

    fn withdraw_offer(&self, from: AgentId, reason: WithdrawalReason, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may withdraw an offer")?;
        let offered = self.offered_to == Some(from);
        Ok(if offered { vec![ChatOfferWithdrawn { from, reason }.into()] } else { Vec::new() })
    }

    fn accept(&self, agent_id: AgentId, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only an agent may accept a chat")?;
        if context.actor.kind == ActorKind::Agent && context.agent() != Some(agent_id) {
            return Err(Rejection::Forbidden("an agent accepts chats only for themselves"));
        }
        match self.status {
            ChatStatus::Closed => return Err(self.cannot_become(ChatStatus::Active)),
            ChatStatus::Active if self.agent_id == Some(agent_id) => return Ok(Vec::new()),
            ChatStatus::Active => return Err(self.held_by_other()),
            ChatStatus::Waiting | ChatStatus::Transferred => {}
        }
        if self.offered_to.is_some_and(|offered| offered != agent_id) {
            return Err(Rejection::refused("offered_to_other", "the chat is offered to another agent"));
        }
        let wait_seconds =
            self.started_at.filter(|_| self.accepted_at.is_none()).map(|started| context.seconds_since(started));
        Ok(vec![ChatAccepted { agent_id, wait_seconds }.into()])
    }

    fn transfer(
        &self,
        to_agent: Option<AgentId>,
        to_department: Option<DepartmentId>,
        note: Option<&str>,
        context: &DecideContext<'_>,
    ) -> Decision {
        context.staff_only("only the desk may transfer a chat")?;
        let from = match self.agent_id {
            Some(agent) if self.status == ChatStatus::Active => agent,
            _ => return Err(self.cannot_become(ChatStatus::Transferred)),
        };
        if context.actor.kind == ActorKind::Agent && !self.is_held_by(context) {
            return Err(self.held_by_other());
        }
        let mut violations = Violations::default();
        // Docket itself may put a chat back into the queue for anybody, as when its agent leaves the desk.
        if to_agent.is_none() && to_department.is_none() && context.actor.kind != ActorKind::System {
            violations.add("to_agent", "required", "to_agent or to_department must say who takes over");
        }
        if to_agent == Some(from) {
            violations.add("to_agent", "invalid", "to_agent has the chat already");
        }
        let note = violations.remark("note", note, context.limits.remark_chars).map(Into::into);
        violations.into_result()?;
        Ok(vec![ChatTransferred { from, to_agent, to_department, note }.into()])
    }

    fn mark_read(&self, up_to_version: Option<u64>, context: &DecideContext<'_>) -> Decision {
        context.owner_or_staff(self.customer_id, NOT_YOURS)?;
        if context.actor.kind == ActorKind::System {
            return Err(Rejection::Forbidden("only people read"));
        }
        let up_to_version = context.stream_version(up_to_version, self.version, &self.public);
        let mark = self.conversation.reading(context.actor, up_to_version);
        let event = mark.map(|mark| MessagesRead {
            reader: mark.reader,
            up_to_version: mark.up_to_version,
            customer_messages: mark.customer_messages,
            agent_messages: mark.agent_messages,
        });
        Ok(event.into_iter().map(Into::into).collect())
    }

    /// Who ends it is taken from who asks: only Docket itself may say something else (`by`).
    fn end(&self, by: EndedBy, context: &DecideContext<'_>) -> Decision {
        context.owner_or_staff(self.customer_id, NOT_YOURS)?;
        if self.status == ChatStatus::Closed {
            return Err(self.cannot_become(ChatStatus::Closed));
        }
        if context.actor.kind == ActorKind::Agent && self.agent_id.is_some() && !self.is_held_by(context) {
            return Err(self.held_by_other());
        }
        Ok(vec![self.ended(self.ending(by, context), context).into()])
    }

    /// A visitor who leaves the queue before anybody accepted has abandoned it.
    pub(super) fn ending(&self, by: EndedBy, context: &DecideContext<'_>) -> EndedBy {
        let by = match context.actor.kind {
            ActorKind::Customer => EndedBy::Visitor,
            ActorKind::Agent => EndedBy::Agent,
            ActorKind::System => by,
        };
        if by == EndedBy::Visitor && self.status == ChatStatus::Waiting { EndedBy::Abandoned } else { by }
    }

    pub(super) fn ended(&self, by: EndedBy, context: &DecideContext<'_>) -> ChatEnded {
        ChatEnded {
            by,
            agent_id: self.agent_id.or(self.last_agent_id),
            duration_seconds: self.started_at.map_or(0, |started| context.seconds_since(started)),
        }
    }

    fn give_feedback(&self, rating: u8, comment: Option<&str>, context: &DecideContext<'_>) -> Decision {
        context.owner_only(self.customer_id, "only the visitor gives feedback")?;
        let feedback = self.checked_feedback(rating, comment, context)?;
        if self.status != ChatStatus::Closed {
            return Err(Rejection::refused("chat_not_closed", "feedback can be given once the chat is over"));
        }
        Ok(vec![feedback.into()])
    }

    pub(super) fn checked_feedback(
        &self,
        rating: u8,
        comment: Option<&str>,
        context: &DecideContext<'_>,
    ) -> Result<FeedbackGiven, Rejection> {
        let mut violations = Violations::default();
        violations.rating("rating", rating);
        let comment = violations.remark("comment", comment, context.limits.remark_chars).map(Into::into);
        violations.into_result()?;
        Ok(FeedbackGiven { rating, comment, agent_id: self.agent_id.or(self.last_agent_id), replaces: self.rating })
    }

    fn convert(
        &self,
        ticket_id: TicketId,
        ticket_number: TicketNumber,
        replaces: Option<TicketId>,
        context: &DecideContext<'_>,
    ) -> Decision {
        context.staff_only("only the desk may turn a chat into a ticket")?;
        match self.ticket_id {
            Some(known) if known == ticket_id => Ok(Vec::new()),
            Some(known) if replaces != Some(known) => {
                Err(Rejection::refused("already_converted", "a ticket was made of this chat already"))
            }
            _ => Ok(vec![ChatConverted { ticket_id, ticket_number }.into()]),
        }
    }

    fn not_closed(&self) -> Result<(), Rejection> {
        if self.status == ChatStatus::Closed {
            Err(Rejection::refused("chat_closed", "the chat is over; start a new one"))
        } else {
            Ok(())
        }
    }

    fn held_by_other(&self) -> Rejection {
        Rejection::refused("chat_taken", "another agent has the chat")
    }

    fn cannot_become(&self, to: ChatStatus) -> Rejection {
        Rejection::InvalidTransition {
            resource: "chat",
            from: self.status.as_str(),
            to: to.as_str(),
            allowed: self.status.allowed_next().iter().map(|status| status.as_str()).collect(),
        }
    }
}
