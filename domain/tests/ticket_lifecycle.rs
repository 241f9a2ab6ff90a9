//! A ticket among others, and its end.

use docket_domain::ticket::*;

use crate::scenario::*;
use crate::ticket_status::{in_status, opened, to, write};

const INTO: TicketNumber = TicketNumber(8);

fn merge() -> TicketCommand {
    merge_into(8, 1, false)
}

fn merged(across_customers: bool) -> TicketMerged {
    TicketMerged {
        into: ticket_id(8),
        into_number: INTO,
        across_customers,
        status: Some(TicketStatus::Open),
        snoozed_until: None,
    }
}

/// Into ticket `number` of customer `of`.
fn merge_into(number: u8, of: u8, across_customers: bool) -> TicketCommand {
    TicketCommand::MergeInto {
        target: ticket_id(number),
        target_number: TicketNumber(number.into()),
        target_customer: customer_id(of),
        across_customers,
    }
}

/// Ticket 3 of customer `of`.
fn receive(of: u8, unfinished: bool) -> TicketCommand {
    let (source, source_number) = (ticket_id(3), TicketNumber(3));
    TicketCommand::ReceiveMerge { source, source_number, source_customer: customer_id(of), unfinished }
}

#[test]
fn merging_closes_without_counting_as_a_resolution() {
    opened()
        .when(agent(1), merge())
        .then([
            TicketEvent::from(StatusChanged {
                from: TicketStatus::Open,
                to: TicketStatus::Closed,
                reason: None,
                resolution_seconds: None,
                restored: false,
            }),
            merged(false).into(),
        ])
        .when(agent(1), merge())
        .then_nothing()
        .when(customer(1), write(2))
        .then_refused("ticket_merged")
        .when(agent(1), to(TicketStatus::Open))
        .then_refused("ticket_merged")
        .when(agent(1), merge_into(9, 1, false))
        .then_refused("ticket_merged");
    opened().when(agent(1), merge_into(7, 1, false)).then_refused("merge_into_itself");
}

#[test]
fn a_merge_is_received_once_and_not_on_a_closed_ticket() {
    let received =
        TicketMergeReceived { source: ticket_id(3), source_number: TicketNumber(3), across_customers: false };
    opened().when(agent(1), receive(1, true)).then([received]).when(agent(1), receive(1, true)).then_nothing();
    in_status(TicketStatus::Closed).when(agent(1), receive(1, true)).then_refused("ticket_closed");
}

#[test]
fn another_customers_ticket_is_merged_into_only_if_that_is_said() {
    opened().when(agent(1), merge_into(8, 2, false)).then_refused("different_customers");
    let into = merged(true);
    let then = opened().when(agent(1), merge_into(8, 2, true));
    let closed = StatusChanged {
        from: TicketStatus::Open,
        to: TicketStatus::Closed,
        reason: None,
        resolution_seconds: None,
        restored: false,
    };
    then.then([TicketEvent::from(closed), into.into()]);
    // Said, but of one customer after all: then it is nothing out of the ordinary.
    let into = merged(false);
    let closed = StatusChanged {
        from: TicketStatus::Open,
        to: TicketStatus::Closed,
        reason: None,
        resolution_seconds: None,
        restored: false,
    };
    opened().when(agent(1), merge_into(8, 1, true)).then([TicketEvent::from(closed), into.into()]);
}

#[test]
fn an_unfinished_request_brings_back_the_resolved_ticket_it_goes_into() {
    let received = |across_customers| TicketMergeReceived {
        source: ticket_id(3),
        source_number: TicketNumber(3),
        across_customers,
    };
    let reopened = |to| StatusChanged {
        from: TicketStatus::Resolved,
        to,
        reason: None,
        resolution_seconds: None,
        restored: false,
    };
    in_status(TicketStatus::Resolved)
        .when(agent(1), receive(2, true))
        .then([TicketEvent::from(received(true)), reopened(TicketStatus::Open).into()]);
    in_status(TicketStatus::Resolved).when(agent(1), receive(1, false)).then([received(false)]);
}

#[test]
fn an_unfinished_request_wakes_the_ticket_it_goes_into() {
    let until = at("2026-03-09T09:00:00Z");
    let asleep = || opened().given(agent(1), TicketCommand::Snooze { until });
    let received =
        || TicketMergeReceived { source: ticket_id(3), source_number: TicketNumber(3), across_customers: false };
    let woken = TicketWoken { reason: WakeReason::Merge, until };
    asleep().when(agent(1), receive(1, true)).then([TicketEvent::from(received()), woken.into()]);
    asleep().when(agent(1), receive(1, false)).then([received()]);
}

