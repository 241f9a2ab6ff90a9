//! Service levels in lists, their explanation, and timers.

use chrono::{DateTime, Utc};
use docket_domain::sla::{ClockExplanation, ClockState, SlaClocks, SlaTimerKind};
use docket_domain::ticket::{SlaClock, TicketEvent};
use docket_domain::{Category, DomainEvent, Event, StreamId, TenantId};
use docket_store::Journal;
use uuid::Uuid;

use super::Queries;
use super::reader::{RowReader, all, one};
use crate::database::Sql;
use crate::error::ReadError;
use crate::models::sla::stamp;
use crate::table::Json;
use crate::viewer::Viewer;
use crate::views::*;

/// Reads `clock, state, due_at, breached`, all null for a ticket without clocks or a customer.
pub(super) fn read_badge(row: &mut RowReader<'_>) -> Result<Option<SlaBadge>, ReadError> {
    let clock: Option<SlaClock> = row.get()?;
    let state: Option<SlaClockState> = row.get()?;
    let due_at: Option<DateTime<Utc>> = row.get()?;
    let breached: Option<bool> = row.get()?;
    Ok(badge_of(clock, state, due_at, breached))
}

/// A badge, if anything is measured.
pub(crate) fn badge_of(
    clock: Option<SlaClock>,
    state: Option<SlaClockState>,
    due_at: Option<DateTime<Utc>>,
    breached: Option<bool>,
) -> Option<SlaBadge> {
    let (state, breached) = (state?, breached?);
    (state != SlaClockState::Inactive).then_some(SlaBadge { clock, state, due_at, breached })
}

/// A running clock past its due time has run out, whether or not that was recorded yet.
pub(crate) fn badge_as_of(badge: &mut Option<SlaBadge>, now: DateTime<Utc>) {
    if let Some(badge) = badge
        && badge.due_at.is_some_and(|due_at| due_at < now)
    {
        badge.breached = true;
        badge.state = SlaClockState::Breached;
    }
}

/// How a ticket stands with the service level as of `now`, every running and paused stretch explained, from all the
/// ticket's events. Without a policy there are no clocks.
pub fn explain_sla(ticket_id: Uuid, events: &[Event], now: DateTime<Utc>) -> SlaView {
    let mut clocks = SlaClocks::explaining();
    let began_with = |version: u64| {
        let event = events.iter().find(|event| event.meta.version == version);
        event.map_or_else(String::new, |event| event.body.event_type().to_owned())
    };
    let mut applied = Vec::new();
    for event in events {
        let DomainEvent::Ticket(body) = &event.body else { continue };
        clocks.evolve(body, &stamp(event));
        if let TicketEvent::SlaPolicyApplied(policy) = body {
            applied.push(AppliedPolicy {
                policy_id: policy.policy_id,
                policy: policy.name.clone(),
                at: event.meta.occurred_at,
                version: event.meta.version,
            });
        }
    }
    let mut view = SlaView {
        ticket_id,
        policy_id: None,
        policy: None,
        calendar_id: None,
        time_zone: None,
        clocks: Vec::new(),
        applied,
        as_of: now,
    };
    if let Some(explanation) = clocks.explain(now) {
        view.policy_id = explanation.policy_id;
        view.policy = Some(explanation.policy_name);
        view.calendar_id = explanation.calendar_id.map(Uuid::from);
        view.time_zone = Some(explanation.time_zone);
        view.clocks = explanation.clocks.into_iter().map(|clock| clock_view(clock, &began_with)).collect();
    }
    view
}

fn clock_view(clock: ClockExplanation, began_with: &impl Fn(u64) -> String) -> SlaClockView {
    let state = match clock.state {
        _ if clock.breached => SlaClockState::Breached,
        ClockState::Running => SlaClockState::Running,
        ClockState::Paused => SlaClockState::Paused,
        ClockState::Fulfilled => SlaClockState::Met,
        ClockState::Idle | ClockState::Cancelled => SlaClockState::Inactive,
    };
    let stretches = clock.stretches.into_iter().map(|stretch| SlaStretch {
        running: stretch.running,
        status: stretch.status,
        from: stretch.from,
        to: stretch.to,
        business_seconds: seconds(stretch.business_seconds),
        began_with: began_with(stretch.version),
        version: stretch.version,
    });
    SlaClockView {
        clock: clock.clock,
        state,
        target_seconds: clock.target_seconds.map(seconds),
        elapsed_seconds: seconds(clock.elapsed_seconds),
        remaining_seconds: clock.remaining_seconds,
        due_at: clock.due_at,
        began_at: clock.began.at,
        fulfilled_at: clock.fulfilled.map(|mark| mark.at),
        stretches: stretches.collect(),
    }
}

