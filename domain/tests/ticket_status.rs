//! Where a ticket stands and who has it.

use chrono::TimeDelta;
use docket_domain::Rejection;
use docket_domain::ticket::*;

use crate::scenario::*;

/// A request of customer 1.
pub(crate) fn open() -> TicketCommand {
    TicketCommand::Open {
        number: TicketNumber(7),
        subject: "  The printer smokes ".to_owned(),
        description: "Since this morning.".to_owned(),
        message_id: message_id(1),
        category: "hardware".to_owned(),
        priority: Priority::Medium,
        customer_id: customer_id(1),
        department_id: None,
        order_ref: None,
        tags: vec!["smoke".to_owned(), "fire ".to_owned(), "smoke".to_owned()],
        custom_fields: CustomFields::new(),
        plain_fields: PlainFields::new(),
        channel: Channel::Portal,
        follow_up_of: None,
        chat_id: None,
        assignee_id: None,
        sla: None,
        author: None,
        written_at: None,
    }
}

pub(crate) fn opened() -> Scenario<Ticket> {
    Scenario::new().given(customer(1), open())
}

pub(crate) fn to(status: TicketStatus) -> TicketCommand {
    TicketCommand::ChangeStatus { to: status, reason: None }
}

pub(crate) fn write(number: u8) -> TicketCommand {
    TicketCommand::PostMessage { message_id: message_id(number), body: "Hello".to_owned() }
}

/// A ticket in `status`, reached the shortest way.
pub(crate) fn in_status(status: TicketStatus) -> Scenario<Ticket> {
    if status == TicketStatus::Open { opened() } else { opened().given(agent(1), to(status)) }
}

fn status_changed(from: TicketStatus, to: TicketStatus) -> TicketEvent {
    StatusChanged { from, to, reason: None, resolution_seconds: None, restored: false }.into()
}

/// The table of the design, written out again so that a change of either is noticed.
#[test]
fn the_status_machine_is_the_one_designed() {
    use TicketStatus::*;
    let table: &[(TicketStatus, &[TicketStatus])] = &[
        (Open, &[InProgress, WaitingCustomer, OnHold, Resolved, Closed]),
        (InProgress, &[Open, WaitingCustomer, OnHold, Resolved, Closed]),
        (WaitingCustomer, &[Open, InProgress, OnHold, Resolved, Closed]),
        (OnHold, &[Open, InProgress, WaitingCustomer, Resolved, Closed]),
        (Resolved, &[Open, InProgress, Closed]),
        (Closed, &[Open]),
    ];
    for (from, allowed) in table {
        for next in TicketStatus::ALL {
            let outcome = in_status(*from).ask(agent(1), &to(*next));
            if allowed.contains(next) {
                assert!(outcome.is_ok(), "{from} to {next}");
            } else {
                let refusal = Rejection::InvalidTransition {
                    resource: "ticket",
                    from: from.as_str(),
                    to: next.as_str(),
                    allowed: allowed.iter().map(|status| status.as_str()).collect(),
                };
                assert_eq!(outcome, Err(refusal));
            }
        }
    }
}

#[test]
fn assigning_an_open_ticket_moves_it_to_in_progress() {
    opened()
        .when(agent(1), TicketCommand::Assign { to: agent_id(2) })
        .then([
            TicketEvent::from(Assigned { from: None, to: agent_id(2), by: agent(1) }),
            status_changed(TicketStatus::Open, TicketStatus::InProgress),
        ])
        .when(agent(1), TicketCommand::Assign { to: agent_id(2) })
        .then_nothing()
        .when(agent(1), TicketCommand::Assign { to: agent_id(3) })
        .then([Assigned { from: Some(agent_id(2)), to: agent_id(3), by: agent(1) }])
        .when(SYSTEM, TicketCommand::Unassign)
        .then([Unassigned { from: agent_id(3), by: SYSTEM, reason: None }])
        .and(|ticket| assert_eq!(ticket.status, TicketStatus::InProgress))
        .when(agent(1), TicketCommand::Unassign)
        .then_nothing();
}

#[test]
fn a_closed_ticket_is_not_assigned() {
    in_status(TicketStatus::Closed)
        .when(agent(1), TicketCommand::Assign { to: agent_id(2) })
        .then_refused("ticket_closed");
}

#[test]
fn the_first_resolution_says_how_long_it_took() {
    opened()
        .later(TimeDelta::minutes(9))
        .when(agent(1), to(TicketStatus::Resolved))
        .then([StatusChanged {
            from: TicketStatus::Open,
            to: TicketStatus::Resolved,
            reason: None,
            resolution_seconds: Some(600),
            restored: false,
        }])
        .given(agent(1), to(TicketStatus::InProgress))
        .when(agent(1), to(TicketStatus::Closed))
        .then([status_changed(TicketStatus::InProgress, TicketStatus::Closed)]);
}

