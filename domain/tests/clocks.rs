//! The three clocks of a ticket, by example. Everything happens in office hours in Rome, which is UTC+1 here.

use chrono::{DateTime, Utc};
use docket_domain::sla::*;
use docket_domain::ticket::*;
use docket_domain::{Actor, Stamp};

use crate::scenario::*;

/// Clocks fed with events at given times.
struct Told {
    clocks: SlaClocks,
    version: u64,
}

impl Told {
    fn tell(mut self, when: &str, event: impl Into<TicketEvent>) -> Self {
        self.version += 1;
        let stamp = Stamp { version: self.version, occurred_at: monday(when), actor: SYSTEM };
        self.clocks.evolve(&event.into(), &stamp);
        self
    }

    fn due(&self, clock: SlaClock) -> Option<DateTime<Utc>> {
        self.clocks.clock(clock).due_at
    }

    /// What `clock` (the last of its kind) is explained as at a time.
    fn explained(&self, when: &str, clock: SlaClock) -> ClockExplanation {
        let explanation = self.clocks.explain(monday(when)).expect("a policy");
        explanation.clocks.into_iter().rfind(|one| one.clock == clock).expect("the clock")
    }
}

/// `9:30` is Monday 2 March 2026, 9:30 in Rome; `Tue 9:30` the day after.
fn monday(when: &str) -> DateTime<Utc> {
    let (day, time) = when.split_once(' ').unwrap_or(("Mon", when));
    let day = ["Mon", "Tue", "Wed", "Thu", "Fri"].iter().position(|name| *name == day).expect("a weekday") + 2;
    at(&format!("2026-03-{day:02}T{time:0>5}:00+01:00"))
}

/// Opened Monday at nine with the default policy and medium priority: 4, 8 and 40 hours.
fn opened() -> Told {
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
    Told { clocks: SlaClocks::explaining(), version: 0 }
        .tell("9:00", opened)
        .tell("9:00", default_policy("Europe/Rome"))
}

fn message(author: Actor) -> MessagePosted {
    MessagePosted { message_id: message_id(2), author, body: "x".into(), first_response: None, written_at: None }
}

fn status(to: TicketStatus) -> StatusChanged {
    StatusChanged { from: TicketStatus::Open, to, reason: None, resolution_seconds: None, restored: false }
}

use SlaClock::*;

#[test]
fn the_first_response_is_due_after_its_target_in_business_hours() {
    let told = opened();
    assert_eq!(told.due(FirstResponse), Some(monday("13:00")));
    assert_eq!(told.due(Resolution), Some(monday("Fri 17:00")));
    assert_eq!(told.due(NextResponse), None);
    assert_eq!(told.clocks.next_due_at(), Some(monday("13:00")));
    assert_eq!(told.clocks.clock(FirstResponse).warn_at, Some(monday("12:12")));

    let told = told.tell("10:00", message(customer(1))).tell("12:00", message(SYSTEM)).tell("12:30", message(agent(1)));
    assert_eq!(told.clocks.state(FirstResponse), ClockState::Fulfilled);
    assert_eq!(told.due(FirstResponse), None, "in time");
    assert_eq!(told.explained("16:00", FirstResponse).elapsed_seconds, 3 * 3600 + 1800);
    assert_eq!(told.clocks.state(NextResponse), ClockState::Idle, "the first response answered everything");
}

#[test]
fn an_answer_at_the_very_moment_is_in_time_one_after_is_not() {
    assert!(!opened().tell("13:00", message(agent(1))).clocks.is_breached(monday("16:00")));
    let late = opened().tell("13:01", message(agent(1)));
    assert!(late.clocks.is_breached(monday("13:01")));
    assert_eq!(late.due(FirstResponse), Some(monday("13:00")));
    assert_eq!(late.explained("16:00", FirstResponse).remaining_seconds, Some(-60));
    assert!(late.clocks.timers().iter().all(|timer| timer.clock != FirstResponse), "nobody is told afterwards");
}

#[test]
fn the_next_response_counts_from_the_oldest_unanswered_message() {
    let told = opened()
        .tell("9:30", message(agent(1)))
        .tell("10:00", message(customer(1)))
        .tell("11:00", message(customer(1)));
    assert_eq!(told.due(NextResponse), Some(monday("Tue 10:00")));
    let told = told.tell("Tue 10:30", message(agent(2))).tell("Tue 11:00", message(customer(1)));
    assert_eq!((told.clocks.next_responses, told.clocks.late_next_responses), (1, 1));
    assert_eq!(told.due(NextResponse), Some(monday("Wed 11:00")));
    let explanation = told.clocks.explain(monday("Tue 12:00")).expect("a policy");
    let next: Vec<_> = explanation.clocks.iter().filter(|clock| clock.clock == NextResponse).collect();
    assert_eq!(
        next.iter().map(|clock| (clock.breached, clock.elapsed_seconds)).collect::<Vec<_>>(),
        [(true, 8 * 3600 + 1800), (false, 3600)]
    );
    assert_eq!(next[0].began.version, 4);
    assert_eq!(next[0].fulfilled.map(|mark| mark.version), Some(6));
}

