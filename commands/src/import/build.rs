//! From a planned line to its events, by the domain's own rules for history.

use chrono::{DateTime, SubsecRound as _, Utc};
use docket_domain::chat::{Chat, ChatCommand, ChatEvent, ChatStep};
use docket_domain::text::nul_in;
use docket_domain::ticket::{
    Channel, FeedbackGiven, PlainFields, Priority, Ticket, TicketCommand, TicketEvent, TicketNumber, TicketStep,
};
use docket_domain::view::ViewEvent;
use docket_domain::{
    Actor, AgentId, Aggregate, Category, ChatId, CustomerId, DecideContext, DepartmentId, DomainEvent, EventSet as _,
    Limits, MessageId, PersonId, PersonalText, Stamp, TicketId, Violations, check_told,
};
use docket_store::Draft;
use uuid::Uuid;

use super::ids::message_id;
use super::parse::{Reason, refusal};
use super::people::{Entered, Who};
use super::plan::{Act, Content, Planned, PlannedStep};

/// Category of a ticket without one.
const GENERAL: &str = "general";

/// Which id somebody has: the expected one, or the one the desk knows them by.
pub(super) type Ids<'a> = &'a (dyn Fn(&Entered) -> Uuid + Sync);

/// A line's events.
pub(super) struct Built {
    pub(super) drafts: Vec<Draft>,
    /// Steps that would be refused live, whether they left an event or not.
    pub(super) irregular: u64,
}

/// Builds a line's events. Tickets get `number`; text of their custom fields is sealed, unless the field is `plain`.
pub(super) fn build(
    planned: &Planned,
    number: Option<TicketNumber>,
    ids: Ids<'_>,
    limits: &Limits,
    plain: &PlainFields,
) -> Result<Built, Reason> {
    match &planned.content {
        Content::Ticket { line, customer, department, opened_by } => {
            let customer = CustomerId(ids(customer));
            let id = planned.stream.id;
            let open = TicketCommand::Open {
                number: number.unwrap_or(TicketNumber(0)),
                subject: line.subject.clone(),
                description: line.description.clone(),
                message_id: line.message_id.map_or_else(|| message_id(id, 0), MessageId),
                category: line.category.clone().unwrap_or_else(|| GENERAL.into()),
                priority: line.priority.unwrap_or(Priority::Medium),
                customer_id: customer,
                department_id: department.as_ref().map(|department| DepartmentId(ids(department))),
                order_ref: line.order_ref.clone(),
                tags: line.tags.clone(),
                custom_fields: line.custom_fields.clone(),
                plain_fields: plain.union(&line.plain_fields).cloned().collect(),
                channel: line.channel.unwrap_or(Channel::Import),
                follow_up_of: line.follow_up_of.map(TicketId),
                chat_id: line.chat_id.map(ChatId),
                assignee_id: None,
                sla: None,
                author: None,
                written_at: None,
            };
            let mut history = History::<Ticket>::new(customer, line.opened_at, actor(opened_by, customer, ids), limits);
            history.open(&open)?;
            history.all(
                &planned.steps,
                ids,
                |ticket, step, ids, place, context| {
                    ticket_step(step, ids, || message_id(id, place), plain)
                        .and_then(|step| ticket.record(&step, context).map_err(|refused| refusal(&refused)))
                        .map(|recorded| (recorded.event, recorded.irregular))
                },
                truth,
            )
        }
        Content::Chat { line, customer, department } => {
            let customer = CustomerId(ids(customer));
            let id = planned.stream.id;
            let start = ChatCommand::Start {
                customer_id: customer,
                visitor_name: line.visitor_name.clone().or_else(|| line.customer.name.clone()),
                visitor_email: line.visitor_email.clone().or_else(|| line.customer.email.clone()),
                page: line.page.clone(),
                user_agent: line.user_agent.clone(),
                ip: line.ip.clone(),
                question: line.question.clone(),
                department_id: department.as_ref().map(|department| DepartmentId(ids(department))),
                skills: line.skills.clone(),
                verified: line.verified,
            };
            let mut history = History::<Chat>::new(customer, line.opened_at, Actor::customer(customer), limits);
            history.open(&start)?;
            history.all(
                &planned.steps,
                ids,
                |chat, step, ids, place, context| {
                    chat_step(step, ids, || message_id(id, place))
                        .and_then(|step| chat.record(&step, context).map_err(|refused| refusal(&refused)))
                        .map(|recorded| (recorded.event, recorded.irregular))
                },
                |_, _| Ok(()),
            )
        }
        Content::Stream => stream(planned, number, ids, limits),
    }
}

