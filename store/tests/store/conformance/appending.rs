//! Appending: versions, expectations, atomicity, and what is kept.

use docket_domain::{ActorKind, Category, StreamId, TenantId};
use docket_store::chain::{GENESIS, Leaf, link};
use docket_store::{Append, ChainKind, Expected, StoreError, new_id};

use super::harness::*;

pub(crate) async fn versions_count_from_one(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    let first = store.append(to(&stream, Expected::Version(0), vec![event("a"), event("b")])).await.unwrap();
    assert_eq!((first.streams[0].version, first.replayed, first.note), (2, false, None));
    let second = store.append(to(&stream, Expected::Version(2), vec![event("c")])).await.unwrap();
    assert_eq!(second.streams[0].version, 3);
    assert!(second.position > first.position);
    let events = whole_stream(&*store, &stream).await;
    assert_eq!(events.iter().map(|e| e.meta.version).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(events[2].meta.position, second.position);
    assert_eq!(store.head().await.unwrap(), second.position);
}

pub(crate) async fn a_wrong_expectation_is_a_conflict(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    assert_eq!(conflict(store.append(to(&stream, Expected::Version(1), vec![event("a")])).await), 0);
    add(&*store, &stream, "a").await;
    assert_eq!(conflict(store.append(to(&stream, Expected::Version(0), vec![event("b")])).await), 1);
    assert_eq!(conflict(store.append(to(&stream, Expected::Version(2), vec![event("b")])).await), 1);
    assert_eq!(whole_log(&*store).await.len(), 1);
}

pub(crate) async fn any_version_appends_at_the_end(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    for version in 1..=3 {
        assert_eq!(add(&*store, &stream, "x").await.streams[0].version, version);
    }
}

pub(crate) async fn malformed_appends_are_refused(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    let twice = vec![part(&stream, Expected::Any, vec![event("a")]), part(&stream, Expected::Any, vec![event("b")])];
    let mut untyped = event("a");
    untyped.event_type = "".into();
    let mut foreign = key("k", 1);
    foreign.tenant = TenantId::new("other").unwrap();
    for append in [
        Append { streams: Vec::new(), idempotency: None, unchanged_at: None },
        to(&stream, Expected::Any, Vec::new()),
        Append { streams: twice, idempotency: None, unchanged_at: None },
        to(&stream, Expected::Any, vec![event_with_payload("\"\0\"".into())]),
        to(&stream, Expected::Any, vec![untyped]),
        keyed(to(&stream, Expected::Any, vec![event("a")]), key("", 1)),
        keyed(to(&stream, Expected::Any, vec![event("a")]), key(&"k".repeat(256), 1)),
        keyed(to(&stream, Expected::Any, vec![event("a")]), foreign),
        to(&stream, Expected::Version(0), Vec::new()),
        unchanged(vec![part(&stream, Expected::Any, Vec::new())], key("k", 1), 0),
        unchanged(vec![part(&stream, Expected::Version(0), vec![event("a")])], key("k", 1), 0),
        Append {
            idempotency: None,
            ..unchanged(vec![part(&stream, Expected::Version(0), Vec::new())], key("k", 1), 0)
        },
    ] {
        let result = store.append(append).await;
        assert!(matches!(result, Err(StoreError::Malformed(_))), "{result:?}");
    }
    assert!(whole_log(&*store).await.is_empty());
}

pub(crate) async fn what_an_append_relies_on_has_to_stand(backend: &impl Backend) {
    let store = backend.open().await;
    if !store.capabilities().multi_stream_append {
        return;
    }
    let (written, relied) = (fresh_stream(), fresh_stream());
    add(&*store, &relied, "before").await;
    let append = |version| Append {
        streams: vec![
            part(&written, Expected::Any, vec![event("a")]),
            part(&relied, Expected::Version(version), Vec::new()),
            part(&fresh_stream(), Expected::Version(0), Vec::new()),
        ],
        idempotency: None,
        unchanged_at: None,
    };
    assert_eq!(conflict(store.append(append(0)).await), 1);
    let done = store.append(append(1)).await.unwrap();
    assert_eq!((done.streams[0].version, done.streams[1].version, done.changed), (1, 1, true));
    // Of two handed over together the one that comes first moves what the other relies on.
    let moving = store.append(to(&relied, Expected::Version(1), vec![event("b")]));
    let (moved, relying) = tokio::join!(moving, store.append(append(1)));
    assert_eq!(moved.unwrap().streams[0].version, 2);
    if let Ok(relying) = relying {
        assert!(relying.position < whole_stream(&*store, &relied).await[1].meta.position);
    }
    assert_eq!(conflict(store.append(append(1)).await), 2);
    assert_eq!(whole_stream(&*store, &relied).await.len(), 2, "nothing is written to what is only relied on");
}

pub(crate) async fn several_streams_are_one_append(backend: &impl Backend) {
    let store = backend.open().await;
    let (one, two) = (fresh_stream(), fresh_stream());
    add(&*store, &two, "before").await;
    let append = Append {
        streams: vec![
            part(&one, Expected::Version(0), vec![event("a"), event("b")]),
            part(&two, Expected::Version(1), vec![event("c")]),
        ],
        idempotency: None,
        unchanged_at: None,
    };
    let result = store.append(append).await;
    if !store.capabilities().multi_stream_append {
        assert!(matches!(result, Err(StoreError::Unsupported(_))), "{result:?}");
        assert_eq!(whole_log(&*store).await.len(), 1);
        return;
    }
    let appended = result.unwrap();
    let answered: Vec<_> = appended.streams.iter().map(|s| (s.stream.clone(), s.version)).collect();
    assert_eq!(answered, [(one.clone(), 2), (two.clone(), 2)]);
    assert_eq!(whole_stream(&*store, &two).await[1].meta.position, appended.position);
    assert_eq!(whole_stream(&*store, &one).await.len(), 2);
}

pub(crate) async fn a_conflict_in_one_stream_stops_all_of_them(backend: &impl Backend) {
    let store = backend.open().await;
    let (one, two) = (fresh_stream(), fresh_stream());
    let streams =
        vec![part(&one, Expected::Version(0), vec![event("a")]), part(&two, Expected::Version(7), vec![event("b")])];
    let result = store.append(Append { streams, idempotency: None, unchanged_at: None }).await;
    if store.capabilities().multi_stream_append {
        assert!(matches!(&result, Err(StoreError::Conflict { stream, .. }) if *stream == two), "{result:?}");
    } else {
        assert!(matches!(result, Err(StoreError::Unsupported(_))), "{result:?}");
    }
    assert!(whole_log(&*store).await.is_empty());
}

pub(crate) async fn conflicts_touch_no_other_append(backend: &impl Backend) {
    let store = backend.open().await;
    let shared = fresh_stream();
    // All are sent at once and so land in few batches: for each version of the shared stream exactly one may win.
    let appends = (0..60_u64).map(|n| {
        let (store, shared) = (&store, &shared);
        async move {
            if n % 2 == 0 {
                store.append(to(&fresh_stream(), Expected::Version(0), vec![event("own")])).await.map(|_| false)
            } else {
                store.append(to(shared, Expected::Version(0), vec![event("shared")])).await.map(|_| true)
            }
        }
    });
    let results = futures::future::join_all(appends).await;
    assert_eq!(results.iter().filter(|r| matches!(r, Ok(false))).count(), 30);
    assert_eq!(results.iter().filter(|r| matches!(r, Ok(true))).count(), 1);
    assert_eq!(results.iter().filter(|r| matches!(r, Err(StoreError::Conflict { actual: 1, .. }))).count(), 29);
    assert_eq!(whole_log(&*store).await.len(), 31);
}

pub(crate) async fn tenants_and_categories_are_streams_of_their_own(backend: &impl Backend) {
    let store = backend.open().await;
    let id = new_id();
    for tenant in ["acme", "other"] {
        for category in Category::ALL {
            let stream = StreamId::new(TenantId::new(tenant).unwrap(), category, id);
            let appended = store.append(to(&stream, Expected::Version(0), vec![event("a")])).await.unwrap();
            assert_eq!(appended.streams[0].version, 1);
            assert_eq!(whole_stream(&*store, &stream).await[0].meta.stream, stream);
        }
    }
}

pub(crate) async fn answers_carry_the_time_of_the_log(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    let first = add(&*store, &stream, "a").await;
    let second = add(&*store, &stream, "b").await;
    let events = whole_stream(&*store, &stream).await;
    assert_eq!(events[0].meta.recorded_at, first.recorded_at);
    assert_eq!(events[1].meta.recorded_at, second.recorded_at);
    assert!(first.recorded_at <= second.recorded_at);
    assert!(events[0].meta.occurred_at < first.recorded_at);
}

pub(crate) async fn everything_survives_reopening(backend: &impl Backend) {
    let stream = fresh_stream();
    let store = backend.open().await;
    let new = event("a");
    let appended = store.append(to(&stream, Expected::Version(0), vec![new.clone()])).await.unwrap();
    store.close().await;
    drop(store);
    let store = backend.open().await;
    let read = whole_stream(&*store, &stream).await.remove(0);
    assert_eq!(read.meta.event_id, new.event_id);
    assert_eq!(read.meta.position, appended.position);
    assert_eq!(read.meta.occurred_at, new.occurred_at);
    assert_eq!(read.meta.actor, new.actor);
    assert_eq!(read.meta.actor.kind, ActorKind::Agent);
    assert_eq!(read.meta.correlation_id, new.correlation_id);
    assert_eq!(read.meta.causation_id, new.causation_id);
    assert_eq!(read.meta.data_subject, new.data_subject);
    assert!(read.meta.irregular);
    assert_eq!((&*read.event_type, read.schema_version), (&*new.event_type, new.schema_version));
    assert_eq!(read.payload, new.payload);
    assert_eq!(conflict(store.append(to(&stream, Expected::Version(0), vec![event("b")])).await), 1);
    assert_eq!(add(&*store, &stream, "b").await.streams[0].version, 2);
}

pub(crate) async fn the_chain_is_the_documented_one(backend: &impl Backend) {
    let store = backend.open().await;
    let streams = [fresh_stream(), fresh_stream()];
    for n in 0..10 {
        add(&*store, &streams[n % 2], "x").await;
    }
    store.close().await;
    let store = backend.open().await;
    add(&*store, &streams[0], "after reopening").await;
    let mut hashes = std::collections::HashMap::new();
    for event in whole_log(&*store).await {
        let along = match store.capabilities().chain {
            ChainKind::Log => None,
            ChainKind::Stream => Some(event.meta.stream.clone()),
        };
        let previous = hashes.get(&along).copied().unwrap_or(GENESIS);
        assert_eq!(event.hash, link(&previous, &Leaf::of(&event).hash(&mut Vec::new())));
        hashes.insert(along, event.hash);
    }
}

pub(crate) async fn payloads_are_kept_to_the_byte(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    let payloads = [
        "{ \"b\" : 1.0e+0,\n\t\"a\":-0, \"a\" : 1 }".to_owned(),
        "{\"text\":\"Grüße 🦀 \u{202e}\u{fffd}\u{10ffff} e\u{301}\"}".to_owned(),
        r#"{"nul":"\u0000","lone":"\ud800","slash":"\/","quote":"\"'$$"}"#.to_owned(),
        "{}".to_owned(),
        format!("{{\"text\":\"{}\"}}", "x".repeat(3 << 20)),
    ];
    let events: Vec<_> = payloads.iter().cloned().map(event_with_payload).collect();
    store.append(to(&stream, Expected::Version(0), events)).await.unwrap();
    let read: Vec<_> = whole_stream(&*store, &stream).await.into_iter().map(|e| e.payload).collect();
    assert!(read == payloads);
}

pub(crate) async fn a_closed_log_refuses(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    add(&*store, &stream, "a").await;
    store.close().await;
    store.close().await;
    let result = store.append(to(&stream, Expected::Any, vec![event("b")])).await;
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
}
