//! Live messages between nodes.

use std::time::Duration;

use docket_store::delivery::{LiveBus as _, LiveTopic, NatsLive};
use docket_tests::{NatsServer, eventually};
use tokio::time::timeout;

use crate::harness::{DEADLINE, acme, connect, on_both_servers};

on_both_servers!(fault_free_live_messages_reach_other_nodes_and_outlive_an_outage);

async fn fault_free_live_messages_reach_other_nodes_and_outlive_an_outage(mut nats: NatsServer) {
    docket_tests::set_up();
    let here = NatsLive::new(connect(&nats.url(), "here").await);
    let there = NatsLive::new(connect(&nats.url(), "there").await);
    let topic = LiveTopic::new("ticket.1").unwrap();
    let (mut near, mut far) = (here.subscribe(&acme(), &topic), there.subscribe(&acme(), &topic));

    reaches(&here, &topic, &mut far).await;
    // Once each: not again by way of the server.
    while timeout(Duration::from_millis(200), near.next()).await.is_ok() {}
    here.publish(&acme(), &topic, "once".into()).await.unwrap();
    assert_eq!(near.next().await, "once");
    assert!(timeout(Duration::from_millis(300), near.next()).await.is_err(), "heard itself twice");

    nats.kill();
    here.publish(&acme(), &topic, "alone".into()).await.unwrap();
    assert_eq!(timeout(DEADLINE, near.next()).await.unwrap(), "alone");
    nats.resume().await;
    reaches(&here, &topic, &mut far).await;
}

/// Says something until it is heard: what is said before both are connected is lost, as it may be.
async fn reaches(from: &NatsLive, topic: &LiveTopic, to: &mut docket_store::delivery::LiveSubscription) {
    let to = tokio::sync::Mutex::new(to);
    eventually(DEADLINE, || async {
        from.publish(&acme(), topic, "typing".into()).await.unwrap();
        timeout(Duration::from_millis(100), to.lock().await.next()).await.map(drop)
    })
    .await;
}
