//! Many at once, in one process and in several.

use std::collections::BTreeSet;

use docket_commands::Commands;
use docket_domain::agent::Agent;
use docket_domain::chat::Chat;
use docket_domain::ticket::{Priority, Ticket, TicketCommand, TicketStatus};
use docket_domain::{Actor, AgentId, ChatId, MessageId, TicketId};
use docket_store::new_id;
use futures::future::join_all;

use crate::desk::{Desk, code, request, types};

fn note(body: String) -> TicketCommand {
    TicketCommand::AddNote { message_id: MessageId(new_id()), body }
}

/// Writers on one ticket, spread over the given write sides: nothing is lost, nothing doubled.
async fn storm(desk: &Desk, nodes: &[Commands], writers: usize) {
    let id = desk.ticket(desk.customer().await).await;
    let before = desk.commands.load::<Ticket>(&desk.tenant, id).await.unwrap().version;
    let versions = join_all((0..writers).map(|writer| {
        let (commands, invocation) = (nodes[writer % nodes.len()].clone(), desk.by_admin());
        tokio::spawn(async move {
            let done = commands.execute::<Ticket>(&invocation, id.0, note(format!("note {writer}"))).await;
            done.unwrap().version
        })
    }))
    .await;
    let versions: BTreeSet<u64> = versions.into_iter().map(|version| version.unwrap()).collect();
    assert_eq!(versions, (before + 1..=before + writers as u64).collect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_writers_on_one_ticket_all_succeed() {
    let desk = Desk::new().await;
    storm(&desk, std::slice::from_ref(&desk.commands), 64).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_of_two_nodes_on_one_ticket_all_succeed() {
    let desk = Desk::new().await;
    storm(&desk, &[desk.commands.clone(), desk.another_node().await], 32).await;
    let desk = Desk::on_postgres().await;
    storm(&desk, &[desk.commands.clone(), desk.another_node().await], 32).await;
}

#[tokio::test]
async fn a_refusal_is_given_on_what_is_in_the_log_not_on_what_was_cached() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let id = desk.ticket(customer).await;
    let other = desk.another_node().await;
    let close = TicketCommand::ChangeStatus { to: TicketStatus::Closed, reason: None };
    let open = TicketCommand::ChangeStatus { to: TicketStatus::Open, reason: None };
    desk.commands.execute::<Ticket>(&desk.by_admin(), id.0, close.clone()).await.unwrap();
    assert_eq!(other.load::<Ticket>(&desk.tenant, id).await.unwrap().status, TicketStatus::Closed);
    desk.commands.execute::<Ticket>(&desk.by_admin(), id.0, open).await.unwrap();

    // The other node still believes it closed: a message would be refused.
    let reply = TicketCommand::PostMessage { message_id: MessageId(new_id()), body: "And now?".to_owned() };
    other.execute::<Ticket>(&desk.by(Actor::customer(customer)), id.0, reply).await.unwrap();
    // This node believes nothing happened since: what changes nothing is checked as well.
    let done = other.execute::<Ticket>(&desk.by_admin(), id.0, close.clone()).await.unwrap();
    assert_eq!(code(desk.commands.execute::<Ticket>(&desk.by_admin(), id.0, close).await), "invalid_transition");
    let medium = TicketCommand::ChangePriority { to: Priority::Medium };
    assert_eq!(code(desk.commands.execute::<Ticket>(&desk.by_admin(), id.0, medium).await), "ticket_closed");
    assert_eq!(desk.commands.load::<Ticket>(&desk.tenant, id).await.unwrap().version, done.version);
}

#[tokio::test]
async fn a_stale_condition_is_judged_by_the_log() {
    let desk = Desk::new().await;
    let id = desk.ticket(desk.customer().await).await;
    let other = desk.another_node().await;
    other.load::<Ticket>(&desk.tenant, id).await.unwrap();
    let done = desk.commands.execute::<Ticket>(&desk.by_admin(), id.0, note("one".into())).await.unwrap();
    // The other node has an older version cached than the one the caller names.
    other.execute::<Ticket>(&desk.by_admin().if_at(done.version), id.0, note("two".into())).await.unwrap();
    let late = desk.commands.execute::<Ticket>(&desk.by_admin().if_at(done.version), id.0, note("three".into())).await;
    assert_eq!(code(late), "stale");
}

/// Fifty chats for three agents with five places, routed by two nodes at once.
async fn rush(desk: &Desk) {
    let nodes = [desk.commands.clone(), desk.another_node().await];
    let agents = [desk.agent(1).await, desk.agent(2).await, desk.agent(2).await];
    let mut chats = Vec::new();
    for _ in 0..50 {
        let visitor = docket_domain::CustomerId(new_id());
        let start = docket_commands::StartChat::of(visitor);
        let done = desk.commands.start_chat(&desk.by(Actor::customer(visitor)), &start).await.unwrap();
        chats.push(ChatId(done.stream.id));
    }
    let outcomes = join_all(chats.iter().enumerate().map(|(index, chat)| {
        let (commands, chat, agent) = (nodes[index % 2].clone(), *chat, agents[index % 3]);
        let invocation = desk.by(Actor::SYSTEM);
        tokio::spawn(async move { code(commands.assign_chat(&invocation, chat, agent).await) })
    }))
    .await;
    let outcomes: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == "done").count(), 5, "{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| ["done", "at_capacity"].contains(outcome)), "{outcomes:?}");
    holds(desk, &agents, &chats).await;
}

/// Chats and agents agree on who holds what, and nobody holds more than they may.
async fn holds(desk: &Desk, agents: &[AgentId], chats: &[ChatId]) {
    for id in agents {
        let agent: Agent = desk.load_agent(*id).await;
        assert!(agent.active_chats.len() <= agent.max_concurrent_chats as usize);
        let mut of_chats = BTreeSet::new();
        for chat in chats {
            let state = desk.commands.load_fresh::<Chat>(&desk.tenant, *chat).await.unwrap();
            if state.place_of() == Some(*id) {
                of_chats.insert(*chat);
            }
        }
        assert_eq!(agent.active_chats, of_chats);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn capacity_is_never_exceeded() {
    rush(&Desk::new().await).await;
    rush(&Desk::on_postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ticket_numbers_are_unique_over_nodes() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let nodes = [desk.commands.clone(), desk.another_node().await];
    let opened = join_all((0..100).map(|index: usize| {
        let (commands, invocation) = (nodes[index % 2].clone(), desk.by_admin());
        tokio::spawn(async move { commands.open_ticket(&invocation, &request(customer)).await.unwrap() })
    }))
    .await;
    let opened: Vec<_> = opened.into_iter().map(|done| done.unwrap()).collect();
    let numbers: BTreeSet<_> = opened.iter().map(|done| done.note.clone().unwrap()).collect();
    assert_eq!(numbers.len(), 100);
    let ticket = desk.commands.load::<Ticket>(&desk.tenant, TicketId(opened[0].stream.id)).await.unwrap();
    assert_eq!(Some(ticket.number.to_string()), opened[0].note);
    assert_eq!(types(&desk.events(&opened[0].stream).await)[0], "TicketOpened");
}
