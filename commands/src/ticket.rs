//! Commands on tickets that look beyond the one ticket: opening, assigning, merging, linking.

use docket_domain::organisation::Organisation;
use docket_domain::service_level::{SERVICE_LEVELS_ID, ServiceLevels, TicketFacts};
use docket_domain::ticket::{Channel, CustomFields, Priority, SlaPolicyApplied, Ticket, TicketCommand, TicketNumber};
use docket_domain::{AgentId, ChatId, CustomerId, DepartmentId, MessageId, Rejection, TicketId, Violations};
use docket_store::new_id;

use crate::attempt::{Attempt, carry_out};
use crate::service_level::match_if_changed;
use crate::{CommandError, Commands, Done, Invocation};

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
}

impl OpenTicket {
    /// A ticket made of one message, as from a chat nobody was there to take ("quick chat"): its first line is the subject.
    pub fn from_message(customer_id: CustomerId, message: String, category: String) -> Self {
        let first_line = message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let mut subject: String = first_line.chars().take(SUBJECT_FROM_MESSAGE).collect();
        if subject.len() < first_line.len() {
            subject.push('…');
        }
        Self {
            subject,
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
        let opening = Opening { id: TicketId(new_id()), message_id: MessageId(new_id()), chat_id: None };
        let mut number = None;
        carry_out!(self, invocation, "ticket.Open", attempt => open(&mut attempt, &opening, request, &mut number))
    }

    /// Carries out commands on one ticket, all or none, after checking what they refer to: the assignee, the department,
    /// the organisation's categories and custom fields, which also say whose text is sealed. Linking and merging reach
    /// the other ticket too.
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

    /// Ends `source` by merging it into `target`. Both keep their histories.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn merge_tickets(
        &self,
        invocation: &Invocation,
        source: TicketId,
        target: TicketId,
    ) -> Result<Done, CommandError> {
        carry_out!(self, invocation, "ticket.Merge", attempt => merge(&mut attempt, source, target))
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

/// Opens a ticket; `number` is taken once and kept over tries.
pub(crate) async fn open(
    attempt: &mut Attempt<'_>,
    opening: &Opening,
    request: &OpenTicket,
    number: &mut Option<TicketNumber>,
) -> Result<(), CommandError> {
    let organisation = attempt.organisation().await?;
    let mut violations = Violations::default();
    organisation.check_category(&request.category, &mut violations);
    organisation.check_custom_fields(&request.custom_fields, &mut violations);
    attempt.check_customer(request.customer_id, &mut violations).await?;
    if let Some(department) = request.department_id {
        attempt.check_department("department_id", department, &mut violations).await?;
    }
    if let Some(agent) = request.assignee_id {
        attempt.check_agent("assignee_id", agent, &mut violations).await?;
    }
    let mut earlier = None;
    if let Some(id) = request.follow_up_of {
        let ticket = attempt.load::<Ticket>(id).await?;
        if !ticket.exists() || ticket.deleted || ticket.customer_id != request.customer_id {
            violations.add("follow_up_of", "unknown", "the customer has no such ticket");
        }
        earlier = Some((id, ticket));
    }
    let levels = attempt.load::<ServiceLevels>(SERVICE_LEVELS_ID).await?;
    let terms = request.terms(&levels, &organisation);
    let command = |number| request.command(number, opening.message_id, opening.chat_id, &organisation, terms.clone());
    if let Err(Rejection::Invalid(mut unknown)) = violations.into_result() {
        // Every invalid field is named at once, also those the ticket itself would refuse.
        match attempt.rehearse::<Ticket>(&command(TicketNumber(0))) {
            Err(Rejection::Invalid(more)) => unknown.extend(more.into_iter().filter(|v| v.field != "category")),
            Err(refusal) => return Err(refusal.into()),
            Ok(()) => {}
        }
        return Err(Rejection::Invalid(unknown).into());
    }
    let number = match *number {
        Some(number) => number,
        None => *number.insert(attempt.next_number().await?),
    };
    attempt.note = Some(number.to_string());
    attempt.begin::<Ticket>(opening.id, &command(number)).await?;
    if let Some((id, ticket)) = earlier
        && !ticket.archived
        && ticket.merged_into.is_none()
    {
        attempt.follow::<Ticket>(opening.id, &TicketCommand::Link { ticket_id: id }).await?;
        attempt.follow::<Ticket>(id, &TicketCommand::Link { ticket_id: opening.id }).await?;
    }
    Ok(())
}

async fn change(attempt: &mut Attempt<'_>, id: TicketId, commands: &[TicketCommand]) -> Result<(), CommandError> {
    for command in commands {
        match command {
            TicketCommand::MergeInto { target, .. } => merge(attempt, id, *target).await?,
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
    match_if_changed(attempt, id).await
}

/// Checked after the ticket's own rules, so that nobody learns here what the ticket would have refused to tell.
async fn check_references(attempt: &mut Attempt<'_>, command: &TicketCommand) -> Result<(), CommandError> {
    let mut violations = Violations::default();
    match command {
        TicketCommand::Assign { to } => attempt.check_agent("assignee_id", *to, &mut violations).await?,
        TicketCommand::ChangeDepartment { to: Some(to) } => {
            attempt.check_department("department_id", *to, &mut violations).await?;
        }
        TicketCommand::ChangeCategory { to } => {
            attempt.organisation().await?.check_category(to, &mut violations);
        }
        TicketCommand::ChangeCustomFields { set, .. } => {
            attempt.organisation().await?.check_custom_fields(set, &mut violations);
        }
        _ => {}
    }
    Ok(violations.into_result()?)
}

async fn merge(attempt: &mut Attempt<'_>, source: TicketId, target: TicketId) -> Result<(), CommandError> {
    let (from, into) = (attempt.load::<Ticket>(source).await?, attempt.load::<Ticket>(target).await?);
    if source == target && from.exists() {
        return Err(Rejection::refused("merge_into_itself", "a ticket cannot be merged into itself").into());
    }
    // The source first: whoever asks learns of it before of the other one.
    attempt.decide::<Ticket>(source, &TicketCommand::MergeInto { target, target_number: into.number }).await?;
    attempt.decide::<Ticket>(target, &TicketCommand::ReceiveMerge { source, source_number: from.number }).await
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
    attempt.decide::<Ticket>(other, &back).await
}
