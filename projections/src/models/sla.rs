//! How each ticket stands with the service level: its clocks, and what is due next.

use chrono::{DateTime, Utc};
use docket_domain::sla::{ClockState, SlaClocks};
use docket_domain::ticket::{SlaClock, TicketEvent};
use docket_domain::{DomainEvent, Event, Stamp, TenantId};
use uuid::Uuid;

use crate::model::{Model, ddl};
use crate::table::{Json, table};
use crate::views::SlaClockState;

table! {
    /// A ticket's clocks.
    SlaRow / SlaKey in "sla" {
        key { tenant: TenantId, ticket_id: Uuid }
        plain {
            clock: Option<SlaClock>,
            state: SlaClockState,
            due_at: Option<DateTime<Utc>>,
            breached: bool,
            timer_at: Option<DateTime<Utc>>,
            clocks: Json<SlaClocks>,
        }
    }
}

/// The model.
pub(crate) struct Sla;

impl Model for Sla {
    type Row = SlaRow;
    const VERSION: i64 = 3;
    ddl!("sla");

    fn keys(event: &Event, keys: &mut Vec<SlaKey>) {
        if let DomainEvent::Ticket(body) = &event.body
            && SlaClocks::concerns(body)
        {
            keys.push(SlaKey { tenant: event.meta.stream.tenant.clone(), ticket_id: event.meta.stream.id });
        }
    }

    fn fold(key: &SlaKey, row: Option<SlaRow>, event: &Event) -> Option<SlaRow> {
        let DomainEvent::Ticket(body) = &event.body else { return row };
        let mut clocks = match (row, body) {
            (Some(row), _) => row.clocks.0,
            (None, TicketEvent::TicketOpened(_)) => SlaClocks::default(),
            (None, _) => return None,
        };
        clocks.evolve(body, &stamp(event));
        Some(summary(key, clocks, event.meta.occurred_at))
    }

    fn is_new(_: &SlaKey, event: &Event) -> bool {
        event.meta.version == 1
    }
}

/// What `evolve` wants to know of an event.
pub(crate) fn stamp(event: &Event) -> Stamp {
    Stamp { version: event.meta.version, occurred_at: event.meta.occurred_at, actor: event.meta.actor }
}

/// How the clocks stand at `at`. What runs out later is told by `due_at`.
fn summary(key: &SlaKey, clocks: SlaClocks, at: DateTime<Utc>) -> SlaRow {
    let pending = |clock: &&SlaClock| matches!(clocks.state(**clock), ClockState::Running | ClockState::Paused);
    let due = |clock: &SlaClock| clocks.clock(*clock).due_at.map(|due_at| (due_at, *clock));
    let next = SlaClock::ALL.iter().filter(pending).filter_map(due).min();
    // Without a due time: one that stands still, if any.
    let measured = |clock: &&SlaClock| clocks.clock(**clock).target_seconds.is_some();
    let waiting = SlaClock::ALL.iter().filter(pending).find(measured).copied();
    let breached = clocks.late_next_responses > 0 || clocks.is_breached(at);
    let clock = next.map(|(_, clock)| clock).or(waiting);
    let state = match clock {
        Some(clock) if clocks.state(clock) == ClockState::Running => SlaClockState::Running,
        Some(_) => SlaClockState::Paused,
        None if clocks.policy().is_none() || clocks.cancelled.is_some() => SlaClockState::Inactive,
        None if breached => SlaClockState::Breached,
        None => SlaClockState::Met,
    };
    SlaRow {
        tenant: key.tenant.clone(),
        ticket_id: key.ticket_id,
        clock,
        state,
        due_at: next.map(|(due_at, _)| due_at),
        breached,
        timer_at: clocks.timers().iter().map(|timer| timer.at).min(),
        clocks: Json(clocks),
    }
}
