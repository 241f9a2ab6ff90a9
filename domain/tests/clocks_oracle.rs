//! The clocks against an independent computation: minute by minute, without anything of the clocks' own arithmetic.
//!
//! Histories are random, on half hours and hours, so that targets are often used up just as the desk closes, breaks for
//! lunch, or the ticket is put on hold or answered.

use chrono::{DateTime, Datelike as _, NaiveTime, TimeDelta, Utc, Weekday};
use docket_domain::sla::*;
use docket_domain::ticket::*;
use docket_domain::{ActorKind, Stamp};
use proptest::prelude::*;

use crate::scenario::*;

/// A minute since the history's Monday.
type Minute = i64;

fn instant(minute: Minute) -> DateTime<Utc> {
    // Before clocks are put forward in Rome, on 29 March.
    at("2026-03-27T08:00:00+01:00") + TimeDelta::minutes(minute)
}

/// What was told of a ticket, in order.
#[derive(Default)]
struct History(Vec<(Minute, TicketEvent)>);

/// What the oracle expects of one clock.
#[derive(Debug, PartialEq)]
struct Expected {
    clock: SlaClock,
    began: DateTime<Utc>,
    fulfilled: Option<DateTime<Utc>>,
    target_minutes: Option<u64>,
    used_minutes: u64,
    breached: bool,
    due: Option<DateTime<Utc>>,
}

fn is_open(hours: &Hours, minute: Minute) -> bool {
    let local = instant(minute).with_timezone(&chrono_tz::Europe::Rome);
    let within = |range: &WorkingRange| {
        let to_midnight = range.to == NaiveTime::MIN;
        range.day == local.weekday() && range.from <= local.time() && (to_midnight || local.time() < range.to)
    };
    !hours.holidays.contains(&local.date_naive()) && (hours.ranges.is_empty() || hours.ranges.iter().any(within))
}

impl History {
    /// The last thing `of` makes of the first `count` events.
    fn last<T>(&self, count: usize, of: impl Fn(&TicketEvent) -> Option<T>) -> Option<T> {
        self.0[..count].iter().rev().find_map(|(_, event)| of(event))
    }

    fn status(&self, count: usize) -> TicketStatus {
        let changed = |event: &TicketEvent| match event {
            TicketEvent::StatusChanged(change) => Some(change.to),
            _ => None,
        };
        self.last(count, changed).unwrap_or(TicketStatus::Open)
    }

    fn policy(&self, count: usize) -> Option<SlaPolicyApplied> {
        self.last(count, |event| match event {
            TicketEvent::SlaPolicyApplied(policy) => Some(policy.clone()),
            _ => None,
        })
    }

    fn priority(&self, count: usize) -> Priority {
        let changed = |event: &TicketEvent| match event {
            TicketEvent::PriorityChanged(change) => Some(change.to),
            _ => None,
        };
        self.last(count, changed).unwrap_or(Priority::Medium)
    }

    fn cancelled(&self) -> Option<usize> {
        self.0.iter().position(|(_, event)| matches!(event, TicketEvent::TicketArchived(_)))
    }

    /// First event, last event if it was fulfilled, of every clock that ever began, in the order they are explained.
    fn spans(&self) -> Vec<(SlaClock, usize, Option<usize>)> {
        let (mut first, mut next, mut done) = (None, Vec::<(usize, Option<usize>)>::new(), None);
        for (index, (_, event)) in self.0.iter().enumerate() {
            match event {
                TicketEvent::MessagePosted(message) if message.author.kind == ActorKind::Agent => match next.last_mut()
                {
                    _ if first.is_none() => first = Some(index),
                    Some((_, end @ None)) => *end = Some(index),
                    _ => {}
                },
                TicketEvent::MessagePosted(_)
                    if first.is_some() && next.last().is_none_or(|(_, end)| end.is_some()) =>
                {
                    next.push((index, None));
                }
                TicketEvent::StatusChanged(change) if !change.to.is_done() => done = None,
                TicketEvent::StatusChanged(_) => done = done.or(Some(index)),
                _ => {}
            }
        }
        let next = next.into_iter().map(|(begin, end)| (SlaClock::NextResponse, begin, end));
        let first = (SlaClock::FirstResponse, 0, first);
        std::iter::once(first).chain(next).chain([(SlaClock::Resolution, 0, done)]).collect()
    }

