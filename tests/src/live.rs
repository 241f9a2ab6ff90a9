//! Clients of the live routes: WebSocket and Server-Sent Events.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::Client;

/// A WebSocket on `/v1/live`.
#[derive(Debug)]
pub struct LiveSocket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl LiveSocket {
    /// Connects as `client`; `path` is `/v1/live` with its query.
    pub async fn connect(client: &Client, path: &str) -> Result<Self, Error> {
        let (socket, _) = tokio_tungstenite::connect_async(request(client, path)?).await?;
        Ok(Self { socket })
    }

    /// The same with room for `bytes` that were not read yet. The kernel's own choice may be tens of megabytes.
    pub async fn connect_with_room_for(bytes: u32, client: &Client, path: &str) -> Result<Self, Error> {
        let address = client.base().trim_start_matches("http://").parse().expect("the address of a test's server");
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(bytes)?;
        let stream = MaybeTlsStream::Plain(socket.connect(address).await?);
        let (socket, _) = tokio_tungstenite::client_async(request(client, path)?, stream).await?;
        Ok(Self { socket })
    }

    /// Sends a message.
    pub async fn send(&mut self, message: &Value) -> Result<(), Error> {
        self.socket.send(Message::text(message.to_string())).await
    }

    /// The next JSON message; `None` when the server closed, or sent none for `patience`, whatever its pings say.
    pub async fn next(&mut self, patience: Duration) -> Option<Value> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            match tokio::time::timeout_at(deadline, self.socket.next()).await.ok()?? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

fn request(client: &Client, path: &str) -> Result<Request, Error> {
    let url = format!("{}{path}", client.base().replacen("http", "ws", 1));
    let mut request = url.into_client_request()?;
    if let Some(token) = client.token() {
        let value = format!("Bearer {token}").parse().expect("a token of plain letters");
        request.headers_mut().insert("authorization", value);
    }
    Ok(request)
}

/// One event of a stream of Server-Sent Events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its id: the position.
    pub id: String,
    /// Its name.
    pub event: String,
    /// Its data, lines joined.
    pub data: String,
}

impl SseEvent {
    /// The data as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or(Value::Null)
    }
}

/// A stream of Server-Sent Events.
pub struct SseStream {
    answer: reqwest::Response,
    buffer: String,
}

impl SseStream {
    /// Opens `path` as `client`, after `last_event_id` if given.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn open(client: &Client, path: &str, last_event_id: Option<&str>) -> Self {
        let http = reqwest::Client::new();
        let mut request = http.get(format!("{}{path}", client.base())).header("accept", "text/event-stream");
        if let Some(token) = client.token() {
            request = request.bearer_auth(token);
        }
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        Self { answer, buffer: String::new() }
    }

    /// The next event; `None` when the stream ended, or said nothing for `patience`.
    pub async fn next(&mut self, patience: Duration) -> Option<SseEvent> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let event = parse(block);
                self.buffer = rest.to_owned();
                if let Some(event) = event {
                    return Some(event);
                }
                continue;
            }
            let chunk = tokio::time::timeout(patience, self.answer.chunk()).await.ok()?.ok()??;
            self.buffer.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

/// Understands one block; `None` for a comment or an id alone.
fn parse(block: &str) -> Option<SseEvent> {
    let mut event = SseEvent::default();
    let mut data = Vec::new();
    for line in block.lines() {
        let (field, value) = line.split_once(':')?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut event.id),
            "event" => value.clone_into(&mut event.event),
            "data" => data.push(value),
            _ => {}
        }
    }
    event.data = data.join("\n");
    // An id alone says how far the stream is, and is no event.
    (!event.data.is_empty()).then_some(event)
}
