//! A chat's line.

use docket_domain::chat::{Chat, ChatCommand, ChatEvent, ChatStarted, ChatStep};
use docket_domain::{Actor, Aggregate as _, DecideContext, DomainEvent, Event, Limits, MessageId, PersonalText, Stamp};
use serde::de::IgnoredAny;
use serde_json::json;

use super::known::Known;
use super::{Clock, raw};
use crate::import::format::{Action, ChatLine, CustomerRef, Step};
use crate::import::ids::message_id;

/// The neutral line of a chat; None if its beginning cannot be told in one.
pub(super) fn line(events: &[Event], known: &Known) -> Result<Option<ChatLine>, serde_json::Error> {
    let Some((first, rest)) = events.split_first() else { return Ok(None) };
    let DomainEvent::Chat(opening @ ChatEvent::ChatStarted(started)) = &first.body else { return Ok(None) };
    let customer = Actor::customer(started.customer_id);
    let limits = Limits::default();
    let mut chat = Chat::default();
    let Some((mut line, command)) = beginning(started) else { return Ok(None) };
    let context = DecideContext { now: first.meta.occurred_at, actor: customer, limits: &limits };
    let told = chat.decide(&command, &context).is_ok_and(|told| told.as_slice() == std::slice::from_ref(opening));
    if first.meta.irregular || first.meta.actor != customer || !told {
        return Ok(None);
    }
    chat.evolve(opening, &stamp(first));
    let mut clock = Clock::default();
    clock.goes_back(first);
    for (index, event) in rest.iter().enumerate() {
        let before = clock.goes_back(event);
        let DomainEvent::Chat(body) = &event.body else { return Ok(None) };
        let actor = known.actor(event.meta.actor, started.customer_id);
        let context = DecideContext { now: event.meta.occurred_at, actor: event.meta.actor, limits: &limits };
        let given = message_id(event.meta.stream.id, index + 1);
        let plain = Step::new(event.meta.occurred_at, actor.clone(), Action::Event);
        let told = step(body, plain, known, given).filter(|(_, step)| {
            chat.record(step, &context).is_ok_and(|recorded| {
                recorded.event.as_ref() == Some(body) && (recorded.irregular || before) == event.meta.irregular
            })
        });
        line.history.push(match told {
            Some((step, _)) => step,
            None => raw(event, actor, before)?,
        });
        chat.evolve(body, &stamp(event));
    }
    line.id = Some(first.meta.stream.id);
    line.opened_at = first.meta.occurred_at;
    line.department = started.department_id.map(|id| known.department(id));
    Ok(Some(line))
}

/// The line without history, and what would have started it, if all of it can still be read.
fn beginning(started: &ChatStarted) -> Option<(ChatLine, ChatCommand)> {
    let readable = |text: &Option<PersonalText>| match text {
        None => Some(None),
        Some(text) => text.to_known().map(Some),
    };
    let line = ChatLine {
        kind: IgnoredAny,
        id: None,
        external_id: None,
        // By id alone: a name would stand in for a visitor's that was not given.
        customer: CustomerRef { id: Some(started.customer_id.0), ..CustomerRef::default() },
        visitor_name: readable(&started.visitor_name)?,
        visitor_email: readable(&started.visitor_email)?,
        opened_at: chrono::DateTime::UNIX_EPOCH,
        question: readable(&started.question)?,
        department: None,
        skills: started.skills.clone(),
        page: readable(&started.page)?,
        user_agent: readable(&started.user_agent)?,
        ip: readable(&started.ip)?,
        verified: started.verified,
        history: Vec::new(),
    };
    let command = ChatCommand::Start {
        customer_id: started.customer_id,
        visitor_name: line.visitor_name.clone(),
        visitor_email: line.visitor_email.clone(),
        page: line.page.clone(),
        user_agent: line.user_agent.clone(),
        ip: line.ip.clone(),
        question: line.question.clone(),
        department_id: started.department_id,
        skills: line.skills.clone(),
        verified: line.verified,
    };
    Some((line, command))
}

/// The neutral step of an event, written and as the domain takes it, where there is one.
fn step(body: &ChatEvent, plain: Step, known: &Known, given: MessageId) -> Option<(Step, ChatStep)> {
    use ChatEvent as E;
    Some(match body {
        E::MessagePosted(message) => {
            let body = message.body.to_known()?;
            let id = (message.message_id != given).then_some(message.message_id.0);
            let step = ChatStep::Message { message_id: message.message_id, body: body.clone() };
            (Step { action: Action::Message, id, body: Some(body), ..plain }, step)
        }
        E::ChatAccepted(accepted) => (
            Step { action: Action::Accept, to: Some(json!(known.agent(accepted.agent_id))), ..plain },
            ChatStep::Accept { agent_id: accepted.agent_id },
        ),
        E::ChatTransferred(transfer) => {
            let note = match &transfer.note {
                None => None,
                Some(note) => Some(note.to_known()?),
            };
            let step = Step {
                action: Action::Transfer,
                to: transfer.to_agent.map(|id| json!(known.agent(id))),
                department: transfer.to_department.map(|id| known.department(id)),
                body: note.clone(),
                ..plain
            };
            let (to_agent, to_department) = (transfer.to_agent, transfer.to_department);
            (step, ChatStep::Transfer { to_agent, to_department, note })
        }
        E::ChatEnded(ended) => {
            (Step { action: Action::End, by: Some(ended.by), ..plain }, ChatStep::End { by: ended.by })
        }
        E::FeedbackGiven(feedback) => {
            let comment = match &feedback.comment {
                None => None,
                Some(comment) => Some(comment.to_known()?),
            };
            let step = ChatStep::Feedback { rating: feedback.rating, comment: comment.clone() };
            (Step { action: Action::Feedback, rating: Some(feedback.rating), comment, ..plain }, step)
        }
        _ => return None,
    })
}

fn stamp(event: &Event) -> Stamp {
    Stamp { version: event.meta.version, occurred_at: event.meta.occurred_at, actor: event.meta.actor }
}
