//! Reading: pages, filters, and hints.

use std::time::Duration;

use docket_domain::{Category, Position, StreamId, TenantId};
use docket_store::{Expected, Filter, new_id};

use super::harness::*;

pub(crate) async fn a_stream_is_read_in_pages(backend: &impl Backend) {
    let store = backend.open().await;
    let stream = fresh_stream();
    store.append(to(&stream, Expected::Any, (0..25).map(|n| event(&n.to_string())).collect())).await.unwrap();
    let all = whole_stream(&*store, &stream).await;
    assert_eq!(all.len(), 25);
    assert_eq!(store.read_stream(&stream, 0, 10).await.unwrap(), all[..10]);
    assert_eq!(store.read_stream(&stream, 10, 10).await.unwrap(), all[10..20]);
    assert_eq!(store.read_stream(&stream, 20, 10).await.unwrap(), all[20..]);
    assert!(store.read_stream(&stream, 25, 10).await.unwrap().is_empty());
    assert!(store.read_stream(&stream, u64::MAX, 10).await.unwrap().is_empty());
    assert!(store.read_stream(&fresh_stream(), 0, 10).await.unwrap().is_empty());
}

pub(crate) async fn the_log_is_read_in_pages(backend: &impl Backend) {
    let store = backend.open().await;
    let streams = [fresh_stream(), fresh_stream(), fresh_stream()];
    let mut appended = Vec::new();
    for n in 0..50 {
        let new = event("x");
        appended.push(new.event_id);
        store.append(to(&streams[n % 3], Expected::Any, vec![new])).await.unwrap();
    }
    assert_eq!(ids(&whole_log(&*store).await), appended);
    let mut read = Vec::new();
    let mut after = Position::START;
    while after < store.head().await.unwrap() {
        let page = store.read_all(after, &Filter::default(), 7).await.unwrap();
        assert!(page.scanned_to > after);
        after = page.scanned_to;
        read.extend(page.events);
    }
    assert_eq!(ids(&read), appended);
    if store.capabilities().dense_positions {
        let positions: Vec<_> = read.iter().map(|event| event.meta.position.0).collect();
        assert_eq!(positions, (1..=50).collect::<Vec<_>>());
    }
    assert!(store.read_all(Position(u64::MAX - 1), &Filter::default(), 7).await.unwrap().events.is_empty());
}

pub(crate) async fn filters_say_how_far_they_looked(backend: &impl Backend) {
    let store = backend.open().await;
    let other = TenantId::new("other").unwrap();
    let rare = StreamId::new(other.clone(), Category::Chat, new_id());
    let common = fresh_stream();
    for n in 0..60 {
        add(&*store, if n == 30 { &rare } else { &common }, "x").await;
    }
    for (filter, expected) in [
        (Filter { tenant: Some(other.clone()), ..Filter::default() }, 1),
        (Filter { categories: vec![Category::Chat, Category::Agent], ..Filter::default() }, 1),
        (Filter { categories: vec![Category::Chat, Category::Ticket], ..Filter::default() }, 60),
        (Filter { tenant: Some(other), categories: vec![Category::Ticket], ..Filter::default() }, 0),
    ] {
        let (mut found, mut after) = (0, Position::START);
        loop {
            let page = store.read_all(after, &filter, 10).await.unwrap();
            if page.scanned_to == after {
                break;
            }
            for event in &page.events {
                assert!(event.meta.position > after && event.meta.position <= page.scanned_to);
                assert!(filter.tenant.as_ref().is_none_or(|tenant| *tenant == event.meta.stream.tenant));
            }
            found += page.events.len();
            after = page.scanned_to;
        }
        assert_eq!(found, expected, "{filter:?}");
        assert_eq!(after, store.head().await.unwrap(), "{filter:?}");
    }
}

pub(crate) async fn an_empty_log_reads_as_such(backend: &impl Backend) {
    let store = backend.open().await;
    assert_eq!(store.head().await.unwrap(), Position::START);
    let page = store.read_all(Position::START, &Filter::default(), 10).await.unwrap();
    assert!(page.events.is_empty());
    assert_eq!(page.scanned_to, Position::START);
    assert_eq!(*store.appended().borrow(), Position::START);
}

pub(crate) async fn appends_are_announced(backend: &impl Backend) {
    let (here, elsewhere) = (backend.open().await, backend.open().await);
    let (mut near, mut far) = (here.appended(), elsewhere.appended());
    let position = add(&*here, &fresh_stream(), "x").await.position;
    for hint in [&mut near, &mut far] {
        tokio::time::timeout(Duration::from_secs(20), hint.wait_for(|at| *at >= position)).await.unwrap().unwrap();
    }
}
