//! Commands on chats that look beyond the one chat: beginning, handing to agents, ending, making a ticket of it.
//!
//! A chat that is offered to or held by an agent takes one of the agent's places. Chat and agent are decided together,
//! and the agent's own rules keep them within their capacity.

use std::collections::VecDeque;

use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::chat::{Chat, ChatCommand, ChatEvent, EndedBy};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::ticket::{Channel, CustomFields, Priority, Ticket, TicketCommand, TicketNumber, Turn};
use docket_domain::{
    Actor, ActorKind, AgentId, Category, ChatId, CustomerId, DepartmentId, DomainEvent, MessageId, Rejection, StreamId,
    Violations,
};
use docket_store::new_id;

use crate::attempt::{Attempt, carry_out};
use crate::ticket::{OpenTicket, Opening, open};
use crate::{CommandError, Commands, Done, Invocation};

/// Turns of a chat that become messages of a ticket, at most.
const TURNS: usize = 1_000;

/// A chat somebody wants to start.
#[derive(Debug, Clone, PartialEq)]
pub struct StartChat {
    /// The customer or visitor. A visitor who starts one for themselves and is not known yet is registered, with the name and
    /// address below; anybody else must be known.
    pub customer_id: CustomerId,
    /// The name given.
    pub name: Option<String>,
    /// The address given.
    pub email: Option<String>,
    /// The page they are on.
    pub page: Option<String>,
    /// Their browser.
    pub user_agent: Option<String>,
    /// Their address on the network.
    pub ip: Option<String>,
    /// What they want to know, from the form before the chat.
    pub question: Option<String>,
    /// The first message, if it was written already.
    pub message: Option<String>,
    /// The department asked for.
    pub department_id: Option<DepartmentId>,
    /// Skills an agent needs.
    pub skills: Vec<String>,
    /// Whether their identity was proven.
    pub verified: bool,
    /// Whether anybody could take it. A chat nobody could take is refused, not queued.
    pub somebody_is_there: bool,
}

impl StartChat {
    /// A chat with nothing known but who it is.
    pub fn of(customer_id: CustomerId) -> Self {
        Self {
            customer_id,
            name: None,
            email: None,
            page: None,
            user_agent: None,
            ip: None,
            question: None,
            message: None,
            department_id: None,
            skills: Vec::new(),
            verified: false,
            somebody_is_there: true,
        }
    }
}

/// How a chat becomes a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvertChat {
    /// What it is about.
    pub subject: String,
    /// A first message in the agent's words; absent: the first thing said. What was said follows, each turn a message.
    pub description: Option<String>,
    /// The kind of request.
    pub category: String,
    /// How urgent.
    pub priority: Priority,
    /// The department; absent: the chat's.
    pub department_id: Option<DepartmentId>,
    /// The agent who takes the ticket.
    pub assignee_id: Option<AgentId>,
}

impl Commands {
    /// Starts a chat. Its id is made here ([`Done::stream`] tells it). An agent who starts one with a customer has it at once.
    /// Who starts one for themselves has no more of them unfinished than the limits say.
    ///
    /// # Errors
    /// [`Rejection::ChatOpen`]; see [`CommandError`].
    pub async fn start_chat(&self, invocation: &Invocation, request: &StartChat) -> Result<Done, CommandError> {
        let (id, message_id) = (ChatId(new_id()), MessageId(new_id()));
        carry_out!(self, invocation, "chat.Start", attempt => start(&mut attempt, id, message_id, request))
    }

