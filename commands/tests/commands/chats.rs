//! Chats and agents' places.

use docket_commands::{ConvertChat, StartChat};
use docket_domain::agent::{AgentCommand, Availability};
use docket_domain::chat::{Chat, ChatCommand, ChatStatus, EndedBy};
use docket_domain::customer::Customer;
use docket_domain::ticket::{Priority, Ticket};
use docket_domain::{Actor, AgentId, Category, ChatId, CustomerId, DomainEvent, MessageId, StreamId, TicketId};
use docket_store::new_id;
use futures::future::join_all;

use crate::desk::{Desk, code, types};

async fn waiting(desk: &Desk) -> (ChatId, CustomerId) {
    let visitor = CustomerId(new_id());
    let start =
        StartChat { name: Some("Vera".into()), message: Some("Is anybody there?".into()), ..StartChat::of(visitor) };
    let done = desk.commands.start_chat(&desk.by(Actor::customer(visitor)), &start).await.unwrap();
    (ChatId(done.stream.id), visitor)
}

async fn chat(desk: &Desk, id: ChatId) -> Chat {
    (*desk.commands.load_fresh::<Chat>(&desk.tenant, id).await.unwrap().state).clone()
}

async fn places(desk: &Desk, agent: AgentId) -> u32 {
    desk.load_agent(agent).await.taken_places()
}

