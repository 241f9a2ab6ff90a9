//! A person's history is found under that person, whoever they were when it happened.

use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::chat::{Chat, ChatCommand, EndedBy};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind};
use docket_domain::department::{Department, DepartmentCommand};
use docket_domain::{Actor, AgentId, CustomerId, DepartmentId};
use docket_projections::views::*;
use docket_store::new_id;
use uuid::Uuid;

use super::desk::{Desk, Engine};
use super::on_both;

on_both!(
    a_recognised_visitors_history_is_the_customers,
    addresses_are_found_whatever_their_case,
    unnamed_is_not_erased,
    each_queue_counts_its_own,
    ended_chats_are_listed_by_their_end,
    offers_are_told_from_chats_taken,
);

async fn register_visitor(desk: &Desk, name: &str) -> Uuid {
    let id = new_id();
    let register = CustomerCommand::Register {
        kind: CustomerKind::Visitor,
        name: Some(name.into()),
        email: Some(format!("{name}@Stated.example")),
        phone: None,
        external_id: None,
    };
    desk.act::<Customer>(id, Actor::customer(id), register).await;
    id
}

async fn a_recognised_visitors_history_is_the_customers(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, other) = (desk.register_customer("Anna").await, desk.register_customer("Other").await);
    let bob = desk.register_agent("bob").await;
    let visitor = register_visitor(&desk, "zelda").await;
    let own = desk.open_ticket(1, anna, "Lamp", "Broken").await;
    let before = desk.open_ticket(2, visitor, "Shade", "Torn").await;
    desk.open_ticket(3, other, "Chair", "Lost").await;
    let chat = desk.start_chat(visitor, "Hello?").await;
    desk.say(chat, Actor::customer(visitor), "Anybody?").await;
    desk.act::<Customer>(visitor, Actor::SYSTEM, CustomerCommand::MergeInto { customer: CustomerId(anna) }).await;
    desk.act::<Customer>(anna, Actor::SYSTEM, CustomerCommand::Absorb { visitor: CustomerId(visitor) }).await;
    desk.settle().await;
    let (queries, viewer) = (desk.queries(), desk.agent(bob));
    let page = PageRequest { limit: 1, cursor: None };

    // By whichever id one asks, and page by page.
    for person in [anna, visitor] {
        for sort in [TicketSort::Urgency, TicketSort::Newest, TicketSort::Updated] {
            let filter = TicketFilter { customer_id: Some(person), sort, ..TicketFilter::default() };
            let first = queries.tickets(&viewer, &filter, &page).await.unwrap();
            let rest = PageRequest { cursor: first.next_cursor.clone(), ..page.clone() };
            let second = queries.tickets(&viewer, &filter, &rest).await.unwrap();
            let mut found: Vec<_> = first.items.iter().chain(&second.items).map(|ticket| ticket.id).collect();
            found.sort_unstable();
            let mut both = vec![own, before];
            both.sort_unstable();
            assert_eq!((found, second.next_cursor), (both, None));
            for ticket in first.items.iter().chain(&second.items) {
                assert_eq!((ticket.customer_id, ticket.customer_name.as_deref()), (anna, Some("Anna")));
            }
        }
        let filter = ChatFilter { customer_id: Some(person), ..ChatFilter::default() };
        let chats = queries.chats(&viewer, &filter, &PageRequest::default()).await.unwrap().items;
        assert_eq!(chats.len(), 1);
        assert_eq!((chats[0].visitor.id, chats[0].visitor.name.as_deref()), (anna, Some("Anna")));
    }
    let detail = queries.ticket(&viewer, before).await.unwrap().unwrap();
    assert_eq!((detail.ticket.customer_id, detail.customer_email.as_deref()), (anna, Some("anna@example.com")));
    let said = queries.messages(&viewer, ConversationKind::Chat, chat, &MessagePage::default()).await.unwrap().unwrap();
    assert_eq!((said.items[0].author.id, said.items[0].author.name.as_deref()), (Some(anna), Some("Anna")));

    // Counted, listed and searched as one person.
    let customer = queries.customer(&viewer, anna).await.unwrap().unwrap();
    assert_eq!((customer.ticket_count, customer.chat_count), (2, 1));
    assert!(customer.last_activity_at.is_some());
    let all = queries.customers(&viewer, &CustomerFilter::default(), &PageRequest::default()).await.unwrap().items;
    assert_eq!(all.iter().map(|customer| customer.id).collect::<Vec<_>>(), [other, anna]);
    for words in ["zelda", "anna"] {
        let search = CustomerFilter { search: Some(words.into()), ..CustomerFilter::default() };
        let found = queries.customers(&viewer, &search, &PageRequest::default()).await.unwrap().items;
        assert_eq!(found.iter().map(|customer| customer.id).collect::<Vec<_>>(), [anna], "{words}");
    }
    let search = TicketFilter { search: Some("anna".into()), sort: TicketSort::Newest, ..TicketFilter::default() };
    let found = queries.tickets(&viewer, &search, &PageRequest::default()).await.unwrap().items;
    assert_eq!(found.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [before, own]);
}