#[test]
fn a_merge_taken_back_leaves_the_ticket_as_it_was() {
    use TicketStatus::{Closed, InProgress, OnHold, Resolved, WaitingCustomer};
    let undone = || TicketEvent::from(TicketMergeUndone { from: ticket_id(8) });
    let restored = |to| StatusChanged { from: Closed, to, reason: None, resolution_seconds: None, restored: true };
    for status in [InProgress, WaitingCustomer, OnHold, Resolved] {
        assert!(!restored(status).is_reopening());
        in_status(status)
            .given(agent(1), merge())
            .when(agent(1), TicketCommand::UndoMerge)
            .then([undone(), restored(status).into()])
            .and(|ticket| assert_eq!(ticket.status, status));
    }
    // The customer of a resolved one is answered by it again.
    in_status(Resolved)
        .given(agent(1), merge())
        .given(agent(1), TicketCommand::UndoMerge)
        .when(customer(1), write(2))
        .then_types(&["MessagePosted", "StatusChanged"]);
    // It sleeps again, unless its time came meanwhile.
    let until = at("2026-03-09T09:00:00Z");
    let merged_asleep = || opened().given(agent(1), TicketCommand::Snooze { until }).given(agent(1), merge());
    merged_asleep().when(agent(1), TicketCommand::UndoMerge).then([
        undone(),
        restored(TicketStatus::Open).into(),
        TicketSnoozed { until }.into(),
    ]);
    merged_asleep()
        .later(chrono::TimeDelta::days(9))
        .when(agent(1), TicketCommand::UndoMerge)
        .then([undone(), restored(TicketStatus::Open).into()]);
}

#[test]
fn links_come_and_go_once() {
    opened()
        .when(agent(1), TicketCommand::Unlink { ticket_id: ticket_id(2) })
        .then_nothing()
        .when(agent(1), TicketCommand::Link { ticket_id: ticket_id(2) })
        .then([TicketLinked { ticket_id: ticket_id(2) }])
        .when(agent(1), TicketCommand::Link { ticket_id: ticket_id(2) })
        .then_nothing()
        .when(agent(1), TicketCommand::Unlink { ticket_id: ticket_id(2) })
        .then([TicketUnlinked { ticket_id: ticket_id(2) }]);
}

#[test]
fn archived_and_deleted_tickets_change_no_more() {
    let archived = opened()
        .given(agent(1), TicketCommand::Assign { to: agent_id(1) })
        .when(agent(1), TicketCommand::Archive)
        .then([TicketArchived {
            status: TicketStatus::InProgress,
            priority: Priority::Medium,
            category: "hardware".to_owned(),
            assignee_id: Some(agent_id(1)),
        }])
        .when(agent(1), TicketCommand::Archive)
        .then_nothing()
        .when(agent(1), write(2))
        .then_refused("ticket_archived")
        .when(agent(1), TicketCommand::MarkRead { up_to_version: None })
        .then_types(&["MessagesRead"]);
    archived
        .when(agent(1), TicketCommand::Delete)
        .then([TicketDeleted {
            status: TicketStatus::InProgress,
            priority: Priority::Medium,
            category: "hardware".to_owned(),
            assignee_id: Some(agent_id(1)),
            was_archived: true,
        }])
        // Gone for everybody, whoever asks for what.
        .when(agent(1), TicketCommand::Delete)
        .then_refused("not_found")
        .when(agent(1), TicketCommand::Archive)
        .then_refused("not_found")
        .when(agent(2), TicketCommand::MarkRead { up_to_version: None })
        .then_refused("not_found")
        .when(customer(1), TicketCommand::MarkRead { up_to_version: None })
        .then_refused("not_found")
        .when(agent(1), to(TicketStatus::Closed))
        .then_refused("not_found");
}

#[test]
fn a_merge_is_taken_back() {
    let reopened = StatusChanged {
        from: TicketStatus::Closed,
        to: TicketStatus::Open,
        reason: None,
        resolution_seconds: None,
        restored: true,
    };
    let then = opened()
        .when(agent(1), TicketCommand::UndoMerge)
        .then_refused("not_merged")
        .given(agent(1), merge())
        .when(customer(1), TicketCommand::UndoMerge)
        .then_refused("forbidden")
        .when(agent(1), TicketCommand::UndoMerge)
        .then([TicketEvent::from(TicketMergeUndone { from: ticket_id(8) }), reopened.into()])
        .and(|ticket| assert_eq!((ticket.merged_into, ticket.first_resolved_at), (None, None)));
    // Being merged was no resolution: this is the first.
    then.later(chrono::TimeDelta::seconds(60)).when(agent(1), to(TicketStatus::Resolved)).then([StatusChanged {
        from: TicketStatus::Open,
        to: TicketStatus::Resolved,
        reason: None,
        resolution_seconds: Some(360),
        restored: false,
    }]);
    // What was finished before it was merged is so again.
    in_status(TicketStatus::Closed)
        .given(agent(1), merge())
        .when(agent(1), TicketCommand::UndoMerge)
        .then([TicketMergeUndone { from: ticket_id(8) }]);
    let returned = TicketMergeReturned { source: ticket_id(3), source_number: TicketNumber(3) };
    let back = || TicketCommand::ReturnMerge { source: ticket_id(3), source_number: TicketNumber(3) };
    opened()
        .given(agent(1), receive(1, true))
        .when(agent(1), back())
        .then([returned])
        .when(agent(1), back())
        .then_nothing();
}
