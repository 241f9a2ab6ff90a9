//! The rules of calendars and SLA policies, and which policy a ticket is measured by.

use std::collections::BTreeMap;

use chrono::{NaiveTime, Weekday};
use docket_domain::service_level::*;
use docket_domain::sla::default_policy;
use docket_domain::ticket::{Channel, Hours, Priority, SlaTarget, TicketStatus, WorkingRange};
use docket_domain::{CalendarId, SlaPolicyId};
use uuid::Uuid;

use crate::scenario::*;

pub(crate) fn calendar_id(number: u8) -> CalendarId {
    CalendarId(Uuid::from_u128(7 << 64 | u128::from(number)))
}

pub(crate) fn policy_id(number: u8) -> SlaPolicyId {
    SlaPolicyId(Uuid::from_u128(8 << 64 | u128::from(number)))
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").expect("a time")
}

fn range(day: Weekday, from: &str, to: &str) -> WorkingRange {
    WorkingRange { day, from: time(from), to: time(to) }
}

fn hours(ranges: &[WorkingRange]) -> Hours {
    Hours { time_zone: "Europe/Rome".to_owned(), ranges: ranges.to_vec(), holidays: Vec::new() }
}

fn mornings() -> Hours {
    hours(&[range(Weekday::Mon, "08:00", "12:00"), range(Weekday::Mon, "13:00", "00:00")])
}

fn define_calendar(number: u8, name: &str, hours: Hours) -> ServiceLevelCommand {
    ServiceLevelCommand::DefineCalendar { calendar_id: calendar_id(number), name: name.to_owned(), hours }
}

/// One hour to the first response for everybody, by calendar 1.
fn policy(name: &str, conditions: SlaConditions) -> SlaPolicy {
    let target = SlaTarget { first_response: Some(3600), ..SlaTarget::default() };
    SlaPolicy {
        name: name.to_owned(),
        calendar_id: calendar_id(1),
        conditions,
        targets: Priority::ALL.iter().map(|priority| (*priority, target)).collect(),
        pause_in: vec![TicketStatus::OnHold],
    }
}

fn define(number: u8, policy: SlaPolicy) -> ServiceLevelCommand {
    ServiceLevelCommand::DefinePolicy { policy_id: policy_id(number), policy }
}

fn with_calendar() -> Scenario<ServiceLevels> {
    Scenario::new().given(agent(1), define_calendar(1, "Mornings", mornings()))
}

/// `vip` by tag, `urgent` by priority, `all` without conditions, in this order.
fn with_policies() -> Scenario<ServiceLevels> {
    let vip = SlaConditions { tags: vec!["vip".to_owned()], ..SlaConditions::default() };
    let urgent = SlaConditions { priorities: vec![Priority::Urgent, Priority::High], ..SlaConditions::default() };
    with_calendar()
        .given(agent(1), define(1, policy("vip", vip)))
        .given(agent(1), define(2, policy("urgent", urgent)))
        .given(agent(1), define(3, policy("all", SlaConditions::default())))
}

fn facts(priority: Priority, tags: &[String]) -> TicketFacts<'_> {
    TicketFacts { priority, category: "billing", department_id: Some(department_id(1)), tags, channel: Channel::Portal }
}

fn measured_by(levels: &ServiceLevels, priority: Priority, tags: &[&str]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
    levels.terms_for(&facts(priority, &tags), "Europe/Rome").name
}

#[test]
fn a_calendar_is_defined_changed_and_archived() {
    let change = |name: &str, hours| ServiceLevelCommand::ChangeCalendar {
        calendar_id: calendar_id(1),
        name: name.to_owned(),
        hours,
    };
    let archive = || ServiceLevelCommand::ArchiveCalendar { calendar_id: calendar_id(1) };
    // Ranges and holidays are kept in order, each day once.
    let mut unsorted = hours(&[range(Weekday::Mon, "13:00", "00:00"), range(Weekday::Mon, "08:00", "12:00")]);
    let day = |text: &str| text.parse().expect("a date");
    unsorted.holidays = vec![day("2026-12-26"), day("2026-12-25"), day("2026-12-26")];
    let kept = Hours { holidays: vec![day("2026-12-25"), day("2026-12-26")], ..mornings() };
    Scenario::<ServiceLevels>::new()
        .when(customer(1), define_calendar(1, "Mornings", mornings()))
        .then_refused("forbidden")
        .when(agent(1), archive())
        .then_refused("not_found")
        .when(agent(1), define_calendar(1, "  Mornings ", unsorted))
        .then([CalendarDefined { calendar_id: calendar_id(1), name: "Mornings".to_owned(), hours: kept.clone() }])
        .when(agent(1), define_calendar(1, "Again", mornings()))
        .then_refused("already_exists")
        .when(agent(1), change("Mornings", kept.clone()))
        .then_nothing()
        .when(agent(1), change("Days", kept.clone()))
        .then([CalendarChanged { calendar_id: calendar_id(1), name: "Days".to_owned(), hours: kept }])
        .when(agent(1), archive())
        .then([CalendarArchived { calendar_id: calendar_id(1) }])
        .when(agent(1), archive())
        .then_nothing()
        .when(agent(1), change("Days", mornings()))
        .then_refused("calendar_archived")
        .and(|levels| assert_eq!(levels.version_of(Setting::Calendar(calendar_id(1))), Some(3)));
}