#[test]
fn clocks_stand_still_while_the_customer_has_to_answer() {
    let told = opened().tell("10:00", status(TicketStatus::WaitingCustomer));
    assert_eq!((told.due(FirstResponse), told.due(Resolution)), (None, None));
    assert_eq!(told.clocks.state(Resolution), ClockState::Paused);
    let told = told.tell("12:00", status(TicketStatus::Open));
    assert_eq!(told.due(FirstResponse), Some(monday("15:00")));
    assert_eq!(told.due(Resolution), Some(at("2026-03-09T11:00:00+01:00")), "two hours later, over the weekend");

    let explained = told.explained("13:00", FirstResponse);
    let stretches: Vec<_> =
        explained.stretches.iter().map(|s| (s.running, s.status, s.version, s.business_seconds, s.to)).collect();
    assert_eq!(
        stretches,
        [
            (true, TicketStatus::Open, 1, 3600, Some(monday("10:00"))),
            (false, TicketStatus::WaitingCustomer, 3, 0, Some(monday("12:00"))),
            (true, TicketStatus::Open, 4, 3600, None),
        ]
    );
    assert_eq!((explained.elapsed_seconds, explained.remaining_seconds), (7200, Some(7200)));
}

#[test]
fn reopening_continues_the_resolution() {
    let told = opened().tell("11:00", status(TicketStatus::Resolved));
    assert_eq!(told.clocks.state(Resolution), ClockState::Fulfilled);
    assert_eq!(told.clocks.state(FirstResponse), ClockState::Paused, "nobody answered yet");
    let closed = told.tell("15:00", status(TicketStatus::Closed));
    assert_eq!(closed.clocks.resolution.fulfilled.map(|mark| mark.at), Some(monday("11:00")));
    let told = closed.tell("Tue 9:00", status(TicketStatus::Open));
    assert_eq!(told.clocks.state(Resolution), ClockState::Running);
    assert_eq!(told.explained("Tue 10:00", Resolution).elapsed_seconds, 3 * 3600);
    assert_eq!(told.due(FirstResponse), Some(monday("Tue 11:00")));
}

#[test]
fn another_priority_counts_from_the_beginning_but_not_for_what_was_fulfilled() {
    let urgent = PriorityChanged { from: Priority::Medium, to: Priority::Urgent };
    let told = opened().tell("11:00", urgent.clone());
    assert_eq!(told.due(FirstResponse), Some(monday("10:00")));
    assert!(told.clocks.is_breached(monday("11:00")));
    let answered = opened().tell("11:00", message(agent(1))).tell("12:00", urgent);
    assert!(!answered.clocks.is_breached(monday("12:00")));
    assert_eq!(answered.due(Resolution), Some(monday("17:00")));
    assert_eq!(answered.explained("12:00", FirstResponse).target_seconds, Some(4 * 3600));
}

#[test]
fn another_priority_while_resolved_counts_once_reopened() {
    let told = opened()
        .tell("10:00", status(TicketStatus::Resolved))
        .tell("11:00", PriorityChanged { from: Priority::Medium, to: Priority::Urgent })
        .tell("12:00", status(TicketStatus::Open));
    assert_eq!(told.due(Resolution), Some(monday("Tue 11:00")), "one of eight hours is used");
}

#[test]
fn another_policy_counts_from_the_beginning() {
    let mut always = default_policy("Europe/Rome");
    always.hours.ranges.clear();
    always.pause_in.clear();
    let told = opened().tell("10:00", status(TicketStatus::OnHold)).tell("Tue 9:00", always);
    assert_eq!(told.due(FirstResponse), Some(monday("13:00")), "it ran all the while");
    assert_eq!(
        told.clocks.timers().first().map(|timer| (timer.kind, timer.at)),
        Some((SlaTimerKind::Breach, monday("13:00")))
    );
}

