//! The journal: what goes in typed comes out typed, in order, in pages of any size; erased people stay erased.

use std::path::Path;
use std::sync::Arc;

use docket_domain::ticket::{MessagePosted, OrderLinked, StatusChanged, TicketStatus};
use docket_domain::{Actor, Category, DomainEvent, Event, PersonId, PersonalText, Position, StreamId, TenantId};
use docket_store::{
    Append, Draft, DraftStream, Expected, Filter, Journal, Keyring as _, LogUrl, MasterKey, NewEvent, StreamAppend,
    SystemClock, Vault, new_id, open_log, open_vault,
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
        written_at: None,
    };
    let status = StatusChanged {
        from: TicketStatus::Open,
        to: TicketStatus::Resolved,
        reason: None,
        resolution_seconds: Some(1),
        restored: false,
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

async fn open(folder: &Path) -> (Journal, Vault) {
    let clock = Arc::new(SystemClock);
    let log = LogUrl::Sqlite(folder.join("log.db"));
    let vault = format!("sqlite:{}", folder.join("vault.db").display());
    let vault = open_vault(&vault, MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
    (Journal::new(open_log(&log, clock.clone()).await.unwrap(), Arc::new(vault.clone()), clock), vault)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_any_size_read_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, vault) = open(folder.path()).await;
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

/// What an earlier version wrote in the clear cannot be taken out of the log, but nobody reads it after an erasure.
#[tokio::test]
async fn what_was_in_the_clear_once_reads_as_erased_too() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, vault) = open(folder.path()).await;
    let (erased, kept) = (PersonId(new_id()), PersonId(new_id()));
    for person in [erased, kept] {
        vault.ensure(&tenant(), person).await.unwrap();
        let linked = NewEvent {
            event_id: new_id(),
            event_type: "OrderLinked".into(),
            schema_version: 1,
            occurred_at: journal.clock().now(),
            actor: Actor::SYSTEM,
            correlation_id: new_id(),
            causation_id: None,
            data_subject: Some(person),
            irregular: false,
            payload: r#"{"to":"A-17"}"#.into(),
        };
        let stream = StreamId::new(tenant(), Category::Ticket, person.0);
        let streams = vec![StreamAppend { stream, expected: Expected::Version(0), events: vec![linked] }];
        journal.store().append(Append { streams, idempotency: None, unchanged_at: None }).await.unwrap();
    }
    vault.destroy(&tenant(), erased).await.unwrap();
    let read = read(&journal, 10).await;
    let linked = |to| DomainEvent::Ticket(OrderLinked { from: None, to: Some(to) }.into());
    assert_eq!(read[0].body, linked(PersonalText::Erased));
    assert_eq!(read[1].body, linked(PersonalText::from("A-17")));
}
