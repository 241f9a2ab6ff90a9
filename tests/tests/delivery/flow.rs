//! When nothing fails, and when the broker was never there.

use std::time::Duration;

use docket_store::delivery::InProcessSource;
use docket_tests::{Database, NatsServer, NatsVersion, free_port};

use crate::harness::{DEADLINE, Desk, NEVER, Reader, on_both_servers, stream_equals_log};

on_both_servers!(
    fault_free_events_come_by_jetstream_alone,
    fault_an_event_too_large_for_the_broker_is_read_from_the_log,
    fault_messages_that_never_come_are_read_from_the_log,
);

/// The log is never polled here: what arrives after the start came from the broker.
async fn fault_free_events_come_by_jetstream_alone(nats: NatsServer) {
    let desk = Desk::new().await;
    desk.append(50).await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), NEVER).await;
    let listening = tokio::time::Instant::now() + DEADLINE;
    // The consumer is open once something arrives.
    while reader.seen().len() <= 50 {
        desk.append(1).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(tokio::time::Instant::now() < listening, "nothing came from the broker");
    }
    desk.append(500).await;
    reader.has_all_of(&desk).await;
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}

/// Only the link to the previous event shows that one is missing.
async fn fault_an_event_too_large_for_the_broker_is_read_from_the_log(nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), NEVER).await;
    let listening = tokio::time::Instant::now() + DEADLINE;
    while reader.seen().is_empty() {
        desk.append(1).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(tokio::time::Instant::now() < listening, "nothing came from the broker");
    }
    for _ in 0..3 {
        desk.append(10).await;
        desk.append_named(&"long ".repeat(300_000)).await; // 1.5 MB; the server takes 1 MiB
        desk.append(10).await;
    }
    reader.has_all_of(&desk).await;
    relay.stop().await;
}

/// The relay is gone: a lost tail shows in nothing but the log's head.
async fn fault_messages_that_never_come_are_read_from_the_log(nats: NatsServer) {
    let desk = Desk::new().await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), Duration::from_millis(250)).await;
    desk.append(50).await;
    reader.has_all_of(&desk).await;
    relay.stop().await;
    desk.append(50).await;
    reader.has_all_of(&desk).await;

    let relay = desk.relay(&nats.url(), "relay").await;
    desk.append(50).await;
    reader.has_all_of(&desk).await;
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}

/// NATS comes later than everything else.
#[tokio::test(flavor = "multi_thread")]
async fn fault_nats_not_there_at_the_start() {
    let Some(mut nats) = NatsServer::start(NatsVersion::Debian).await else { return };
    nats.kill();
    let desk = Desk::new().await;
    desk.append(20).await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let reader = desk.reader(&nats.url(), Duration::from_millis(250)).await;
    desk.append(20).await;
    reader.has_all_of(&desk).await;

    nats.resume().await;
    stream_equals_log(&desk, &nats.url()).await;
    desk.append(20).await;
    reader.has_all_of(&desk).await;
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}

/// Nobody listens and nobody ever will.
#[tokio::test(flavor = "multi_thread")]
async fn fault_nats_never_there() {
    let desk = Desk::new().await;
    let url = format!("nats://127.0.0.1:{}", free_port());
    let relay = desk.relay(&url, "relay").await;
    let reader = desk.reader(&url, Duration::from_millis(250)).await;
    desk.append(100).await;
    reader.has_all_of(&desk).await;
    relay.stop().await;
}

/// Without a broker: some readers hear of appends, the other finds them by looking.
async fn readers_without_a_broker(desk: &Desk) {
    desk.append(300).await;
    let source = InProcessSource::with_poll(desk.writer.clone(), NEVER);
    let near = [Reader::start(source.clone()).await, Reader::start(source).await];
    let far = Reader::start(InProcessSource::new(desk.other_process().await)).await;
    desk.append(300).await;
    for reader in near.iter().chain([&far]) {
        reader.has_all_of(desk).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_free_feeds_without_a_broker() {
    readers_without_a_broker(&Desk::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_free_feeds_on_postgres_without_a_broker() {
    let database = Database::create().await;
    readers_without_a_broker(&Desk::on_postgres(&database).await).await;
}

/// Several nodes: log in PostgreSQL, news by NATS, readers on nodes that did not write.
#[tokio::test(flavor = "multi_thread")]
async fn fault_free_nodes_on_postgres_and_nats() {
    let Some(nats) = NatsServer::start(NatsVersion::Debian).await else { return };
    let database = Database::create().await;
    let desk = Desk::on_postgres(&database).await;
    desk.append(30).await;
    let relay = desk.relay(&nats.url(), "relay").await;
    let readers = [
        desk.reader(&nats.url(), Duration::from_millis(250)).await,
        desk.reader(&nats.url(), Duration::from_millis(250)).await,
    ];
    desk.append(200).await;
    for reader in readers {
        reader.has_all_of(&desk).await;
    }
    stream_equals_log(&desk, &nats.url()).await;
    relay.stop().await;
}