#[test]
fn what_is_wrong_with_a_calendar_is_named() {
    let wrong = hours(&[
        range(Weekday::Mon, "08:00", "12:00"),
        range(Weekday::Mon, "11:59", "13:00"),
        range(Weekday::Tue, "12:00", "12:00"),
        range(Weekday::Wed, "20:00", "00:00"),
        range(Weekday::Wed, "23:00", "23:30"),
        range(Weekday::Fri, "08:00", "12:00"),
        range(Weekday::Fri, "12:00", "13:00"),
    ]);
    let years = (2026..2100).flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}-01")));
    let full = Hours {
        time_zone: "Mars/Olympus".to_owned(),
        ranges: vec![range(Weekday::Mon, "08:00", "12:00"); 71],
        holidays: years.map(|day| day.parse().expect("a date")).collect(),
    };
    with_calendar()
        .when(agent(1), define_calendar(2, "Shifts", wrong))
        .then_invalid(&[("ranges.1", "invalid"), ("ranges.2", "invalid"), ("ranges.4", "invalid")])
        .when(agent(1), define_calendar(2, "Mornings", hours(&[])))
        .then_invalid(&[("name", "taken"), ("ranges", "required")])
        // Two that look alike are alike.
        .when(agent(1), define_calendar(2, "mORNINGS", mornings()))
        .then_invalid(&[("name", "taken")])
        .when(agent(1), define_calendar(2, "Ｍornings", mornings()))
        .then_invalid(&[("name", "taken")])
        .when(agent(1), define_calendar(2, " ", mornings()))
        .then_invalid(&[("name", "required")])
        .when(agent(1), define_calendar(2, &"x".repeat(101), mornings()))
        .then_invalid(&[("name", "too_long")])
        .and(|levels| {
            let context = with_calendar();
            let refused = context.ask(agent(1), &define_calendar(2, "Full", full)).expect_err("refused").to_string();
            for named in ["time_zone", "ranges may have at most 70", "holidays may have at most 366"] {
                assert!(refused.contains(named), "{refused}");
            }
            assert_eq!(levels.calendars.len(), 1);
        });
}

#[test]
fn a_policy_is_defined_changed_ordered_and_archived() {
    let change = |policy| ServiceLevelCommand::ChangePolicy { policy_id: policy_id(1), policy };
    let order = |numbers: &[u8]| ServiceLevelCommand::ReorderPolicies {
        policy_ids: numbers.iter().map(|number| policy_id(*number)).collect(),
    };
    let archive = |number| ServiceLevelCommand::ArchivePolicy { policy_id: policy_id(number) };
    let all = || policy("Everybody", SlaConditions::default());
    with_calendar()
        .when(agent(1), define(1, all()))
        .then([SlaPolicyDefined { policy_id: policy_id(1), place: 1, policy: all() }])
        .when(agent(1), define(2, policy("Others", SlaConditions::default())))
        .then_types(&["SlaPolicyDefined"])
        .when(agent(1), change(all()))
        .then_nothing()
        .when(agent(1), change(SlaPolicy { pause_in: Vec::new(), ..all() }))
        .then_types(&["SlaPolicyChanged"])
        .when(agent(1), order(&[1, 2]))
        .then_nothing()
        .when(agent(1), order(&[2, 1]))
        .then([SlaPoliciesReordered { policy_ids: vec![policy_id(2), policy_id(1)] }])
        .when(agent(1), order(&[2, 2, 9]))
        .then_invalid(&[("policy_ids.1", "invalid"), ("policy_ids.2", "unknown"), ("policy_ids", "required")])
        .when(agent(1), ServiceLevelCommand::ArchiveCalendar { calendar_id: calendar_id(1) })
        .then_refused("calendar_in_use")
        .when(agent(1), archive(2))
        .then([SlaPolicyArchived { policy_id: policy_id(2) }])
        .when(agent(1), archive(2))
        .then_nothing()
        .when(agent(1), order(&[1]))
        .then_nothing()
        // A name that is free again, and the last place.
        .when(agent(1), define(3, policy("Others", SlaConditions::default())))
        .and(|levels| {
            let order: Vec<_> = levels.in_order().map(|(id, defined)| (id, defined.place)).collect();
            assert_eq!(order, [(policy_id(1), 2), (policy_id(3), 3)]);
        })
        .given(agent(1), archive(1))
        .given(agent(1), archive(3))
        .when(agent(1), ServiceLevelCommand::ArchiveCalendar { calendar_id: calendar_id(1) })
        .then([CalendarArchived { calendar_id: calendar_id(1) }])
        .when(agent(1), change(all()))
        .then_refused("policy_archived");
}

