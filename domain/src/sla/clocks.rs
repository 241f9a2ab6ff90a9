//! The three clocks of a ticket, kept up to date event by event.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Calendar;
use super::clock::{Clock, ClockState, Mark, small_mark};
use crate::ticket::{Priority, SlaBreached, SlaClock, SlaPolicyApplied, SlaWarned, TicketEvent, TicketStatus};
use crate::{ActorKind, Stamp};

/// A stretch of time a ticket spent in one status; it ends where the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    pub(super) status: TicketStatus,
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub(super) from: DateTime<Utc>,
    pub(super) version: u64,
}

/// What a timer is to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaTimerKind {
    /// That a clock nears its due time.
    Warn,
    /// That it ran out.
    Breach,
}

/// Something to do at a moment, unless the ticket changes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlaTimer {
    /// Which clock.
    pub clock: SlaClock,
    /// What to record.
    pub kind: SlaTimerKind,
    /// When.
    pub at: DateTime<Utc>,
    /// The clock's due time, which says what the timer is about.
    pub due_at: DateTime<Utc>,
}

/// What is known of a ticket's service level.
///
/// - *First response* runs from opening to the first public agent message.
/// - *Next response* runs from the oldest unanswered customer message to the next public agent message. It begins
///   after the first response: until then the first-response clock measures the same waiting.
/// - *Resolution* runs from opening until the ticket is resolved or closed; reopening continues it.
///
/// Clocks run in business hours and stand still in the policy's `pause_in` statuses; the response clocks also while
/// the ticket is resolved or closed. A clock that waits is always measured from its beginning by the policy and the
/// priority in force, however they came about; one that ended keeps the terms it ended under (target, hours, pauses),
/// whatever changes afterwards. Reopening makes the resolution wait again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlaClocks {
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Arc<SlaPolicyApplied>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    timeline: Vec<Stretch>,
    /// The first response.
    pub first_response: Clock,
    /// The latest next response.
    pub next_response: Clock,
    /// The resolution.
    pub resolution: Clock,
    /// Next responses that were given.
    pub next_responses: u32,
    /// How many of them came too late, by the targets of their time.
    pub late_next_responses: u32,
    /// What ended all measuring: merged (until that is taken back), archived or deleted.
    #[serde(with = "small_mark", skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Mark>,
    #[serde(skip)]
    keeps_past: bool,
    #[serde(skip)]
    pub(super) past: Vec<Clock>,
}

impl SlaClocks {
    /// How many bytes their past takes. The policy is shared.
    pub const fn heap_bytes(&self) -> usize {
        self.timeline.capacity() * size_of::<Stretch>() + self.past.capacity() * size_of::<Clock>()
    }

    /// Clocks that also keep every next response given, for [`explain`](Self::explain). A ticket's rows do without.
    pub fn explaining() -> Self {
        Self { keeps_past: true, ..Self::default() }
    }

    /// Whether an event may change a clock; the others need not be shown to [`evolve`](Self::evolve).
    pub fn concerns(event: &TicketEvent) -> bool {
        use TicketEvent as E;
        matches!(
            event,
            E::TicketOpened(_)
                | E::MessagePosted(_)
                | E::StatusChanged(_)
                | E::PriorityChanged(_)
                | E::SlaPolicyApplied(_)
                | E::SlaWarned(_)
                | E::SlaBreached(_)
                | E::TicketMerged(_)
                | E::TicketMergeUndone(_)
                | E::TicketArchived(_)
                | E::TicketDeleted(_)
        )
    }

    /// Takes an event of the ticket in. Total: also nonsense leaves a state.
    pub fn evolve(&mut self, event: &TicketEvent, stamp: &Stamp) {
        use TicketEvent as E;
        let mark = Mark { at: stamp.occurred_at, version: stamp.version };
        match event {
            E::TicketOpened(opened) => {
                self.priority = Some(opened.priority);
                self.timeline.push(Stretch { status: TicketStatus::Open, from: mark.at, version: mark.version });
                self.first_response = Clock::begun(mark, self.target(SlaClock::FirstResponse));
                self.resolution = Clock::begun(mark, self.target(SlaClock::Resolution));
                self.follow(mark.at);
            }
            E::MessagePosted(message) => match message.author.kind {
                ActorKind::Customer => self.asked(mark),
                ActorKind::Agent => self.answered(mark),
                ActorKind::System => {}
            },
            E::StatusChanged(change) => self.status_changed(change.to, mark),
            E::PriorityChanged(change) => {
                self.priority = Some(change.to);
                self.measure_again();
            }
            E::SlaPolicyApplied(policy) => {
                self.keep_terms();
                self.policy = Some(Arc::new(policy.clone()));
                self.measure_again();
            }
            E::SlaWarned(SlaWarned { clock, due_at }) => {
                let warned_for = &mut self.clock_mut(*clock).warned_for;
                *warned_for = (*warned_for).max(Some(*due_at));
            }
            E::SlaBreached(SlaBreached { clock, due_at }) => {
                let recorded = &mut self.clock_mut(*clock).breach_recorded;
                *recorded = (*recorded).max(Some(*due_at));
            }
            E::TicketMerged(_) | E::TicketArchived(_) | E::TicketDeleted(_) => {
                self.cancelled.get_or_insert(mark);
                self.follow(mark.at);
            }
            E::TicketMergeUndone(_) => {
                self.cancelled = None;
                self.measure_again();
            }
            _ => {}
        }
    }

