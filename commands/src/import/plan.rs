//! From a line to what it asks for: values read, people looked up, nothing written yet.

use docket_domain::chat::EndedBy;
use docket_domain::ticket::{CustomFields, Priority, TicketStatus};
use docket_domain::{ActorKind, StreamId};
use serde::de::DeserializeOwned;

use super::format::{Action, ChatLine, DepartmentRef, Line, Step, StreamLine, TicketLine};
use super::ids::id_of;
use super::parse::Reason;
use super::people::{Entered, People, Who, checked};
use docket_domain::{Category, TenantId};

/// A line with everybody it speaks of.
pub(super) struct Planned {
    pub(super) stream: StreamId,
    pub(super) content: Content,
    pub(super) steps: Vec<PlannedStep>,
    /// Who has to be on disk before the line is.
    pub(super) awaited: Vec<Entered>,
}

pub(super) enum Content {
    Ticket { line: Box<TicketLine>, customer: Entered, department: Option<Entered>, opened_by: Who },
    Chat { line: Box<ChatLine>, customer: Entered, department: Option<Entered> },
    Stream,
}

pub(super) struct PlannedStep {
    pub(super) step: Step,
    pub(super) who: Who,
    pub(super) act: Act,
}

/// What a step does, its value read.
pub(super) enum Act {
    Message,
    Note,
    Status(TicketStatus),
    Assign(Entered),
    Unassign,
    Priority(Priority),
    Category(String),
    Department(Option<Entered>),
    Tags(Vec<String>),
    CustomFields(CustomFields),
    Feedback,
    Accept(Entered),
    Transfer(Option<Entered>, Option<Entered>),
    End(EndedBy),
    Event,
}

impl Planned {
    pub(super) fn new(line: Line, tenant: &TenantId, people: &mut People) -> Result<Self, Reason> {
        let mut awaited = Vec::new();
        match line {
            Line::Ticket(mut line) => {
                let id = identified(line.id, line.external_id.as_deref(), tenant, Category::Ticket)?;
                let customer = people.customer(&line.customer, line.opened_at).map_err(|r| format!("customer: {r}"))?;
                awaited.push(customer.clone());
                let department = department(line.department.as_ref(), line.opened_at, people, &mut awaited)?;
                let opened_by = match &line.opened_by {
                    None => Who::Customer,
                    by => people.actor(by.as_ref(), line.opened_at).map_err(|r| format!("opened_by: {r}"))?,
                };
                if let Who::Other(_, who) = &opened_by {
                    awaited.push(who.clone());
                }
                let steps = steps(std::mem::take(&mut line.history), Category::Ticket, people, &mut awaited)?;
                let stream = StreamId::new(tenant.clone(), Category::Ticket, id);
                Ok(Self { stream, content: Content::Ticket { line, customer, department, opened_by }, steps, awaited })
            }
            Line::Chat(mut line) => {
                let id = identified(line.id, line.external_id.as_deref(), tenant, Category::Chat)?;
                let customer = people.customer(&line.customer, line.opened_at).map_err(|r| format!("customer: {r}"))?;
                awaited.push(customer.clone());
                let department = department(line.department.as_ref(), line.opened_at, people, &mut awaited)?;
                let steps = steps(std::mem::take(&mut line.history), Category::Chat, people, &mut awaited)?;
                let stream = StreamId::new(tenant.clone(), Category::Chat, id);
                Ok(Self { stream, content: Content::Chat { line, customer, department }, steps, awaited })
            }
            Line::Stream(line) => {
                let StreamLine { category, id, history, .. } = *line;
                if category == Category::Import {
                    return Err("category: who brings history in is recorded here, not told".into());
                }
                if history.is_empty() {
                    return Err("history: a stream has at least one event".into());
                }
                let steps = steps(history, category, people, &mut awaited)?;
                // Who did it may be the very person whose stream this is.
                awaited.retain(|entered| entered.expected != id);
                let stream = StreamId::new(tenant.clone(), category, id);
                Ok(Self { stream, content: Content::Stream, steps, awaited })
            }
        }
    }
}

