//! Calendars and SLA policies, and what they mean for tickets at the moment of a command.

use chrono::{NaiveTime, Weekday};
use docket_commands::{Commands, RequestKey};
use docket_domain::service_level::*;
use docket_domain::ticket::*;
use docket_domain::{CalendarId, DepartmentId, SlaPolicyId, TicketId};
use docket_store::new_id;

use crate::desk::{Desk, code, fields, request, types};

fn hours() -> Hours {
    let range = WorkingRange { day: Weekday::Mon, from: NaiveTime::MIN, to: NaiveTime::MIN };
    Hours { time_zone: "Europe/Rome".into(), ranges: vec![range], holidays: vec![] }
}

async fn calendar(desk: &Desk, name: &str) -> CalendarId {
    let done = desk.commands.define_calendar(&desk.by_admin(), name.into(), hours()).await.unwrap();
    CalendarId(done.note.unwrap().parse().unwrap())
}

fn policy(calendar_id: CalendarId, name: &str, conditions: SlaConditions) -> SlaPolicy {
    let target = SlaTarget { resolution: Some(3600), ..SlaTarget::default() };
    let targets = Priority::ALL.iter().map(|priority| (*priority, target)).collect();
    SlaPolicy { name: name.into(), calendar_id, conditions, targets, pause_in: vec![] }
}

async fn define(desk: &Desk, policy: SlaPolicy) -> SlaPolicyId {
    let done = desk.commands.define_policy(&desk.by_admin(), policy).await.unwrap();
    SlaPolicyId(done.note.unwrap().parse().unwrap())
}

fn urgent() -> SlaConditions {
    SlaConditions { priorities: vec![Priority::Urgent], ..SlaConditions::default() }
}

fn tagged(tag: &str) -> SlaConditions {
    SlaConditions { tags: vec![tag.into()], ..SlaConditions::default() }
}

async fn measured_by(commands: &Commands, desk: &Desk, id: TicketId) -> String {
    commands.load_fresh::<Ticket>(&desk.tenant, id).await.unwrap().sla.policy().unwrap().name.clone()
}

#[tokio::test]
async fn a_ticket_opens_with_the_first_policy_that_matches() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let days = calendar(&desk, "Days").await;
    define(&desk, policy(days, "vip", tagged("vip"))).await;
    define(&desk, policy(days, "urgent", urgent())).await;
    let mut open = request(customer);
    let opened = async |open: &docket_commands::OpenTicket| {
        let done = desk.commands.open_ticket(&desk.by_admin(), open).await.unwrap();
        measured_by(&desk.commands, &desk, TicketId(done.stream.id)).await
    };
    assert_eq!(opened(&open).await, "Default", "none matches");
    open.priority = Priority::Urgent;
    assert_eq!(opened(&open).await, "urgent");
    open.tags = vec![" vip ".into()];
    assert_eq!(opened(&open).await, "vip", "as the ticket keeps its tags");
}

#[tokio::test]
async fn what_a_policy_looks_at_changes_and_another_one_counts_in_the_same_append() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let id = desk.ticket(customer).await;
    let days = calendar(&desk, "Days").await;
    define(&desk, policy(days, "urgent", urgent())).await;
    let change =
        async |command: TicketCommand| desk.commands.change_ticket(&desk.by_admin(), id, &[command]).await.unwrap();
    let done = change(TicketCommand::ChangePriority { to: Priority::Urgent }).await;
    assert_eq!(measured_by(&desk.commands, &desk, id).await, "urgent");
    let events = desk.events(&done.stream).await;
    assert_eq!(types(&events)[2..], ["PriorityChanged", "SlaPolicyApplied"]);
    assert_eq!(done.version, events.len() as u64, "the receipt speaks of both");
    assert_eq!(events[3].meta.actor, docket_domain::Actor::SYSTEM);
    let done = change(TicketCommand::ChangeSubject { to: "Still lost".into() }).await;
    assert_eq!(types(&desk.events(&done.stream).await)[4..], ["SubjectChanged"], "no policy looks at the subject");

    // A resolved ticket is left alone until it is reopened.
    change(TicketCommand::ChangeStatus { to: TicketStatus::Resolved, reason: None }).await;
    change(TicketCommand::ChangeTags { add: vec!["vip".into()], remove: vec![] }).await;
    define(&desk, policy(days, "vip", tagged("vip"))).await;
    let first = |ids: Vec<SlaPolicyId>| ServiceLevelCommand::ReorderPolicies { policy_ids: ids };
    let levels = desk.commands.service_levels(&desk.tenant).await.unwrap();
    let mut turned: Vec<SlaPolicyId> = levels.in_order().map(|(id, _)| id).collect();
    turned.reverse();
    desk.commands.change_service_levels(&desk.by_admin(), first(turned)).await.unwrap();
    assert_eq!(measured_by(&desk.commands, &desk, id).await, "urgent");
    change(TicketCommand::ChangeStatus { to: TicketStatus::Open, reason: None }).await;
    assert_eq!(measured_by(&desk.commands, &desk, id).await, "vip");
}

