//! Commands and events of every kind, from three small numbers: which kind, and what of.
//!
//! Ids come from small pools, so that random sequences meet each other. In the second number every bit set gives
//! every optional field a value, none gives none.

mod chats;
mod imports;
mod people;
mod roles;
mod service_levels;
mod tickets;
mod views;

pub(crate) use chats::*;
pub(crate) use imports::*;
pub(crate) use people::*;
pub(crate) use roles::*;
pub(crate) use service_levels::*;
pub(crate) use tickets::*;
pub(crate) use views::*;

use docket_domain::{Actor, DomainEvent};

use crate::scenario::*;

/// A choice: what of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dice {
    pub(crate) a: u8,
    pub(crate) b: u8,
}

impl Dice {
    /// One of a list.
    pub(crate) fn of<T: Copy>(self, list: &[T]) -> T {
        list[usize::from(self.a) % list.len()]
    }

    /// Something, if the bit says so.
    pub(crate) fn some<T>(self, bit: u8, value: T) -> Option<T> {
        (self.b >> bit & 1 == 1).then_some(value)
    }

    /// A number of a small pool, beginning with 1.
    pub(crate) fn small(self) -> u8 {
        self.a % 3 + 1
    }

    /// A text: mostly good, now and then blank or with something wrong in it.
    pub(crate) fn text(self) -> String {
        match self.a % 16 {
            14 => "  ".to_owned(),
            15 => "nul \0 and \u{7}".to_owned(),
            number => format!("text {number}"),
        }
    }

    pub(crate) fn list(self) -> Vec<String> {
        (0..self.b % 3).map(|number| format!("name {}", self.a.wrapping_add(number) % 4)).collect()
    }
}

/// Somebody: agents, customers and the system.
pub(crate) fn actor(number: u8) -> Actor {
    match number % 6 {
        0 | 1 => agent(1),
        2 => agent(2),
        3 => customer(1),
        4 => customer(2),
        _ => SYSTEM,
    }
}

/// Every event of every type, with all of its fields and with as few as can be.
pub(crate) fn one_of_each() -> Vec<DomainEvent> {
    let all = |b: u8| {
        let dice = Dice { a: 1, b };
        let tickets = (0..TICKET_EVENTS).map(move |kind| ticket_event(kind, dice).into());
        let chats = (0..CHAT_EVENTS).map(move |kind| chat_event(kind, dice).into());
        let agents = (0..AGENT_EVENTS).map(move |kind| agent_event(kind, dice).into());
        let customers = (0..CUSTOMER_EVENTS).map(move |kind| customer_event(kind, dice).into());
        let departments = (0..DEPARTMENT_EVENTS).map(move |kind| department_event(kind, dice).into());
        let organisations = (0..ORGANISATION_EVENTS).map(move |kind| organisation_event(kind, dice).into());
        let accounts = (0..ACCOUNT_EVENTS).map(move |kind| account_event(kind, dice).into());
        let levels = (0..SERVICE_LEVEL_EVENTS).map(move |kind| service_level_event(kind, dice).into());
        let views = (0..VIEW_EVENTS).map(move |kind| view_event(kind, dice).into());
        let lists = (0..VIEW_LIST_EVENTS).map(move |kind| view_list_event(kind, dice).into());
        let roles = (0..ROLE_EVENTS).map(move |kind| role_event(kind, dice).into());
        let imports = (0..IMPORT_EVENTS).map(move |kind| import_event(kind, dice).into());
        let people = agents.chain(customers).chain(departments).chain(organisations).chain(accounts);
        tickets.chain(chats).chain(people).chain(levels).chain(views.chain(lists)).chain(roles).chain(imports)
    };
    all(u8::MAX).chain(all(0)).collect()
}