async fn addresses_are_found_whatever_their_case(engine: Engine) {
    let desk = Desk::open(engine).await;
    let (anna, bob) = (desk.register_customer("Anna").await, desk.register_agent("bob").await);
    let visitor = register_visitor(&desk, "Zoë").await;
    desk.settle().await;
    for (email, id, verified) in [("ANNA@Example.com", anna, true), (" zoË@stated.EXAMPLE", visitor, false)] {
        let filter = CustomerFilter { email: Some(email.into()), ..CustomerFilter::default() };
        let found = desk.queries().customers(&desk.agent(bob), &filter, &PageRequest::default()).await.unwrap().items;
        assert_eq!(found.len(), 1, "{email}");
        assert_eq!((found[0].id, found[0].email_verified), (id, verified));
    }
    // What differs from what is known stands beside it.
    let state = CustomerCommand::StateContact { name: Some("Anna B.".into()), email: Some("a.b@example.org".into()) };
    desk.act::<Customer>(anna, Actor::customer(anna), state).await;
    let ticket = desk.open_ticket(1, anna, "Lamp", "Broken").await;
    desk.settle().await;
    let detail = desk.queries().ticket(&desk.agent(bob), ticket).await.unwrap().unwrap();
    assert_eq!(detail.customer_email.as_deref(), Some("anna@example.com"));
    assert!(detail.customer_email_verified);
    let stated = (detail.customer_stated_name.as_deref(), detail.customer_stated_email.as_deref());
    assert_eq!(stated, (Some("Anna B."), Some("a.b@example.org")));
}

async fn unnamed_is_not_erased(engine: Engine) {
    let desk = Desk::open(engine).await;
    let bob = desk.register_agent("bob").await;
    let mut seen = Vec::new();
    for (number, erased) in [(1, false), (2, true)] {
        let id = new_id();
        let email = Some(format!("nameless{number}@example.org"));
        let (kind, name) = (CustomerKind::Visitor, None);
        let register = CustomerCommand::Register { kind, name, email, phone: None, external_id: None };
        desk.act::<Customer>(id, Actor::customer(id), register).await;
        let ticket = desk.open_ticket(number, id, "Lamp", "Broken").await;
        let chat = desk.start_chat(id, "Hello?").await;
        if erased {
            desk.erase(id).await;
        }
        desk.settle().await;
        let (queries, viewer) = (desk.queries(), desk.agent(bob));
        let ticket_seen = queries.ticket(&viewer, ticket).await.unwrap().unwrap().ticket;
        let chat = queries.chat(&viewer, chat).await.unwrap().unwrap();
        let said = queries.messages(&viewer, ConversationKind::Ticket, ticket, &MessagePage::default()).await.unwrap();
        let author = said.unwrap().items.remove(0).author;
        assert_eq!((ticket_seen.customer_name, author.name), (None, None));
        seen.push([ticket_seen.customer_erased, chat.visitor.erased, author.erased]);
    }
    assert_eq!(seen, [[false; 3], [true; 3]]);
}

async fn start_for(desk: &Desk, department: Option<DepartmentId>) -> Uuid {
    let (id, visitor) = (new_id(), register_visitor(desk, "waits").await);
    let command = ChatCommand::Start {
        customer_id: CustomerId(visitor),
        visitor_name: None,
        visitor_email: None,
        page: None,
        user_agent: None,
        ip: None,
        question: None,
        department_id: department,
        skills: Vec::new(),
        verified: false,
    };
    desk.act::<Chat>(id, Actor::customer(visitor), command).await;
    desk.pass(10);
    id
}