    /// Carries out a command on a chat, together with what it means for agents' places.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn change_chat(
        &self,
        invocation: &Invocation,
        id: ChatId,
        command: &ChatCommand,
    ) -> Result<Done, CommandError> {
        let name = crate::metric::name(Category::Chat, std::slice::from_ref(command));
        carry_out!(self, invocation, name, attempt => change(&mut attempt, id, command))
    }

    /// An agent takes a chat, using one of their places; they need not be `available`.
    ///
    /// # Errors
    /// `at_capacity`, `offered_to_other`, `chat_taken`; see [`CommandError`].
    pub async fn accept_chat(
        &self,
        invocation: &Invocation,
        id: ChatId,
        agent_id: AgentId,
    ) -> Result<Done, CommandError> {
        self.change_chat(invocation, id, &ChatCommand::Accept { agent_id }).await
    }

    /// Offers a chat to an agent, holding one of their places; whoever had the offer before gets theirs back.
    ///
    /// # Errors
    /// `at_capacity`, `not_available`, `chat_active`; see [`CommandError`].
    pub async fn assign_chat(&self, invocation: &Invocation, id: ChatId, to: AgentId) -> Result<Done, CommandError> {
        self.change_chat(invocation, id, &ChatCommand::Assign { to }).await
    }

    /// Hands a chat over to an agent or a department.
    ///
    /// # Errors
    /// `at_capacity`, `not_available`; see [`CommandError`].
    pub async fn transfer_chat(
        &self,
        invocation: &Invocation,
        id: ChatId,
        to_agent: Option<AgentId>,
        to_department: Option<DepartmentId>,
        note: Option<String>,
    ) -> Result<Done, CommandError> {
        self.change_chat(invocation, id, &ChatCommand::Transfer { to_agent, to_department, note }).await
    }

    /// Ends a chat and gives the agent's place back.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn end_chat(&self, invocation: &Invocation, id: ChatId, by: EndedBy) -> Result<Done, CommandError> {
        self.change_chat(invocation, id, &ChatCommand::End { by }).await
    }

    /// Opens a ticket from a chat and notes it on the chat, both or neither. The answer is about the ticket; its note
    /// is the ticket's number.
    ///
    /// # Errors
    /// `already_converted`; as for opening a ticket.
    pub async fn convert_chat(
        &self,
        invocation: &Invocation,
        id: ChatId,
        request: &ConvertChat,
    ) -> Result<Done, CommandError> {
        let opening = Opening::new(Some(id));
        let mut number = None;
        let outcome = carry_out!(self, invocation, "chat.Convert",
            attempt => convert(&mut attempt, id, &opening, request, &mut number));
        self.give_back_unused(invocation, number, outcome)
    }
}

async fn start(
    attempt: &mut Attempt<'_>,
    id: ChatId,
    message_id: MessageId,
    request: &StartChat,
) -> Result<(), CommandError> {
    let StartChat {
        customer_id,
        name,
        email,
        page,
        user_agent,
        ip,
        question,
        message,
        department_id,
        skills,
        verified,
        somebody_is_there,
    } = request.clone();
    attempt.organisation().await?;
    let customer_id = attempt.canonical(customer_id).await?;
    let customer = attempt.load::<Customer>(customer_id).await?;
    if customer.erased {
        return Err(Rejection::refused("person_erased", "the person's data has been erased").into());
    }
    let command = ChatCommand::Start {
        customer_id,
        visitor_name: name.clone(),
        visitor_email: email.clone(),
        page,
        user_agent,
        ip,
        question,
        department_id,
        skills,
        verified,
    };
    let id = if attempt.invocation.actor == Actor::customer(customer_id.0) {
        let limits = attempt.commands.limits();
        let most = if verified { limits.open_chats_per_customer } else { limits.open_chats_per_visitor };
        // What is wrong with the chat itself is told first, and to look for its place is spared.
        attempt.rehearse::<Chat>(&command)?;
        attempt.next_own_chat(customer_id, most).await?
    } else {
        id
    };
    attempt.begin::<Chat>(id, &command).await?;
    if !somebody_is_there {
        return Err(
            Rejection::refused("nobody_available", "nobody is there to chat now; leave a message instead").into()
        );
    }
    if let Some(department) = department_id {
        let mut violations = Violations::default();
        attempt.check_department("department_id", department, &mut violations).await?;
        violations.into_result()?;
    }
    if !customer.exists() {
        // An id alone makes nobody a customer: it may be an agent's.
        if attempt.invocation.actor != Actor::customer(customer_id.0) {
            let mut violations = Violations::default();
            violations.add("customer_id", "unknown", "there is no such customer");
            violations.into_result()?;
        }
        let kind = CustomerKind::Visitor;
        let register = CustomerCommand::Register { kind, name, email, phone: None, external_id: None };
        attempt.decide::<Customer>(customer_id, &register).await?;
    } else if attempt.invocation.actor == Actor::customer(customer_id.0) && (name.is_some() || email.is_some()) {
        attempt.decide::<Customer>(customer_id, &CustomerCommand::StateContact { name, email }).await?;
    }
    if let Actor { kind: ActorKind::Agent, id: Some(agent) } = attempt.invocation.actor {
        change(attempt, id, &ChatCommand::Accept { agent_id: AgentId(agent) }).await?;
    }
    if let Some(body) = message {
        attempt.decide::<Chat>(id, &ChatCommand::PostMessage { message_id, body }).await?;
    }
    Ok(())
}

