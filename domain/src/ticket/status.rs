//! Where a ticket stands and who has it: status, assignment, snoozing.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::decide::Decision;
use super::value::{HandBackReason, WakeReason};
use super::{Assigned, StatusChanged, Ticket, TicketEvent, TicketSnoozed, TicketStatus, TicketWoken, Unassigned};
use crate::{ActorKind, AgentId, DecideContext, Rejection, Violations};

/// The longest a ticket may sleep, in days: about ten years.
const LONGEST_SNOOZE_DAYS: i64 = 3660;

impl Ticket {
    pub(super) fn change_status(
        &self,
        to: TicketStatus,
        reason: Option<&str>,
        context: &DecideContext<'_>,
    ) -> Decision {
        context.owner_or_staff(self.customer_id, "this is another customer's ticket")?;
        self.living()?;
        if context.actor.kind == ActorKind::Customer && to != TicketStatus::Closed {
            return Err(Rejection::Forbidden("a customer may only close their ticket; a message reopens it"));
        }
        let mut violations = Violations::default();
        let reason = violations.remark("reason", reason, context.limits.remark_chars);
        violations.into_result()?;
        if !self.status.allowed_next().contains(&to) {
            return Err(Rejection::InvalidTransition {
                resource: "ticket",
                from: self.status.as_str(),
                to: to.as_str(),
                allowed: self.status.allowed_next().iter().map(|status| status.as_str()).collect(),
            });
        }
        let mut events = vec![self.status_event(to, reason, context)];
        events.extend(self.wake_event(WakeReason::Manual));
        Ok(events)
    }

    /// The change to `to`, with the resolution time if it is the first time the desk is done.
    pub(super) fn status_event(
        &self,
        to: TicketStatus,
        reason: Option<String>,
        context: &DecideContext<'_>,
    ) -> TicketEvent {
        let first_resolution = to.is_done() && self.first_resolved_at.is_none();
        StatusChanged {
            from: self.status,
            to,
            reason: reason.map(Into::into),
            resolution_seconds: self
                .opened_at
                .filter(|_| first_resolution)
                .map(|opened_at| context.seconds_since(opened_at)),
            restored: false,
        }
        .into()
    }

    /// The waking up, if it sleeps.
    pub(super) fn wake_event(&self, reason: WakeReason) -> Option<TicketEvent> {
        self.snoozed_until.map(|until| TicketWoken { reason, until }.into())
    }

    pub(super) fn assign(&self, to: AgentId, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may assign a ticket")?;
        self.not_closed()?;
        if self.assignee_id == Some(to) {
            return Ok(Vec::new());
        }
        let mut events = vec![Assigned { from: self.assignee_id, to, by: context.actor }.into()];
        if self.status == TicketStatus::Open {
            events.push(self.status_event(TicketStatus::InProgress, None, context));
            events.extend(self.wake_event(WakeReason::Manual));
        }
        Ok(events)
    }

    pub(super) fn unassign(&self, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may assign a ticket")?;
        self.not_closed()?;
        let event = self.assignee_id.map(|from| Unassigned { from, by: context.actor, reason: None }.into());
        Ok(event.into_iter().collect())
    }

    /// Nobody works on it any more: what was in progress is open again.
    pub(super) fn hand_back(&self, reason: HandBackReason, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may assign a ticket")?;
        self.not_closed()?;
        let Some(from) = self.assignee_id else { return Ok(Vec::new()) };
        let mut events = vec![Unassigned { from, by: context.actor, reason: Some(reason) }.into()];
        if self.status == TicketStatus::InProgress {
            events.push(self.status_event(TicketStatus::Open, None, context));
        }
        Ok(events)
    }

    pub(super) fn snooze(&self, until: DateTime<Utc>, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may snooze a ticket")?;
        self.not_closed()?;
        if self.status == TicketStatus::Resolved {
            return Err(Rejection::refused("ticket_resolved", "the ticket is resolved; there is nothing to put aside"));
        }
        // The log keeps microseconds: what is decided equals what is read back.
        let until = until.trunc_subsecs(6);
        let mut violations = Violations::default();
        if until <= context.now {
            violations.add("until", "out_of_range", "until must lie in the future");
        } else if until - context.now > TimeDelta::days(LONGEST_SNOOZE_DAYS) {
            violations.add("until", "out_of_range", format!("until may be at most {LONGEST_SNOOZE_DAYS} days ahead"));
        }
        violations.into_result()?;
        if self.snoozed_until == Some(until) {
            return Ok(Vec::new());
        }
        Ok(vec![TicketSnoozed { until }.into()])
    }

    /// A timer that comes too early, after the ticket was put aside for longer, does nothing.
    pub(super) fn wake(&self, reason: WakeReason, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may wake a ticket")?;
        self.living()?;
        let early = reason == WakeReason::Due && self.snoozed_until.is_some_and(|until| context.now < until);
        Ok(if early { Vec::new() } else { self.wake_event(reason).into_iter().collect() })
    }
}
