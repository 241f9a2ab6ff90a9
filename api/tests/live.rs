//! Live: server-sent events and the WebSocket resume without a gap or a double.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::harness::{Client, TestDesk};

const PATIENCE: Duration = Duration::from_secs(10);

/// A WebSocket on `/v1/live`.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Socket {
    pub(crate) async fn connect(client: &Client) -> Self {
        Self::connect_from(client, None).await
    }

    /// The same from a page of `origin`.
    pub(crate) async fn connect_from(client: &Client, origin: Option<&str>) -> Self {
        let mut request =
            format!("{}/v1/live", client.base.replacen("http", "ws", 1)).into_client_request().expect("a request");
        if let Some(token) = &client.token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a value"));
        }
        if let Some((cookie, _)) = &client.session {
            request.headers_mut().insert("cookie", cookie.parse().expect("a value"));
        }
        // Whoever has a session has it in a page of the desk's own.
        if let Some(origin) = origin.or_else(|| client.session.as_ref().map(|_| client.base.as_str())) {
            request.headers_mut().insert("origin", origin.parse().expect("a value"));
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("it opens");
        let mut socket = Self(socket);
        assert_eq!(socket.next(PATIENCE).await.expect("a welcome")["type"], "welcome");
        socket
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.expect("said");
    }

    pub(crate) async fn next(&mut self, patience: Duration) -> Option<Value> {
        loop {
            match tokio::time::timeout(patience, self.0.next()).await.ok()?? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The code with which the server closes; what it says before is dropped.
    pub(crate) async fn closed_with(&mut self) -> Option<u16> {
        loop {
            match tokio::time::timeout(PATIENCE, self.0.next()).await.ok()?? {
                Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// The next message of that type; others on the way are dropped.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next(PATIENCE).await.unwrap_or_else(|| panic!("no {kind} came"));
            if message["type"] == kind {
                return message;
            }
        }
    }

    async fn subscribe(&mut self, topic: &str, after: Option<u64>) -> Value {
        self.say(&json!({ "type": "subscribe", "topic": topic, "after": after })).await;
        self.next_of("subscribed").await
    }
}

/// An event of a stream.
#[derive(Debug)]
pub(crate) struct SseEvent {
    pub id: u64,
    pub event: String,
    pub data: String,
}

/// A stream of server-sent events.
pub(crate) struct Sse {
    answer: reqwest::Response,
    buffer: String,
}

impl Sse {
    pub(crate) async fn open(client: &Client, path: &str, last_event_id: Option<&str>) -> Self {
        let mut request = client.request(Method::GET, path);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, buffer: String::new() }
    }

    pub(crate) async fn next(&mut self, patience: Duration) -> Option<SseEvent> {
        loop {
            while let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim_start().to_owned())
                };
                let (id, event, data) = (field("id:"), field("event:"), field("data:"));
                self.buffer = rest.to_owned();
                if let (Some(event), Some(data)) = (event, data) {
                    return Some(SseEvent { id: id.and_then(|id| id.parse().ok()).unwrap_or(0), event, data });
                }
            }
            let chunk = tokio::time::timeout(patience, self.answer.chunk()).await.ok()?.ok()??;
            self.buffer.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

#[tokio::test]
async fn a_stream_of_events_resumes_without_gap_or_double() {
    let desk = TestDesk::start().await;
    let (admin, customer) = (desk.admin(), desk.customer().await);
    let path = "/v1/events?category=ticket";
    let mut live = Sse::open(&admin, path, Some("0")).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        admin.open_ticket(&customer.id, &format!("Number {n}")).await;
    }
    let mut seen = 0;
    while seen < 5 {
        let event = live.next(PATIENCE).await.expect("an event");
        assert!(event.id > ids.last().copied().unwrap_or(0));
        ids.push(event.id);
        seen += usize::from(event.event == "TicketOpened");
    }
    drop(live);
    let last = *ids.last().expect("some");
    for n in 5..8 {
        admin.open_ticket(&customer.id, &format!("Number {n}")).await;
    }
    let mut resumed = Sse::open(&admin, path, Some(&last.to_string())).await;
    admin.open_ticket(&customer.id, "Number 8").await;
    let mut subjects = Vec::new();
    while subjects.len() < 4 {
        let event = resumed.next(PATIENCE).await.expect("an event");
        assert!(event.id > last);
        let data: Value = serde_json::from_str(&event.data).expect("JSON");
        assert_eq!(data["category"], "ticket");
        if event.event == "TicketOpened" {
            subjects.push(data["payload"]["subject"].clone());
        }
    }
    assert_eq!(subjects, ["Number 5", "Number 6", "Number 7", "Number 8"]);
}

