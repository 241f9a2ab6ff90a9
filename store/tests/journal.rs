//! The journal: what goes in typed comes out typed, in order, in pages of any size; erased people stay erased.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use docket_domain::ticket::{MessagePosted, StatusChanged, TicketStatus};
use docket_domain::{Actor, Category, DomainEvent, Event, PersonId, PersonalText, Position, StreamId, TenantId};
use docket_store::{
    Draft, DraftStream, Expected, Filter, Journal, Keyring as _, LogUrl, MasterKey, SystemClock, new_id, open_log,
    open_vault,
};

/// More than the journal reads on one core.
const TICKETS: usize = 400;

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn drafts(person: PersonId, journal: &Journal) -> Vec<Draft> {
    let message = MessagePosted {
        message_id: new_id().into(),
        author: Actor::customer(person.0),
        body: PersonalText::Known(format!("I am {person}")),
        first_response: None,
    };
    let status = StatusChanged {
        from: TicketStatus::Open,
        to: TicketStatus::Resolved,
        reason: None,
        resolution_seconds: Some(1),
    };
    [DomainEvent::Ticket(message.into()), DomainEvent::Ticket(status.into())]
        .into_iter()
        .map(|body| Draft {
            body,
            occurred_at: journal.clock().now(),
            actor: Actor::customer(person.0),
            data_subject: Some(person),
            irregular: false,
        })
        .collect()
}

async fn read(journal: &Journal, limit: usize) -> Vec<Event> {
    let (mut all, mut after) = (Vec::new(), Position::START);
    loop {
        let page = journal.read_all(after, &Filter::default(), limit).await.unwrap();
        if page.scanned_to == after {
            return all;
        }
        after = page.scanned_to;
        all.extend(page.events);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_any_size_read_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(SystemClock);
    let log = LogUrl::Sqlite(folder.path().join("log.db"));
    let vault = format!("sqlite:{}", folder.path().join("vault.db").display());
    let vault = open_vault(&vault, MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
    let journal = Journal::new(open_log(&log, clock.clone()).await.unwrap(), Arc::new(vault.clone()), clock);
    let people: Vec<PersonId> = (0..TICKETS).map(|_| PersonId(new_id())).collect();
    let appends = people.iter().map(|person| {
        let stream = StreamId::new(tenant(), Category::Ticket, person.0);
        let part = DraftStream { stream, expected: Expected::Version(0), drafts: drafts(*person, &journal) };
        journal.append(vec![part], new_id(), None, None)
    });
    futures::future::try_join_all(appends).await.unwrap();

    let erased = people[TICKETS / 2];
    vault.destroy(&tenant(), erased).await.unwrap();
    let whole = read(&journal, 10_000).await;
    assert_eq!(whole.len(), 2 * TICKETS);
    assert!(whole.iter().map(|event| event.meta.position.0).eq(1..=2 * TICKETS as u64));
    for event in &whole {
        let person = event.meta.data_subject.unwrap();
        let DomainEvent::Ticket(docket_domain::ticket::TicketEvent::MessagePosted(message)) = &event.body else {
            continue;
        };
        let expected =
            if person == erased { PersonalText::Erased } else { PersonalText::Known(format!("I am {person}")) };
        assert_eq!(message.body, expected);
    }
    assert_eq!(read(&journal, 77).await, whole);
}
