//! Figures: what is counted, where, and that what is taken back is taken back there.

use docket_domain::chat::{Chat, ChatCommand};
use docket_domain::organisation::{ORGANISATION_ID, Organisation, OrganisationCommand};
use docket_domain::ticket::*;
use docket_domain::{Actor, AgentId, TicketId};
use docket_projections::views::*;
use uuid::Uuid;

use super::desk::{Desk, Engine, assert_same};
use super::on_both;

on_both!(
    a_changed_rating_changes_the_day_and_the_agent_it_was_counted_for,
    a_ticket_is_resolved_once_however_often_it_was,
    days_are_the_organisations,
    figures_add_up,
);

const DAY: i64 = 24 * 3600;

impl Desk {
    async fn set_status(&self, id: Uuid, by: Uuid, to: TicketStatus) {
        self.act::<Ticket>(id, Actor::agent(by), TicketCommand::ChangeStatus { to, reason: None }).await;
    }

    async fn assign(&self, id: Uuid, to: Uuid) {
        self.act::<Ticket>(id, Actor::agent(to), TicketCommand::Assign { to: AgentId(to) }).await;
    }

    async fn rate(&self, id: Uuid, customer: Uuid, rating: u8) {
        let given = FeedbackGiven {
            rating,
            resolved: None,
            would_recommend: None,
            agent_rating: None,
            speed_rating: None,
            communication_rating: None,
            comment: None,
            agent_id: None,
            replaces: None,
        };
        self.act::<Ticket>(id, Actor::customer(customer), TicketCommand::GiveFeedback(given)).await;
    }

    async fn dashboard(&self) -> DashboardView {
        self.settle().await;
        self.queries().dashboard(&self.agent(Uuid::nil()), 0).await.unwrap().unwrap()
    }

    async fn in_zone(&self, time_zone: &str) {
        let organisation = self.stream::<Organisation>(ORGANISATION_ID).await;
        let (name, time_zone) = ("Acme".to_owned(), time_zone.to_owned());
        let command = match organisation.is_empty() {
            true => OrganisationCommand::Create { name, time_zone },
            false => OrganisationCommand::Change { name, time_zone },
        };
        self.act::<Organisation>(ORGANISATION_ID, Actor::SYSTEM, command).await;
    }
}

async fn a_changed_rating_changes_the_day_and_the_agent_it_was_counted_for(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob, eve) =
        (desk.register_customer("Anna").await, desk.register_agent("bob").await, desk.register_agent("eve").await);
    let (one, two) = (desk.open_ticket(1, anna, "a", "a").await, desk.open_ticket(2, anna, "b", "b").await);
    for (id, agent) in [(one, bob), (two, eve)] {
        desk.assign(id, agent).await;
        desk.set_status(id, agent, TicketStatus::Resolved).await;
    }
    desk.rate(one, anna, 5).await;
    desk.pass(DAY);
    // Somebody else's by now, and the customer thinks otherwise.
    desk.assign(one, eve).await;
    desk.rate(one, anna, 1).await;
    desk.rate(two, anna, 2).await;
    let chat = desk.start_chat(anna, "Hello").await;
    desk.accept(chat, bob).await;
    desk.act::<Chat>(chat, Actor::agent(bob), ChatCommand::End { by: docket_domain::chat::EndedBy::Agent }).await;
    for rating in [1, 4] {
        let rate = ChatCommand::GiveFeedback { rating, comment: None };
        desk.act::<Chat>(chat, Actor::customer(anna), rate).await;
    }
    let seen = desk.dashboard().await;
    let days: Vec<_> = seen.satisfaction_trend_last_week[5..].iter().map(|day| (day.score, day.ratings)).collect();
    assert_eq!(days, [(Some(1.0), 1), (Some(3.0), 2)]);
    assert_eq!(seen.customer_satisfaction_score, Some(7.0 / 3.0));
    let mean = |id: Uuid| {
        let queries = desk.queries();
        let viewer = desk.agent(id);
        async move { queries.agent(&viewer, id).await.unwrap().unwrap().average_rating }
    };
    assert_eq!((mean(bob).await, mean(eve).await), (Some(2.5), Some(2.0)));
    let grown = desk.dump();
    desk.models.rebuild(&desk.journal, &[], |_| {}).await.unwrap();
    assert_same(&grown, &desk.dump());
}