/// A stream told event by event.
fn stream(planned: &Planned, number: Option<TicketNumber>, ids: Ids<'_>, limits: &Limits) -> Result<Built, Reason> {
    let mut ticket = Ticket::default();
    let category = planned.stream.category;
    let mut drafts = Vec::with_capacity(planned.steps.len());
    let mut latest: Option<DateTime<Utc>> = None;
    let mut subject = match category {
        Category::Agent | Category::Customer | Category::Account => Some(planned.stream.id),
        // A view is its owner's, who is named when it begins.
        Category::Ticket
        | Category::Chat
        | Category::Department
        | Category::Organisation
        | Category::ServiceLevel
        | Category::View
        | Category::ViewList
        | Category::Role
        | Category::Import => None,
    };
    for (index, planned_step) in planned.steps.iter().enumerate() {
        let at = |reason: Reason| format!("history[{index}].{reason}");
        if !matches!(planned_step.act, Act::Event) {
            return Err(at("action: a stream is told in events".into()));
        }
        let (name, version, payload) = payload(planned_step).map_err(at)?;
        let opening = is_opening(name);
        // Those of the desk as a whole begin with whatever was done first.
        let begins = matches!(
            category,
            Category::Ticket | Category::Chat | Category::Agent | Category::Customer | Category::Department
        );
        if opening != (index == 0) && (opening || begins) {
            return Err(at("event: the first event begins the stream, and no other does".into()));
        }
        let mut body =
            DomainEvent::decode(category, name, version, &payload).map_err(|error| at(format!("event: {error}")))?;
        none_sealed(|visit| body.visit_personal(visit)).map_err(at)?;
        values(&body, limits).map_err(at)?;
        match &mut body {
            DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) => {
                opened.number = number.unwrap_or(opened.number);
                subject = Some(opened.customer_id.0);
            }
            DomainEvent::Chat(ChatEvent::ChatStarted(started)) => subject = Some(started.customer_id.0),
            DomainEvent::View(ViewEvent::ViewSaved(saved)) => subject = Some(saved.owner_id.0),
            _ => {}
        }
        let occurred_at = planned_step.step.at.trunc_subsecs(6);
        let actor = actor(&planned_step.who, CustomerId(subject.unwrap_or(planned.stream.id)), ids);
        if let DomainEvent::Ticket(told) = &body {
            truth(&ticket, told).map_err(at)?;
            ticket.evolve(told, &Stamp { version: index as u64 + 1, occurred_at, actor });
        }
        drafts.push(Draft {
            body,
            occurred_at,
            actor,
            data_subject: subject.map(PersonId),
            irregular: planned_step.step.irregular.unwrap_or_else(|| latest.is_some_and(|latest| occurred_at < latest)),
        });
        latest = latest.max(Some(occurred_at));
    }
    let irregular = drafts.iter().filter(|draft| draft.irregular).count() as u64;
    Ok(Built { drafts, irregular })
}

/// A ticket's or chat's state while its history is told.
struct History<'a, A: Aggregate> {
    state: A,
    customer: CustomerId,
    opened_at: DateTime<Utc>,
    opened_by: Actor,
    limits: &'a Limits,
    /// The latest moment told so far.
    latest: DateTime<Utc>,
    built: Built,
}