#[test]
fn what_is_wrong_with_a_policy_is_named() {
    let target = |seconds| SlaTarget { resolution: Some(seconds), ..SlaTarget::default() };
    let wrong = SlaPolicy {
        name: "VIP".to_owned(),
        calendar_id: calendar_id(9),
        targets: BTreeMap::from([(Priority::Low, target(0)), (Priority::Urgent, target(u64::MAX))]),
        conditions: SlaConditions {
            tags: (0..101).map(|number| format!("tag {number}")).collect(),
            categories: vec![String::new()],
            ..SlaConditions::default()
        },
        pause_in: Vec::new(),
    };
    let empty = SlaPolicy {
        targets: BTreeMap::from([(Priority::Low, SlaTarget::default())]),
        ..policy("empty", SlaConditions::default())
    };
    with_policies()
        .when(agent(1), define(4, wrong))
        .then_invalid(&[
            ("name", "taken"),
            ("calendar_id", "unknown"),
            ("targets.low.resolution", "out_of_range"),
            ("targets.urgent.resolution", "out_of_range"),
            ("conditions.categories.0", "required"),
            ("conditions.tags", "too_many"),
        ])
        .when(agent(1), define(4, empty))
        .then_invalid(&[("targets", "required")]);
}

#[test]
fn there_are_at_most_fifty_of_each() {
    let mut scenario = Scenario::<ServiceLevels>::new();
    for number in 1..=50 {
        scenario = scenario.given(agent(1), define_calendar(number, &format!("Calendar {number}"), mornings()));
        scenario =
            scenario.given(agent(1), define(number, policy(&format!("Policy {number}"), SlaConditions::default())));
    }
    scenario
        .when(agent(1), define_calendar(51, "One more", mornings()))
        .then_invalid(&[("calendars", "too_many")])
        .when(agent(1), define(51, policy("One more", SlaConditions::default())))
        .then_invalid(&[("sla_policies", "too_many")])
        .given(agent(1), ServiceLevelCommand::ArchivePolicy { policy_id: policy_id(7) })
        .when(agent(1), define(51, policy("One more", SlaConditions::default())))
        .then_types(&["SlaPolicyDefined"]);
}

#[test]
fn the_first_policy_that_matches_counts() {
    let reorder = ServiceLevelCommand::ReorderPolicies { policy_ids: vec![policy_id(2), policy_id(3), policy_id(1)] };
    with_policies()
        .and(|levels| {
            assert_eq!(measured_by(levels, Priority::Urgent, &["vip", "new"]), "vip");
            assert_eq!(measured_by(levels, Priority::Urgent, &["new"]), "urgent");
            assert_eq!(measured_by(levels, Priority::High, &[]), "urgent");
            assert_eq!(measured_by(levels, Priority::Low, &[]), "all");
        })
        .given(agent(1), reorder)
        .and(|levels| {
            assert_eq!(measured_by(levels, Priority::Urgent, &["vip"]), "urgent");
            assert_eq!(measured_by(levels, Priority::Low, &["vip"]), "all");
        })
        .given(agent(1), ServiceLevelCommand::ArchivePolicy { policy_id: policy_id(3) })
        .and(|levels| {
            assert_eq!(measured_by(levels, Priority::Low, &["vip"]), "vip");
            let terms = levels.terms_for(&facts(Priority::Low, &[]), "Asia/Jakarta");
            assert_eq!(terms, default_policy("Asia/Jakarta"), "where none matches, the built-in default holds");
        });
}

#[test]
fn every_condition_must_hold() {
    let strict = SlaConditions {
        priorities: vec![Priority::Low],
        categories: vec!["billing".to_owned(), "refunds".to_owned()],
        department_ids: vec![department_id(1)],
        tags: vec!["vip".to_owned()],
        channels: vec![Channel::Portal, Channel::Email],
    };
    let tags = ["vip".to_owned()];
    let fits = facts(Priority::Low, &tags);
    assert!(strict.hold(&fits));
    for other in [
        TicketFacts { priority: Priority::Medium, ..fits },
        TicketFacts { category: "Billing", ..fits },
        TicketFacts { department_id: Some(department_id(2)), ..fits },
        TicketFacts { department_id: None, ..fits },
        TicketFacts { tags: &[], ..fits },
        TicketFacts { channel: Channel::Chat, ..fits },
    ] {
        assert!(!strict.hold(&other), "{other:?}");
        assert!(SlaConditions::default().hold(&other));
    }
}

#[test]
fn terms_carry_the_hours_of_the_calendar() {
    let later = hours(&[range(Weekday::Sun, "10:00", "11:00")]);
    let change =
        |hours| ServiceLevelCommand::ChangeCalendar { calendar_id: calendar_id(1), name: "Mornings".to_owned(), hours };
    with_policies()
        .and(|levels| {
            let terms = levels.terms_for(&facts(Priority::Low, &[]), "UTC");
            assert_eq!(terms.hours, mornings());
            assert_eq!((terms.policy_id, terms.calendar_id), (Some(policy_id(3).0), Some(calendar_id(1))));
            assert_eq!(terms.pause_in, [TicketStatus::OnHold]);
        })
        .given(agent(1), change(later.clone()))
        .and(|levels| assert_eq!(levels.terms_for(&facts(Priority::Low, &[]), "UTC").hours, later));
}
