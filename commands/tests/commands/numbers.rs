//! Ticket numbers, and when none is taken.

use docket_commands::{CommandError, ConvertChat, RequestKey, StartChat};
use docket_domain::ticket::{Priority, TicketEvent};
use docket_domain::{Actor, AgentId, ChatId, DomainEvent, Event};
use docket_store::new_id;
use futures::future::join_all;

use crate::desk::{Desk, code, request};

#[tokio::test]
async fn what_is_refused_or_answered_already_takes_no_number() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let open = || request(customer);
    let mut refused = vec![open(), open(), open()];
    refused[0].subject = "  ".into();
    refused[1].tags = (0..500).map(|number| number.to_string()).collect();
    refused[2].assignee_id = Some(AgentId(new_id()));
    for request in &refused {
        assert_eq!(code(desk.commands.open_ticket(&desk.by_admin(), request).await), "invalid");
        assert!(desk.commands.check_opening(&desk.by_admin(), request).await.is_err());
    }
    let stale = desk.by_admin().if_at(7);
    let refused = desk.commands.open_ticket(&stale, &open()).await;
    assert!(matches!(refused, Err(CommandError::Stale { current: 0, .. })), "{refused:?}");
    let first = desk.by_admin().once(RequestKey::of_cause("one"));
    for again in [false, true, true] {
        let done = desk.commands.open_ticket(&first, &open()).await.unwrap();
        assert_eq!((done.note.as_deref(), done.replayed), (Some("TKT-000001"), again));
    }
    let next = desk.commands.open_ticket(&desk.by_admin(), &open()).await.unwrap();
    assert_eq!(next.note.as_deref(), Some("TKT-000002"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_request_many_times_at_once_takes_one_number() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    for round in 1..=3 {
        let by = desk.by_admin();
        let by = by.clone().once(RequestKey::of_request(&by.actor, "open", &[b"open"]));
        let opened = (0..24).map(|_| {
            let (commands, by) = (desk.commands.clone(), by.clone());
            tokio::spawn(async move { commands.open_ticket(&by, &request(customer)).await.unwrap() })
        });
        let opened: Vec<_> = join_all(opened).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(opened.iter().filter(|done| !done.replayed).count(), 1);
        let number = format!("TKT-{round:06}");
        assert!(opened.iter().all(|done| done.note.as_deref() == Some(number.as_str())), "{opened:?}");
    }
    let next = desk.commands.open_ticket(&desk.by_admin(), &request(customer)).await.unwrap();
    assert_eq!(next.note.as_deref(), Some("TKT-000004"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_number_taken_in_vain_goes_to_the_next_ticket() {
    let desk = Desk::new().await;
    let customer = desk.customer().await;
    let by = desk.by(Actor::customer(customer));
    let start = StartChat { message: Some("Hello".into()), ..StartChat::of(customer) };
    let chat = ChatId(desk.commands.start_chat(&by, &start).await.unwrap().stream.id);
    let converted = (0..24).map(|_| {
        let (commands, by) = (desk.commands.clone(), desk.by_admin());
        let request = ConvertChat {
            subject: "From a chat".into(),
            description: None,
            category: "general".into(),
            priority: Priority::Medium,
            department_id: None,
            assignee_id: None,
        };
        tokio::spawn(async move { code(commands.convert_chat(&by, chat, &request).await) })
    });
    let converted: Vec<_> = join_all(converted).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(converted.iter().filter(|outcome| **outcome == "done").count(), 1, "{converted:?}");
    assert!(converted.iter().all(|outcome| ["done", "already_converted"].contains(outcome)), "{converted:?}");
    for _ in 0..30 {
        desk.commands.open_ticket(&desk.by_admin(), &request(customer)).await.unwrap();
    }
    let mut numbers: Vec<_> = desk.log().await.iter().filter_map(number_of).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=31).collect::<Vec<_>>());
}

fn number_of(event: &Event) -> Option<u64> {
    match &event.body {
        DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) => Some(opened.number.0),
        _ => None,
    }
}
