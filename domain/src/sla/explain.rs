//! Where every minute of a ticket's clocks went.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::clock::{Clock, ClockState, Mark};
use super::{Calendar, SlaClocks};
use crate::CalendarId;
use crate::ticket::{Priority, SlaClock, SlaPolicyApplied, TicketStatus};

/// A ticket's service level, explained.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SlaExplanation {
    /// The policy; absent for the built-in default.
    pub policy_id: Option<Uuid>,
    /// The policy's name.
    pub policy_name: String,
    /// The calendar its hours were copied from; absent for the built-in default.
    pub calendar_id: Option<CalendarId>,
    /// The zone of its business hours.
    pub time_zone: String,
    /// The priority whose targets count.
    pub priority: Option<Priority>,
    /// The clocks; next response once for each time the customer waited.
    pub clocks: Vec<ClockExplanation>,
}

/// One clock, explained.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ClockExplanation {
    /// Which clock.
    pub clock: SlaClock,
    /// What it does.
    pub state: ClockState,
    /// The event that began it.
    pub began: Mark,
    /// The event that fulfilled it.
    pub fulfilled: Option<Mark>,
    /// How long it may run, in business seconds.
    pub target_seconds: Option<u64>,
    /// How long it has run, in business seconds.
    pub elapsed_seconds: u64,
    /// How long it may still run, in business seconds; negative once it ran out.
    pub remaining_seconds: Option<i64>,
    /// When it runs out or ran out.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether it ran out.
    pub breached: bool,
    /// Every stretch it ran or stood still.
    pub stretches: Vec<ExplainedStretch>,
}

/// A stretch a clock ran or stood still.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ExplainedStretch {
    /// Whether the clock ran.
    pub running: bool,
    /// The ticket's status.
    pub status: TicketStatus,
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it ended; absent for the present one.
    pub to: Option<DateTime<Utc>>,
    /// The version of the event that began it.
    pub version: u64,
    /// Business seconds that counted in it.
    pub business_seconds: u64,
}

impl SlaClocks {
    /// Explains the clocks as of `now`. `None` without a policy.
    pub fn explain(&self, now: DateTime<Utc>) -> Option<SlaExplanation> {
        let policy = self.policy()?;
        let next_responses = self.past.iter().chain([&self.next_response]);
        let clocks = [(SlaClock::FirstResponse, &self.first_response)]
            .into_iter()
            .chain(next_responses.map(|clock| (SlaClock::NextResponse, clock)))
            .chain([(SlaClock::Resolution, &self.resolution)]);
        Some(SlaExplanation {
            policy_id: policy.policy_id,
            policy_name: policy.name.clone(),
            calendar_id: policy.calendar_id,
            time_zone: policy.hours.time_zone.clone(),
            priority: self.priority(),
            clocks: clocks.filter_map(|(which, clock)| self.explain_clock(which, clock, policy, now)).collect(),
        })
    }

    fn explain_clock(
        &self,
        which: SlaClock,
        clock: &Clock,
        policy: &SlaPolicyApplied,
        now: DateTime<Utc>,
    ) -> Option<ClockExplanation> {
        let began = clock.began?;
        let terms = clock.terms.as_deref().unwrap_or(policy);
        let calendar = Calendar::new(&terms.hours);
        let target = clock.target_seconds;
        let mut again = clock.unmeasured(target);
        let mut stretches: Vec<ExplainedStretch> = Vec::new();
        self.replay(&mut again, terms, &calendar, &mut |stretch, from, running| {
            if let Some(last) = stretches.last_mut() {
                last.to = Some(from);
            }
            let (status, version) = (stretch.status, stretch.version.max(began.version));
            stretches.push(ExplainedStretch { running, status, from, to: None, version, business_seconds: 0 });
        });
        if let Some(last) = stretches.last_mut() {
            last.to = self.ended(clock).map(|mark| mark.at);
        }
        for stretch in stretches.iter_mut().filter(|stretch| stretch.running) {
            stretch.business_seconds = calendar.business_seconds(stretch.from, stretch.to.unwrap_or(now));
        }
        let elapsed_seconds = u64::try_from(again.used(&calendar, now).num_seconds()).unwrap_or(0);
        Some(ClockExplanation {
            clock: which,
            state: self.state_of(clock),
            began,
            fulfilled: clock.fulfilled,
            target_seconds: target,
            elapsed_seconds,
            remaining_seconds: target.map(|target| target.cast_signed().saturating_sub_unsigned(elapsed_seconds)),
            due_at: again.due_at,
            breached: again.is_breached(now),
            stretches,
        })
    }
}
