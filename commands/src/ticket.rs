//! Commands on tickets that look beyond the one ticket: opening, assigning, merging, linking.

use chrono::{DateTime, Utc};
use docket_domain::organisation::Organisation;
use docket_domain::service_level::{SERVICE_LEVELS_ID, ServiceLevels, TicketFacts};
use docket_domain::text::subject_from;
use docket_domain::ticket::{
    Channel, CustomFields, Priority, SlaPolicyApplied, Ticket, TicketCommand, TicketNumber, TicketStatus,
};
use docket_domain::{
    Actor, ActorKind, AgentId, ChatId, CustomerId, DepartmentId, MessageId, Rejection, TicketId, Violations,
};
use docket_store::new_id;

use crate::attempt::{Attempt, carry_out};
use crate::service_level::match_if_changed;
use crate::{CommandError, Commands, Done, Invocation, Loaded};

/// Characters of a subject taken from a message.
const SUBJECT_FROM_MESSAGE: usize = 80;

/// A ticket somebody wants to open.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenTicket {
    /// What it is about.
    pub subject: String,
    /// The request in full; becomes the first message.
    pub description: String,
    /// The kind of request: one of the organisation's, if it lists any.
    pub category: String,
    /// How urgent.
    pub priority: Priority,
    /// Whose request it is.
    pub customer_id: CustomerId,
    /// Which department it is for.
    pub department_id: Option<DepartmentId>,
    /// The order it is about.
    pub order_ref: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Values of the organisation's custom fields.
    pub custom_fields: CustomFields,
    /// How it came in.
    pub channel: Channel,
    /// The customer's earlier ticket it follows up; both are linked.
    pub follow_up_of: Option<TicketId>,
    /// The agent who takes it at once.
    pub assignee_id: Option<AgentId>,
    /// Whose words the description is; absent: an agent's who opens it, else the customer's.
    pub author: Option<Actor>,
    /// When it was written, if that was before.
    pub written_at: Option<DateTime<Utc>>,
}

impl OpenTicket {
    /// A ticket made of one message, as from a chat nobody was there to take ("quick chat"): its first line is the subject.
    pub fn from_message(customer_id: CustomerId, message: String, category: String) -> Self {
        Self {
            subject: subject_from(&message, SUBJECT_FROM_MESSAGE),
            description: message,
            category,
            priority: Priority::Medium,
            customer_id,
            department_id: None,
            order_ref: None,
            tags: Vec::new(),
            custom_fields: CustomFields::new(),
            channel: Channel::Chat,
            follow_up_of: None,
            assignee_id: None,
            author: None,
            written_at: None,
        }
    }

    fn command(
        &self,
        number: TicketNumber,
        message_id: MessageId,
        chat_id: Option<ChatId>,
        organisation: &Organisation,
        sla: SlaPolicyApplied,
    ) -> TicketCommand {
        TicketCommand::Open {
            number,
            subject: self.subject.clone(),
            description: self.description.clone(),
            message_id,
            category: self.category.clone(),
            priority: self.priority,
            customer_id: self.customer_id,
            department_id: self.department_id,
            order_ref: self.order_ref.clone(),
            tags: self.tags.clone(),
            custom_fields: self.custom_fields.clone(),
            plain_fields: organisation.plain_fields(),
            channel: self.channel,
            follow_up_of: self.follow_up_of,
            chat_id,
            assignee_id: self.assignee_id,
            sla: Some(Box::new(sla)),
            author: self.author,
            written_at: self.written_at,
        }
    }

    /// What it will be measured by.
    fn terms(&self, levels: &ServiceLevels, organisation: &Organisation) -> SlaPolicyApplied {
        // As the ticket will keep them.
        let tags: Vec<String> = self.tags.iter().map(|tag| tag.trim().to_owned()).collect();
        let facts = TicketFacts {
            priority: self.priority,
            category: self.category.trim(),
            department_id: self.department_id,
            tags: &tags,
            channel: self.channel,
        };
        levels.terms_for(&facts, &organisation.time_zone)
    }
}

impl Commands {
    /// Opens a ticket. Its id is made here ([`Done::stream`] tells it); the answer's note is its number.
    ///
    /// # Errors
    /// See [`CommandError`]; every field that is not as it must be is named.
    pub async fn open_ticket(&self, invocation: &Invocation, request: &OpenTicket) -> Result<Done, CommandError> {
        let opening = Opening::new(None);
        let mut number = None;
        let outcome =
            carry_out!(self, invocation, "ticket.Open", attempt => open(&mut attempt, &opening, request, &mut number));
        self.give_back_unused(invocation, number, outcome)
    }

