//! A ticket's line.

use docket_domain::ticket::{
    Channel, CustomFields, PlainFields, Priority, Ticket, TicketCommand, TicketEvent, TicketOpened, TicketStep,
};
use docket_domain::{Aggregate as _, DecideContext, DomainEvent, Event, Limits, PersonalText, Stamp};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::known::Known;
use super::{Clock, raw};
use crate::import::format::{Action, Step, TicketLine};
use crate::import::ids::message_id;

/// The neutral line of a ticket; None if its beginning cannot be told in one.
pub(super) fn line(events: &[Event], known: &Known) -> Result<Option<TicketLine>, serde_json::Error> {
    let Some((first, rest)) = events.split_first() else { return Ok(None) };
    let DomainEvent::Ticket(opening @ TicketEvent::TicketOpened(opened)) = &first.body else { return Ok(None) };
    let limits = Limits::default();
    let mut ticket = Ticket::default();
    let Some(command) = command(opened) else { return Ok(None) };
    let context = DecideContext { now: first.meta.occurred_at, actor: first.meta.actor, limits: &limits };
    if first.meta.irregular || !ticket.decide(&command, &context).is_ok_and(|told| told.first() == Some(opening)) {
        return Ok(None);
    }
    ticket.evolve(opening, &stamp(first));
    let mut clock = Clock::default();
    clock.goes_back(first);
    let mut history = Vec::with_capacity(rest.len());
    for (index, event) in rest.iter().enumerate() {
        let before = clock.goes_back(event);
        let DomainEvent::Ticket(body) = &event.body else { return Ok(None) };
        let actor = known.actor(event.meta.actor, opened.customer_id);
        let context = DecideContext { now: event.meta.occurred_at, actor: event.meta.actor, limits: &limits };
        // The id a message gets on import if the line does not say one.
        let given = message_id(event.meta.stream.id, index + 1);
        let plain = Step::new(event.meta.occurred_at, actor.clone(), Action::Event);
        let told = step(body, plain, known, given).filter(|(_, step)| {
            ticket.record(step, &context).is_ok_and(|recorded| {
                recorded.event.as_ref() == Some(body) && (recorded.irregular || before) == event.meta.irregular
            })
        });
        history.push(match told {
            Some((step, _)) => step,
            None => raw(event, actor, before)?,
        });
        ticket.evolve(body, &stamp(event));
    }
    let customer = docket_domain::Actor::customer(opened.customer_id);
    Ok(Some(TicketLine {
        kind: IgnoredAny,
        id: Some(first.meta.stream.id),
        external_id: None,
        number: Some(opened.number),
        subject: opened.subject.to_known().unwrap_or_default(),
        description: opened.description.to_known().unwrap_or_default(),
        message_id: (opened.message_id != message_id(first.meta.stream.id, 0)).then_some(opened.message_id.0),
        category: Some(opened.category.clone()),
        priority: (opened.priority != Priority::Medium).then_some(opened.priority),
        department: opened.department_id.map(|id| known.department(id)),
        customer: known.customer(opened.customer_id),
        opened_at: first.meta.occurred_at,
        // An absent actor is the customer here, and the system is nobody else's name.
        opened_by: (first.meta.actor != customer).then(|| {
            known.actor(first.meta.actor, opened.customer_id).unwrap_or(crate::import::format::ActorRef {
                kind: docket_domain::ActorKind::System,
                id: None,
                external_id: None,
                name: None,
            })
        }),
        channel: (opened.channel != Channel::Import).then_some(opened.channel),
        order_ref: opened.order_ref.as_ref().and_then(PersonalText::to_known),
        follow_up_of: opened.follow_up_of.map(|id| id.0),
        chat_id: opened.chat_id.map(|id| id.0),
        tags: opened.tags.clone(),
        custom_fields: all_fields(opened).unwrap_or_default(),
        plain_fields: texts(&opened.custom_fields),
        history,
    }))
}

/// What would have opened it, if all of it can still be read.
fn command(opened: &TicketOpened) -> Option<TicketCommand> {
    Some(TicketCommand::Open {
        number: opened.number,
        subject: opened.subject.to_known()?,
        description: opened.description.to_known()?,
        message_id: opened.message_id,
        category: opened.category.clone(),
        priority: opened.priority,
        customer_id: opened.customer_id,
        department_id: opened.department_id,
        order_ref: match &opened.order_ref {
            None => None,
            Some(order_ref) => Some(order_ref.to_known()?),
        },
        tags: opened.tags.clone(),
        custom_fields: all_fields(opened)?,
        plain_fields: texts(&opened.custom_fields),
        channel: opened.channel,
        follow_up_of: opened.follow_up_of,
        chat_id: opened.chat_id,
        assignee_id: None,
        sla: None,
        author: None,
        written_at: None,
    })
}

