//! Many callers, several instances, callers that go away.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use docket_domain::TenantId;
use docket_store::{Append, EventStore, Expected, StoreError};
use tokio::task::JoinSet;

use super::harness::*;

pub(crate) async fn writers_of_one_stream_with_retries(backend: &impl Backend) {
    let stores = [backend.open().await, backend.open().await];
    let stream = fresh_stream();
    let mut writers = JoinSet::new();
    for n in 0..64 {
        let (store, stream) = (Arc::clone(&stores[n % 2]), stream.clone());
        writers.spawn(async move {
            let mut version = 0;
            let mut done = 0;
            while done < 3 {
                match store.append(to(&stream, Expected::Version(version), vec![event("x")])).await {
                    Ok(appended) => {
                        assert_eq!(appended.streams[0].version, version + 1);
                        version += 1;
                        done += 1;
                    }
                    Err(StoreError::Conflict { actual, expected, .. }) => {
                        assert_eq!(expected, version);
                        assert_ne!(actual, version);
                        version = actual;
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    writers.join_all().await;
    let versions: Vec<_> = whole_stream(&*stores[0], &stream).await.iter().map(|e| e.meta.version).collect();
    assert_eq!(versions, (1..=192).collect::<Vec<_>>());
}

pub(crate) async fn dropped_futures_leave_all_or_nothing(backend: &impl Backend) {
    let store = backend.open().await;
    let several = store.capabilities().multi_stream_append;
    let mut tried = Vec::new();
    for n in 0..60_u64 {
        let streams = if several { vec![fresh_stream(), fresh_stream()] } else { vec![fresh_stream()] };
        let parts = streams.iter().map(|s| part(s, Expected::Version(0), vec![event("a"), event("b")])).collect();
        let append = store.append(Append { streams: parts, idempotency: None, unchanged_at: None });
        // Dropped after a growing time: before it is sent, while it is committed, after the answer.
        let answer = tokio::time::timeout(Duration::from_micros(n * 25), append).await;
        tried.push((streams, answer.is_ok_and(|result| result.is_ok())));
    }
    // Whatever was under way is done once a later append is.
    add(&*store, &fresh_stream(), "last").await;
    for (streams, acknowledged) in tried {
        let mut counts = HashSet::new();
        for stream in &streams {
            counts.insert(whole_stream(&*store, stream).await.len());
        }
        assert_eq!(counts.len(), 1, "a part of an append");
        assert!(counts.iter().all(|n| *n == 2 || (*n == 0 && !acknowledged)), "{counts:?} {acknowledged}");
    }
}

pub(crate) async fn two_instances_share_one_log(backend: &impl Backend) {
    let (one, two) = (backend.open().await, backend.open().await);
    let stream = fresh_stream();
    // Each instance remembers versions; each has to notice what the other did.
    for version in 0..20 {
        let store = if version % 2 == 0 { &one } else { &two };
        let appended = store.append(to(&stream, Expected::Version(version), vec![event("x")])).await.unwrap();
        assert_eq!(appended.streams[0].version, version + 1);
        let stale = if version % 2 == 0 { &two } else { &one };
        assert_eq!(
            conflict(stale.append(to(&stream, Expected::Version(version), vec![event("y")])).await),
            version + 1
        );
    }
    assert_eq!(whole_log(&*one).await, whole_log(&*two).await);
}

pub(crate) async fn numbers_are_never_given_twice(backend: &impl Backend) {
    let stores = [backend.open().await, backend.open().await];
    let mut takers = JoinSet::new();
    for n in 0..32_u32 {
        let store = Arc::clone(&stores[n as usize % 2]);
        takers.spawn(async move {
            let count = n % 5 + 1;
            let first = store.reserve_numbers(&acme(), "ticket", count).await.unwrap();
            (first..first + u64::from(count)).collect::<Vec<_>>()
        });
    }
    let numbers: Vec<u64> = takers.join_all().await.concat();
    let distinct: HashSet<_> = numbers.iter().collect();
    assert_eq!(distinct.len(), numbers.len());
}

pub(crate) async fn numbers_count_from_one_for_each_sequence(backend: &impl Backend) {
    let store = backend.open().await;
    let other = TenantId::new("other").unwrap();
    assert_eq!(store.reserve_numbers(&acme(), "ticket", 3).await.unwrap(), 1);
    assert_eq!(store.reserve_numbers(&acme(), "ticket", 1).await.unwrap(), 4);
    assert_eq!(store.reserve_numbers(&acme(), "chat", 1).await.unwrap(), 1);
    assert_eq!(store.reserve_numbers(&other, "ticket", 1).await.unwrap(), 1);
    store.close().await;
    let store = backend.open().await;
    assert_eq!(store.reserve_numbers(&acme(), "ticket", 1).await.unwrap(), 5);
    assert!(matches!(store.reserve_numbers(&acme(), "ticket", 0).await, Err(StoreError::Malformed(_))));
}

pub(crate) async fn numbers_set_aside_are_given_to_nobody(backend: &impl Backend) {
    let store = backend.open().await;
    let aside = async |store: &Arc<dyn EventStore>| store.numbers_aside(&acme(), "ticket").await.unwrap();
    assert_eq!(aside(&store).await, []);
    assert_eq!(store.reserve_numbers(&acme(), "ticket", 3).await.unwrap(), 1);
    assert_eq!(store.set_numbers_aside(&acme(), "ticket", 1_000).await.unwrap(), 4);
    assert_eq!(store.set_numbers_aside(&acme(), "ticket", 10).await.unwrap(), 1_001, "passed already");
    assert_eq!(store.set_numbers_aside(&acme(), "ticket", 1_000_000_000_000).await.unwrap(), 1_001);
    assert_eq!(aside(&store).await, [4..=1_000_000_000_000]);
    assert_eq!(store.reserve_numbers(&acme(), "ticket", 2).await.unwrap(), 1_000_000_000_001);
    store.close().await;
    let store = backend.open().await;
    assert_eq!(store.set_numbers_aside(&acme(), "ticket", 1_000_000_000_003).await.unwrap(), 1_000_000_000_003);
    assert_eq!(aside(&store).await, [4..=1_000_000_000_000, 1_000_000_000_003..=1_000_000_000_003]);
    assert_eq!(store.numbers_aside(&acme(), "chat").await.unwrap(), []);
    let beyond = store.set_numbers_aside(&acme(), "ticket", i64::MAX as u64).await;
    assert!(matches!(beyond, Err(StoreError::Malformed(_))));
}

pub(crate) async fn many_callers_are_all_answered(backend: &impl Backend) {
    let store: Arc<dyn EventStore> = backend.open().await;
    let mut callers = JoinSet::new();
    for _ in 0..500 {
        let store = Arc::clone(&store);
        callers.spawn(async move {
            let stream = fresh_stream();
            for version in 0..4 {
                store.append(to(&stream, Expected::Version(version), vec![event("x")])).await.unwrap();
            }
        });
    }
    callers.join_all().await;
    assert_eq!(whole_log(&*store).await.len(), 2000);
}

pub(crate) async fn a_new_log_can_be_opened_by_many_at_once(backend: &impl Backend) {
    let stores = futures::future::join_all((0..6).map(|_| backend.open())).await;
    for store in &stores {
        add(&**store, &fresh_stream(), "x").await;
    }
    assert_eq!(whole_log(&*stores[0]).await.len(), 6);
}