async fn each_queue_counts_its_own(engine: Engine) {
    let desk = Desk::open(engine).await;
    let bob = desk.register_agent("bob").await;
    let sales = DepartmentId(new_id());
    desk.act::<Department>(
        sales.0,
        Actor::SYSTEM,
        DepartmentCommand::Create { name: "Sales".into(), description: None },
    )
    .await;
    let first = start_for(&desk, None).await;
    let second = start_for(&desk, Some(sales)).await;
    let third = start_for(&desk, None).await;
    let fourth = start_for(&desk, Some(sales)).await;
    // Accepted and handed over, the first waits from then on.
    desk.accept(first, bob).await;
    desk.pass(10);
    let over = ChatCommand::Transfer { to_agent: None, to_department: Some(sales), note: None };
    desk.act::<Chat>(first, Actor::agent(bob), over).await;
    desk.settle().await;
    let queue = desk.queries().chat_queue(&desk.agent(bob), None, 10).await.unwrap();
    let places: Vec<_> = queue.iter().map(|chat| (chat.id, chat.queue_position)).collect();
    assert_eq!(places, [(second, Some(1)), (third, Some(1)), (fourth, Some(2)), (first, Some(3))]);
    // How long others waited for nobody in particular says nothing of the wait for Sales.
    assert_eq!(queue[0].estimated_wait_seconds, Some(40), "the first chat's wait, now of Sales");
    assert_eq!(queue[1].estimated_wait_seconds, None);
}

async fn ended_chats_are_listed_by_their_end(engine: Engine) {
    let desk = Desk::open(engine).await;
    let bob = desk.register_agent("bob").await;
    let (first, second, open) =
        (start_for(&desk, None).await, start_for(&desk, None).await, start_for(&desk, None).await);
    for chat in [second, first] {
        desk.pass(60);
        desk.act::<Chat>(chat, Actor::SYSTEM, ChatCommand::End { by: EndedBy::Timeout }).await;
    }
    desk.settle().await;
    let list = async |sort, limit, cursor| {
        let filter = ChatFilter { sort, ..ChatFilter::default() };
        let page = desk.queries().chats(&desk.agent(bob), &filter, &PageRequest { limit, cursor }).await.unwrap();
        (page.items.iter().map(|chat| chat.id).collect::<Vec<_>>(), page.next_cursor)
    };
    assert_eq!(list(ChatSort::Started, 10, None).await.0, [open, second, first]);
    let (page, next) = list(ChatSort::Ended, 1, None).await;
    assert_eq!(page, [first]);
    assert_eq!(list(ChatSort::Ended, 1, next).await.0, [second]);
}

async fn offers_are_told_from_chats_taken(engine: Engine) {
    let desk = Desk::open(engine).await;
    let bob = desk.register_agent("bob").await;
    let available = AgentCommand::ChangeAvailability { to: Availability::Available };
    desk.act::<Agent>(bob, Actor::agent(bob), available).await;
    let (taken, offered) = (start_for(&desk, None).await, start_for(&desk, None).await);
    for chat in [taken, offered] {
        desk.act::<Chat>(chat, Actor::SYSTEM, ChatCommand::Assign { to: AgentId(bob) }).await;
        let take = AgentCommand::TakeChat { chat_id: docket_domain::ChatId(chat), by_hand: false };
        desk.act::<Agent>(bob, Actor::SYSTEM, take).await;
    }
    desk.accept(taken, bob).await;
    desk.settle().await;
    let agent = desk.queries().agent(&desk.agent(bob), bob).await.unwrap().unwrap();
    assert_eq!((agent.active_chats, agent.offered_chats), (2, 1));

    // Who could take a chat is asked by what they say they can do.
    let could = async |departments: &[Uuid], skills: &[&str]| {
        let skills: Vec<_> = skills.iter().map(|skill| (*skill).to_owned()).collect();
        desk.queries().agents_for_chats(&desk.tenant, departments, &skills).await.unwrap().len()
    };
    assert_eq!((could(&[], &[]).await, could(&[], &["billing"]).await), (1, 1));
    assert_eq!((could(&[new_id()], &[]).await, could(&[], &["italian"]).await), (0, 0));
    desk.act::<Agent>(bob, Actor::SYSTEM, AgentCommand::ChangeCapacity { to: 0 }).await;
    desk.settle().await;
    assert_eq!(could(&[], &[]).await, 0);
}
