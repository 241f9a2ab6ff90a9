//! How soon a command shows: in the read models and to a WebSocket client, at 1,000 commands a second.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::load::{Connection, Script as _, quantile, write_request};
use crate::report::Report;
use crate::scripts::Work;
use crate::server::{Server, TOKEN};
use crate::{Extent, Failure};

const RATE: u32 = 1000;
const CONNECTIONS: u32 = 40;
/// Of so many commands one is followed by a query that waits for it.
const ASKED: u64 = 5;

/// Times by position of the log.
type Moments = Arc<Mutex<HashMap<u64, Instant>>>;

/// `visible_p99_ms`: the worse of the two ways.
pub(crate) async fn measure(
    docket: &Server,
    customer: &str,
    extent: Extent,
    report: &mut Report,
) -> Result<(), Failure> {
    let seconds = extent.time.as_secs_f64().max(1.0) * 2.0;
    let (address, customer) = (docket.address, customer.to_owned());
    let measured = std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(paced(
            address,
            customer,
            Duration::from_secs_f64(seconds),
        ))
    });
    let Seen { mut queries, mut socket, commands } =
        measured.join().map_err(|_| Failure::Setup("the measuring thread panicked".into()))??;
    queries.sort_unstable();
    socket.sort_unstable();
    if (socket.len() as u64) < commands * 9 / 10 {
        return Err(Failure::Setup(format!("the WebSocket showed {} of {commands} commands", socket.len())));
    }
    report.note("visible_commands_per_second", commands as f64 / seconds);
    report.note("visible_read_model_p50_ms", quantile(&queries, 0.5));
    report.note("visible_read_model_p99_ms", quantile(&queries, 0.99));
    report.note("visible_websocket_p50_ms", quantile(&socket, 0.5));
    report.note("visible_websocket_p99_ms", quantile(&socket, 0.99));
    report.note("visible_p99_ms", quantile(&queries, 0.99).max(quantile(&socket, 0.99)));
    Ok(())
}

/// Microseconds from sending a command to seeing it.
struct Seen {
    queries: Vec<u32>,
    socket: Vec<u32>,
    commands: u64,
}

async fn paced(address: SocketAddr, customer: String, time: Duration) -> Result<Seen, Failure> {
    let (sent, received) = (Moments::default(), Moments::default());
    let listener = tokio::spawn(listen(address, Arc::clone(&received)));
    let begin = Instant::now() + Duration::from_millis(300);
    let pause = Duration::from_secs(1) * CONNECTIONS / RATE;
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|n| {
            let first = begin + pause * n / CONNECTIONS;
            let script = Work::new(&customer, TOKEN, n as usize, "paced", 3);
            tokio::spawn(send(address, script, first, pause, begin + time, Arc::clone(&sent)))
        })
        .collect();
    let (mut queries, mut commands) = (Vec::new(), 0);
    for sender in senders {
        let (times, count) = sender.await.map_err(std::io::Error::other)??;
        queries.extend(times);
        commands += count;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    listener.abort();
    let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    let received = received.lock().unwrap_or_else(PoisonError::into_inner);
    let socket = sent
        .iter()
        .filter_map(|(position, sent)| Some(micros(received.get(position)?.duration_since(*sent))))
        .collect();
    Ok(Seen { queries, socket, commands })
}

async fn send(
    address: SocketAddr,
    mut script: Work,
    first: Instant,
    pause: Duration,
    end: Instant,
    moments: Moments,
) -> Result<(Vec<u32>, u64), Failure> {
    let mut connection = Connection::open(address).await?;
    let mut asking = Connection::open(address).await?;
    let (mut times, mut count, mut next) = (Vec::new(), 0, first);
    let mut request = Vec::new();
    while next < end {
        tokio::time::sleep_until(next.into()).await;
        request.clear();
        script.next(&mut request);
        let sent = Instant::now();
        let (status, body) = connection.exchange(&request).await?;
        script.answered(status, body);
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some(position) = answer["position"].as_u64() {
            moments.lock().unwrap_or_else(PoisonError::into_inner).insert(position, sent);
            count += 1;
            if count % ASKED == 0 {
                request.clear();
                let headers = format!("authorization: Bearer {TOKEN}\r\ndocket-min-position: {position}\r\n");
                let id = answer["id"].as_str().unwrap_or_default();
                write_request(&mut request, "GET", &format!("/v1/tickets/{id}"), &headers, "");
                let (status, _) = asking.exchange(&request).await?;
                if status == 200 {
                    times.push(micros(sent.elapsed()));
                }
            }
        }
        next += pause;
    }
    Ok((times, count))
}

/// Notes when each position is shown to a WebSocket client that follows everything.
async fn listen(address: SocketAddr, moments: Moments) -> Result<(), Failure> {
    let broken = |error: tokio_tungstenite::tungstenite::Error| Failure::Setup(format!("WebSocket: {error}"));
    let mut request = format!("ws://{address}/v1/live").into_client_request().map_err(broken)?;
    let token = format!("Bearer {TOKEN}").parse().map_err(|_| Failure::Setup("the token".into()))?;
    request.headers_mut().insert("authorization", token);
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.map_err(broken)?;
    socket
        .send(Message::text(json!({ "type": "subscribe", "topics": ["tickets"] }).to_string()))
        .await
        .map_err(broken)?;
    while let Some(message) = socket.next().await {
        let now = Instant::now();
        let Message::Text(text) = message.map_err(broken)? else { continue };
        let message: Value = serde_json::from_str(&text).unwrap_or_default();
        let position = message["position"].as_u64().or_else(|| message["event"]["position"].as_u64());
        if let Some(position) = position {
            moments.lock().unwrap_or_else(PoisonError::into_inner).entry(position).or_insert(now);
        }
    }
    Ok(())
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