    fn expected(&self, now: Minute) -> Vec<Expected> {
        self.spans().into_iter().map(|(clock, begin, fulfilled)| self.expect(clock, begin, fulfilled, now)).collect()
    }

    fn expect(&self, clock: SlaClock, begin: usize, fulfilled: Option<usize>, now: Minute) -> Expected {
        let ended = fulfilled.or(self.cancelled());
        // What was in force when it ended: the event that ends it changes nothing of that.
        let count = ended.unwrap_or(self.0.len());
        let policy = self.policy(count);
        let target = policy.as_ref().and_then(|policy| {
            let target = policy.targets.get(&self.priority(count))?;
            match clock {
                SlaClock::FirstResponse => target.first_response,
                SlaClock::NextResponse => target.next_response,
                SlaClock::Resolution => target.resolution,
            }
        });
        let target_minutes = target.map(|seconds| seconds / 60);
        let terms = policy.expect("a policy from the beginning");
        let until = ended.map_or(now, |ended| self.0[ended].0);
        let runs_at = |minute: Minute| {
            let status = self.status(self.0.iter().filter(|(told, _)| *told <= minute).count().min(count));
            !status.is_done() && !terms.pause_in.contains(&status)
        };
        let (mut used, mut used_up) = (0, None);
        for minute in self.0[begin].0..until {
            used += u64::from(runs_at(minute) && is_open(&terms.hours, minute));
            if used_up.is_none() && Some(used) == target_minutes {
                used_up = Some(minute + 1);
            }
        }
        let breached = used_up.is_some_and(|at| at < until);
        let runs_on = ended.is_none() && runs_at(Minute::MAX);
        let due = match (used_up, ended) {
            (Some(at), None) => Some(at),
            (Some(at), Some(_)) => breached.then_some(at),
            (None, _) if !runs_on => None,
            (None, _) => target_minutes
                .and_then(|target| {
                    let mut left = target - used;
                    (until..until + 120 * 1440).find(|minute| {
                        left -= u64::from(is_open(&terms.hours, *minute));
                        left == 0
                    })
                })
                .map(|minute| minute + 1),
        };
        Expected {
            clock,
            began: instant(self.0[begin].0),
            fulfilled: fulfilled.map(|index| instant(self.0[index].0)),
            target_minutes,
            used_minutes: used,
            breached,
            due: due.map(instant),
        }
    }
}

fn policy(dice: u8) -> SlaPolicyApplied {
    let mut policy = default_policy("Europe/Rome");
    let time = |hour| NaiveTime::MIN + TimeDelta::hours(hour);
    let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    policy.name = format!("Policy {dice}");
    policy.hours.ranges = match dice % 4 {
        0 => days
            .iter()
            .flat_map(|&day| [(9, 13), (14, 18)].map(|(from, to)| WorkingRange { day, from: time(from), to: time(to) }))
            .collect(),
        1 => Vec::new(),
        2 => days.map(|day| WorkingRange { day, from: time(14), to: NaiveTime::MIN }).to_vec(),
        _ => policy.hours.ranges,
    };
    if dice & 4 > 0 {
        policy.hours.holidays = vec!["2026-03-30".parse().expect("a date")];
    }
    policy.pause_in = if dice & 8 > 0 { vec![TicketStatus::OnHold] } else { policy.pause_in };
    for (priority, target) in &mut policy.targets {
        target.resolution = Some(if *priority == Priority::Low { 12 * 3600 } else { 8 * 3600 });
        target.next_response = (dice & 16 == 0).then_some(2 * 3600);
    }
    policy
}

