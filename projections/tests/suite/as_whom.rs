//! As whom somebody sees people, and what is left of tickets that were deleted.

use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::ticket::{Ticket, TicketCommand};
use docket_domain::{Actor, CustomerId, TicketId};
use docket_projections::views::*;
use docket_projections::{Said, Viewer};
use docket_store::new_id;

use super::desk::{Desk, Engine};
use super::on_both;

on_both!(visitors_nobody_vouched_for_see_themselves, what_was_deleted_counts_and_is_named_nowhere);

async fn visitors_nobody_vouched_for_see_themselves(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, vera) = (desk.register_customer("Anna").await, new_id());
    let register = CustomerCommand::Register {
        kind: CustomerKind::Visitor,
        name: Some("Known To The Desk".into()),
        email: None,
        phone: None,
        external_id: None,
    };
    desk.act::<Customer>(vera, Actor::SYSTEM, register).await;
    let ticket = desk.open_ticket(1, vera, "Lamp", "Broken").await;
    desk.open_ticket(2, anna, "Chair", "Wobbles").await;
    let chat = desk.start_chat(vera, "Hello?").await;
    desk.say(chat, Actor::customer(vera), "Anybody?").await;
    desk.act::<Customer>(vera, Actor::SYSTEM, CustomerCommand::MergeInto { customer: CustomerId(anna) }).await;
    desk.act::<Customer>(anna, Actor::SYSTEM, CustomerCommand::Absorb { visitor: CustomerId(vera) }).await;
    desk.settle().await;
    let queries = desk.queries();
    // Whichever of the two the desk asks for, what they did is counted as it is listed; the visitor has their own.
    let (bob, all) = (Viewer::agent(desk.tenant.clone(), new_id()), PageRequest::default());
    for person in [anna, vera] {
        let counted = queries.customer(&bob, person).await.unwrap().unwrap();
        let filter = TicketFilter { customer_id: Some(person), ..TicketFilter::default() };
        let listed = queries.tickets(&bob, &filter, &all).await.unwrap().items.len();
        assert_eq!((counted.ticket_count, listed, counted.chat_count), (2, 2, 1));
    }
    let own = queries.customer(&Viewer::visitor(desk.tenant.clone(), vera, Said::default()), vera).await.unwrap();
    assert_eq!(own.unwrap().ticket_count, 1);
    for said in [Said::default(), Said { name: Some("Vee".into()), email: Some("vee@example.org".into()) }] {
        let viewer = Viewer::visitor(desk.tenant.clone(), vera, said.clone());
        let all = PageRequest::default();
        let listed = queries.chats(&viewer, &ChatFilter::default(), &all).await.unwrap().items.remove(0);
        for visitor in [queries.chat(&viewer, chat).await.unwrap().unwrap().visitor, listed.visitor] {
            assert_eq!((visitor.id, &visitor.name, &visitor.email), (vera, &said.name, &said.email));
            assert!(!visitor.email_verified && !visitor.erased);
        }
        let detail = queries.ticket(&viewer, ticket).await.unwrap().unwrap().ticket;
        let listed = queries.tickets(&viewer, &TicketFilter::default(), &all).await.unwrap().items.remove(0);
        for shown in [detail, listed] {
            assert_eq!((shown.customer_id, &shown.customer_name), (vera, &said.name));
        }
        for (kind, id) in [(ConversationKind::Chat, chat), (ConversationKind::Ticket, ticket)] {
            let messages = queries.messages(&viewer, kind, id, &MessagePage::default()).await.unwrap().unwrap();
            let author = &messages.items[0].author;
            assert_eq!((author.id, &author.name), (Some(vera), &said.name));
        }
        for (person, count) in [(anna, 0), (vera, 1)] {
            let filter = TicketFilter { customer_id: Some(person), ..TicketFilter::default() };
            assert_eq!(queries.tickets(&viewer, &filter, &all).await.unwrap().items.len(), count);
        }
    }
}

async fn what_was_deleted_counts_and_is_named_nowhere(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let mut tickets = Vec::new();
    for number in 1..=4 {
        tickets.push(desk.open_ticket(number, anna, "Lamp", "Broken").await);
    }
    let (kept, gone, archived) = (tickets[0], tickets[1], tickets[2]);
    for other in [gone, archived] {
        let link = TicketCommand::Link { ticket_id: TicketId(other) };
        desk.act::<Ticket>(kept, Actor::agent(bob), link).await;
    }
    desk.act::<Ticket>(archived, Actor::agent(bob), TicketCommand::Archive).await;
    desk.act::<Ticket>(tickets[3], Actor::agent(bob), TicketCommand::Archive).await;
    for ticket in [gone, tickets[3]] {
        desk.act::<Ticket>(ticket, Actor::agent(bob), TicketCommand::Delete).await;
    }
    desk.settle().await;
    let (queries, viewer) = (desk.queries(), desk.agent(bob));
    assert_eq!(queries.ticket(&viewer, kept).await.unwrap().unwrap().linked, [archived]);
    let filter = TicketFilter { customer_id: Some(anna), ..TicketFilter::default() };
    let listed = queries.tickets(&viewer, &filter, &PageRequest::default()).await.unwrap().items.len();
    assert_eq!(queries.customer(&viewer, anna).await.unwrap().unwrap().ticket_count, i64::try_from(listed).unwrap());
    assert_eq!(listed, 1);
}