impl<'a, A: Aggregate> History<'a, A>
where
    DomainEvent: From<A::Event>,
{
    fn new(customer: CustomerId, opened_at: DateTime<Utc>, opened_by: Actor, limits: &'a Limits) -> Self {
        let built = Built { drafts: Vec::new(), irregular: 0 };
        let opened_at = opened_at.trunc_subsecs(6);
        Self { state: A::default(), customer, opened_at, opened_by, limits, latest: opened_at, built }
    }

    fn open(&mut self, command: &A::Command) -> Result<(), Reason> {
        let context = DecideContext { now: self.opened_at, actor: self.opened_by, limits: self.limits };
        let events = self.state.decide(command, &context).map_err(|refused| refusal(&refused))?;
        for event in events {
            self.take(event, self.opened_at, self.opened_by, false);
        }
        Ok(())
    }

    /// Tells every step; `record` says what it is in the state it meets.
    fn all(
        mut self,
        steps: &[PlannedStep],
        ids: Ids<'_>,
        record: impl Fn(&A, &PlannedStep, Ids<'_>, usize, &DecideContext<'_>) -> Result<(Option<A::Event>, bool), Reason>,
        contradiction: impl Fn(&A, &A::Event) -> Result<(), Reason>,
    ) -> Result<Built, Reason> {
        for (index, step) in steps.iter().enumerate() {
            let at = |reason: Reason| format!("history[{index}].{reason}");
            let (now, actor) = (step.step.at.trunc_subsecs(6), actor(&step.who, self.customer, ids));
            let context = DecideContext { now, actor, limits: self.limits };
            // Live, time never goes back within a history.
            let before = now < self.latest;
            self.latest = self.latest.max(now);
            let (happened, irregular) = match step.act {
                Act::Event => {
                    let (name, version, payload) = payload(step).map_err(at)?;
                    if is_opening(name) {
                        return Err(at("event: it has begun already".into()));
                    }
                    let mut told = A::Event::decode(name, version, &payload).map_err(|e| at(format!("event: {e}")))?;
                    none_sealed(|visit| told.visit_personal(visit)).map_err(at)?;
                    values(&told.clone().into(), self.limits).map_err(at)?;
                    (Some(told), step.step.irregular.unwrap_or(before))
                }
                _ => record(&self.state, step, ids, index + 1, &context)
                    .map(|(happened, irregular)| (happened, irregular || before))
                    .map_err(at)?,
            };
            self.built.irregular += u64::from(irregular);
            if let Some(happened) = happened {
                contradiction(&self.state, &happened).map_err(at)?;
                self.take(happened, now, actor, irregular);
            }
        }
        Ok(self.built)
    }

    fn take(&mut self, event: A::Event, occurred_at: DateTime<Utc>, actor: Actor, irregular: bool) {
        let version = self.built.drafts.len() as u64 + 1;
        self.state.evolve(&event, &Stamp { version, occurred_at, actor });
        let data_subject = Some(self.customer.into());
        self.built.drafts.push(Draft { body: event.into(), occurred_at, actor, data_subject, irregular });
    }
}

fn actor(who: &Who, customer: CustomerId, ids: Ids<'_>) -> Actor {
    match who {
        Who::System => Actor::SYSTEM,
        Who::Customer => Actor::customer(customer),
        Who::Other(kind, entered) => Actor { kind: *kind, id: Some(ids(entered)) },
    }
}

