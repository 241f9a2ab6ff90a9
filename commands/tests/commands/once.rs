//! A retried command happens once; a stale one is told what it missed.

use docket_commands::{CommandError, Invocation, RequestKey};
use docket_domain::ticket::{Priority, Ticket, TicketCommand, TicketStatus};
use docket_domain::{Actor, AgentId, MessageId};
use docket_store::new_id;
use futures::future::join_all;

use crate::desk::{Desk, code, request, types};

fn key(name: &str, body: &str) -> RequestKey {
    RequestKey::of_request(&Actor::SYSTEM, name, &[body.as_bytes()])
}

fn reply(body: &str) -> TicketCommand {
    TicketCommand::PostMessage { message_id: MessageId(new_id()), body: body.to_owned() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_with_one_key_open_one_ticket() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let invocation = desk.by_admin().once(key("k", "open"));
    let answers = join_all((0..20).map(|_| {
        let (commands, invocation) = (desk.commands.clone(), invocation.clone());
        async move { commands.open_ticket(&invocation, &request(customer)).await.unwrap() }
    }))
    .await;
    let first = answers.iter().find(|answer| !answer.replayed).unwrap();
    assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1);
    for answer in &answers {
        assert_eq!((&answer.stream, answer.version, &answer.note), (&first.stream, first.version, &first.note));
        assert!(answer.position >= first.position);
    }
    assert_eq!(first.note.as_deref().map(|note| note.starts_with("TKT-")), Some(true));
    let opened = types(&desk.log().await).into_iter().filter(|name| *name == "TicketOpened").count();
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn a_key_holds_after_a_restart_and_for_its_request_only() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let id = desk.ticket(customer).await;
    let by = desk.by(Actor::customer(customer)).once(key("k", "thanks"));
    let first = desk.commands.execute::<Ticket>(&by, id.0, reply("Thanks")).await.unwrap();

    let desk = desk.restarted().await;
    let again = desk.commands.execute::<Ticket>(&by, id.0, reply("Thanks")).await.unwrap();
    assert!(again.replayed && again.changed);
    assert_eq!((again.version, again.position), (first.version, first.position));
    assert_eq!(desk.events(&first.stream).await.len() as u64, first.version);

    let other = desk.by(Actor::customer(customer)).once(key("k", "no thanks"));
    assert_eq!(code(desk.commands.execute::<Ticket>(&other, id.0, reply("No thanks")).await), "key_reused");
}

#[tokio::test]
async fn a_repeated_request_is_answered_although_its_own_effect_would_refuse_it_now() {
    let desk = Desk::new().await;
    let id = desk.ticket(desk.customer().await).await;
    let close = TicketCommand::ChangeStatus { to: TicketStatus::Closed, reason: None };
    let at = desk.commands.load::<Ticket>(&desk.tenant, id).await.unwrap().version;
    // Closing twice is an impossible transition, and the version has moved: the key goes before both.
    let by = desk.by_admin().once(key("close", "")).if_at(at);
    let first = desk.commands.execute::<Ticket>(&by, id.0, close.clone()).await.unwrap();
    let again = desk.commands.execute::<Ticket>(&by, id.0, close.clone()).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.version, first.version);
    let without = desk.by_admin();
    assert_eq!(code(desk.commands.execute::<Ticket>(&without, id.0, close).await), "invalid_transition");
}

#[tokio::test]
async fn a_stale_command_is_refused_with_what_it_missed() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let id = desk.ticket(customer).await;
    let seen = desk.commands.load::<Ticket>(&desk.tenant, id).await.unwrap().version;
    let by_customer = desk.by(Actor::customer(customer));
    desk.commands.execute::<Ticket>(&by_customer, id.0, reply("One more thing")).await.unwrap();

    let urgent = TicketCommand::ChangePriority { to: Priority::Urgent };
    match desk.commands.execute::<Ticket>(&desk.by_admin().if_at(seen), id.0, urgent.clone()).await {
        Err(CommandError::Stale { current, missed, .. }) => {
            assert_eq!(current, seen + 1);
            assert_eq!(types(&missed), ["MessagePosted"]);
        }
        other => panic!("{other:?}"),
    }
    // A version that never was is as stale as an old one.
    assert_eq!(
        code(desk.commands.execute::<Ticket>(&desk.by_admin().if_at(seen + 50), id.0, urgent.clone()).await),
        "stale"
    );
    let done = desk.commands.execute::<Ticket>(&desk.by_admin().if_at(seen + 1), id.0, urgent).await.unwrap();
    assert_eq!(done.version, seen + 2);
}

#[tokio::test]
async fn what_is_so_already_changes_nothing() {
    let desk = Desk::new().await;
    let id = desk.ticket(desk.customer().await).await;
    let agent = desk.agent(1).await;
    let first = desk.commands.assign_ticket(&desk.by_admin(), id, agent).await.unwrap();
    assert!(first.changed);
    let again = desk.commands.assign_ticket(&desk.by_admin(), id, agent).await.unwrap();
    assert!(!again.changed && !again.replayed);
    assert_eq!((again.version, again.position), (first.version, first.position));
    assert_eq!(again.stream, first.stream);
    assert_eq!(code(desk.commands.assign_ticket(&desk.by_admin(), id, AgentId(new_id())).await), "invalid");
}

async fn a_key_under_which_nothing_changed_is_answered_alike(desk: Desk) {
    let id = desk.ticket(desk.customer().await).await;
    let to = |to| TicketCommand::ChangePriority { to };
    let urgent = async |key: Option<&str>| {
        let by = Invocation::by(desk.tenant.clone(), Actor::agent(uuid::Uuid::from_u128(7)));
        let by = match key {
            Some(key) => by.clone().once(RequestKey::of_request(&by.actor, key, &[b"urgent"])),
            None => by,
        };
        desk.commands.execute::<Ticket>(&by, id.0, to(Priority::Urgent)).await
    };
    let set = urgent(None).await.unwrap();
    let first = urgent(Some("k")).await.unwrap();
    assert_eq!(
        (first.changed, first.replayed, first.version, first.position),
        (false, false, set.version, set.position)
    );
    let low = desk.commands.execute::<Ticket>(&desk.by_admin(), id.0, to(Priority::Low)).await.unwrap();
    let again = urgent(Some("k")).await.unwrap();
    assert_eq!(
        (again.changed, again.replayed, again.version, again.position),
        (false, true, set.version, set.position)
    );
    assert_eq!(desk.commands.load_fresh::<Ticket>(&desk.tenant, id.0).await.unwrap().version, low.version);
    // Another node, which was not there, and another request.
    let node = desk.another_node().await;
    let by = Invocation::by(desk.tenant.clone(), Actor::agent(uuid::Uuid::from_u128(7)));
    let same = by.clone().once(RequestKey::of_request(&by.actor, "k", &[b"urgent"]));
    assert!(!node.execute::<Ticket>(&same, id.0, to(Priority::Urgent)).await.unwrap().changed);
    let other = by.clone().once(RequestKey::of_request(&by.actor, "k", &[b"low"]));
    assert_eq!(code(node.execute::<Ticket>(&other, id.0, to(Priority::Low)).await), "key_reused");
}

#[tokio::test]
async fn a_key_under_which_nothing_changed_is_answered_alike_on_sqlite() {
    a_key_under_which_nothing_changed_is_answered_alike(Desk::new().await).await;
}

#[tokio::test]
async fn a_key_under_which_nothing_changed_is_answered_alike_on_postgres() {
    a_key_under_which_nothing_changed_is_answered_alike(Desk::on_postgres().await).await;
}
