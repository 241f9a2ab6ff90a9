//! Calendars and SLA policies as they are listed, and their tables built anew.

use std::collections::BTreeMap;

use chrono::{NaiveTime, TimeDelta, Weekday};
use docket_domain::service_level::*;
use docket_domain::ticket::*;
use docket_domain::{Actor, CalendarId, SlaPolicyId};
use docket_projections::views::*;
use docket_store::new_id;
use uuid::Uuid;

use super::desk::{Desk, Engine, assert_same, noon};
use super::on_both;

on_both!(policies_come_in_their_order_and_calendars_by_name, tables_of_service_levels_are_built_anew_alike);

fn wednesdays() -> Hours {
    let at = |hour| NaiveTime::MIN + TimeDelta::hours(hour);
    let ranges = vec![
        WorkingRange { day: Weekday::Wed, from: at(8), to: at(14) },
        WorkingRange { day: Weekday::Wed, from: at(20), to: NaiveTime::MIN },
    ];
    Hours { time_zone: "Europe/Rome".into(), ranges, holidays: vec!["2026-03-11".parse().unwrap()] }
}

fn policy(name: &str, calendar: Uuid) -> SlaPolicy {
    let target = SlaTarget { next_response: Some(600), ..SlaTarget::default() };
    SlaPolicy {
        name: name.into(),
        calendar_id: CalendarId(calendar),
        conditions: SlaConditions { tags: vec!["vip".into()], ..SlaConditions::default() },
        targets: BTreeMap::from([(Priority::Urgent, target)]),
        pause_in: vec![TicketStatus::OnHold],
    }
}

impl Desk {
    async fn set(&self, command: ServiceLevelCommand) {
        self.act::<ServiceLevels>(SERVICE_LEVELS_ID, Actor::SYSTEM, command).await;
    }

    async fn calendar(&self, name: &str) -> Uuid {
        let id = new_id();
        let command =
            ServiceLevelCommand::DefineCalendar { calendar_id: CalendarId(id), name: name.into(), hours: wednesdays() };
        self.set(command).await;
        id
    }

    async fn policies(&self, calendar: Uuid, names: &[&str]) -> Vec<SlaPolicyId> {
        let mut ids = Vec::new();
        for name in names {
            let policy_id = SlaPolicyId(new_id());
            self.set(ServiceLevelCommand::DefinePolicy { policy_id, policy: policy(name, calendar) }).await;
            ids.push(policy_id);
        }
        ids
    }
}

async fn policies_come_in_their_order_and_calendars_by_name(engine: Engine) {
    let desk = Desk::open(engine).await;
    let viewer = desk.agent(Uuid::nil());
    let (week, always) = (desk.calendar("week").await, desk.calendar("Always").await);
    let ids = desk.policies(week, &["one", "two", "three"]).await;
    desk.set(ServiceLevelCommand::ReorderPolicies { policy_ids: vec![ids[2], ids[0], ids[1]] }).await;
    let changed = ServiceLevelCommand::ChangePolicy { policy_id: ids[0], policy: policy("first", week) };
    desk.set(changed).await;
    desk.set(ServiceLevelCommand::ArchivePolicy { policy_id: ids[1] }).await;
    desk.settle().await;
    let queries = desk.queries();
    let listed = queries.sla_policies(&viewer).await.unwrap();
    let names: Vec<_> = listed.iter().map(|policy| (policy.name.as_str(), policy.version)).collect();
    assert_eq!(names, [("three", 5), ("first", 7)], "an order is no change of a policy");
    assert_eq!(*listed[0].conditions.tags, ["vip"]);
    assert_eq!(listed[0].targets.urgent.unwrap().next_response, Some(600));
    assert!(queries.sla_policy(&viewer, ids[1].0).await.unwrap().unwrap().archived);

    // It is noon on a Wednesday in UTC, one o'clock in Rome: an hour to go; the next Wednesday is a holiday.
    let calendars = queries.calendars(&viewer).await.unwrap();
    assert_eq!(calendars.iter().map(|calendar| calendar.id).collect::<Vec<_>>(), [always, week]);
    let ahead = &calendars[0].next_open;
    assert_eq!(ahead[0], OpenHours { from: noon(), to: noon() + TimeDelta::hours(1) });
    assert_eq!(ahead[1], OpenHours { from: noon() + TimeDelta::hours(7), to: noon() + TimeDelta::hours(11) });
    assert_eq!(ahead[2].from, noon() + TimeDelta::days(14) - TimeDelta::hours(5));

    let customer = desk.customer(new_id());
    assert!(queries.calendars(&customer).await.unwrap().is_empty());
    assert!(queries.calendar(&customer, week).await.unwrap().is_none());
    assert!(queries.sla_policies(&customer).await.unwrap().is_empty());
    assert!(queries.sla_policy(&customer, ids[0].0).await.unwrap().is_none());
}

async fn tables_of_service_levels_are_built_anew_alike(engine: Engine) {
    let mut desk = Desk::open(engine).await;
    let calendar = desk.calendar("week").await;
    let ids = desk.policies(calendar, &["one", "two"]).await;
    desk.set(ServiceLevelCommand::ReorderPolicies { policy_ids: vec![ids[1], ids[0]] }).await;
    desk.settle().await;
    // What comes later finds its rows in the tables.
    desk.stop().await;
    desk.run();
    let mut hours = wednesdays();
    hours.holidays.clear();
    let calendar_id = CalendarId(calendar);
    desk.set(ServiceLevelCommand::ChangeCalendar { calendar_id, name: "days".into(), hours }).await;
    for policy_id in ids {
        desk.set(ServiceLevelCommand::ArchivePolicy { policy_id }).await;
    }
    desk.set(ServiceLevelCommand::ArchiveCalendar { calendar_id }).await;
    desk.settle().await;
    let grown = desk.dump();
    assert!(grown.iter().any(|(table, rows)| table == "sla_policies" && rows.lines().count() == 2));
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&grown, &desk.dump());
}