#[tokio::test]
async fn an_id_of_another_server_is_no_refusal() {
    let desk = TestDesk::start().await;
    // An EventSource that is refused gives up for good.
    for id in ["x", "-1", "99999999999999999999999"] {
        let mut stream = Sse::open(&desk.admin(), "/v1/events", Some(id)).await;
        assert_eq!(stream.next(PATIENCE).await.expect("it is told").event, "reset", "{id}");
    }
}

#[tokio::test]
async fn a_socket_says_what_is_wrong_with_what_was_said() {
    let desk = TestDesk::start().await;
    let mut socket = Socket::connect(&desk.admin()).await;
    for (said, code) in [
        (json!({ "type": "subscribe" }), "no_topic"),
        (json!({ "type": "typing", "topic": "tickets" }), "not_subscribed"),
        (json!({ "type": "viewing", "topic": "tickets" }), "not_subscribed"),
    ] {
        socket.say(&said).await;
        assert_eq!(socket.next_of("error").await["code"], code, "{said}");
    }
    socket.say(&json!({ "type": "ping", "padding": "x".repeat(20_000) })).await;
    assert_eq!(socket.closed_with().await, Some(1009));
}

#[tokio::test]
async fn a_socket_resumes_a_conversation_from_a_position() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let opened = admin.open_ticket(&carl.id, "Live").await;
    let topic = format!("ticket:{}", opened.id());
    let path = format!("/v1/tickets/{}/messages", opened.id());
    let post = |text: String| {
        let (admin, path) = (admin.clone(), path.clone());
        async move { admin.post(&path, &json!({ "body": text })).await.json()["position"].as_u64().expect("a position") }
    };
    let mut socket = Socket::connect(&carl.client).await;
    socket.subscribe(&topic, Some(opened.json()["position"].as_u64().expect("a position"))).await;
    let first = post("one".into()).await;
    let event = socket.next_of("event").await;
    assert_eq!((&event["event"]["payload"]["body"], &event["event"]["position"].is_u64()), (&json!("one"), &true));
    drop(socket);
    post("two".into()).await;
    post("three".into()).await;
    let mut socket = Socket::connect(&carl.client).await;
    socket.say(&json!({ "type": "subscribe", "topic": topic, "after": first })).await;
    post("four".into()).await;
    let mut bodies = Vec::new();
    let mut last = first;
    while bodies.len() < 3 {
        let event = socket.next_of("event").await["event"].clone();
        let position = event["position"].as_u64().expect("a position");
        assert!(position > last, "no gap, no double, in order");
        last = position;
        if event["event_type"] == "MessagePosted" {
            bodies.push(event["payload"]["body"].clone());
        }
    }
    assert_eq!(bodies, ["two", "three", "four"]);
}

#[tokio::test]
async fn typing_and_presence_reach_whom_they_concern() {
    let desk = TestDesk::start().await;
    let (ada, bob, carl) = (desk.agent("agent").await, desk.agent("agent").await, desk.customer().await);
    let topic = format!("ticket:{}", desk.admin().open_ticket(&carl.id, "Live").await.id());
    let mut sockets = Vec::new();
    for person in [&ada, &bob, &carl] {
        let mut socket = Socket::connect(&person.client).await;
        socket.subscribe(&topic, None).await;
        sockets.push(socket);
    }
    let [ada_socket, bob_socket, carl_socket] = &mut sockets[..] else { unreachable!("three were made") };
    ada_socket.say(&json!({ "type": "viewing", "topic": topic })).await;
    let presence = bob_socket.next_of("presence").await;
    assert_eq!((&presence["from"]["id"], &presence["viewing"]), (&json!(ada.id), &json!(true)));
    ada_socket.say(&json!({ "type": "typing", "topic": topic, "internal": true })).await;
    assert_eq!(bob_socket.next_of("typing").await["internal"], true);
    let late = Socket::connect(&bob.client).await.subscribe(&topic, None).await;
    assert_eq!(late["viewers"][0]["id"], ada.id.as_str());
    bob_socket.say(&json!({ "type": "typing", "topic": topic })).await;
    let typing = carl_socket.next_of("typing").await;
    assert_eq!(
        (&typing["from"]["id"], &typing["internal"]),
        (&json!(bob.id), &json!(false)),
        "a note's typing is not told"
    );
    carl_socket.say(&json!({ "type": "typing", "topic": topic })).await;
    while ada_socket.next_of("typing").await["from"]["kind"] != "customer" {}
}