async fn change(attempt: &mut Attempt<'_>, id: ChatId, command: &ChatCommand) -> Result<(), CommandError> {
    let before = attempt.load::<Chat>(id).await?;
    let holder = before.place_of();
    attempt.decide::<Chat>(id, command).await?;
    let takes = match command {
        ChatCommand::Assign { to } => Some(*to),
        ChatCommand::Accept { agent_id } => Some(*agent_id),
        ChatCommand::Transfer { to_agent, to_department, .. } => {
            if let Some(department) = to_department {
                let mut violations = Violations::default();
                attempt.check_department("to_department", *department, &mut violations).await?;
                violations.into_result()?;
            }
            *to_agent
        }
        ChatCommand::End { .. } | ChatCommand::WithdrawOffer { .. } => None,
        _ => return Ok(()),
    };
    // An offer that is not theirs any more is nothing to take back.
    if let ChatCommand::WithdrawOffer { from, .. } = command
        && before.offered_to != Some(*from)
    {
        return Ok(());
    }
    if let Some(agent) = holder.filter(|holder| takes != Some(*holder)) {
        attempt.follow::<Agent>(agent, &AgentCommand::ReleaseChat { chat_id: id }).await?;
    }
    if let Some(agent) = takes {
        attempt.check_takes_chats(agent).await?;
        let by_hand = attempt.invocation.actor == Actor::agent(agent) || matches!(command, ChatCommand::Accept { .. });
        attempt.follow::<Agent>(agent, &AgentCommand::TakeChat { chat_id: id, by_hand }).await?;
    }
    Ok(())
}

