//! A ticket and its service level: the policy it is measured by, warnings and breaches.

use chrono::{DateTime, Utc};

use super::decide::Decision;
use super::value::SlaClock;
use super::{SlaBreached, SlaPolicyApplied, SlaWarned, Ticket};
use crate::sla::{SlaTimer, SlaTimerKind, check_policy};
use crate::{DecideContext, Violations};

impl Ticket {
    pub(super) fn apply_sla(&self, policy: &SlaPolicyApplied, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may change this")?;
        self.not_closed()?;
        let mut violations = Violations::default();
        check_policy(policy, context.limits, &mut violations);
        violations.into_result()?;
        if self.sla.policy() == Some(policy) {
            return Ok(Vec::new());
        }
        Ok(vec![policy.clone().into()])
    }

    pub(super) fn warn_sla(&self, clock: SlaClock, due_at: DateTime<Utc>, context: &DecideContext<'_>) -> Decision {
        let due = self.timer_is_due(clock, SlaTimerKind::Warn, due_at, context)?;
        Ok(if due { vec![SlaWarned { clock, due_at }.into()] } else { Vec::new() })
    }

    pub(super) fn breach_sla(&self, clock: SlaClock, due_at: DateTime<Utc>, context: &DecideContext<'_>) -> Decision {
        let due = self.timer_is_due(clock, SlaTimerKind::Breach, due_at, context)?;
        Ok(if due { vec![SlaBreached { clock, due_at }.into()] } else { Vec::new() })
    }

    /// Whether the clocks still wait for that. A timer that comes too early, too late or twice does nothing.
    fn timer_is_due(
        &self,
        clock: SlaClock,
        kind: SlaTimerKind,
        due_at: DateTime<Utc>,
        context: &DecideContext<'_>,
    ) -> Result<bool, crate::Rejection> {
        context.staff_only("only the desk keeps time")?;
        let is_it = |timer: &SlaTimer| timer.clock == clock && timer.kind == kind && timer.due_at == due_at;
        Ok(self.sla.timers().iter().any(|timer| is_it(timer) && timer.at <= context.now))
    }
}