#[tokio::test]
async fn topics_of_others_and_nonsense_are_refused() {
    let desk = TestDesk::start().await;
    let (carl, dora) = (desk.customer().await, desk.customer().await);
    let topic = format!("ticket:{}", desk.admin().open_ticket(&carl.id, "Mine").await.id());
    let mut socket = Socket::connect(&dora.client).await;
    for (message, code) in [
        (json!({ "type": "subscribe", "topic": topic }), "not_found"),
        (json!({ "type": "subscribe", "topic": "agents" }), "forbidden"),
        (json!({ "type": "subscribe", "topic": "customers" }), "forbidden"),
        (json!({ "type": "subscribe", "topic": "everything" }), "unknown_topic"),
        (json!({ "type": "subscribe", "topic": "tickets", "after": 1_u64 << 40 }), "invalid_position"),
        (json!({ "type": "subscribe", "topics": many(201) }), "too_many_topics"),
        (json!({ "type": "dance" }), "not_understood"),
        (json!([]), "not_understood"),
    ] {
        socket.say(&message).await;
        assert_eq!(socket.next_of("error").await["code"], code, "{message}");
    }
    desk.admin().get("/v1/live").await.problem(426, "upgrade_required");
    // Still there after all that.
    socket.say(&json!({ "type": "ping" })).await;
    socket.next_of("pong").await;
}

#[tokio::test]
async fn streams_end_at_once_with_what_they_were_opened_with() {
    let desk = TestDesk::start().await;
    let (admin, carl, other) = (desk.admin(), desk.customer().await, desk.agent("agent").await);
    let ticket = admin.open_ticket(&carl.id, "Secret").await.id();
    for way in ["revoked", "deactivated"] {
        let ada = desk.agent("agent").await;
        let issued = admin.post("/v1/tokens", &json!({ "label": "x", "person_id": ada.id })).await;
        let token = issued.expect(StatusCode::CREATED);
        let ada_client = Client::new(&desk.url, token["token"].as_str());
        let mut sse = Sse::open(&ada_client, "/v1/events?category=ticket", None).await;
        let (mut socket, mut unconcerned) = (Socket::connect(&ada_client).await, Socket::connect(&other.client).await);
        socket.subscribe("tickets", None).await;
        unconcerned.subscribe("tickets", None).await;
        if way == "revoked" {
            let path = format!("/v1/tokens/{}", token["id"].as_str().expect("an id"));
            assert_eq!(admin.delete(&path).await.status, StatusCode::NO_CONTENT);
        } else {
            admin.post(&format!("/v1/agents/{}/deactivate", ada.id), &json!({})).await.expect(StatusCode::OK);
        }
        let note = json!({ "body": "not for Ada" });
        admin.post(&format!("/v1/tickets/{ticket}/notes"), &note).await.expect(StatusCode::CREATED);
        // The next re-check would be 15 seconds on.
        let ended =
            tokio::time::timeout(PATIENCE / 2, async { (sse.next(PATIENCE).await, socket.next(PATIENCE).await) });
        let (streamed, told) = ended.await.unwrap_or_else(|_| panic!("{way}: the streams go on"));
        assert!(streamed.is_none() && told.is_none(), "{way}: {streamed:?} {told:?}");
        unconcerned.next_of("event").await;
    }
}

fn many(count: u32) -> Vec<String> {
    (0..count).map(|number| format!("ticket:{}", uuid::Uuid::from_u128(number.into()))).collect()
}

#[tokio::test]
async fn topics_are_a_set_told_once_whatever_is_repeated() {
    let desk = TestDesk::start().await;
    let carl = desk.customer().await;
    let ticket = desk.admin().open_ticket(&carl.id, "Once").await.id();
    for client in [&desk.admin(), &carl.client] {
        let mut socket = Socket::connect(client).await;
        let topics = [vec!["tickets".to_owned(); 300], vec![format!("ticket:{ticket}"); 20]].concat();
        socket.say(&json!({ "type": "subscribe", "topics": topics, "after": 0 })).await;
        let mut opened = Vec::new();
        let mut subscribed = Vec::new();
        while subscribed.len() < 2 {
            let message = socket.next(PATIENCE).await.expect("a message");
            match message["type"].as_str() {
                Some("event") if message["event"]["event_type"] == "TicketOpened" => {
                    opened.push(message["topics"].clone())
                }
                Some("subscribed") => subscribed.push(message["topic"].clone()),
                _ => {}
            }
        }
        assert_eq!(opened, [json!([format!("ticket:{ticket}"), "tickets"])]);
        socket.say(&json!({ "type": "ping" })).await;
        assert_eq!(socket.next(PATIENCE).await.expect("a message")["type"], "pong", "nothing is told twice");
    }
}

