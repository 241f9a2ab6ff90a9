//! Idempotency keys: an append under a key happens once.

use docket_domain::TenantId;
use docket_store::{Expected, StoreError};

use super::harness::*;

pub(crate) async fn a_key_happens_once(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    let append = keyed(to(&stream, Expected::Version(0), vec![event("a"), event("b")]), key("k", 1));
    let first = store.append(append.clone()).await.unwrap();
    assert!(!first.replayed);
    assert_eq!(first.note.as_deref(), Some("note of 1"));
    let again = store.append(append).await.unwrap();
    assert!(again.replayed);
    assert_eq!((again.position, again.recorded_at), (first.position, first.recorded_at));
    assert_eq!(again.streams, first.streams);
    assert_eq!(again.note, first.note);
    assert_eq!(whole_log(&*store).await.len(), 2);
}

pub(crate) async fn a_key_with_another_request_is_refused(backend: &impl Backend) {
    let store = backend.open().await;
    let append = |request| keyed(to(&fresh_stream(), Expected::Any, vec![event("a")]), key("k", request));
    store.append(append(1)).await.unwrap();
    assert!(matches!(store.append(append(2)).await, Err(StoreError::KeyReused)));
    assert!(matches!(store.find_appended(&key("k", 2)).await, Err(StoreError::KeyReused)));
    assert_eq!(whole_log(&*store).await.len(), 1);
}

pub(crate) async fn a_refused_append_leaves_its_key_free(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    conflict(store.append(keyed(to(&stream, Expected::Version(5), vec![event("a")]), key("k", 1))).await);
    assert!(store.find_appended(&key("k", 1)).await.unwrap().is_none());
    let appended = store.append(keyed(to(&stream, Expected::Version(0), vec![event("a")]), key("k", 2))).await.unwrap();
    assert!(!appended.replayed);
}

pub(crate) async fn the_same_key_at_once_happens_once(backend: &impl Backend) {
    let (one, two) = (backend.open().await, backend.open().await);
    let stream = fresh_stream();
    let appends = (0..40_u8).map(|n| {
        let store = if n % 2 == 0 { &one } else { &two };
        let request = u8::from(n >= 30);
        let append = keyed(to(&stream, Expected::Any, vec![event("a")]), key("k", request));
        async move { (request, store.append(append).await) }
    });
    let results = futures::future::join_all(appends).await;
    let winner = results.iter().find(|(_, r)| r.as_ref().is_ok_and(|a| !a.replayed)).expect("one happens").0;
    let position = whole_stream(&*one, &stream).await[0].meta.position;
    for (request, result) in &results {
        match result {
            Ok(appended) => assert!(*request == winner && appended.position == position),
            Err(error) => assert!(*request != winner && matches!(error, StoreError::KeyReused), "{error}"),
        }
    }
    assert_eq!(results.iter().filter(|(_, r)| r.as_ref().is_ok_and(|a| !a.replayed)).count(), 1);
    assert_eq!(whole_log(&*two).await.len(), 1);
}

pub(crate) async fn keys_survive_reopening_and_are_found(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    let append = keyed(to(&stream, Expected::Version(0), vec![event("a")]), key("k", 1));
    let first = store.append(append.clone()).await.unwrap();
    store.close().await;
    let store = backend.open().await;
    let found = store.find_appended(&key("k", 1)).await.unwrap().expect("it was used");
    for answer in [found, store.append(append).await.unwrap()] {
        assert!(answer.replayed);
        assert_eq!(answer.position, first.position);
        assert_eq!(answer.recorded_at, first.recorded_at);
        assert_eq!(answer.streams, first.streams);
        assert_eq!(answer.note, first.note);
    }
}

pub(crate) async fn keys_belong_to_tenants(backend: &impl Backend) {
    let store = backend.open().await;
    let mut stream = fresh_stream();
    store.append(keyed(to(&stream, Expected::Any, vec![event("a")]), key("k", 1))).await.unwrap();
    stream.tenant = TenantId::new("other").unwrap();
    let mut foreign = key("k", 2);
    foreign.tenant = stream.tenant.clone();
    assert!(store.find_appended(&foreign).await.unwrap().is_none());
    assert!(!store.append(keyed(to(&stream, Expected::Any, vec![event("b")]), foreign)).await.unwrap().replayed);
}

pub(crate) async fn a_replay_wins_over_a_conflict(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    let append = keyed(to(&stream, Expected::Version(0), vec![event("a")]), key("k", 1));
    store.append(append.clone()).await.unwrap();
    add(&*store, &stream, "somebody else's").await;
    let again = store.append(append).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.streams[0].version, 1);
}

pub(crate) async fn a_key_under_which_nothing_changed_is_kept_too(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    let seen = add(&*store, &stream, "before").await.position;
    let keep = |version, request| {
        unchanged(vec![part(&stream, Expected::Version(version), Vec::new())], key("k", request), seen.0)
    };
    add(&*store, &fresh_stream(), "the log goes on").await;
    conflict(store.append(keep(0, 1)).await);
    assert!(store.find_appended(&key("k", 1)).await.unwrap().is_none(), "a conflict keeps nothing");
    let first = store.append(keep(1, 1)).await.unwrap();
    assert_eq!((first.replayed, first.changed, first.position, first.streams[0].version), (false, false, seen, 1));
    assert_eq!(whole_log(&*store).await.len(), 2, "it is no event");
    add(&*store, &stream, "after").await;
    store.close().await;
    let store = backend.open().await;
    // Who comes with the key again is answered as then, also who would change something now.
    let again = keyed(to(&stream, Expected::Version(2), vec![event("a")]), key("k", 1));
    let found = store.find_appended(&key("k", 1)).await.unwrap().expect("it is kept");
    for answer in [found, store.append(again).await.unwrap(), store.append(keep(1, 1)).await.unwrap()] {
        assert_eq!((answer.replayed, answer.changed, answer.position), (true, false, seen));
        assert_eq!((answer.streams, answer.note), (first.streams.clone(), first.note.clone()));
        assert_eq!(answer.recorded_at, first.recorded_at);
    }
    assert!(matches!(store.append(keep(2, 2)).await, Err(StoreError::KeyReused)));
    assert_eq!(whole_log(&*store).await.len(), 3);
    // Many at once, of which some would change something: one is the first, and the others get its answer.
    let now = whole_stream(&*store, &stream).await.len() as u64;
    let appends = (0..20_u8).map(|n| {
        let (version, key) = (Expected::Version(now), key("many", 1));
        store.append(match n % 2 {
            0 => unchanged(vec![part(&stream, version, Vec::new())], key, seen.0),
            _ => keyed(to(&stream, version, vec![event("a")]), key),
        })
    });
    let results: Vec<_> = futures::future::join_all(appends).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(results.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(
        results.iter().all(|answer| answer.changed == results[0].changed && answer.position == results[0].position)
    );
}