#[test]
fn timers_fire_once_for_each_due_time() {
    let told = opened();
    let due_at = monday("13:00");
    let kinds = |told: &Told| {
        told.clocks
            .timers()
            .iter()
            .filter(|timer| timer.clock == FirstResponse)
            .map(|timer| timer.kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&told), [SlaTimerKind::Breach, SlaTimerKind::Warn]);
    let told = told.tell("12:12", SlaWarned { clock: FirstResponse, due_at });
    assert_eq!(kinds(&told), [SlaTimerKind::Breach]);
    let told = told.tell("13:00", SlaBreached { clock: FirstResponse, due_at });
    assert_eq!(kinds(&told), []);
    let told = told.tell("14:00", status(TicketStatus::OnHold)).tell("15:00", status(TicketStatus::Open));
    assert_eq!((kinds(&told), told.due(FirstResponse)), (vec![], Some(due_at)), "it ran out once");
}

#[test]
fn what_ends_the_ticket_ends_the_clocks() {
    let deleted = TicketDeleted {
        status: TicketStatus::Open,
        priority: Priority::Medium,
        category: "x".to_owned(),
        assignee_id: None,
        was_archived: false,
    };
    let told = opened().tell("10:00", deleted);
    assert_eq!(told.clocks.state(Resolution), ClockState::Cancelled);
    assert_eq!((told.clocks.timers(), told.clocks.next_due_at()), (vec![], None));
    assert_eq!(told.explained("16:00", Resolution).elapsed_seconds, 3600);
}

#[test]
fn a_policy_without_a_target_measures_without_a_due_time() {
    let mut policy = default_policy("Europe/Rome");
    policy.targets.remove(&Priority::Medium);
    let told = opened().tell("9:30", policy);
    assert_eq!(told.due(FirstResponse), None);
    assert_eq!(told.explained("10:00", FirstResponse).elapsed_seconds, 3600);
    assert_eq!(told.explained("10:00", FirstResponse).remaining_seconds, None);
}

#[test]
fn without_a_policy_facts_are_kept_for_one_that_comes_later() {
    let plain = Told { clocks: SlaClocks::default(), version: 0 };
    assert_eq!(plain.clocks.explain(monday("9:00")), None);
    assert_eq!(plain.clocks.timers(), vec![]);
}

#[test]
fn a_row_can_hold_the_clocks() {
    let mut told = opened().tell("10:00", status(TicketStatus::OnHold)).tell("11:00", message(agent(1)));
    let json = serde_json::to_string(&told.clocks).expect("JSON");
    let read: SlaClocks = serde_json::from_str(&json).expect("clocks");
    told.clocks = read.clone();
    assert_eq!(serde_json::to_string(&told.clocks).expect("JSON"), json);
    assert_eq!(read.explain(monday("12:00")), told.clocks.explain(monday("12:00")));
}

/// Nine to one and two to six in Rome, four hours for the first response in medium priority, one in urgent.
fn with_lunch() -> SlaPolicyApplied {
    let mut policy = default_policy("Europe/Rome");
    let time = |hour| chrono::NaiveTime::MIN + chrono::TimeDelta::hours(hour);
    let day = policy.hours.ranges[0].day;
    policy.hours.ranges =
        vec![WorkingRange { day, from: time(9), to: time(13) }, WorkingRange { day, from: time(14), to: time(18) }];
    policy
}

#[test]
fn time_used_up_just_as_the_desk_breaks_for_lunch_is_used_up() {
    let told = opened().tell("9:00", with_lunch());
    let due_at = monday("13:00");
    assert_eq!(told.due(FirstResponse), Some(due_at));
    assert!(!told.clocks.is_breached(due_at) && told.clocks.is_breached(monday("13:01")));
    let told = told.tell("13:00", SlaBreached { clock: FirstResponse, due_at }).tell("13:30", message(agent(1)));
    assert!(told.explained("13:30", FirstResponse).breached, "half an hour late, though the desk was closed");
    assert_eq!(told.explained("13:30", FirstResponse).remaining_seconds, Some(0));
    // The same where nobody recorded it in time.
    let told = opened().tell("9:00", with_lunch()).tell("13:30", message(agent(1)));
    assert!(told.explained("16:00", FirstResponse).breached);
    assert_eq!(told.due(FirstResponse), Some(due_at));
    // And in time at the very moment.
    let told = opened().tell("9:00", with_lunch()).tell("13:00", message(agent(1)));
    assert!(!told.explained("16:00", FirstResponse).breached);
}

#[test]
fn time_used_up_just_as_the_ticket_is_put_on_hold_is_used_up() {
    let told = opened().tell("13:00", status(TicketStatus::OnHold));
    assert_eq!(told.due(FirstResponse), Some(monday("13:00")));
    assert!(told.explained("13:30", FirstResponse).breached);
    assert!(told.clocks.timers().iter().any(|timer| timer.at == monday("13:00")), "it has yet to be recorded");
    let told = told.tell("15:00", status(TicketStatus::Open));
    assert_eq!(told.due(FirstResponse), Some(monday("13:00")), "there is no time left to go on with");
    let answered = opened().tell("13:00", status(TicketStatus::OnHold)).tell("13:00", message(agent(1)));
    assert!(!answered.explained("16:00", FirstResponse).breached);
}