async fn convert(
    attempt: &mut Attempt<'_>,
    id: ChatId,
    opening: &Opening,
    request: &ConvertChat,
    number: &mut Option<TicketNumber>,
) -> Result<(), CommandError> {
    let chat = attempt.load::<Chat>(id).await?;
    if !chat.exists() {
        return Err(Rejection::NotFound("chat").into());
    }
    // One that was deleted is no ticket of it any more.
    let replaces = match chat.ticket_id {
        Some(ticket) if attempt.load::<Ticket>(ticket).await?.deleted => Some(ticket),
        _ => None,
    };
    if chat.ticket_id.is_some() && replaces.is_none() {
        return Err(Rejection::refused("already_converted", "a ticket was made of this chat already").into());
    }
    // Before a number is taken: what the chat would refuse shall take none.
    let ticket_number = TicketNumber(0);
    attempt.rehearse_on::<Chat>(&chat, &ChatCommand::Convert { ticket_id: opening.id, ticket_number, replaces })?;
    // A visitor who turned out to be a customer: the ticket is the customer's.
    let customer_id = attempt.load::<Customer>(chat.customer_id).await?.canonical(chat.customer_id);
    let said = said(attempt, id, customer_id).await?;
    let readers = readers(&chat, &said, customer_id, request.description.is_some());
    let mut turns: Vec<Turn> = said.into_iter().map(|(_, turn)| turn).collect();
    let first = match &request.description {
        Some(description) => Turn {
            message_id: opening.message_id,
            author: attempt.invocation.actor,
            body: description.clone(),
            written_at: attempt.now,
        },
        None if turns.is_empty() => {
            let body = "(nothing was written)".to_owned();
            Turn { message_id: opening.message_id, author: Actor::SYSTEM, body, written_at: attempt.now }
        }
        None => turns.remove(0),
    };
    let ticket = OpenTicket {
        subject: request.subject.clone(),
        description: first.body,
        category: request.category.clone(),
        priority: request.priority,
        customer_id,
        department_id: request.department_id.or(chat.department_id),
        order_ref: None,
        tags: Vec::new(),
        custom_fields: CustomFields::new(),
        channel: Channel::Chat,
        follow_up_of: None,
        assignee_id: request.assignee_id,
        author: Some(first.author),
        written_at: Some(first.written_at).filter(|at| *at < attempt.now),
    };
    open(attempt, opening, &ticket, number).await?;
    if !turns.is_empty() || !readers.is_empty() {
        attempt.decide::<Ticket>(opening.id, &TicketCommand::CarryOver { turns, readers }).await?;
    }
    let ticket_number = number.ok_or(Rejection::NotFound("ticket number"))?;
    attempt.decide::<Chat>(id, &ChatCommand::Convert { ticket_id: opening.id, ticket_number, replaces }).await
}

/// How many of the ticket's messages each reader of the chat has read in it. With a description in an agent's words, which
/// stands first, only agents have read them all the way.
fn readers(chat: &Chat, said: &[(u64, Turn)], customer: CustomerId, is_described: bool) -> Vec<(Actor, usize)> {
    let read = chat.conversation.reads().iter().map(|mark| {
        let reader = if mark.reader.kind == ActorKind::Customer { Actor::customer(customer) } else { mark.reader };
        let seen = said.iter().filter(|(version, _)| *version <= mark.up_to_version).count();
        (reader, seen + usize::from(is_described))
    });
    read.filter(|(reader, _)| !is_described || reader.kind != ActorKind::Customer).collect()
}

/// What was said, by its version, turn by turn, the opening question first; of a very long chat the last [`TURNS`]. What a visitor said
/// is said by whom they turned out to be.
async fn said(attempt: &Attempt<'_>, id: ChatId, customer: CustomerId) -> Result<Vec<(u64, Turn)>, CommandError> {
    const PAGE: usize = 500;
    let stream = StreamId::new(attempt.invocation.tenant.clone(), Category::Chat, id);
    let (mut turns, mut after) = (VecDeque::new(), 0);
    loop {
        let events = attempt.commands.journal().read_stream(&stream, after, PAGE).await?;
        for event in &events {
            after = event.meta.version;
            let (author, body) = match &event.body {
                DomainEvent::Chat(ChatEvent::ChatStarted(started)) => (event.meta.actor, started.question.as_ref()),
                DomainEvent::Chat(ChatEvent::MessagePosted(message)) => (message.author, Some(&message.body)),
                _ => continue,
            };
            // What was erased is nobody's to copy.
            let Some(body) = body.and_then(|body| body.to_known()) else { continue };
            let author = if author.kind == ActorKind::Customer { Actor::customer(customer) } else { author };
            let message_id = MessageId(new_id());
            turns.push_back((after, Turn { message_id, author, body, written_at: event.meta.occurred_at }));
            if turns.len() > TURNS {
                turns.pop_front();
            }
        }
        if events.len() < PAGE {
            return Ok(turns.into());
        }
    }
}
