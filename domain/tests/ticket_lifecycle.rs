//! A ticket among others, and its end.

use docket_domain::ticket::*;

use crate::scenario::*;
use crate::ticket_status::{in_status, opened, to, write};

const INTO: TicketNumber = TicketNumber(8);

fn merge() -> TicketCommand {
    TicketCommand::MergeInto { target: ticket_id(8), target_number: INTO }
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
            }),
            TicketMerged { into: ticket_id(8), into_number: INTO }.into(),
        ])
        .when(agent(1), merge())
        .then_nothing()
        .when(customer(1), write(2))
        .then_refused("ticket_merged")
        .when(agent(1), to(TicketStatus::Open))
        .then_refused("ticket_merged")
        .when(agent(1), TicketCommand::MergeInto { target: ticket_id(9), target_number: TicketNumber(9) })
        .then_refused("ticket_merged");
    opened()
        .when(agent(1), TicketCommand::MergeInto { target: ticket_id(7), target_number: TicketNumber(7) })
        .then_refused("merge_into_itself");
}

#[test]
fn a_merge_is_received_once_and_not_on_a_closed_ticket() {
    let receive = || TicketCommand::ReceiveMerge { source: ticket_id(3), source_number: TicketNumber(3) };
    opened()
        .when(agent(1), receive())
        .then([TicketMergeReceived { source: ticket_id(3), source_number: TicketNumber(3) }])
        .when(agent(1), receive())
        .then_nothing();
    in_status(TicketStatus::Closed).when(agent(1), receive()).then_refused("ticket_closed");
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
        .when(agent(1), TicketCommand::Delete)
        .then_nothing()
        .when(agent(1), TicketCommand::Archive)
        .then_refused("ticket_deleted")
        .when(agent(2), TicketCommand::MarkRead { up_to_version: None })
        .then_refused("ticket_deleted")
        .when(agent(1), to(TicketStatus::Closed))
        .then_refused("ticket_deleted");
}
