use std::collections::BTreeMap;

use chrono::{NaiveTime, TimeDelta, Weekday};
use docket_domain::service_level::*;
use docket_domain::ticket::*;

use super::Dice;
use crate::scenario::*;
use crate::service_level::{calendar_id, policy_id};

pub(crate) const SERVICE_LEVEL_EVENTS: u8 = 7;
pub(crate) const SERVICE_LEVEL_COMMANDS: u8 = 7;

fn hours(dice: Dice) -> Hours {
    let at = |hours: u8| NaiveTime::MIN + TimeDelta::hours(i64::from(hours));
    let (from, to) = (at(dice.a % 20), at(dice.a % 20 + 4));
    let other = WorkingRange { day: Weekday::Tue, from: at(dice.b % 24), to: at(dice.a % 24) };
    let first = WorkingRange { day: Weekday::Tue, from, to };
    Hours {
        time_zone: dice.of(&["Europe/Rome", "Asia/Jakarta", "Nowhere"]).to_owned(),
        ranges: dice.some(3, vec![first, other]).unwrap_or_else(|| vec![first]),
        holidays: dice.some(4, vec!["2026-03-03".parse().expect("a date")]).unwrap_or_default(),
    }
}

pub(crate) fn policy(dice: Dice) -> SlaPolicy {
    let target = SlaTarget {
        first_response: dice.some(5, u64::from(dice.a) * 60),
        next_response: dice.some(6, 3600),
        resolution: Some(u64::from(dice.b)),
    };
    SlaPolicy {
        name: dice.text(),
        calendar_id: calendar_id(dice.small()),
        conditions: SlaConditions {
            priorities: dice.some(0, vec![dice.of(Priority::ALL)]).unwrap_or_default(),
            categories: dice.some(1, dice.list()).unwrap_or_default(),
            department_ids: dice.some(2, vec![department_id(dice.small())]).unwrap_or_default(),
            tags: dice.some(3, dice.list()).unwrap_or_default(),
            channels: dice.some(4, vec![dice.of(Channel::ALL)]).unwrap_or_default(),
        },
        targets: BTreeMap::from([(dice.of(Priority::ALL), target)]),
        pause_in: dice.some(7, vec![dice.of(TicketStatus::ALL)]).unwrap_or_default(),
    }
}

pub(crate) fn service_level_event(kind: u8, dice: Dice) -> ServiceLevelEvent {
    let (calendar_id, policy_id) = (calendar_id(dice.small()), policy_id(dice.small()));
    let (name, hours) = (dice.text(), hours(dice));
    match kind % SERVICE_LEVEL_EVENTS {
        0 => CalendarDefined { calendar_id, name, hours }.into(),
        1 => CalendarChanged { calendar_id, name, hours }.into(),
        2 => CalendarArchived { calendar_id }.into(),
        3 => SlaPolicyDefined { policy_id, place: u32::from(dice.b), policy: policy(dice) }.into(),
        4 => SlaPolicyChanged { policy_id, policy: policy(dice) }.into(),
        5 => SlaPoliciesReordered { policy_ids: vec![policy_id, crate::service_level::policy_id(1)] }.into(),
        _ => SlaPolicyArchived { policy_id }.into(),
    }
}

pub(crate) fn service_level_command(kind: u8, dice: Dice) -> ServiceLevelCommand {
    use ServiceLevelCommand as C;
    let (calendar_id, policy_id) = (calendar_id(dice.small()), policy_id(dice.small()));
    let (name, hours) = (dice.text(), hours(dice));
    match kind % SERVICE_LEVEL_COMMANDS {
        0 => C::DefineCalendar { calendar_id, name, hours },
        1 => C::ChangeCalendar { calendar_id, name, hours },
        2 => C::ArchiveCalendar { calendar_id },
        3 => C::DefinePolicy { policy_id, policy: policy(dice) },
        4 => C::ChangePolicy { policy_id, policy: policy(dice) },
        5 => C::ReorderPolicies { policy_ids: dice.some(0, policy_id).into_iter().collect() },
        _ => C::ArchivePolicy { policy_id },
    }
}