fn event(kind: u8, dice: u8, history: &History) -> TicketEvent {
    let message = |author| MessagePosted {
        message_id: message_id(2),
        author,
        body: "x".into(),
        first_response: None,
        written_at: None,
    };
    match kind % 12 {
        0..=2 => message(customer(1)).into(),
        3 | 4 => message(agent(1)).into(),
        5..=8 => {
            let to = TicketStatus::ALL[usize::from(dice) % TicketStatus::ALL.len()];
            let from = history.status(history.0.len());
            StatusChanged { from, to, reason: None, resolution_seconds: None, restored: false }.into()
        }
        9 => {
            let to = Priority::ALL[usize::from(dice) % Priority::ALL.len()];
            PriorityChanged { from: history.priority(history.0.len()), to }.into()
        }
        _ => policy(dice).into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn clocks_run_as_counted_minute_by_minute(
        first in any::<u8>(),
        told in prop::collection::vec((any::<u8>(), any::<u8>(), 0_u8..16), 0..14),
        archived in prop::option::of(0_usize..14),
    ) {
        let opened = TicketOpened {
            number: TicketNumber(1),
            subject: "x".into(),
            description: "x".into(),
            message_id: message_id(1),
            category: "x".to_owned(),
            priority: Priority::Medium,
            customer_id: customer_id(1),
            department_id: None,
            order_ref: None,
            tags: Vec::new(),
            custom_fields: CustomFields::new(),
            personal_fields: std::collections::BTreeMap::new(),
            channel: Channel::Email,
            follow_up_of: None,
            chat_id: None,
author: None,
written_at: None,
        };
        let mut history = History::default();
        let mut clocks = SlaClocks::explaining();
        let mut tell = |history: &mut History, minute: Minute, event: TicketEvent| {
            let version = history.0.len() as u64 + 1;
            clocks.evolve(&event, &Stamp { version, occurred_at: instant(minute), actor: SYSTEM });
            history.0.push((minute, event));
            clocks.clone()
        };
        tell(&mut history, 0, opened.into());
        tell(&mut history, 0, policy(first).into());
        let mut minute = 0;
        for (index, (kind, dice, wait)) in told.into_iter().enumerate() {
            minute += match wait {
                0..=2 => 0,
                3..=12 => i64::from(wait - 2) * 30,
                _ => i64::from(wait - 12) * 480,
            };
            let event = if archived == Some(index) {
                let category = "x".to_owned();
                let (status, priority) = (TicketStatus::Open, Priority::Medium);
                TicketArchived { status, priority, category, assignee_id: None }.into()
            } else {
                event(kind, dice, &history)
            };
            let over = history.cancelled().is_some();
            let clocks = if over { break } else { tell(&mut history, minute, event) };
            for now in [minute, minute + 1, minute + 240] {
                let explanation = clocks.explain(instant(now)).expect("a policy");
                let seen: Vec<Expected> = explanation.clocks.iter().map(seen).collect();
                prop_assert_eq!(seen, history.expected(now), "{:#?} at {}", history.0, instant(now));
                let late = history.expected(now).iter().filter(|one| one.clock == SlaClock::NextResponse && one.fulfilled.is_some() && one.breached).count();
                prop_assert_eq!(usize::try_from(clocks.late_next_responses), Ok(late));
            }
        }
    }
}

fn seen(explained: &ClockExplanation) -> Expected {
    Expected {
        clock: explained.clock,
        began: explained.began.at,
        fulfilled: explained.fulfilled.map(|mark| mark.at),
        target_minutes: explained.target_seconds.map(|seconds| seconds / 60),
        used_minutes: explained.elapsed_seconds / 60,
        breached: explained.breached,
        due: explained.due_at,
    }
}
