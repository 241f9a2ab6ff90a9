//! Tenants never see each other; customers never see notes or other customers' conversations. Looked for in everything
//! anybody is ever answered: bodies, streams, sockets, searches, counts.

use docket_tests::{Client, DEADLINE, Docket, LiveSocket, Person, SseStream};
use serde_json::{Value, json};

/// Every path a customer might ask, with their own ticket and chat and with somebody else's.
fn paths(ticket: &str, chat: &str, customer: &str) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/v1/tickets",
        "/v1/tickets?search=zebra",
        "/v1/tickets?archived=true",
        "/v1/ticket-counts",
        "/v1/chats",
        "/v1/chats?search=zebra",
        "/v1/chat-queue",
        "/v1/agents",
        "/v1/departments",
        "/v1/customers",
        "/v1/customers?search=zebra",
        "/v1/dashboard",
        "/v1/audit",
        "/v1/search?q=zebra",
        "/v1/me",
        "/v1/organisation",
        "/v1/tokens",
        "/v1/sessions",
        "/v1/customers?limit=100",
    ]
    .map(String::from)
    .to_vec();
    for part in ["", "/messages", "/events", "/sla", "?at_version=3", "/messages?latest=true"] {
        paths.push(format!("/v1/tickets/{ticket}{part}"));
    }
    for part in ["", "/messages", "/events", "/transcript"] {
        paths.push(format!("/v1/chats/{chat}{part}"));
    }
    paths.push(format!("/v1/customers/{customer}"));
    paths.push(format!("/v1/tickets?customer_id={customer}"));
    paths.push(format!("/v1/audit?stream_id={ticket}"));
    paths
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notes_and_other_peoples_conversations_reach_no_customer() {
    let docket = Docket::start().await;
    let admin = docket.admin();
    let ada = Person::agent(&admin, "Ada", "agent").await;
    let carl = Person::customer(&admin, "Carl").await;
    let eve = Person::customer(&admin, "Eve").await;

    // Everything is listened to from the start.
    let mut streams = Vec::new();
    let mut sockets = Vec::new();
    for who in [&carl, &eve] {
        streams.push(SseStream::open(&who.client, "/v1/events", None).await);
        let mut socket = LiveSocket::connect(&who.client, "/v1/live").await.expect("a socket");
        for topic in ["tickets", "chats", "agents"] {
            socket.send(&json!({ "type": "subscribe", "topic": topic })).await.expect("sent");
        }
        sockets.push(socket);
    }
    let ticket = carl.client.open_ticket(&carl.id, "carl-own zebra").await.id();
    let chat = carl.client.post("/v1/chats", json!({ "question": "carl-own zebra chat" })).await.id();
    for topic in [format!("ticket:{ticket}"), format!("chat:{chat}")] {
        for socket in &mut sockets {
            socket.send(&json!({ "type": "subscribe", "topic": topic, "after": 0 })).await.expect("sent");
        }
    }
    let path = format!("/v1/tickets/{ticket}");
    ada.client.post(&format!("{path}/notes"), json!({ "body": "note-secret zebra" })).await.ok();
    ada.client.post(&format!("{path}/messages"), json!({ "body": "public-answer zebra" })).await.ok();
    ada.client.post(&format!("{path}/tags"), json!({ "add": ["tag-secret"] })).await.ok();
    ada.client.put(&format!("{path}/snooze"), json!({ "until": "2030-01-01T00:00:00Z" })).await.ok();
    ada.client.put(&format!("/v1/agents/{}/availability", ada.id), json!({ "availability": "available" })).await.ok();
    let accepted = ada.client.post(&format!("/v1/chats/{chat}/accept"), json!({})).await;
    assert!(accepted.status == 200 || accepted.status == 409, "{accepted}");
    let moved = json!({ "to_agent": ada.id, "note": "transfer-secret zebra" });
    let _ = ada.client.post(&format!("/v1/chats/{chat}/transfer"), moved).await;
    let hers = eve.client.open_ticket(&eve.id, "eve-own zebra").await;
    let last = hers.ok()["position"].as_u64().expect("a position");

    for (who, foreign) in [(&carl, "eve-own"), (&eve, "carl-own")] {
        for path in paths(&ticket, &chat, if who.id == carl.id { &eve.id } else { &carl.id }) {
            let answer = who.client.get_at(&path, last).await;
            assert!(answer.status < 500, "{answer}");
            for secret in ["note-secret", "tag-secret", "transfer-secret", foreign] {
                assert!(!answer.text.contains(secret), "{} is told {secret}: {answer}", who.id);
            }
        }
    }
    // What they may see is there, and counted without the note.
    let own = carl.client.get(&path).await.ok();
    assert_eq!((&own["message_count"], &own["unread_count"]), (&json!(2), &json!(1)), "{own}");
    assert_eq!(own["note_count"], Value::Null);
    assert_eq!(eve.client.get(&path).await.status, 404);
    assert_eq!(eve.client.get(&format!("/v1/chats/{chat}")).await.status, 404);
    assert_eq!(eve.client.get("/v1/ticket-counts").await.ok()["tickets"]["total"], 1);
    let found = carl.client.get("/v1/search?q=zebra").await.ok();
    assert!(found.to_string().contains("carl-own"), "{found}");
    for command in ["notes", "tags", "archive", "merge"] {
        assert_eq!(
            carl.client.post(&format!("{path}/{command}"), json!({ "body": "x" })).await.status,
            403,
            "{command}"
        );
    }
    for (command, body) in [("messages", json!({ "body": "x" })), ("read", json!({}))] {
        assert_eq!(eve.client.post(&format!("{path}/{command}"), body).await.status, 404, "{command}");
    }

    for (n, (stream, socket)) in streams.iter_mut().zip(&mut sockets).enumerate() {
        let (who, own, foreign) = if n == 0 { (&carl, "carl-own", "eve-own") } else { (&eve, "eve-own", "carl-own") };
        let marker = format!("{own} last of all");
        who.client.open_ticket(&who.id, &marker).await.ok();
        let told = told_until(stream, socket, &marker).await;
        assert!(told.contains(own), "{told}");
        for secret in ["note-secret", "NoteAdded", "tag-secret", "transfer-secret", foreign] {
            assert!(!told.contains(secret), "the live routes tell {secret}: {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_never_see_each_other() {
    let mut docket = Docket::start().await;
    docket.stop().await;
    docket.run("org add", &["rivals"]);
    let token = token_of(&docket, "rivals");
    docket.resume().await;
    let (ours, theirs) = (docket.admin(), Client::new(&docket.url(), Some(&token)));
    let carl = Person::customer(&ours, "Carl").await;
    let rita = Person::customer(&theirs, "Rita").await;
    let mut stream = SseStream::open(&theirs, "/v1/events?after=0", None).await;
    let mut socket = LiveSocket::connect(&theirs, "/v1/live").await.expect("a socket");
    socket.send(&json!({ "type": "subscribe", "topic": "tickets", "after": 0 })).await.expect("sent");

    let opened = carl.client.open_ticket(&carl.id, "ours-secret zebra").await;
    let chat = carl.client.post("/v1/chats", json!({ "question": "ours-secret zebra" })).await.id();
    let hers = rita.client.open_ticket(&rita.id, "rivals-own zebra").await;
    // Numbers are each tenant's own.
    assert_eq!((&opened.ok()["number"], &hers.ok()["number"]), (&json!("TKT-000001"), &json!("TKT-000001")));
    let last = hers.ok()["position"].as_u64().expect("a position");
    let ticket = opened.id();
    for who in [&theirs, &rita.client] {
        for path in paths(&ticket, &chat, &carl.id) {
            let answer = who.get_at(&path, last).await;
            assert!(answer.status < 500 && !answer.text.contains("ours-secret"), "{answer}");
            assert!(!answer.text.contains("Carl"), "{answer}");
        }
        assert_eq!(who.get(&format!("/v1/tickets/{ticket}")).await.status, 404);
        for (method, path) in [
            (reqwest::Method::POST, format!("/v1/tickets/{ticket}/messages")),
            (reqwest::Method::PUT, format!("/v1/tickets/{ticket}/status")),
        ] {
            let body = if path.ends_with("status") { json!({ "status": "closed" }) } else { json!({ "body": "x" }) };
            let answer = who.send(who.request(method, &path).json(&body)).await;
            assert_eq!(answer.status, 404, "{answer}");
        }
    }
    assert_eq!(theirs.get("/v1/ticket-counts").await.ok()["tickets"]["total"], 1);
    assert_eq!(theirs.get("/v1/dashboard").await.ok()["total_tickets"], 1);
    rita.client.open_ticket(&rita.id, "last of all").await.ok();
    let told = told_until(&mut stream, &mut socket, "last of all").await;
    assert!(told.contains("rivals-own") && !told.contains("ours-secret"), "{told}");
}

/// What both tell up to `marker`. Both keep the log's order: what should have been told before it has been told.
async fn told_until(stream: &mut SseStream, socket: &mut LiveSocket, marker: &str) -> String {
    let mut by_stream = String::new();
    while !by_stream.contains(marker) {
        let event = stream.next(DEADLINE).await.unwrap_or_else(|| panic!("the stream ended: {by_stream}"));
        by_stream.push_str(&event.data);
    }
    let mut by_socket = String::new();
    while !by_socket.contains(marker) {
        let message = socket.next(DEADLINE).await.unwrap_or_else(|| panic!("the socket ended: {by_socket}"));
        by_socket.push_str(&message.to_string());
    }
    by_stream + &by_socket
}

/// An admin's token of another organisation, from the command line.
fn token_of(docket: &Docket, org: &str) -> String {
    let printed = docket.run("token issue", &["--label", "test", "--org", org]);
    let token = printed.split_whitespace().find(|word| word.starts_with("dk_"));
    token.unwrap_or_else(|| panic!("no token in {printed}")).to_owned()
}