#[tokio::test]
async fn where_nothing_was_ever_set_a_ticket_keeps_what_it_was_opened_with() {
    let desk = Desk::new().await;
    let id = desk.ticket(desk.customer().await).await;
    let zone = docket_domain::organisation::OrganisationCommand::Change {
        name: "Acme".into(),
        time_zone: "Asia/Jakarta".into(),
    };
    desk.commands.change_organisation(&desk.by_admin(), zone).await.unwrap();
    let urgent = TicketCommand::ChangePriority { to: Priority::Urgent };
    let done = desk.commands.change_ticket(&desk.by_admin(), id, &[urgent]).await.unwrap();
    assert_eq!(types(&desk.events(&done.stream).await), ["TicketOpened", "SlaPolicyApplied", "PriorityChanged"]);
}

#[tokio::test]
async fn a_version_is_of_one_setting_though_all_lie_in_one_stream() {
    let desk = Desk::new().await;
    let (days, nights) = (calendar(&desk, "Days").await, calendar(&desk, "Nights").await);
    let rename =
        |name: &str| ServiceLevelCommand::ChangeCalendar { calendar_id: days, name: name.into(), hours: hours() };
    let at = |version| desk.by_admin().if_at(version);
    // Defined as the first event; the other calendar's event is no change of it.
    let done = desk.commands.change_service_levels(&at(1), rename("Weekdays")).await.unwrap();
    assert_eq!(done.version, 3);
    let stale = desk.commands.change_service_levels(&at(1), rename("Workdays")).await;
    match stale {
        Err(docket_commands::CommandError::Stale { current: 3, missed, .. }) => {
            assert_eq!(types(&missed), ["CalendarChanged"], "and nothing about the other one");
        }
        other => panic!("{other:?}"),
    }
    let archive = ServiceLevelCommand::ArchiveCalendar { calendar_id: nights };
    desk.commands.change_service_levels(&at(2), archive).await.unwrap();
    let same = desk.commands.change_service_levels(&at(3), rename("Weekdays")).await.unwrap();
    assert_eq!((same.changed, same.version), (false, 3), "the stream is at 4, the calendar is not");
}

#[tokio::test]
async fn a_repeated_request_defines_once_and_answers_with_the_same_id() {
    let desk = Desk::new().await;
    let by = desk.by_admin().once(RequestKey::of_cause("define"));
    let first = desk.commands.define_calendar(&by, "Days".into(), hours()).await.unwrap();
    let again = desk.commands.define_calendar(&by, "Days".into(), hours()).await.unwrap();
    assert_eq!((again.replayed, &again.note), (true, &first.note));
    assert_eq!(desk.commands.service_levels(&desk.tenant).await.unwrap().calendars.len(), 1);
}

#[tokio::test]
async fn what_a_policy_refers_to_must_be_there() {
    let desk = Desk::new().await;
    let days = calendar(&desk, "Days").await;
    let categories = vec!["billing".to_owned()];
    let offered = docket_domain::organisation::OrganisationCommand::ChangeCategories { to: categories };
    desk.commands.change_organisation(&desk.by_admin(), offered).await.unwrap();
    let conditions = SlaConditions {
        department_ids: vec![DepartmentId(new_id())],
        categories: vec!["billing".into(), "refunds".into()],
        ..SlaConditions::default()
    };
    let outcome = desk.commands.define_policy(&desk.by_admin(), policy(days, "odd", conditions)).await;
    assert_eq!(fields(outcome), ["conditions.department_ids.0", "conditions.categories.1"]);
    let nowhere = policy(CalendarId(new_id()), "nowhere", SlaConditions::default());
    assert_eq!(fields(desk.commands.define_policy(&desk.by_admin(), nowhere).await), ["calendar_id"]);
    let archive = ServiceLevelCommand::ArchiveCalendar { calendar_id: CalendarId(new_id()) };
    assert_eq!(code(desk.commands.change_service_levels(&desk.by_admin(), archive).await), "not_found");
}

#[tokio::test]
async fn another_node_knows_of_policies_once_it_is_told() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let node = desk.another_node().await;
    // It has looked, and found none.
    node.open_ticket(&desk.by_admin(), &request(customer)).await.unwrap();
    let days = calendar(&desk, "Days").await;
    define(&desk, policy(days, "all", SlaConditions::default())).await;
    desk.log().await.iter().for_each(|event| node.observe(event));
    let done = node.open_ticket(&desk.by_admin(), &request(customer)).await.unwrap();
    assert_eq!(measured_by(&desk.commands, &desk, TicketId(done.stream.id)).await, "all");
}
