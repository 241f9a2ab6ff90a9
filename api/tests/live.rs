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
        let mut request =
            format!("{}/v1/live", client.base.replacen("http", "ws", 1)).into_client_request().expect("a request");
        let token = client.token.as_ref().expect("a token");
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a value"));
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
    Client::send(admin.request(Method::GET, path).header("last-event-id", "x")).await.problem(400, "invalid_header");
    let beyond = Client::send(admin.request(Method::GET, path).header("last-event-id", 1_u64 << 40)).await;
    assert!(beyond.problem(400, "invalid_header")["log_position"].is_u64());
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