    /// Whether a ticket could be opened as asked for by `actor`, whoever its customer will be; nothing is opened, and no
    /// number is taken. For callers who would have to enter a new customer first.
    ///
    /// # Errors
    /// As [`open_ticket`](Self::open_ticket).
    pub async fn check_opening(&self, invocation: &Invocation, request: &OpenTicket) -> Result<(), CommandError> {
        let mut attempt = Attempt::new(self, invocation);
        checked_opening(&mut attempt, &Opening::new(None), request, false).await.map(|_| ())
    }

    /// Carries out commands on one ticket, all or none, in an order in which they are possible (see
    /// [`Ticket::in_possible_order`]), after checking what they refer to: the assignee, the department, the organisation's
    /// categories and custom fields, which also say whose text is sealed. Linking and merging reach the other ticket too.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn change_ticket(
        &self,
        invocation: &Invocation,
        id: TicketId,
        commands: &[TicketCommand],
    ) -> Result<Done, CommandError> {
        let name = crate::metric::name(docket_domain::Category::Ticket, commands);
        carry_out!(self, invocation, name, attempt => change(&mut attempt, id, commands))
    }

    /// Makes an agent of the desk responsible.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn assign_ticket(
        &self,
        invocation: &Invocation,
        id: TicketId,
        to: AgentId,
    ) -> Result<Done, CommandError> {
        self.change_ticket(invocation, id, &[TicketCommand::Assign { to }]).await
    }

    /// Moves a ticket to a department, or to none.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn change_department(
        &self,
        invocation: &Invocation,
        id: TicketId,
        to: Option<DepartmentId>,
    ) -> Result<Done, CommandError> {
        self.change_ticket(invocation, id, &[TicketCommand::ChangeDepartment { to }]).await
    }

    /// Ends `source` by merging it into `target`. Both keep their histories. If `source` is unfinished, a resolved
    /// `target` is reopened and one put aside wakes; a closed one refuses.
    ///
    /// # Errors
    /// `different_customers` unless `across_customers`; else see [`CommandError`].
    pub async fn merge_tickets(
        &self,
        invocation: &Invocation,
        source: TicketId,
        target: TicketId,
        across_customers: bool,
    ) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "ticket.Merge", attempt => merge(&mut attempt, source, target, across_customers))
    }

    /// Takes a merge back: the ticket that was ended by it goes on by itself, as it stood before, also when the other one was
    /// deleted meanwhile. What was written since stays where it is.
    ///
    /// # Errors
    /// `not_merged`; else see [`CommandError`].
    pub async fn undo_merge(&self, invocation: &Invocation, source: TicketId) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "ticket.UndoMerge", attempt => undo_merge(&mut attempt, source))
    }

    /// Takes an unfinished ticket from its agent if they cannot look after it any more, so that it waits to be taken.
    ///
    /// # Errors
    /// Refused as `assignee_can_work` if there is nothing to do; else see [`CommandError`].
    pub async fn hand_back_ticket(&self, invocation: &Invocation, id: TicketId) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "ticket.HandBack", attempt => hand_back(&mut attempt, id))
    }

    /// Notes on both tickets that they have to do with each other.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn link_tickets(
        &self,
        invocation: &Invocation,
        id: TicketId,
        other: TicketId,
    ) -> Result<Done, CommandError> {
        self.change_ticket(invocation, id, &[TicketCommand::Link { ticket_id: other }]).await
    }

    /// Takes the link between two tickets back, on both.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn unlink_tickets(
        &self,
        invocation: &Invocation,
        id: TicketId,
        other: TicketId,
    ) -> Result<Done, CommandError> {
        self.change_ticket(invocation, id, &[TicketCommand::Unlink { ticket_id: other }]).await
    }
}

/// What a new ticket is made with, the same in every try.
pub(crate) struct Opening {
    pub(crate) id: TicketId,
    pub(crate) message_id: MessageId,
    pub(crate) chat_id: Option<ChatId>,
}

impl Opening {
    pub(crate) fn new(chat_id: Option<ChatId>) -> Self {
        Self { id: TicketId(new_id()), message_id: MessageId(new_id()), chat_id }
    }
}

/// Opens a ticket; `number` is taken once and kept over tries. It is taken when everything else is as it must be: a
/// request that is refused takes none, and one that was answered before gives it back.
pub(crate) async fn open(
    attempt: &mut Attempt<'_>,
    opening: &Opening,
    request: &OpenTicket,
    number: &mut Option<TicketNumber>,
) -> Result<(), CommandError> {
    let (mut command, earlier) = checked_opening(attempt, opening, request, true).await?;
    attempt.queue_for_key().await;
    let taken = match *number {
        Some(number) => number,
        // What is yet to be is at no version: whoever names one is refused.
        None if attempt.invocation.if_match.as_ref().is_some_and(|wanted| !wanted.takes(0)) => TicketNumber(0),
        None => *number.insert(attempt.next_number().await?),
    };
    if let TicketCommand::Open { number, .. } = &mut command {
        *number = taken;
    }
    attempt.note = Some(taken.to_string());
    attempt.begin::<Ticket>(opening.id, &command).await?;
    if let Some((id, ticket)) = earlier
        && !ticket.archived
        && ticket.merged_into.is_none()
    {
        attempt.follow::<Ticket>(opening.id, &TicketCommand::Link { ticket_id: id }).await?;
        attempt.follow::<Ticket>(id, &TicketCommand::Link { ticket_id: opening.id }).await?;
    }
    Ok(())
}

