//! The live routes: resumed without gap or double, and slow readers who slow nobody.

use std::time::Duration;

use docket_tests::{DEADLINE, Docket, DocketOptions, LiveSocket, Person, SseStream};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_resume_without_gap_or_double_also_after_a_kill() {
    let mut docket = Docket::start().await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let ticket = admin.open_ticket(&carl.id, "Live").await;
    let path = format!("/v1/tickets/{}/messages", ticket.id());
    let start = ticket.ok()["position"].as_u64().expect("a position");
    let mut last_id = start.to_string();
    let mut bodies = Vec::new();
    for round in 0..4 {
        let mut stream = SseStream::open(&admin, "/v1/events?category=ticket", Some(&last_id)).await;
        for n in 0..5 {
            carl.client.post(&path, json!({ "body": format!("{round}-{n}") })).await.ok();
        }
        // One fewer than were written: the rest is told after reconnecting.
        for _ in 0..if round == 3 { 8 } else { 4 } {
            let event = stream.next(DEADLINE).await.expect("an event");
            if let Some(body) = event.json()["payload"]["body"].as_str() {
                bodies.push(body.to_owned());
            }
            last_id = event.id;
        }
        drop(stream);
        if round == 1 {
            docket.kill();
            docket.resume().await;
        }
    }
    let wanted: Vec<String> = (0..4).flat_map(|round| (0..5).map(move |n| format!("{round}-{n}"))).collect();
    assert_eq!(bodies, wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_tell_events_typing_and_who_is_looking() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let ada = Person::agent(&admin, "Ada", "agent").await;
    let carl = Person::customer(&admin, "Carl").await;
    let id = carl.client.open_ticket(&carl.id, "Live").await.id();
    let topic = format!("ticket:{id}");
    let mut hers = subscribed(&ada, &topic).await;
    let mut his = subscribed(&carl, &topic).await;

    his.send(&json!({ "type": "typing", "topic": topic })).await.expect("sent");
    let typing = told(&mut hers, "typing").await;
    assert_eq!(typing["from"]["id"], carl.id.as_str(), "{typing}");
    // A note being typed and somebody looking are the desk's own business.
    hers.send(&json!({ "type": "typing", "topic": topic, "internal": true })).await.expect("sent");
    hers.send(&json!({ "type": "viewing", "topic": topic })).await.expect("sent");
    ada.client.post(&format!("/v1/tickets/{id}/notes"), json!({ "body": "hidden" })).await.ok();
    ada.client.post(&format!("/v1/tickets/{id}/messages"), json!({ "body": "shown" })).await.ok();
    let first = his.next(DEADLINE).await.expect("a message");
    let mut seen = first;
    while seen["event"]["event_type"] != "MessagePosted" {
        assert!(!seen.to_string().contains("hidden") && seen["type"] != "presence", "{seen}");
        assert!(seen["internal"] != json!(true), "{seen}");
        seen = his.next(DEADLINE).await.expect("a message");
    }
    assert_eq!(seen["event"]["payload"]["body"], "shown");
    assert_eq!(told(&mut hers, "event").await["event"]["event_type"], "NoteAdded");

    let eve = Person::customer(&admin, "Eve").await;
    let mut hers = LiveSocket::connect(&eve.client, "/v1/live").await.expect("a socket");
    hers.send(&json!({ "type": "subscribe", "topic": topic })).await.expect("sent");
    assert_eq!(told(&mut hers, "error").await["code"], "not_found");
    hers.send(&json!({ "type": "nonsense" })).await.expect("sent");
    assert_eq!(told(&mut hers, "error").await["code"], "not_understood");
    assert!(LiveSocket::connect(&docket.anonymous(), "/v1/live").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_a_reader_that_stops_is_told_to_resync_and_slows_nobody() {
    // So much is more than a customer may write in an hour.
    let budgets = [
        "PERSON_KILOBYTES_PER_HOUR",
        "PERSON_CHANGES_PER_MINUTE",
        "ADDRESS_KILOBYTES_PER_HOUR",
        "ADDRESS_CHANGES_PER_MINUTE",
    ];
    let environment = budgets.map(|name| (format!("DOCKET_BUDGETS__{name}"), "1000000".to_owned())).to_vec();
    let docket = Docket::start_with(DocketOptions { environment, ..DocketOptions::default() }).await;
    let admin = docket.admin();
    let carl = Person::customer(&admin, "Carl").await;
    let id = carl.client.open_ticket(&carl.id, "Busy").await.id();
    let mut slow = LiveSocket::connect_with_room_for(64 * 1024, &carl.client, "/v1/live").await.expect("a socket");
    slow.send(&json!({ "type": "subscribe", "topic": "tickets" })).await.expect("sent");
    told(&mut slow, "subscribed").await;
    let mut fast = LiveSocket::connect(&admin, "/v1/live").await.expect("a socket");
    fast.send(&json!({ "type": "subscribe", "topic": "tickets" })).await.expect("sent");
    told(&mut fast, "subscribed").await;

    // The fast one reads all the time; the slow one now and then, so that it is never taken for dead.
    let reader = tokio::spawn(async move {
        let mut versions = Vec::new();
        while let Some(message) = fast.next(Duration::from_secs(5)).await {
            assert_ne!(message["type"], "resync", "a reader that keeps up is not told to resync");
            if let Some(version) = message["event"]["version"].as_u64() {
                versions.push(version);
            }
        }
        versions
    });
    // Large ones fill the sockets' buffers, far more than the slow one empties in minutes; small ones fill the hub's queue.
    let total = 8 * 160 + 16 * 340;
    let writer = tokio::spawn(async move {
        write(&carl, &id, 8, 160, &"x".repeat(50_000)).await;
        write(&carl, &id, 16, 340, "small").await;
    });
    let mut read = 0_u64;
    let mut before = 0;
    let mut message = slow.next(DEADLINE).await.expect("the first message");
    while !writer.is_finished() && message["type"] == "event" {
        let version = message["event"]["version"].as_u64().expect("a version");
        assert!(before == 0 || version == before + 1, "a gap that nobody spoke of: {before}, {version}");
        before = version;
        read += 1;
        // A quarter of a megabyte a second: the server sees it move.
        tokio::time::sleep(Duration::from_millis(200)).await;
        message = slow.next(DEADLINE).await.expect("a slow reader is not cut off");
    }
    writer.await.expect("written");
    while message["type"] == "event" {
        let version = message["event"]["version"].as_u64().expect("a version");
        assert!(before == 0 || version == before + 1, "a gap that nobody spoke of: {before}, {version}");
        before = version;
        read += 1;
        message = slow.next(Duration::from_secs(20)).await.unwrap_or(Value::Null);
    }
    assert!(read < total as u64, "the slow reader got all {total}: its buffers are larger than this test");
    assert_eq!(message["type"], "resync");

    let versions = reader.await.expect("the fast reader got everything in order");
    assert_eq!(versions.len(), total);
    assert!(versions.windows(2).all(|pair| pair[1] == pair[0] + 1), "a gap for the fast reader");
}

/// Has so many clients write so many messages each.
async fn write(who: &Person, ticket: &str, clients: usize, messages: usize, body: &str) {
    let path = format!("/v1/tickets/{ticket}/messages");
    let writers: Vec<_> = (0..clients)
        .map(|_| {
            let (client, path, body) = (who.client.clone(), path.clone(), body.to_owned());
            tokio::spawn(async move {
                for _ in 0..messages {
                    client.post(&path, json!({ "body": body })).await.ok();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("written");
    }
}

async fn subscribed(who: &Person, topic: &str) -> LiveSocket {
    let mut socket = LiveSocket::connect(&who.client, "/v1/live").await.expect("a socket");
    socket.send(&json!({ "type": "subscribe", "topic": topic })).await.expect("sent");
    told(&mut socket, "subscribed").await;
    socket
}

/// The next message of that type.
async fn told(socket: &mut LiveSocket, kind: &str) -> Value {
    loop {
        let message = socket.next(DEADLINE).await.unwrap_or_else(|| panic!("no {kind}"));
        if message["type"] == kind {
            return message;
        }
    }
}