    /// The policy in force.
    pub fn policy(&self) -> Option<&SlaPolicyApplied> {
        self.policy.as_deref()
    }

    /// The priority in force.
    pub fn priority(&self) -> Option<Priority> {
        self.priority
    }

    /// One of the clocks.
    pub fn clock(&self, clock: SlaClock) -> &Clock {
        match clock {
            SlaClock::FirstResponse => &self.first_response,
            SlaClock::NextResponse => &self.next_response,
            SlaClock::Resolution => &self.resolution,
        }
    }

    /// What one of the clocks does.
    pub fn state(&self, clock: SlaClock) -> ClockState {
        self.state_of(self.clock(clock))
    }

    /// How long a clock may run in the present priority, in business seconds. Absent: it is not measured.
    pub fn target(&self, clock: SlaClock) -> Option<u64> {
        let target = self.policy.as_ref()?.targets.get(&self.priority?)?;
        match clock {
            SlaClock::FirstResponse => target.first_response,
            SlaClock::NextResponse => target.next_response,
            SlaClock::Resolution => target.resolution,
        }
    }

    /// The nearest due time of a clock that runs: what a list sorts by.
    pub fn next_due_at(&self) -> Option<DateTime<Utc>> {
        let clocks = [&self.first_response, &self.next_response, &self.resolution];
        clocks.into_iter().filter(|clock| clock.running_since.is_some()).filter_map(|clock| clock.due_at).min()
    }

    /// Whether any clock had run out by `now`.
    pub fn is_breached(&self, now: DateTime<Utc>) -> bool {
        SlaClock::ALL.iter().any(|clock| self.clock(*clock).is_breached(now))
    }

    /// What has yet to be recorded, and when. A breach that nobody recorded in time is still due while the clock is
    /// paused, not once it was fulfilled.
    pub fn timers(&self) -> Vec<SlaTimer> {
        let mut timers = Vec::new();
        for &clock in SlaClock::ALL {
            let &Clock { due_at: Some(due_at), warn_at, warned_for, breach_recorded, running_since, .. } =
                self.clock(clock)
            else {
                continue;
            };
            // Who was told of a later due time was told of this one.
            let is_told = |told: Option<DateTime<Utc>>| told.is_some_and(|told| told >= due_at);
            if !self.waits(clock) || is_told(breach_recorded) {
                continue;
            }
            timers.push(SlaTimer { clock, kind: SlaTimerKind::Breach, at: due_at, due_at });
            if let Some(at) = warn_at.filter(|at| !is_told(warned_for) && running_since.is_some() && *at < due_at) {
                timers.push(SlaTimer { clock, kind: SlaTimerKind::Warn, at, due_at });
            }
        }
        timers
    }

    /// Whether a clock runs or stands still: what it waits for may yet happen.
    fn waits(&self, clock: SlaClock) -> bool {
        matches!(self.state(clock), ClockState::Running | ClockState::Paused)
    }

    pub(super) fn state_of(&self, clock: &Clock) -> ClockState {
        match (clock.began, clock.fulfilled, self.cancelled) {
            (None, ..) => ClockState::Idle,
            (_, Some(_), _) => ClockState::Fulfilled,
            (_, None, Some(_)) => ClockState::Cancelled,
            (_, None, None) if self.runs_now() => ClockState::Running,
            (_, None, None) => ClockState::Paused,
        }
    }

    fn runs_now(&self) -> bool {
        self.status().is_some_and(|status| runs_in(status, self.policy()))
    }

    fn status(&self) -> Option<TicketStatus> {
        self.timeline.last().map(|stretch| stretch.status)
    }

    fn clock_mut(&mut self, clock: SlaClock) -> &mut Clock {
        match clock {
            SlaClock::FirstResponse => &mut self.first_response,
            SlaClock::NextResponse => &mut self.next_response,
            SlaClock::Resolution => &mut self.resolution,
        }
    }