/// The command that opens a ticket, but for its number, once everything it says and refers to is as it must be; and the
/// ticket it follows up.
async fn checked_opening(
    attempt: &mut Attempt<'_>,
    opening: &Opening,
    request: &OpenTicket,
    customer_is_known: bool,
) -> Result<(TicketCommand, Option<(TicketId, Loaded<Ticket>)>), CommandError> {
    let organisation = attempt.organisation().await?;
    let customer_id = attempt.canonical(request.customer_id).await?;
    let by_customer = |author: &Actor| author.kind == ActorKind::Customer;
    let author = request.author.map(|author| if by_customer(&author) { Actor::customer(customer_id) } else { author });
    let request = &OpenTicket { customer_id, author, ..request.clone() };
    let mut violations = Violations::default();
    organisation.check_category(&request.category, &mut violations);
    let most = attempt.commands.limits().custom_fields;
    organisation.check_custom_fields(&request.custom_fields, most, &mut violations);
    if customer_is_known {
        attempt.check_customer(request.customer_id, &mut violations).await?;
    }
    if let Some(department) = request.department_id {
        attempt.check_department("department_id", department, &mut violations).await?;
    }
    if let Some(agent) = request.assignee_id {
        attempt.check_assignee(agent, &mut violations).await?;
    }
    let mut earlier = None;
    if let Some(id) = request.follow_up_of {
        let ticket = attempt.load::<Ticket>(id).await?;
        let is_theirs = !customer_is_known
            || attempt.person(ticket.customer_id).await? == attempt.person(request.customer_id).await?;
        if !ticket.exists() || ticket.deleted || !is_theirs {
            violations.add("follow_up_of", "unknown", "the customer has no such ticket");
        }
        earlier = Some((id, ticket));
    }
    let levels = attempt.load::<ServiceLevels>(SERVICE_LEVELS_ID).await?;
    let terms = request.terms(&levels, &organisation);
    let command = request.command(TicketNumber(0), opening.message_id, opening.chat_id, &organisation, terms);
    // Every invalid field is named at once, also those the ticket itself would refuse.
    match (violations.into_result(), attempt.rehearse::<Ticket>(&command)) {
        (Ok(()), Ok(())) => Ok((command, earlier)),
        (Err(Rejection::Invalid(mut unknown)), Err(Rejection::Invalid(more))) => {
            unknown.extend(more.into_iter().filter(|v| v.field != "category"));
            Err(Rejection::Invalid(unknown).into())
        }
        (_, Err(refusal)) | (Err(refusal), Ok(())) => Err(refusal.into()),
    }
}

async fn change(attempt: &mut Attempt<'_>, id: TicketId, commands: &[TicketCommand]) -> Result<(), CommandError> {
    let ordered = match commands {
        [] | [_] => commands.to_vec(),
        wish => attempt.load::<Ticket>(id).await?.in_possible_order(wish),
    };
    for command in &ordered {
        match command {
            TicketCommand::MergeInto { target, across_customers, .. } => {
                merge(attempt, id, *target, *across_customers).await?;
            }
            TicketCommand::UndoMerge => undo_merge(attempt, id).await?,
            TicketCommand::Link { ticket_id } | TicketCommand::Unlink { ticket_id } => {
                link(attempt, id, *ticket_id, command).await?;
            }
            TicketCommand::ChangeCustomFields { set, .. } => {
                let plain = attempt.organisation().await?.plain_fields();
                attempt.decide::<Ticket>(id, &TicketCommand::ChangeCustomFields { set: set.clone(), plain }).await?;
                check_references(attempt, command).await?;
            }
            _ => {
                attempt.decide::<Ticket>(id, command).await?;
                check_references(attempt, command).await?;
            }
        }
    }
    came_back(attempt, id).await?;
    match_if_changed(attempt, id).await?;
    attempt.note_version_before::<Ticket>(id);
    Ok(())
}