/// All custom fields, if all can still be read.
fn all_fields(opened: &TicketOpened) -> Option<CustomFields> {
    let mut fields = opened.custom_fields.clone();
    for (name, text) in &opened.personal_fields {
        fields.insert(name.clone(), text.to_known()?.into());
    }
    Some(fields)
}

/// Fields whose value is a text: among those that say nothing about a person these need to be told.
fn texts(fields: &CustomFields) -> PlainFields {
    fields.iter().filter(|(_, value)| value.is_string()).map(|(name, _)| name.clone()).collect()
}

/// The neutral step of an event, written and as the domain takes it, where there is one.
fn step(body: &TicketEvent, plain: Step, known: &Known, given: docket_domain::MessageId) -> Option<(Step, TicketStep)> {
    use TicketEvent as E;
    let unless_given = |id: docket_domain::MessageId| (id != given).then_some(id.0);
    Some(match body {
        E::MessagePosted(message) => {
            let body = message.body.to_known()?;
            let step = TicketStep::Message { message_id: message.message_id, body: body.clone() };
            let id = unless_given(message.message_id);
            (Step { action: Action::Message, id, body: Some(body), ..plain }, step)
        }
        E::NoteAdded(note) => {
            let body = note.body.to_known()?;
            let step = TicketStep::Note { message_id: note.message_id, body: body.clone() };
            (Step { action: Action::Note, id: unless_given(note.message_id), body: Some(body), ..plain }, step)
        }
        E::StatusChanged(status) => {
            let reason = match &status.reason {
                None => None,
                Some(reason) => Some(reason.to_known()?),
            };
            let step = TicketStep::Status { to: status.to, reason: reason.clone() };
            (Step { action: Action::Status, to: Some(json!(status.to)), reason, ..plain }, step)
        }
        E::Assigned(assigned) => {
            let to = Some(json!(known.agent(assigned.to)));
            (Step { action: Action::Assign, to, ..plain }, TicketStep::Assign { to: assigned.to })
        }
        E::Unassigned(_) => (Step { action: Action::Unassign, ..plain }, TicketStep::Unassign),
        E::PriorityChanged(priority) => (
            Step { action: Action::Priority, to: Some(json!(priority.to)), ..plain },
            TicketStep::Priority { to: priority.to },
        ),
        E::CategoryChanged(category) => (
            Step { action: Action::Category, to: Some(json!(category.to)), ..plain },
            TicketStep::Category { to: category.to.clone() },
        ),
        E::DepartmentChanged(department) => (
            Step { action: Action::Department, to: department.to.map(|id| json!(known.department(id))), ..plain },
            TicketStep::Department { to: department.to },
        ),
        E::TagsChanged(tags) => (
            Step { action: Action::Tags, to: Some(json!(tags.tags)), ..plain },
            TicketStep::Tags { to: tags.tags.clone() },
        ),
        E::CustomFieldsChanged(fields) => {
            let mut set: CustomFields =
                fields.changes.iter().map(|(name, change)| (name.clone(), json!(change.to))).collect();
            let names = texts(&set);
            for (name, change) in &fields.personal_changes {
                match &change.to {
                    Some(to) => set.insert(name.clone(), to.to_known()?.into()),
                    // Unless its value is no longer personal, and told above.
                    None => Some(set.entry(name.clone()).or_insert(Value::Null).clone()),
                };
            }
            let plain_fields = (!names.is_empty()).then(|| names.clone());
            let step = Step { action: Action::CustomFields, to: Some(json!(set)), plain_fields, ..plain };
            (step, TicketStep::CustomFields { set, plain: names })
        }
        E::FeedbackGiven(feedback) => {
            let comment = match &feedback.comment {
                None => None,
                Some(comment) => Some(comment.to_known()?),
            };
            let step = Step {
                action: Action::Feedback,
                rating: Some(feedback.rating),
                comment,
                resolved: feedback.resolved,
                would_recommend: feedback.would_recommend,
                agent_rating: feedback.agent_rating,
                speed_rating: feedback.speed_rating,
                communication_rating: feedback.communication_rating,
                ..plain
            };
            (step, TicketStep::Feedback(feedback.clone()))
        }
        _ => return None,
    })
}

fn stamp(event: &Event) -> Stamp {
    Stamp { version: event.meta.version, occurred_at: event.meta.occurred_at, actor: event.meta.actor }
}
