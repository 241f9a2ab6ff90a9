//! Lists: filters, orders, and cursors that hold while tickets come and go.

use docket_domain::ticket::{Priority, Ticket, TicketCommand, TicketStatus};
use docket_domain::{Actor, AgentId};
use docket_projections::ReadError;
use docket_projections::views::*;
use uuid::Uuid;

use super::desk::{Desk, Engine};
use super::on_both;

on_both!(cursors_hold_while_tickets_come, filters_pick_what_they_say, urgent_first_then_oldest);

async fn walk(desk: &Desk, filter: &TicketFilter, between: &mut impl AsyncFnMut()) -> Vec<Uuid> {
    let viewer = desk.agent(Uuid::nil());
    let mut seen = Vec::new();
    let mut page = PageRequest { limit: 3, cursor: None };
    loop {
        let answer = desk.queries().tickets(&viewer, filter, &page).await.unwrap();
        seen.extend(answer.items.iter().map(|ticket| ticket.id));
        between().await;
        match answer.next_cursor {
            Some(cursor) => page.cursor = Some(cursor),
            None => return seen,
        }
    }
}

async fn cursors_hold_while_tickets_come(engine: Engine) {
    let desk = Desk::open(engine).await;
    let anna = desk.register_customer("Anna").await;
    let mut number = 0;
    let mut ids = Vec::new();
    for i in 0..14 {
        number += 1;
        // Several at the same moment.
        desk.pass(i % 3);
        let priority = Priority::ALL[usize::try_from(i).unwrap() % 4];
        ids.push(desk.open_urgent(number, anna, "Lamp", "Broken", priority).await);
    }
    desk.settle().await;
    for sort in [TicketSort::Urgency, TicketSort::Newest, TicketSort::Updated] {
        for status in [vec![], vec![TicketStatus::Open], vec![TicketStatus::Open, TicketStatus::Closed]] {
            let filter = TicketFilter { sort, status, ..TicketFilter::default() };
            let before = walk(&desk, &filter, &mut async || {}).await;
            let seen = walk(&desk, &filter, &mut async || {
                number += 1;
                desk.open_urgent(number, anna, "New", "New", Priority::Urgent).await;
                desk.settle().await;
            })
            .await;
            let old: Vec<_> = seen.iter().filter(|id| before.contains(id)).copied().collect();
            assert_eq!(old, before, "{filter:?}");
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), seen.len(), "a ticket came twice: {filter:?}");
        }
    }
    let page = PageRequest { limit: 2, cursor: None };
    let viewer = desk.agent(Uuid::nil());
    let newest = TicketFilter { sort: TicketSort::Newest, ..TicketFilter::default() };
    let cursor = desk.queries().tickets(&viewer, &newest, &page).await.unwrap().next_cursor;
    let wrong = desk.queries().tickets(&viewer, &TicketFilter::default(), &PageRequest { limit: 2, cursor }).await;
    assert!(matches!(wrong, Err(ReadError::BadCursor)));
}

async fn filters_pick_what_they_say(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, ben) = (desk.register_customer("Anna").await, desk.register_customer("Ben").await);
    let bob = desk.register_agent("bob").await;
    let one = desk.open_urgent(1, anna, "Lamp", "Broken", Priority::Urgent).await;
    desk.pass(3600);
    let two = desk.open_ticket(2, ben, "Table", "Wobbles").await;
    desk.act::<Ticket>(two, Actor::agent(bob), TicketCommand::Assign { to: AgentId(bob) }).await;
    let tags = TicketCommand::ChangeTags { add: vec!["wood".into()], remove: vec![] };
    desk.act::<Ticket>(two, Actor::agent(bob), tags).await;
    desk.act::<Ticket>(two, Actor::agent(bob), TicketCommand::ChangeCategory { to: "tables".into() }).await;
    let three = desk.open_ticket(3, ben, "Old", "Old").await;
    desk.act::<Ticket>(three, Actor::agent(bob), TicketCommand::Archive).await;
    desk.settle().await;
    let viewer = desk.agent(bob);
    let found = async |filter: TicketFilter| {
        let page = desk.queries().tickets(&viewer, &filter, &PageRequest::default()).await.unwrap();
        page.items.iter().map(|ticket| ticket.id).collect::<Vec<_>>()
    };
    let any = TicketFilter::default;
    assert_eq!(found(any()).await, [one, two]);
    assert_eq!(found(TicketFilter { status: vec![TicketStatus::InProgress], ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { priority: vec![Priority::Urgent, Priority::Low], ..any() }).await, [one]);
    assert_eq!(found(TicketFilter { category: Some("tables".into()), ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { assignee: Some(AssigneeFilter::Me), ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { assignee: Some(AssigneeFilter::Agent(bob)), ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { assignee: Some(AssigneeFilter::Unassigned), ..any() }).await, [one]);
    assert_eq!(found(TicketFilter { customer_id: Some(ben), ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { not_customer_id: Some(ben), ..any() }).await, [one]);
    assert_eq!(found(TicketFilter { tag: Some("wood".into()), ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { tag: Some("woo".into()), ..any() }).await, [] as [Uuid; 0]);
    assert_eq!(found(TicketFilter { order_ref: Some("ORD-1".into()), ..any() }).await, [one]);
    let later = super::desk::noon() + chrono::TimeDelta::minutes(30);
    assert_eq!(found(TicketFilter { opened_from: Some(later), ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { opened_to: Some(later), ..any() }).await, [one]);
    assert_eq!(found(TicketFilter { search: Some("wobbl".into()), ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { search: Some("Ben".into()), ..any() }).await, [two]);
    assert_eq!(found(TicketFilter { search: Some("TKT-000001".into()), ..any() }).await, [one]);
    assert_eq!(found(TicketFilter { search: Some("?!".into()), ..any() }).await, [] as [Uuid; 0]);
    assert_eq!(found(TicketFilter { archived: true, ..any() }).await, [three]);
    let everything = TicketFilter {
        status: vec![TicketStatus::InProgress],
        priority: vec![Priority::Medium],
        category: Some("tables".into()),
        assignee: Some(AssigneeFilter::Me),
        customer_id: Some(ben),
        tag: Some("wood".into()),
        opened_from: Some(later),
        search: Some("table wobbles".into()),
        ..any()
    };
    // The words are in different places: a document is one subject or one message.
    assert_eq!(found(everything.clone()).await, [] as [Uuid; 0]);
    assert_eq!(found(TicketFilter { search: Some("table".into()), ..everything }).await, [two]);
}

async fn urgent_first_then_oldest(engine: Engine) {
    let desk = Desk::open(engine).await;
    let anna = desk.register_customer("Anna").await;
    let mut ids = Vec::new();
    for (number, priority) in
        [Priority::Low, Priority::Urgent, Priority::High, Priority::Urgent].into_iter().enumerate()
    {
        ids.push(desk.open_urgent(number as u64 + 1, anna, "Lamp", "Broken", priority).await);
        desk.pass(1);
    }
    desk.settle().await;
    let seen = walk(&desk, &TicketFilter::default(), &mut async || {}).await;
    assert_eq!(seen, [ids[1], ids[3], ids[2], ids[0]]);
    let newest = TicketFilter { sort: TicketSort::Newest, ..TicketFilter::default() };
    ids.reverse();
    assert_eq!(walk(&desk, &newest, &mut async || {}).await, ids);
}
