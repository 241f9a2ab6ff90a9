//! Events nobody understands: what lies before them is read, they are named, and in quarantine they are gone past.

use std::sync::Arc;

use docket_domain::customer::{CustomerEvent, CustomerKind, CustomerRegistered};
use docket_domain::{Actor, Category, Event, PersonalText, Position, StreamId};
use docket_store::vault::{MasterKey, open_vault};
use docket_store::{
    Clock as _, Decided, Draft, DraftStream, Expected, Filter, Journal, JournalError, SystemClock, new_id, verify,
};

use super::harness::*;

struct Log {
    journal: Journal,
    stream: StreamId,
    _vault: tempfile::TempDir,
}

/// Five events of one stream, as a process opens them.
async fn filled(backend: &impl Backend) -> Log {
    let log = open(backend, StreamId::new(acme(), Category::Customer, new_id())).await;
    let body = CustomerEvent::CustomerRegistered(CustomerRegistered {
        kind: CustomerKind::Customer,
        name: Some(PersonalText::Known("Ada".to_owned())),
        email: None,
        phone: None,
        external_id: None,
        email_verified: None,
    });
    let draft = || Draft {
        body: body.clone().into(),
        occurred_at: SystemClock.now(),
        actor: Actor::SYSTEM,
        data_subject: Some(docket_domain::PersonId(log.stream.id)),
        irregular: false,
    };
    let streams = vec![DraftStream {
        stream: log.stream.clone(),
        expected: Expected::Version(0),
        drafts: (0..5).map(|_| draft()).collect(),
    }];
    log.journal.append(streams, new_id(), None, None).await.unwrap();
    log
}

async fn open(backend: &impl Backend, stream: StreamId) -> Log {
    let vault = tempfile::tempdir().unwrap();
    let path = vault.path().join("vault.db");
    let clock = Arc::new(SystemClock);
    let keys = open_vault(path.to_str().unwrap(), MasterKey::from_bytes(&[7; 32]), clock.clone()).await.unwrap();
    let journal = Journal::new(backend.open().await, Arc::new(keys), clock);
    Log { journal, stream, _vault: vault }
}

pub(super) fn decided(reason: &str) -> Decided {
    Decided { by: "ada".to_owned(), reason: reason.to_owned(), at: SystemClock.now() }
}

fn positions(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.meta.position.0).collect()
}

async fn read(journal: &Journal, after: u64) -> Result<(Vec<u64>, u64), JournalError> {
    let page = journal.read_all(Position(after), &Filter::default(), 100).await?;
    Ok((positions(&page.events), page.scanned_to.0))
}

pub(crate) async fn an_event_nobody_understands_is_named_and_gone_past_in_quarantine(backend: &impl Tamper) {
    for poison in [
        "event_type = 'CustomerFrobbed'",
        "schema_version = 999",
        "payload = '{\"kind\":[]}'",
        "payload = 'not JSON'",
        "category = 99",
        "actor_kind = 99",
        "payload = '{\"kind\":\"customer\",\"name\":{\"$sealed\":\"AAAA\"}}'",
    ] {
        let log = filled(backend).await;
        let head = log.journal.store().head().await.unwrap().0;
        let (first, at) = (head - 5, head - 2);
        backend.tamper(format!("UPDATE events SET {poison} WHERE position = {at}")).await;

        assert_eq!(read(&log.journal, first).await.unwrap(), (vec![head - 4, head - 3], head - 3), "{poison}");
        let error = read(&log.journal, at - 1).await.expect_err(poison);
        assert_eq!(error.stuck_at(), Some(Position(at)), "{poison}: {error}");
        // A stream is asked for by its category, and a row that cannot be read at all stays in the way of its own.
        let of_stream = !poison.starts_with("category") && !poison.starts_with("actor_kind");
        if of_stream {
            assert_eq!(
                log.journal.read_stream(&log.stream, 0, 10).await.expect_err(poison).stuck_at(),
                Some(Position(at))
            );
        }

        log.journal.store().quarantine(Position(at), &decided("gone")).await.unwrap();
        log.journal.store().quarantine(Position(at), &decided("again")).await.unwrap();
        let all = log.journal.store().quarantined().await.unwrap();
        assert_eq!(all.last().map(|one| (one.position.0, one.reason.as_str())), Some((at, "gone")));
        assert_eq!(read(&log.journal, at - 1).await.unwrap(), (vec![head - 1, head], head), "{poison}");
        let recorded = log.journal.read_recorded(Position(first), &Filter::default(), 100).await.unwrap();
        assert_eq!(recorded.events.len(), 4, "{poison}");
        if of_stream {
            let all = log.journal.read_stream(&log.stream, 0, 3).await.unwrap();
            assert_eq!(positions(&all), [head - 4, head - 3, head - 1], "as many as are wanted: {poison}");
        }
        if of_stream {
            let whole = log.journal.read_whole_stream(&log.stream, 0, 10).await;
            assert_eq!(whole.expect_err("decides on nothing").stuck_at(), Some(Position(at)), "{poison}");
        }

        assert!(log.journal.store().release(Position(at), &decided("back")).await.unwrap());
        assert!(!log.journal.store().release(Position(at), &decided("twice")).await.unwrap());
        let changes = log.journal.store().quarantine_changes().await.unwrap();
        let [.., put, back] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((put.position.0, put.is_release, put.decided.reason.as_str()), (at, false, "gone"));
        assert_eq!((back.position.0, back.is_release, back.decided.reason.as_str()), (at, true, "back"));
        assert_eq!((put.decided.by.as_str(), put.decided.at <= back.decided.at), ("ada", true));
        log.journal.learn_quarantine().await.unwrap();
        assert!(read(&log.journal, at - 1).await.is_err(), "{poison}");
        backend.tamper(format!("DELETE FROM events WHERE position > {first}")).await;
    }
}

pub(crate) async fn quarantine_changes_nothing_in_the_log(backend: &impl Tamper) {
    let log = filled(backend).await;
    let before = verify(&**log.journal.store(), None, |_| ()).await.unwrap();
    log.journal.store().quarantine(Position(3), &decided("a test")).await.unwrap();
    let after = verify(&**log.journal.store(), None, |_| ()).await.unwrap();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    assert_eq!(whole_log(&**log.journal.store()).await.len(), 5);
}
