//! A ticket and its service level: the policy it is measured by, warnings and breaches.

use chrono::{DateTime, Utc};

use super::decide::Decision;
use super::value::SlaClock;
use super::{SlaBreached, SlaPolicyApplied, SlaWarned, Ticket};
use crate::{DecideContext, Limits, Violations};

impl Ticket {
    pub(super) fn apply_sla(&self, policy: &SlaPolicyApplied, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk may change this")?;
        self.not_closed()?;
        let mut violations = Violations::default();
        check_policy(policy, context.limits, &mut violations);
        violations.into_result()?;
        if self.sla.as_deref() == Some(policy) {
            return Ok(Vec::new());
        }
        Ok(vec![policy.clone().into()])
    }

    /// A timer that comes too late, or twice, does nothing.
    pub(super) fn warn_sla(&self, clock: SlaClock, due_at: DateTime<Utc>, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk keeps time")?;
        self.living()?;
        let known = self.sla_warned.contains(&(clock, due_at)) || self.sla_breached.contains(&(clock, due_at));
        Ok(if known || !self.runs(clock) { Vec::new() } else { vec![SlaWarned { clock, due_at }.into()] })
    }

    /// A timer that comes too late, or twice, does nothing.
    pub(super) fn breach_sla(&self, clock: SlaClock, due_at: DateTime<Utc>, context: &DecideContext<'_>) -> Decision {
        context.staff_only("only the desk keeps time")?;
        self.living()?;
        let known = self.sla_breached.contains(&(clock, due_at));
        Ok(if known || !self.runs(clock) { Vec::new() } else { vec![SlaBreached { clock, due_at }.into()] })
    }

    /// Whether `clock` measures something now.
    fn runs(&self, clock: SlaClock) -> bool {
        let Some(policy) = self.sla.as_deref().filter(|_| !self.status.is_done()) else { return false };
        !policy.pause_in.contains(&self.status)
            && match clock {
                SlaClock::FirstResponse => self.first_response_at.is_none(),
                SlaClock::NextResponse => self.first_response_at.is_some() && self.unanswered_since.is_some(),
                SlaClock::Resolution => true,
            }
    }
}

/// Checks a policy's name, targets and hours.
pub(super) fn check_policy(policy: &SlaPolicyApplied, limits: &Limits, violations: &mut Violations) {
    violations.line("sla.name", &policy.name, 1, limits.name_chars);
    if policy.hours.time_zone.parse::<chrono_tz::Tz>().is_err() {
        violations.add("sla.hours.time_zone", "unknown", "sla.hours.time_zone must be an IANA time zone");
    }
}
