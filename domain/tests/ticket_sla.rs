//! A ticket and its service level.

use chrono::TimeDelta;
use docket_domain::sla::default_policy;
use docket_domain::ticket::*;

use crate::scenario::*;
use crate::ticket_status::{opened, to, write};

fn measured() -> Scenario<Ticket> {
    // Nine in the morning in Rome is eight in UTC: opened at ten there, due at two.
    opened().given(SYSTEM, TicketCommand::ApplySlaPolicy(Box::new(default_policy("Europe/Rome"))))
}

fn breach(due: &str) -> TicketCommand {
    TicketCommand::BreachSla { clock: SlaClock::FirstResponse, due_at: at(due) }
}

const DUE: &str = "2026-03-02T13:00:00Z";

#[test]
fn a_breach_is_recorded_once_when_it_is_due() {
    measured()
        .when(SYSTEM, breach(DUE))
        .then_nothing()
        .later(TimeDelta::hours(4))
        .when(SYSTEM, breach("2026-03-02T12:00:00Z"))
        .then_nothing()
        .when(SYSTEM, breach(DUE))
        .then([SlaBreached { clock: SlaClock::FirstResponse, due_at: at(DUE) }])
        .when(SYSTEM, breach(DUE))
        .then_nothing()
        .when(customer(1), breach(DUE))
        .then_refused("forbidden");
}

#[test]
fn an_answer_in_the_meantime_wins() {
    measured().given(agent(1), write(2)).later(TimeDelta::hours(5)).when(SYSTEM, breach(DUE)).then_nothing();
    measured()
        .given(agent(1), to(TicketStatus::OnHold))
        .later(TimeDelta::hours(5))
        .when(SYSTEM, breach(DUE))
        .then_nothing();
}

#[test]
fn a_warning_comes_before() {
    let warn = || TicketCommand::WarnSla { clock: SlaClock::FirstResponse, due_at: at(DUE) };
    measured()
        .when(SYSTEM, warn())
        .then_nothing()
        .later(TimeDelta::hours(3) + TimeDelta::minutes(30))
        .when(SYSTEM, warn())
        .then([SlaWarned { clock: SlaClock::FirstResponse, due_at: at(DUE) }])
        .when(SYSTEM, warn())
        .then_nothing();
}

#[test]
fn a_policy_must_make_sense() {
    let mut policy = default_policy("Mars/Olympus");
    policy.targets.insert(Priority::Low, SlaTarget { resolution: Some(0), ..SlaTarget::default() });
    policy.hours.ranges.push(policy.hours.ranges[0]);
    opened().when(agent(1), TicketCommand::ApplySlaPolicy(Box::new(policy))).then_invalid(&[
        ("sla.targets.low.resolution", "out_of_range"),
        ("sla.hours.time_zone", "unknown"),
        ("sla.hours.ranges", "invalid"),
    ]);
    measured().when(agent(1), TicketCommand::ApplySlaPolicy(Box::new(default_policy("Europe/Rome")))).then_nothing();
}