/// If what this attempt changes of a ticket brings it back to the desk, and its agent cannot look after it any more, it
/// waits to be taken.
async fn came_back(attempt: &mut Attempt<'_>, id: TicketId) -> Result<(), CommandError> {
    let Some((before, after)) = attempt.change_of::<Ticket>(id.0) else { return Ok(()) };
    let rests = |status: TicketStatus| !matches!(status, TicketStatus::Open | TicketStatus::InProgress);
    let comes_back = rests(before.status) && !rests(after.status);
    match after.assignee_id {
        Some(agent) if comes_back => match attempt.cannot_work(agent).await? {
            Some(reason) => attempt.follow::<Ticket>(id, &TicketCommand::HandBack { reason }).await,
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

async fn hand_back(attempt: &mut Attempt<'_>, id: TicketId) -> Result<(), CommandError> {
    let ticket = attempt.load::<Ticket>(id).await?;
    let reason = match ticket.assignee_id.filter(|_| !ticket.status.is_done()) {
        Some(agent) => attempt.cannot_work(agent).await?,
        None => None,
    };
    match reason {
        Some(reason) => attempt.decide::<Ticket>(id, &TicketCommand::HandBack { reason }).await,
        None => Err(Rejection::refused("assignee_can_work", "there is nothing to hand back").into()),
    }
}

/// Checked after the ticket's own rules, so that nobody learns here what the ticket would have refused to tell.
async fn check_references(attempt: &mut Attempt<'_>, command: &TicketCommand) -> Result<(), CommandError> {
    let mut violations = Violations::default();
    match command {
        TicketCommand::Assign { to } => attempt.check_assignee(*to, &mut violations).await?,
        TicketCommand::ChangeDepartment { to: Some(to) } => {
            attempt.check_department("department_id", *to, &mut violations).await?;
        }
        TicketCommand::ChangeCategory { to } => {
            attempt.organisation().await?.check_category(to, &mut violations);
        }
        TicketCommand::ChangeCustomFields { set, .. } => {
            let most = attempt.commands.limits().custom_fields * 2;
            attempt.organisation().await?.check_custom_fields(set, most, &mut violations);
        }
        _ => {}
    }
    Ok(violations.into_result()?)
}

async fn merge(
    attempt: &mut Attempt<'_>,
    source: TicketId,
    target: TicketId,
    across_customers: bool,
) -> Result<(), CommandError> {
    let (from, into) = (attempt.load::<Ticket>(source).await?, attempt.load::<Ticket>(target).await?);
    if source == target && from.exists() && !from.deleted {
        return Err(Rejection::refused("merge_into_itself", "a ticket cannot be merged into itself").into());
    }
    if from.exists() && !into.exists() {
        return Err(Rejection::NotFound("ticket").into());
    }
    // A visitor who turned out to be a customer is that customer.
    let one_person = attempt.person(from.customer_id).await? == attempt.person(into.customer_id).await?;
    let customer_for = |theirs, own| if one_person { own } else { theirs };
    // The source first: whoever asks learns of it before of the other one.
    let (target_number, target_customer) = (into.number, customer_for(into.customer_id, from.customer_id));
    let merge = TicketCommand::MergeInto { target, target_number, target_customer, across_customers };
    attempt.decide::<Ticket>(source, &merge).await?;
    let (source_number, unfinished) = (from.number, !from.status.is_done());
    let source_customer = customer_for(from.customer_id, into.customer_id);
    let receive = TicketCommand::ReceiveMerge { source, source_number, source_customer, unfinished };
    attempt.decide::<Ticket>(target, &receive).await?;
    came_back(attempt, target).await?;
    match_if_changed(attempt, target).await
}

async fn undo_merge(attempt: &mut Attempt<'_>, source: TicketId) -> Result<(), CommandError> {
    let ticket = attempt.load::<Ticket>(source).await?;
    attempt.decide::<Ticket>(source, &TicketCommand::UndoMerge).await?;
    // What was deleted keeps nothing, and is in nobody's way.
    if let Some(target) = ticket.merged_into
        && !attempt.load::<Ticket>(target).await?.deleted
    {
        let back = TicketCommand::ReturnMerge { source, source_number: ticket.number };
        attempt.decide::<Ticket>(target, &back).await?;
    }
    came_back(attempt, source).await?;
    match_if_changed(attempt, source).await
}

async fn link(
    attempt: &mut Attempt<'_>,
    id: TicketId,
    other: TicketId,
    command: &TicketCommand,
) -> Result<(), CommandError> {
    attempt.decide::<Ticket>(id, command).await?;
    if id == other {
        return Err(Rejection::refused("link_to_itself", "a ticket cannot be linked to itself").into());
    }
    let back = match command {
        TicketCommand::Unlink { .. } => TicketCommand::Unlink { ticket_id: id },
        _ => TicketCommand::Link { ticket_id: id },
    };
    // From a ticket that was deleted nothing can be taken; what names it here can.
    if matches!(command, TicketCommand::Unlink { .. }) && attempt.load::<Ticket>(other).await?.deleted {
        return Ok(());
    }
    attempt.decide::<Ticket>(other, &back).await
}