#[tokio::test]
async fn one_person_and_one_address_have_so_many_connections() {
    let desk = TestDesk::start_with(|settings| {
        settings.http.live_per_person = 2;
        settings.http.live_per_address = 3;
    })
    .await;
    let (ada, bob) = (desk.agent("agent").await, desk.agent("agent").await);
    let first = Sse::open(&ada.client, "/v1/events", None).await;
    let second = Socket::connect(&ada.client).await;
    let refused = ada.client.get("/v1/events").await.problem(429, "too_many_requests");
    assert_eq!((&refused["of"], &refused["limit"]), (&json!("person"), &json!(2)));
    let _third = Socket::connect(&bob.client).await;
    let refused = bob.client.get("/v1/events").await.problem(429, "too_many_requests");
    assert_eq!((&refused["of"], &refused["limit"]), (&json!("address"), &json!(3)));
    drop((first, second));
    let open = async || {
        let answer = ada.client.request(Method::GET, "/v1/events").send().await.expect("an answer");
        (answer.status() == StatusCode::OK).then_some(())
    };
    crate::harness::eventually("a place is given back", open).await;
}

#[tokio::test]
async fn a_listener_knows_where_it_is_before_anything_happens() {
    let desk = TestDesk::start().await;
    let (admin, carl) = (desk.admin(), desk.customer().await);
    let position = admin.open_ticket(&carl.id, "Before").await.json()["position"].as_u64().expect("a position");
    admin.get_at("/v1/tickets", position).await.expect(StatusCode::OK);
    for (last, path) in [(None, "/v1/events?category=role"), (Some(""), "/v1/events")] {
        let mut request = admin.request(Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let mut answer = request.send().await.expect("an answer");
        assert_eq!(
            (answer.status(), &answer.headers()["x-accel-buffering"]),
            (StatusCode::OK, &"no".parse().expect("a value"))
        );
        let first = answer.chunk().await.expect("read").expect("a chunk");
        let first = String::from_utf8_lossy(&first).into_owned();
        let id: u64 = first.trim().strip_prefix("id:").and_then(|id| id.trim().parse().ok()).expect("an id alone");
        assert!(id >= position, "{first}");
    }
    // Beyond the log: begin anew, and go on.
    let mut stream = Sse::open(&admin, "/v1/events", Some("99999999")).await;
    let reset = stream.next(PATIENCE).await.expect("an event");
    assert_eq!(reset.event, "reset");
    assert!(reset.id >= position && reset.id < 99_999_999, "{reset:?}");
    admin.open_ticket(&carl.id, "After").await;
    assert_eq!(stream.next(PATIENCE).await.expect("an event").event, "TicketOpened");
}

#[tokio::test]
async fn a_listener_that_takes_nothing_any_more_is_ended() {
    use tokio::io::AsyncWriteExt as _;
    let desk = TestDesk::start_with(|settings| {
        settings.http.stalled_seconds = 1;
        settings.http.live_per_person = 1;
    })
    .await;
    let (admin, carl, ada) = (desk.admin(), desk.customer().await, desk.agent("agent").await);
    let ticket = admin.open_ticket(&carl.id, "Long").await.id();
    for _ in 0..200 {
        let body = json!({ "body": "x".repeat(50_000) });
        admin.post(&format!("/v1/tickets/{ticket}/messages"), &body).await.expect(StatusCode::CREATED);
    }
    let mut stalled = tokio::net::TcpStream::connect(desk.url.trim_start_matches("http://")).await.expect("connected");
    let token = ada.client.token.clone().expect("a token");
    let request = format!("GET /v1/events?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    stalled.write_all(request.as_bytes()).await.expect("asked");
    let mut answered = [0; 12];
    tokio::io::AsyncReadExt::read_exact(&mut stalled, &mut answered).await.expect("it began");
    ada.client.get("/v1/events").await.problem(429, "too_many_requests");
    let open = async || {
        let answer = ada.client.request(Method::GET, "/v1/events").send().await.expect("an answer");
        (answer.status() == StatusCode::OK).then_some(())
    };
    crate::harness::eventually("its place is given to another", open).await;
}

#[tokio::test]
async fn a_socket_is_told_why_it_ends() {
    let mut desk = TestDesk::start().await;
    let admin = desk.admin();
    let issued = admin.post("/v1/tokens", &json!({ "label": "short", "scopes": ["view_tickets"] })).await.json();
    let reader = Client::new(&admin.base, issued["token"].as_str());
    let mut socket = Socket::connect(&reader).await;
    admin.delete(&format!("/v1/tokens/{}", issued["id"].as_str().expect("an id"))).await;
    assert_eq!(socket.closed_with().await, Some(1008));

    let mut socket = Socket::connect(&admin).await;
    let (code, ()) = tokio::join!(socket.closed_with(), desk.restart());
    assert_eq!(code, Some(1012));
}
