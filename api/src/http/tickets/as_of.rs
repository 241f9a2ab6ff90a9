//! A ticket as it was: a fold of its stream up to a version or a moment.

use chrono::{DateTime, Utc};
use docket_domain::ticket::{Ticket, TicketEvent, TicketStatus};
use docket_domain::{ActorKind, Aggregate as _, Category, DomainEvent, Event, Stamp, StreamId};
use docket_projections::views::{FeedbackView, TicketDetail};

use crate::app::App;
use crate::auth::Who;
use crate::http::ask::journal_problem;
use crate::http::problem::{Answer, Problem};

/// As of when.
#[derive(Debug, Clone, Copy)]
pub(super) enum Moment {
    /// After the event with this version.
    Version(u64),
    /// After the last event that had happened by then.
    Time(DateTime<Utc>),
}

/// Events read at once.
const CHUNK: usize = 500;

/// What lists show beyond the state: gathered from the events on the way.
#[derive(Default)]
struct Gathered {
    notes: i64,
    reopened: i64,
    reassigned: i64,
    resolved_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    last_message: Option<(DateTime<Utc>, Option<String>)>,
    last_by_customer: Option<DateTime<Utc>>,
    last_by_agent: Option<DateTime<Utc>>,
    feedback: Option<FeedbackView>,
    last: Option<(u64, u64, DateTime<Utc>)>,
}

/// `today` as it was at `moment`. What cannot be known from the ticket alone (names of people) stays today's.
pub(super) async fn as_of(app: &App, who: &Who, today: TicketDetail, moment: Moment) -> Answer<TicketDetail> {
    let stream = StreamId::new(who.tenant.clone(), Category::Ticket, today.ticket.id);
    let mut state = Ticket::default();
    let mut gathered = Gathered::default();
    let mut after = 0;
    'reading: loop {
        let events = app.journal.read_stream(&stream, after, CHUNK).await.map_err(|error| journal_problem(&error))?;
        for event in &events {
            let in_time = match moment {
                Moment::Version(version) => event.meta.version <= version,
                Moment::Time(at) => event.meta.occurred_at <= at,
            };
            if !in_time {
                break 'reading;
            }
            take_in(&mut state, &mut gathered, event);
        }
        match events.last() {
            Some(last) if events.len() == CHUNK => after = last.meta.version,
            _ => break,
        }
    }
    let Some((version, position, at)) = gathered.last else {
        return Err(Problem::not_found("ticket at that moment"));
    };
    Ok(shown(today, &state, gathered, who.is_customer(), version, position, at))
}

fn take_in(state: &mut Ticket, gathered: &mut Gathered, event: &Event) {
    let DomainEvent::Ticket(body) = &event.body else { return };
    let at = event.meta.occurred_at;
    let stamp = Stamp { version: event.meta.version, occurred_at: at, actor: event.meta.actor };
    match body {
        TicketEvent::TicketOpened(opened) => {
            gathered.last_message = Some((at, opened.description.to_known()));
            gathered.last_by_customer = Some(at);
        }
        TicketEvent::MessagePosted(message) => {
            gathered.last_message = Some((at, message.body.to_known()));
            match message.author.kind {
                ActorKind::Customer => gathered.last_by_customer = Some(at),
                ActorKind::Agent => gathered.last_by_agent = Some(at),
                ActorKind::System => {}
            }
        }
        TicketEvent::NoteAdded(_) => gathered.notes += 1,
        TicketEvent::Assigned(assigned) => gathered.reassigned += i64::from(assigned.from.is_some()),
        TicketEvent::StatusChanged(changed) => {
            let over = |status| matches!(status, TicketStatus::Resolved | TicketStatus::Closed);
            if over(changed.from) && !over(changed.to) {
                gathered.reopened += 1;
                (gathered.resolved_at, gathered.closed_at) = (None, None);
            }
            match changed.to {
                TicketStatus::Resolved => gathered.resolved_at = Some(at),
                TicketStatus::Closed => gathered.closed_at = Some(at),
                _ => {}
            }
        }
        TicketEvent::FeedbackGiven(given) => {
            gathered.feedback = Some(FeedbackView {
                rating: given.rating,
                resolved: given.resolved,
                would_recommend: given.would_recommend,
                agent_rating: given.agent_rating,
                speed_rating: given.speed_rating,
                communication_rating: given.communication_rating,
                comment: given.comment.as_ref().and_then(docket_domain::PersonalText::to_known),
                given_at: at,
            });
        }
        _ => {}
    }
    state.evolve(body, &stamp);
    gathered.last = Some((event.meta.version, event.meta.position.0, at));
}

fn shown(
    today: TicketDetail,
    state: &Ticket,
    gathered: Gathered,
    for_customer: bool,
    version: u64,
    position: u64,
    at: DateTime<Utc>,
) -> TicketDetail {
    let mut then = today;
    let ticket = &mut then.ticket;
    ticket.subject = state.subject.to_known();
    ticket.status = state.status;
    ticket.priority = state.priority;
    ticket.category.clone_from(&state.category);
    if ticket.department_id != state.department_id.map(|id| id.0) {
        (ticket.department_id, ticket.department_name) = (state.department_id.map(|id| id.0), None);
    }
    if ticket.assignee_id != state.assignee_id.map(|id| id.0) {
        (ticket.assignee_id, ticket.assignee_name) = (state.assignee_id.map(|id| id.0), None);
    }
    ticket.order_ref = state.order_ref.as_ref().and_then(docket_domain::PersonalText::to_known);
    ticket.first_responded_at = state.first_response_at;
    (ticket.resolved_at, ticket.closed_at) = (gathered.resolved_at, gathered.closed_at);
    if let Some((at, text)) = gathered.last_message {
        ticket.last_message_at = at;
        ticket.last_message = text.map(|text| text.chars().take(140).collect());
    }
    ticket.last_customer_message_at = gathered.last_by_customer;
    ticket.last_agent_message_at = gathered.last_by_agent;
    ticket.response_count = i64::from(state.agent_message_count());
    ticket.message_count = i64::from(state.customer_message_count()) + ticket.response_count;
    ticket.reopen_count = gathered.reopened;
    ticket.archived = state.archived;
    (ticket.updated_at, ticket.version) = (at, version);
    ticket.sla = None;
    if !for_customer {
        ticket.snoozed_until = state.snoozed_until;
        ticket.tags.clone_from(&state.tags);
        ticket.custom_fields = state.readable_fields().into_iter().collect();
        ticket.note_count = Some(gathered.notes);
        ticket.reassignment_count = Some(gathered.reassigned);
        then.merged_from = state.merged_from.iter().map(|id| id.0).collect();
        then.linked = state.links.iter().map(|id| id.0).collect();
    }
    then.merged_into = state.merged_into.map(|id| id.0);
    then.feedback = gathered.feedback;
    then.position = position;
    then
}