async fn a_ticket_is_resolved_once_however_often_it_was(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob, eve) =
        (desk.register_customer("Anna").await, desk.register_agent("bob").await, desk.register_agent("eve").await);
    let mut ids = Vec::new();
    for number in 1..=5 {
        ids.push(desk.open_ticket(number, anna, "x", "x").await);
    }
    let [often, closed, back, merged, archived] = ids[..] else { panic!() };
    for _ in 0..4 {
        desk.set_status(often, bob, TicketStatus::Resolved).await;
        desk.set_status(often, bob, TicketStatus::Open).await;
    }
    desk.set_status(often, bob, TicketStatus::Resolved).await;
    // Who closes what another resolved did not resolve it.
    desk.set_status(often, eve, TicketStatus::Closed).await;
    desk.set_status(closed, bob, TicketStatus::Closed).await;
    desk.set_status(back, bob, TicketStatus::Resolved).await;
    desk.reply(back, Actor::customer(anna), "It is not").await;
    let merge = TicketCommand::MergeInto {
        target: TicketId(back),
        target_number: TicketNumber(3),
        target_customer: docket_domain::CustomerId(anna),
        across_customers: false,
    };
    desk.act::<Ticket>(merged, Actor::agent(bob), merge).await;
    desk.set_status(archived, bob, TicketStatus::Resolved).await;
    desk.act::<Ticket>(archived, Actor::agent(bob), TicketCommand::Archive).await;
    let seen = desk.dashboard().await;
    assert_eq!((seen.total_tickets, seen.open_tickets, seen.resolved_tickets), (4, 1, 2), "and one was merged");
    assert_eq!(seen.top_agents.iter().map(|top| (top.id, top.resolved_tickets)).collect::<Vec<_>>(), [(bob, 2)]);
    assert_eq!(seen.ticket_volume_trend_last_week[6].resolved, 2);
    let bobs = desk.queries().agent(&desk.agent(bob), bob).await.unwrap().unwrap();
    assert_eq!(bobs.resolved_tickets, 2);
}

async fn days_are_the_organisations(engine: Engine) {
    let desk = Desk::open(engine).await;
    desk.in_zone("Asia/Kathmandu").await;
    let anna = desk.register_customer("Anna").await;
    // Noon in London is a quarter to six in the evening; the next one is opened after midnight, UTC's day still the same.
    desk.open_ticket(1, anna, "x", "x").await;
    desk.pass(7 * 3600);
    desk.open_ticket(2, anna, "x", "x").await;
    let seen = desk.dashboard().await;
    assert_eq!((seen.time_zone.as_str(), seen.tickets_created_today), ("Asia/Kathmandu", 1));
    let [.., yesterday, today] = &seen.ticket_volume_trend_last_week[..] else { panic!() };
    assert_eq!((yesterday.created, today.created, today.day.to_string().as_str()), (1, 1, "2026-03-05"));
    // When the zone changes, so do the days, also those that were.
    desk.in_zone("Europe/London").await;
    let seen = desk.dashboard().await;
    assert_eq!((seen.tickets_created_today, seen.ticket_volume_trend_last_week[6].created), (2, 2));
}

async fn figures_add_up(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    for (number, priority) in (1..=8).zip([Priority::Urgent, Priority::High, Priority::Low].into_iter().cycle()) {
        let id = desk.open_urgent(number, anna, "x", "x", priority).await;
        match number {
            1 => desk.set_status(id, bob, TicketStatus::Resolved).await,
            2 => desk.set_status(id, bob, TicketStatus::Closed).await,
            3 | 4 => {
                let until = docket_store::Clock::now(&*desk.clock) + chrono::TimeDelta::days(1);
                desk.act::<Ticket>(id, Actor::agent(bob), TicketCommand::Snooze { until }).await;
            }
            5 => drop(desk.act::<Ticket>(id, Actor::agent(bob), TicketCommand::Archive).await),
            6 => desk.set_status(id, bob, TicketStatus::OnHold).await,
            _ => {}
        }
    }
    let seen = desk.dashboard().await;
    assert_eq!((seen.open_tickets, seen.snoozed_tickets, seen.resolved_tickets), (3, 2, 2));
    assert_eq!(seen.open_tickets, desk.queries().sidebar(&desk.agent(bob)).await.unwrap().open_tickets);
    assert_eq!(seen.tickets_by_priority.values().sum::<i64>(), seen.open_tickets);
    assert_eq!(seen.tickets_by_category.values().sum::<i64>(), seen.open_tickets);
    assert_eq!(seen.tickets_by_status.values().sum::<i64>(), seen.total_tickets);
}