#[test]
fn a_recorded_breach_is_never_taken_back() {
    let low = PriorityChanged { from: Priority::Medium, to: Priority::Low };
    let told = opened()
        .tell("13:00", SlaBreached { clock: FirstResponse, due_at: monday("13:00") })
        .tell("13:10", low)
        .tell("13:20", message(agent(1)));
    assert!(told.explained("16:00", FirstResponse).breached);
    assert!(told.clocks.is_breached(monday("16:00")));
}

/// The default policy by another name.
fn renamed() -> SlaPolicyApplied {
    SlaPolicyApplied { name: "Renamed".to_owned(), ..default_policy("Europe/Rome") }
}

#[test]
fn what_was_answered_keeps_its_terms_however_often_others_are_applied() {
    let urgent = PriorityChanged { from: Priority::Medium, to: Priority::Urgent };
    let told = opened().tell("12:00", message(agent(1))).tell("12:10", urgent).tell("12:20", renamed());
    let explained = told.explained("16:00", FirstResponse);
    assert_eq!((explained.breached, explained.target_seconds), (false, Some(4 * 3600)));
    // Other hours neither: all of the three hours counted then.
    let told = told.tell("12:30", with_lunch());
    assert_eq!(told.explained("16:00", FirstResponse).elapsed_seconds, 3 * 3600);
    let mut nights = default_policy("Europe/Rome");
    nights.hours.ranges.truncate(1);
    nights.hours.ranges[0].from = chrono::NaiveTime::MIN;
    let told = told.tell("12:40", nights);
    assert_eq!(told.explained("16:00", FirstResponse).elapsed_seconds, 3 * 3600);
}

#[test]
fn past_waits_of_the_customer_keep_their_terms() {
    let told = opened()
        .tell("9:30", message(agent(1)))
        .tell("10:00", message(customer(1)))
        .tell("11:00", message(agent(1)))
        .tell("11:30", message(customer(1)));
    let mut strict = renamed();
    strict.hours.ranges.clear();
    for target in strict.targets.values_mut() {
        target.next_response = Some(60);
    }
    let told = told.tell("12:00", strict);
    let explanation = told.clocks.explain(monday("13:00")).expect("a policy");
    let next: Vec<_> = explanation.clocks.iter().filter(|clock| clock.clock == NextResponse).collect();
    assert_eq!(next.iter().map(|clock| clock.breached).collect::<Vec<_>>(), [false, true]);
    assert_eq!(next[0].target_seconds, Some(8 * 3600));
    assert_eq!(told.clocks.late_next_responses, 0);
}

#[test]
fn nobody_is_warned_twice_because_a_policy_got_another_name() {
    let due_at = monday("13:00");
    let told = opened().tell("12:12", SlaWarned { clock: FirstResponse, due_at }).tell("12:20", renamed());
    assert_eq!(told.due(FirstResponse), Some(due_at));
    let of_first = |timer: &&SlaTimer| timer.clock == FirstResponse && timer.kind == SlaTimerKind::Warn;
    assert_eq!(told.clocks.timers().iter().find(of_first), None);
}

#[test]
fn a_reopened_ticket_goes_on_by_the_policy_of_today() {
    let told = opened().tell("10:00", status(TicketStatus::Resolved)).tell("11:00", with_lunch());
    assert_eq!(told.explained("11:00", Resolution).elapsed_seconds, 3600);
    let told = told.tell("13:30", status(TicketStatus::Open));
    assert_eq!(told.explained("14:30", Resolution).elapsed_seconds, 3600 + 1800);
}

#[test]
fn a_merge_that_is_taken_back_did_not_stop_the_clocks_for_good() {
    let merged = TicketMerged {
        into: ticket_id(2),
        into_number: TicketNumber(2),
        across_customers: false,
        status: Some(TicketStatus::Open),
        snoozed_until: None,
    };
    let told = opened().tell("10:00", status(TicketStatus::Closed)).tell("10:00", merged);
    assert_eq!(told.clocks.state(FirstResponse), ClockState::Cancelled);
    let told = told.tell("11:00", TicketMergeUndone { from: ticket_id(2) }).tell("11:00", status(TicketStatus::Open));
    assert_eq!(
        (told.due(FirstResponse), told.due(Resolution)),
        (Some(monday("14:00")), Some(at("2026-03-09T10:00:00+01:00")))
    );
}