#[test]
fn closing_without_resolving_counts_as_the_first_resolution() {
    opened().when(customer(1), to(TicketStatus::Closed)).then([StatusChanged {
        from: TicketStatus::Open,
        to: TicketStatus::Closed,
        reason: None,
        resolution_seconds: Some(60),
        restored: false,
    }]);
}

#[test]
fn a_customer_may_close_their_ticket_and_nothing_else() {
    for status in TicketStatus::ALL.iter().filter(|status| **status != TicketStatus::Closed) {
        opened().when(customer(1), to(*status)).then_refused("forbidden");
    }
    opened().when(customer(2), to(TicketStatus::Closed)).then_refused("forbidden");
    opened().when(customer(1), to(TicketStatus::Closed)).then_types(&["StatusChanged"]);
    in_status(TicketStatus::Closed).when(customer(1), to(TicketStatus::Open)).then_refused("forbidden");
    for command in [
        TicketCommand::Assign { to: agent_id(1) },
        TicketCommand::Unassign,
        TicketCommand::AddNote { message_id: message_id(2), body: "psst".to_owned() },
        TicketCommand::ChangePriority { to: Priority::Urgent },
        TicketCommand::ChangeTags { add: vec!["vip".to_owned()], remove: Vec::new() },
        TicketCommand::Snooze { until: at("2030-01-01T00:00:00Z") },
        TicketCommand::Wake { reason: WakeReason::Manual },
        TicketCommand::Archive,
        TicketCommand::Delete,
        TicketCommand::Link { ticket_id: ticket_id(2) },
    ] {
        opened().when(customer(1), command).then_refused("forbidden");
    }
}

#[test]
fn a_reason_goes_with_the_status() {
    opened()
        .when(
            agent(1),
            TicketCommand::ChangeStatus { to: TicketStatus::OnHold, reason: Some(" spare part ordered ".to_owned()) },
        )
        .then([StatusChanged {
            from: TicketStatus::Open,
            to: TicketStatus::OnHold,
            reason: Some("spare part ordered".into()),
            resolution_seconds: None,
            restored: false,
        }]);
}

#[test]
fn a_snoozed_ticket_wakes_when_its_time_has_come() {
    let until = at("2026-03-02T12:00:00Z");
    let snoozed = opened()
        .when(agent(1), TicketCommand::Snooze { until })
        .then([TicketSnoozed { until }])
        .when(agent(1), TicketCommand::Snooze { until })
        .then_nothing()
        .when(SYSTEM, TicketCommand::Wake { reason: WakeReason::Due })
        .then_nothing();
    snoozed
        .later(TimeDelta::hours(3))
        .when(SYSTEM, TicketCommand::Wake { reason: WakeReason::Due })
        .then([TicketWoken { reason: WakeReason::Due, until }])
        .when(SYSTEM, TicketCommand::Wake { reason: WakeReason::Due })
        .then_nothing();
}

#[test]
fn a_snoozed_ticket_wakes_when_the_customer_writes_or_its_status_changes() {
    let until = at("2026-03-09T12:00:00Z");
    let snoozed = || opened().given(agent(1), TicketCommand::Snooze { until });
    snoozed().when(customer(1), write(2)).then_types(&["MessagePosted", "TicketWoken"]);
    snoozed().when(agent(1), write(2)).then_types(&["MessagePosted"]);
    snoozed()
        .when(agent(1), to(TicketStatus::Resolved))
        .then_types(&["StatusChanged", "TicketWoken"])
        .and(|ticket| assert_eq!(ticket.snoozed_until, None));
    snoozed().when(agent(1), TicketCommand::Assign { to: agent_id(1) }).then_types(&[
        "Assigned",
        "StatusChanged",
        "TicketWoken",
    ]);
}

#[test]
fn one_cannot_snooze_into_the_past_or_beyond_all_time() {
    for until in ["2026-03-02T09:01:00Z", "2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        opened().when(agent(1), TicketCommand::Snooze { until: at(until) }).then_invalid(&[("until", "out_of_range")]);
    }
    in_status(TicketStatus::Resolved)
        .when(agent(1), TicketCommand::Snooze { until: at("2026-03-09T12:00:00Z") })
        .then_refused("ticket_resolved");
}

#[test]
fn unknown_tickets_answer_nothing() {
    Scenario::<Ticket>::new().when(agent(1), to(TicketStatus::Closed)).then_refused("not_found");
}