/// Whoever asks many times at once, of several nodes, has as many chats as they may have.
async fn taken_at_once(desk: &Desk) {
    let nodes = [desk.commands.clone(), desk.another_node().await];
    for (verified, most) in [(false, 1), (true, 3)] {
        let visitor = CustomerId(new_id());
        let outcomes = join_all((0..16).map(|number| {
            let (commands, by) = (nodes[number % 2].clone(), desk.by(Actor::customer(visitor)));
            let start = StartChat { verified, ..StartChat::of(visitor) };
            tokio::spawn(async move { code(commands.start_chat(&by, &start).await) })
        }))
        .await;
        let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap()).collect();
        let count = |code: &str| outcomes.iter().filter(|outcome| **outcome == code).count();
        assert_eq!((count("done"), count("chat_open")), (most, 16 - most), "{outcomes:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_has_more_chats_at_once_than_they_may_have() {
    taken_at_once(&Desk::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_has_more_chats_at_once_on_postgres_either() {
    taken_at_once(&Desk::on_postgres().await).await;
}

#[tokio::test]
async fn a_stranger_becomes_a_visitor_with_their_first_chat() {
    let desk = Desk::new().await;
    let (id, visitor) = waiting(&desk).await;
    let known = desk.commands.load::<Customer>(&desk.tenant, visitor).await.unwrap();
    assert_eq!(known.name.as_ref().unwrap().known(), Some("Vera"));
    let stream = docket_domain::StreamId::new(desk.tenant.clone(), docket_domain::Category::Chat, id);
    let events = desk.events(&stream).await;
    assert_eq!(types(&events), ["ChatStarted", "MessagePosted"]);
    assert!(events.iter().all(|event| event.meta.data_subject == Some(visitor.into())));
    let again = StartChat::of(visitor);
    let second = desk.commands.start_chat(&desk.by(Actor::customer(visitor)), &again).await;
    assert_eq!(code(second), "chat_open");
    desk.commands.end_chat(&desk.by(Actor::customer(visitor)), id, EndedBy::Visitor).await.unwrap();
    desk.commands.start_chat(&desk.by(Actor::customer(visitor)), &again).await.unwrap();
    assert_eq!(desk.commands.load_fresh::<Customer>(&desk.tenant, visitor).await.unwrap().version, 1);
    let other = CustomerId(new_id());
    assert_eq!(code(desk.commands.start_chat(&desk.by(Actor::customer(other)), &again).await), "forbidden");
}

#[tokio::test]
async fn a_place_follows_the_chat_from_offer_to_end() {
    let desk = Desk::new().await;
    let (a, b) = (desk.agent(1).await, desk.agent(1).await);
    let (id, _) = waiting(&desk).await;
    let routing = desk.by(Actor::SYSTEM);
    desk.commands.assign_chat(&routing, id, a).await.unwrap();
    assert_eq!((places(&desk, a).await, places(&desk, b).await), (1, 0));
    desk.commands.assign_chat(&routing, id, b).await.unwrap();
    assert_eq!((places(&desk, a).await, places(&desk, b).await), (0, 1));
    desk.commands.accept_chat(&desk.by(Actor::agent(b)), id, b).await.unwrap();
    assert_eq!(places(&desk, b).await, 1);

    let (second, _) = waiting(&desk).await;
    assert_eq!(code(desk.commands.accept_chat(&desk.by(Actor::agent(b)), second, b).await), "at_capacity");
    assert_eq!(chat(&desk, second).await.status, ChatStatus::Waiting);

    desk.commands.transfer_chat(&desk.by(Actor::agent(b)), id, Some(a), None, None).await.unwrap();
    assert_eq!((places(&desk, a).await, places(&desk, b).await), (1, 0));
    desk.commands.accept_chat(&desk.by(Actor::agent(a)), id, a).await.unwrap();
    desk.commands.end_chat(&desk.by(Actor::agent(a)), id, EndedBy::Agent).await.unwrap();
    assert_eq!((places(&desk, a).await, places(&desk, b).await), (0, 0));
    assert_eq!(code(desk.commands.end_chat(&desk.by(Actor::agent(a)), id, EndedBy::Agent).await), "invalid_transition");
}

#[tokio::test]
async fn nobody_gets_a_chat_who_takes_none_but_by_their_own_hand() {
    let desk = Desk::new().await;
    let (a, b) = (desk.agent(1).await, desk.agent(1).await);
    let away = AgentCommand::ChangeAvailability { to: Availability::Away };
    desk.commands.change_agent(&desk.by(Actor::agent(a)), a, &away).await.unwrap();
    let (id, _) = waiting(&desk).await;
    assert_eq!(code(desk.commands.assign_chat(&desk.by(Actor::SYSTEM), id, a).await), "not_available");
    assert_eq!(code(desk.commands.assign_chat(&desk.by(Actor::SYSTEM), id, AgentId(new_id())).await), "not_found");
    desk.commands.accept_chat(&desk.by(Actor::agent(a)), id, a).await.unwrap();
    assert_eq!(code(desk.commands.accept_chat(&desk.by(Actor::agent(b)), id, b).await), "chat_taken");
    assert_eq!(places(&desk, b).await, 0);
}

#[tokio::test]
async fn an_agent_who_writes_to_a_customer_has_the_chat_at_once() {
    let desk = Desk::new().await;
    let (agent, customer) = (desk.agent(1).await, desk.customer().await);
    let start = StartChat { message: Some("You called?".into()), ..StartChat::of(customer) };
    let done = desk.commands.start_chat(&desk.by(Actor::agent(agent)), &start).await.unwrap();
    let state = chat(&desk, ChatId(done.stream.id)).await;
    assert_eq!((state.status, state.agent_id), (ChatStatus::Active, Some(agent)));
    assert_eq!((state.agent_message_count(), places(&desk, agent).await), (1, 1));
}

#[tokio::test]
async fn an_agent_who_leaves_gives_their_chats_back_to_the_queue() {
    let desk = Desk::new().await;
    let (a, b) = (desk.agent(2).await, desk.agent(2).await);
    let (id, _) = waiting(&desk).await;
    desk.commands.accept_chat(&desk.by(Actor::agent(a)), id, a).await.unwrap();
    desk.commands.deactivate_agent(&desk.by_admin(), a).await.unwrap();
    let state = chat(&desk, id).await;
    assert_eq!((state.status, state.agent_id), (ChatStatus::Transferred, None));
    assert_eq!(places(&desk, a).await, 0);
    desk.commands.accept_chat(&desk.by(Actor::agent(b)), id, b).await.unwrap();
    let (other, _) = waiting(&desk).await;
    assert_eq!(code(desk.commands.accept_chat(&desk.by(Actor::agent(a)), other, a).await), "agent_deactivated");
}

#[tokio::test]
async fn a_chat_becomes_one_ticket() {
    let desk = Desk::new().await;
    let agent = desk.agent(1).await;
    let (id, visitor) = waiting(&desk).await;
    desk.commands.accept_chat(&desk.by(Actor::agent(agent)), id, agent).await.unwrap();
    let answer = ChatCommand::PostMessage { message_id: MessageId(new_id()), body: "Yes, I am.".into() };
    desk.commands.change_chat(&desk.by(Actor::agent(agent)), id, &answer).await.unwrap();
    let request = ConvertChat {
        subject: "Nobody there".into(),
        description: None,
        category: "other".into(),
        priority: Priority::High,
        department_id: None,
        assignee_id: Some(agent),
    };
    let done = desk.commands.convert_chat(&desk.by(Actor::agent(agent)), id, &request).await.unwrap();
    let ticket = desk.commands.load::<Ticket>(&desk.tenant, TicketId(done.stream.id)).await.unwrap();
    assert_eq!((ticket.chat_id, ticket.customer_id), (Some(id), visitor));
    assert_eq!(Some(ticket.number.to_string()), done.note);
    let DomainEvent::Ticket(docket_domain::ticket::TicketEvent::TicketOpened(opened)) =
        &desk.events(&done.stream).await[0].body
    else {
        panic!("a ticket begins with TicketOpened")
    };
    // Each turn is a message, whose words and when as they were.
    assert_eq!(opened.description.known(), Some("Is anybody there?"));
    assert_eq!(opened.author, Some(Actor::customer(visitor)));
    let said = desk.events(&StreamId::new(desk.tenant.clone(), Category::Chat, id)).await;
    let times: Vec<_> = said.iter().filter(|event| event.body.event_type() == "MessagePosted").collect();
    assert_eq!(opened.written_at, Some(times[0].meta.occurred_at));
    let carried: Vec<_> = desk
        .events(&done.stream)
        .await
        .into_iter()
        .filter_map(|event| match event.body {
            DomainEvent::Ticket(docket_domain::ticket::TicketEvent::MessagePosted(message)) => Some(message),
            _ => None,
        })
        .collect();
    assert_eq!(carried.len(), 1);
    assert_eq!((carried[0].body.known(), carried[0].author), (Some("Yes, I am."), Actor::agent(agent)));
    assert_eq!((carried[0].written_at, carried[0].first_response), (Some(times[1].meta.occurred_at), None));
    assert_eq!(chat(&desk, id).await.ticket_id, Some(TicketId(done.stream.id)));
    let again = desk.commands.convert_chat(&desk.by(Actor::agent(agent)), id, &request).await;
    assert_eq!(code(again), "already_converted");
}