fn ticket_step(
    planned: &PlannedStep,
    ids: Ids<'_>,
    message_id: impl Fn() -> MessageId,
    plain: &PlainFields,
) -> Result<TicketStep, Reason> {
    let step = &planned.step;
    let message_id = || step.id.map_or_else(&message_id, MessageId);
    let body = || step.body.clone().unwrap_or_default();
    Ok(match &planned.act {
        Act::Message => TicketStep::Message { message_id: message_id(), body: body() },
        Act::Note => TicketStep::Note { message_id: message_id(), body: body() },
        Act::Status(to) => TicketStep::Status { to: *to, reason: step.reason.clone() },
        Act::Assign(to) => TicketStep::Assign { to: AgentId(ids(to)) },
        Act::Unassign => TicketStep::Unassign,
        Act::Priority(to) => TicketStep::Priority { to: *to },
        Act::Category(to) => TicketStep::Category { to: to.clone() },
        Act::Department(to) => TicketStep::Department { to: to.as_ref().map(|to| DepartmentId(ids(to))) },
        Act::Tags(to) => TicketStep::Tags { to: to.clone() },
        Act::CustomFields(set) => {
            let told = step.plain_fields.iter().flatten();
            TicketStep::CustomFields { set: set.clone(), plain: plain.iter().chain(told).cloned().collect() }
        }
        Act::Feedback => TicketStep::Feedback(FeedbackGiven {
            rating: step.rating.unwrap_or_default(),
            resolved: step.resolved,
            would_recommend: step.would_recommend,
            agent_rating: step.agent_rating,
            speed_rating: step.speed_rating,
            communication_rating: step.communication_rating,
            comment: step.comment.clone().map(PersonalText::Known),
            agent_id: None,
            replaces: None,
        }),
        Act::Accept(_) | Act::Transfer(..) | Act::End(_) | Act::Event => {
            return Err("action: does not happen to a ticket".into());
        }
    })
}

fn chat_step(planned: &PlannedStep, ids: Ids<'_>, message_id: impl Fn() -> MessageId) -> Result<ChatStep, Reason> {
    let step = &planned.step;
    Ok(match &planned.act {
        Act::Message => ChatStep::Message {
            message_id: step.id.map_or_else(message_id, MessageId),
            body: step.body.clone().unwrap_or_default(),
        },
        Act::Accept(agent) => ChatStep::Accept { agent_id: AgentId(ids(agent)) },
        Act::Transfer(agent, department) => ChatStep::Transfer {
            to_agent: agent.as_ref().map(|agent| AgentId(ids(agent))),
            to_department: department.as_ref().map(|department| DepartmentId(ids(department))),
            note: step.body.clone(),
        },
        Act::End(by) => ChatStep::End { by: *by },
        Act::Feedback => {
            if step.resolved.is_some() || step.would_recommend.is_some() || step.agent_rating.is_some() {
                return Err("rating: a chat has one rating and a comment".into());
            }
            ChatStep::Feedback { rating: step.rating.unwrap_or_default(), comment: step.comment.clone() }
        }
        _ => return Err("action: does not happen to a chat".into()),
    })
}

/// An event told as Docket keeps it, readable: its name, the version of its shape and its payload.
fn payload(planned: &PlannedStep) -> Result<(&str, u16, String), Reason> {
    let step = &planned.step;
    if let Some(place) = step.data.as_ref().and_then(nul_in) {
        return Err(format!("data{place}: must not contain the character NUL"));
    }
    let payload = step.data.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok((step.event.as_deref().unwrap_or_default(), step.version.unwrap_or(1), payload))
}

/// Values by which others are computed must make sense.
fn values(told: &DomainEvent, limits: &Limits) -> Result<(), Reason> {
    let mut violations = Violations::default();
    check_told(told, limits, &mut violations);
    violations.into_result().map_err(|refused| format!("data: {}", refusal(&refused)))
}

/// What an event says was before must have been so.
fn truth(ticket: &Ticket, told: &TicketEvent) -> Result<(), Reason> {
    ticket.contradicts(told).map_or(Ok(()), |why| Err(format!("data: {why}")))
}

/// Sealed text is of another desk: nobody here could open it.
fn none_sealed(visit_all: impl FnOnce(&mut dyn FnMut(&mut PersonalText))) -> Result<(), Reason> {
    let mut sealed = false;
    visit_all(&mut |text| sealed |= matches!(text, PersonalText::Sealed(_)));
    if sealed { Err("data: sealed text does not open here".into()) } else { Ok(()) }
}

/// Whether it begins a stream.
fn is_opening(event_type: &str) -> bool {
    matches!(
        event_type,
        "TicketOpened"
            | "ChatStarted"
            | "AgentRegistered"
            | "DepartmentCreated"
            | "CustomerRegistered"
            | "OrganisationCreated"
            | "AccountOpened"
            | "ViewSaved"
    )
}