async fn read_ticket_stream(journal: &Journal, viewer: &Viewer, id: Uuid) -> Result<Vec<Event>, ReadError> {
    const PAGE: usize = 500;
    let stream = StreamId::new(viewer.tenant.clone(), Category::Ticket, id);
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.meta.version);
        let page = journal.read_stream(&stream, after, PAGE).await?;
        let more = page.len() == PAGE;
        events.extend(page);
        if !more {
            return Ok(events);
        }
    }
}

fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

impl Queries {
    /// How a ticket stands with the service level, explained from its events in `journal`. `None` for customers, and
    /// if there is no such ticket.
    pub async fn sla(&self, viewer: &Viewer, journal: &Journal, ticket_id: Uuid) -> Result<Option<SlaView>, ReadError> {
        if viewer.is_customer() || self.ticket(viewer, ticket_id).await?.is_none() {
            return Ok(None);
        }
        let events = read_ticket_stream(journal, viewer, ticket_id).await?;
        Ok(Some(explain_sla(ticket_id, &events, self.now())))
    }

    /// Timers of all tenants that fire at or before a moment, earliest first: for the reactors. A timer is there until
    /// the event it leads to is taken in, so that acting on it has to be idempotent.
    pub async fn due_timers(&self, before: DateTime<Utc>, limit: u32) -> Result<Vec<Timer>, ReadError> {
        let mut timers = Vec::new();
        let mut sql = Sql::new("SELECT tenant, ticket_id, clocks FROM sla WHERE timer_at IS NOT NULL AND timer_at <= ");
        sql.value(&before).push(&format!(" ORDER BY timer_at LIMIT {limit}"));
        let rows = self.models.database.fetch_all_tenants(sql).await?;
        for (tenant, ticket_id, Json(clocks)) in
            all(rows, |row| Ok((row.get::<TenantId>()?, row.get::<Uuid>()?, row.get::<Json<SlaClocks>>()?)))?
        {
            timers.extend(clocks.timers().into_iter().filter(|timer| timer.at <= before).map(|timer| Timer {
                tenant: tenant.clone(),
                ticket_id,
                kind: match timer.kind {
                    SlaTimerKind::Warn => TimerKind::SlaWarning(timer.clock),
                    SlaTimerKind::Breach => TimerKind::SlaBreach(timer.clock),
                },
                at: timer.at,
                due_at: timer.due_at,
            }));
        }
        let mut sql = Sql::new(
            "SELECT tenant, id, snoozed_until FROM tickets WHERE snoozed_until IS NOT NULL AND snoozed_until <= ",
        );
        sql.value(&before).push(&format!(" AND NOT deleted ORDER BY snoozed_until LIMIT {limit}"));
        let rows = self.models.database.fetch_all_tenants(sql).await?;
        timers.extend(all(rows, |row| {
            let (tenant, ticket_id, at) = (row.get()?, row.get()?, row.get()?);
            Ok(Timer { tenant, ticket_id, kind: TimerKind::Wake, at, due_at: at })
        })?);
        timers.sort_by_key(|timer| (timer.at, timer.ticket_id, timer.kind));
        timers.truncate(limit as usize);
        Ok(timers)
    }

    /// When the next timer of any tenant fires.
    pub async fn next_timer(&self) -> Result<Option<DateTime<Utc>>, ReadError> {
        let mut sql = Sql::default();
        sql.push(
            "SELECT min(at) FROM (SELECT min(timer_at) AS at FROM sla WHERE timer_at IS NOT NULL \
             UNION ALL SELECT min(snoozed_until) FROM tickets WHERE snoozed_until IS NOT NULL AND NOT deleted) t",
        );
        let rows = self.models.database.fetch_all_tenants(sql).await?;
        Ok(one(rows, |row| row.get::<Option<DateTime<Utc>>>())?.flatten())
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.models.clock.now()
    }
}
