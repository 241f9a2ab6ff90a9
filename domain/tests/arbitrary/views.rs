//! Views and their lists.

use docket_domain::ticket::{Priority, TicketStatus};
use docket_domain::view::*;
use docket_domain::{PersonId, ViewId};
use uuid::Uuid;

use super::Dice;
use crate::scenario::*;

pub(crate) const VIEW_EVENTS: u8 = 3;
pub(crate) const VIEW_COMMANDS: u8 = 3;
pub(crate) const VIEW_LIST_EVENTS: u8 = 1;
pub(crate) const VIEW_LIST_COMMANDS: u8 = 3;

fn filter(dice: Dice) -> ViewFilter {
    let moments = ["-7d", "-12h", "-4w", "2026-01-01T00:00:00Z"];
    ViewFilter {
        status: dice.some(0, vec![dice.of(TicketStatus::ALL)]).unwrap_or_default(),
        priority: dice.some(1, vec![dice.of(Priority::ALL)]).unwrap_or_default(),
        category: dice.some(2, dice.text()),
        department_id: dice.some(3, department_id(dice.small())),
        assignee: dice
            .some(4, dice.of(&[ViewAssignee::Me, ViewAssignee::Unassigned, ViewAssignee::Agent(agent_id(1))])),
        customer_id: dice.some(5, customer_id(dice.small())),
        tag: dice.some(6, dice.text()),
        opened_from: dice.some(7, dice.of(&moments).parse().expect("a moment")),
        opened_to: dice.some(0, dice.of(&moments).parse().expect("a moment")),
        resolved: dice.some(5, dice.a.is_multiple_of(2)),
        resolved_by: dice.some(6, agent_id(dice.small())),
        resolved_from: dice.some(2, dice.of(&moments).parse().expect("a moment")),
        resolved_to: dice.some(4, dice.of(&moments).parse().expect("a moment")),
        overdue: dice.some(1, ()).is_some(),
        snoozed: dice.some(6, ()).is_some(),
        with_snoozed: dice.some(3, ()).is_some(),
        archived: dice.some(2, ()).is_some(),
        order_ref: dice.some(3, dice.text().into()),
        search: dice.some(4, dice.text().into()),
    }
}

fn draft(dice: Dice) -> ViewDraft {
    let shared = dice.some(0, ()).is_some();
    ViewDraft { name: dice.text(), filter: filter(dice), sort: dice.of(ViewSort::ALL), shared }
}

fn owner(dice: Dice) -> PersonId {
    PersonId(agent_id(dice.small()).0)
}

fn ids(dice: Dice) -> Vec<ViewId> {
    (0..dice.b % 4).map(|number| ViewId(Uuid::from_u128(u128::from(dice.a.wrapping_add(number) % 5)))).collect()
}

pub(crate) fn view_event(kind: u8, dice: Dice) -> ViewEvent {
    let ViewDraft { name, filter, sort, shared } = draft(dice);
    let owner_id = owner(dice);
    match kind % VIEW_EVENTS {
        0 => ViewSaved { owner_id, name, filter, sort, shared }.into(),
        1 => ViewChanged { owner_id, name, filter, sort, shared, was_shared: dice.some(1, ()).is_some() }.into(),
        _ => ViewDeleted { owner_id, shared }.into(),
    }
}

pub(crate) fn view_command(kind: u8, dice: Dice) -> ViewCommand {
    let may_share = dice.some(5, ()).is_some();
    match kind % VIEW_COMMANDS {
        0 => ViewCommand::Save { draft: draft(dice), may_share },
        1 => ViewCommand::Change { draft: draft(dice), may_share },
        _ => ViewCommand::Delete { may_share },
    }
}

pub(crate) fn view_list_event(_: u8, dice: Dice) -> ViewListEvent {
    ViewsArranged { owner_id: dice.some(0, owner(dice)), view_ids: ids(dice) }.into()
}

pub(crate) fn view_list_command(kind: u8, dice: Dice) -> ViewListCommand {
    let (owner_id, view_id) = (dice.some(0, owner(dice)), ViewId(Uuid::from_u128(u128::from(dice.a % 5))));
    match kind % VIEW_LIST_COMMANDS {
        0 => ViewListCommand::Add { owner_id, view_id },
        1 => ViewListCommand::Remove { owner_id, view_id },
        _ => ViewListCommand::Arrange { owner_id, view_ids: ids(dice) },
    }
}