    fn asked(&mut self, mark: Mark) {
        if self.first_response.fulfilled.is_some() && !self.next_response.is_pending() {
            if self.keeps_past && self.next_response.began.is_some() {
                self.past.push(std::mem::take(&mut self.next_response));
            }
            self.next_response = Clock::begun(mark, self.target(SlaClock::NextResponse));
            self.follow(mark.at);
        }
    }

    fn answered(&mut self, mark: Mark) {
        if self.first_response.is_pending() {
            self.first_response.fulfilled = Some(mark);
        } else if self.next_response.is_pending() {
            self.next_response.fulfilled = Some(mark);
            self.next_responses += 1;
        } else {
            return;
        }
        self.follow(mark.at);
        if self.next_response.fulfilled == Some(mark) && self.next_response.is_breached(mark.at) {
            self.late_next_responses += 1;
        }
    }

    fn status_changed(&mut self, to: TicketStatus, mark: Mark) {
        if self.status() != Some(to) {
            self.timeline.push(Stretch { status: to, from: mark.at, version: mark.version });
        }
        if !to.is_done() {
            if self.resolution.fulfilled.take().is_some() {
                self.measure_again();
            }
        } else if self.resolution.is_pending() {
            self.resolution.fulfilled = Some(mark);
        }
        self.follow(mark.at);
    }

    /// Lets every clock run or stand still as it should from `at` on.
    fn follow(&mut self, at: DateTime<Utc>) {
        let Some(policy) = self.policy.clone() else { return };
        let changing = SlaClock::ALL.iter().any(|&which| {
            let clock = self.clock(which);
            let runs = self.state(which) == ClockState::Running;
            runs != clock.running_since.is_some() || self.ended(clock).is_some_and(|end| clock.due_at >= Some(end.at))
        });
        if !changing {
            return;
        }
        let calendar = Calendar::new(&policy.hours);
        for &which in SlaClock::ALL {
            let (runs, ended) = (self.state(which) == ClockState::Running, self.ended(self.clock(which)));
            let clock = self.clock_mut(which);
            match ended {
                _ if runs => clock.start(at, &calendar),
                Some(end) => clock.end(end.at, &calendar),
                None => clock.stop(at, &calendar),
            }
        }
    }

    /// What ended a clock, if anything did.
    pub(super) fn ended(&self, clock: &Clock) -> Option<Mark> {
        clock.began.and(clock.fulfilled.or(self.cancelled))
    }

    /// Before another policy comes into force: what has ended keeps the one it was measured by.
    fn keep_terms(&mut self) {
        let Self { policy: Some(policy), cancelled, .. } = self else { return };
        let ended = |clock: &&mut Clock| clock.began.is_some() && (clock.fulfilled.is_some() || cancelled.is_some());
        let present = [&mut self.first_response, &mut self.next_response, &mut self.resolution];
        for clock in present.into_iter().chain(&mut self.past).filter(ended) {
            clock.terms.get_or_insert_with(|| Arc::clone(policy));
        }
    }

    /// Measures the clocks that wait from the beginning, by the present policy and priority.
    fn measure_again(&mut self) {
        let Some(policy) = self.policy.clone() else { return };
        let calendar = Calendar::new(&policy.hours);
        for &clock in SlaClock::ALL {
            if self.waits(clock) {
                let mut again = Clock { terms: None, ..self.clock(clock).unmeasured(self.target(clock)) };
                self.replay(&mut again, &policy, &calendar, &mut |_, _, _| {});
                *self.clock_mut(clock) = again;
            }
        }
    }

    /// Runs a clock again over the timeline, telling `see` each stretch, when it began for this clock, and whether the
    /// clock ran. Ends with the clock as it is now.
    pub(super) fn replay(
        &self,
        clock: &mut Clock,
        terms: &SlaPolicyApplied,
        calendar: &Calendar,
        see: &mut dyn FnMut(&Stretch, DateTime<Utc>, bool),
    ) {
        let Some(began) = clock.began else { return };
        let ended = self.ended(clock);
        let first = self.timeline.partition_point(|stretch| stretch.version <= began.version).saturating_sub(1);
        for stretch in &self.timeline[first..] {
            if ended.is_some_and(|ended| stretch.version >= ended.version) {
                break;
            }
            let from = if stretch.version < began.version { began.at } else { stretch.from };
            let runs = runs_in(stretch.status, Some(terms));
            if runs {
                clock.start(from, calendar)
            } else {
                clock.stop(from, calendar)
            }
            see(stretch, from, runs);
        }
        if let Some(ended) = ended {
            clock.end(ended.at, calendar);
        }
    }
}

/// Whether clocks run while a ticket is in `status`.
fn runs_in(status: TicketStatus, policy: Option<&SlaPolicyApplied>) -> bool {
    !status.is_done() && policy.is_none_or(|policy| !policy.pause_in.contains(&status))
}
