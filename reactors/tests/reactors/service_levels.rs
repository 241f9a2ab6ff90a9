//! Tickets are measured by the policies of the day, also those that were opened before.

use chrono::{NaiveTime, TimeDelta, Weekday};
use docket_domain::service_level::*;
use docket_domain::ticket::*;
use docket_domain::{Actor, CalendarId, Category, SlaPolicyId, TicketId};
use docket_reactors::Settings;

use crate::house::{House, eventually, wednesday};

/// Around the clock.
fn always() -> Hours {
    let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    let all_day = |day| WorkingRange { day, from: NaiveTime::MIN, to: NaiveTime::MIN };
    Hours { time_zone: "UTC".into(), ranges: days.map(all_day).to_vec(), holidays: vec![] }
}

fn resolved_within(calendar_id: CalendarId, hours: u64) -> SlaPolicy {
    let target = SlaTarget { resolution: Some(hours * 3600), ..SlaTarget::default() };
    let targets = Priority::ALL.iter().map(|priority| (*priority, target)).collect();
    SlaPolicy { name: "All".into(), calendar_id, conditions: SlaConditions::default(), targets, pause_in: vec![] }
}

impl House {
    async fn set(&self, command: ServiceLevelCommand) {
        self.commands.change_service_levels(&self.by(Actor::SYSTEM), command).await.unwrap();
    }

    async fn calendar(&self) -> CalendarId {
        let done = self.commands.define_calendar(&self.by(Actor::SYSTEM), "Always".into(), always()).await.unwrap();
        CalendarId(done.note.unwrap().parse().unwrap())
    }

    async fn policy(&self, policy: SlaPolicy) -> SlaPolicyId {
        let done = self.commands.define_policy(&self.by(Actor::SYSTEM), policy).await.unwrap();
        SlaPolicyId(done.note.unwrap().parse().unwrap())
    }

    async fn is_due(&self, id: TicketId, hours_after_opening: i64) -> bool {
        let due = self.ticket(id).await.sla.clock(SlaClock::Resolution).due_at;
        due == Some(wednesday() + TimeDelta::hours(hours_after_opening))
    }

    async fn applied(&self, id: TicketId) -> usize {
        self.count(Category::Ticket, id.0, "SlaPolicyApplied").await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_and_calendars_that_change_measure_unresolved_tickets_again_once() {
    let house = House::new().await;
    let customer = house.customer().await;
    let mut open = Vec::new();
    for _ in 0..40 {
        open.push(house.open_ticket(customer).await);
    }
    let resolved = house.open_ticket(customer).await;
    let resolve = TicketCommand::ChangeStatus { to: TicketStatus::Resolved, reason: None };
    house.commands.change_ticket(&house.by(Actor::SYSTEM), resolved, &[resolve]).await.unwrap();

    let running = house.react(Settings::default()).await;
    let rival = house.rival(Settings::default());
    house.pass(TimeDelta::hours(1));
    let always = house.calendar().await;
    let policy = house.policy(resolved_within(always, 6)).await;
    for id in &open {
        eventually("the new policy", || house.is_due(*id, 6)).await;
    }
    house.set(ServiceLevelCommand::ChangePolicy { policy_id: policy, policy: resolved_within(always, 9) }).await;
    for id in &open {
        eventually("the changed policy", || house.is_due(*id, 9)).await;
    }
    // The calendar loses Wednesday, on which the tickets were opened: it all counts from Thursday, midnight.
    let mut hours = self::always();
    hours.ranges.retain(|range| range.day != Weekday::Wed);
    house.set(ServiceLevelCommand::ChangeCalendar { calendar_id: always, name: "Always".into(), hours }).await;
    for id in &open {
        eventually("the changed calendar", || house.is_due(*id, 15 + 9)).await;
    }
    // Without the policy the built-in default holds again.
    house.set(ServiceLevelCommand::ArchivePolicy { policy_id: policy }).await;
    for id in &open {
        let is_default = || async { house.ticket(*id).await.sla.policy().unwrap().policy_id.is_none() };
        eventually("the default", is_default).await;
    }
    running.end().await;
    rival.end().await;
    for id in &open {
        assert_eq!(house.applied(*id).await, 5, "opened, then once for each change");
    }
    assert_eq!(house.applied(resolved).await, 1, "what is resolved is left alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_round_that_was_cut_short_ends_after_a_restart() {
    let house = House::new().await;
    let customer = house.customer().await;
    let (one, other) = (house.open_ticket(customer).await, house.open_ticket(customer).await);
    // The policy is set, and one ticket is matched, while nobody reacts.
    let always = house.calendar().await;
    house.policy(resolved_within(always, 6)).await;
    house.commands.match_ticket_again(&house.by(Actor::SYSTEM), one).await.unwrap();
    assert!(house.is_due(one, 6).await && !house.is_due(other, 6).await);
    let house = house.restarted().await;
    let running = house.react(Settings::default()).await;
    eventually("the other ticket", || house.is_due(other, 6)).await;
    running.end().await;
    assert_eq!((house.applied(one).await, house.applied(other).await), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_due_time_that_was_moved_is_kept_time_of() {
    let house = House::new().await;
    let id = house.open_ticket(house.customer().await).await;
    let running = house.react(Settings::default()).await;
    let always = house.calendar().await;
    house.policy(resolved_within(always, 2)).await;
    eventually("the policy", || house.is_due(id, 2)).await;
    house.pass(TimeDelta::minutes(121));
    eventually("the breach", || async { house.count(Category::Ticket, id.0, "SlaBreached").await == 1 }).await;
    running.end().await;
    let due = house.ticket(id).await.sla.clock(SlaClock::Resolution).breach_recorded;
    assert_eq!(due, Some(wednesday() + TimeDelta::hours(2)));
}