fn identified(
    id: Option<uuid::Uuid>,
    external_id: Option<&str>,
    tenant: &TenantId,
    category: Category,
) -> Result<uuid::Uuid, Reason> {
    match (id, checked(external_id)?) {
        (Some(id), _) => Ok(id),
        (None, Some(external_id)) => Ok(id_of(tenant, category, external_id)),
        (None, None) => Err("external_id: is missing".into()),
    }
}

fn department(
    department: Option<&DepartmentRef>,
    at: chrono::DateTime<chrono::Utc>,
    people: &mut People,
    awaited: &mut Vec<Entered>,
) -> Result<Option<Entered>, Reason> {
    let entered = department.map(|department| people.department(department, at)).transpose();
    let entered = entered.map_err(|reason| format!("department: {reason}"))?;
    awaited.extend(entered.clone());
    Ok(entered)
}

fn steps(
    history: Vec<Step>,
    category: Category,
    people: &mut People,
    awaited: &mut Vec<Entered>,
) -> Result<Vec<PlannedStep>, Reason> {
    history
        .into_iter()
        .enumerate()
        .map(|(index, step)| plan(step, category, people, awaited).map_err(|r| format!("history[{index}].{r}")))
        .collect()
}

fn plan(
    step: Step,
    category: Category,
    people: &mut People,
    awaited: &mut Vec<Entered>,
) -> Result<PlannedStep, Reason> {
    use Action as A;
    let fits = match step.action {
        A::Event => true,
        A::Message | A::Feedback => matches!(category, Category::Ticket | Category::Chat),
        A::Accept | A::Transfer | A::End => category == Category::Chat,
        _ => category == Category::Ticket,
    };
    if !fits {
        return Err(format!("action: does not happen to a {category}"));
    }
    let who = people.actor(step.actor.as_ref(), step.at).map_err(|reason| format!("actor: {reason}"))?;
    if let Who::Other(_, entered) = &who {
        awaited.push(entered.clone());
    }
    let mut agent = |value: &serde_json::Value| -> Result<Entered, Reason> {
        let entered = people.agent(&read(value)?, step.at).map_err(|reason| format!("to: {reason}"))?;
        awaited.push(entered.clone());
        Ok(entered)
    };
    let to = step.to.as_ref();
    let value = || to.ok_or_else(|| Reason::from("to: is missing"));
    let act = match step.action {
        A::Message => Act::Message,
        A::Note => Act::Note,
        A::Status => Act::Status(read(value()?)?),
        A::Assign => Act::Assign(agent(value()?)?),
        A::Unassign => Act::Unassign,
        A::Priority => Act::Priority(read(value()?)?),
        A::Category => Act::Category(read(value()?)?),
        A::Department => {
            let wanted: Option<DepartmentRef> = to.map(read).transpose()?;
            Act::Department(department(wanted.as_ref(), step.at, people, awaited)?)
        }
        A::Tags => Act::Tags(read(value()?)?),
        A::CustomFields => Act::CustomFields(read(value()?)?),
        A::Feedback => Act::Feedback,
        A::Accept => match (to, &who) {
            (Some(to), _) => Act::Accept(agent(to)?),
            (None, Who::Other(ActorKind::Agent, entered)) => Act::Accept(entered.clone()),
            (None, _) => return Err("to: is missing, and the actor is no agent".into()),
        },
        A::Transfer => {
            let to_agent = to.map(&mut agent).transpose()?;
            let to_department = department(step.department.as_ref(), step.at, people, awaited)?;
            Act::Transfer(to_agent, to_department)
        }
        A::End => Act::End(step.by.unwrap_or(EndedBy::Timeout)),
        A::Event => Act::Event,
    };
    Ok(PlannedStep { step, who, act })
}

fn read<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, Reason> {
    T::deserialize(value).map_err(|error| format!("to: {error}"))
}
