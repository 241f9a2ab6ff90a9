//! Clients that never give up: each command is sent under an idempotency key until it is answered, whatever happens to
//! the server meanwhile. What was acknowledged is kept, to be compared with the log.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use docket_domain::ticket::TicketEvent;
use docket_domain::{DomainEvent, Event, PersonalText};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::Client;

/// A command the server said it had carried out.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    /// Text that no other command carries.
    pub marker: String,
    /// The ticket it was about.
    pub ticket: String,
    /// The position it was answered with.
    pub position: u64,
}

/// Clients at work.
#[derive(Debug)]
pub struct Workload {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    workers: Vec<JoinHandle<Vec<Acknowledged>>>,
}

impl Workload {
    /// Registers a customer and starts so many clients, spread over `nodes`.
    pub async fn start(nodes: &[Client], clients: usize) -> Self {
        let customer = nodes[0].post("/v1/customers", json!({ "name": "Wanda Work" })).await.id();
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let workers = (0..clients)
            .map(|n| {
                let worker = Worker {
                    client: nodes[n % nodes.len()].clone(),
                    customer: customer.clone(),
                    name: docket_store::new_id().simple().to_string(),
                    stop: Arc::clone(&stop),
                    done: Arc::clone(&done),
                };
                tokio::spawn(worker.work())
            })
            .collect();
        Self { stop, done, workers }
    }

    /// Commands acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Has the clients finish what they are at, and returns everything acknowledged.
    ///
    /// # Panics
    /// If a client was refused something it may do.
    pub async fn finish(self) -> Vec<Acknowledged> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for worker in self.workers {
            all.extend(worker.await.expect("the client says what it was refused"));
        }
        all
    }
}

struct Worker {
    client: Client,
    customer: String,
    name: String,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
}

impl Worker {
    async fn work(self) -> Vec<Acknowledged> {
        let mut all: Vec<Acknowledged> = Vec::new();
        let mut ticket = String::new();
        for n in 0_u64.. {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let marker = format!("marker-{}-{n}-end", self.name);
            let (path, body) = match n % 5 {
                0 => (
                    "/v1/tickets".to_owned(),
                    json!({ "subject": format!("About {n}"), "description": marker, "category": "general",
                            "customer_id": self.customer }),
                ),
                3 => (format!("/v1/tickets/{ticket}/notes"), json!({ "body": marker })),
                _ => (format!("/v1/tickets/{ticket}/messages"), json!({ "body": marker })),
            };
            let answer = self.insist(&path, &marker, &body).await;
            if n % 5 == 0 {
                answer["id"].as_str().expect("an id").clone_into(&mut ticket);
            }
            let position = answer["position"].as_u64().expect("a position");
            all.push(Acknowledged { marker, ticket: ticket.clone(), position });
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        all
    }

    /// Sends a command until it is acknowledged.
    async fn insist(&self, path: &str, key: &str, body: &Value) -> Value {
        loop {
            match self.client.post_once(path, key, body).await {
                Ok(answer) if (200..300).contains(&answer.status) => return answer.json(),
                // Not available, or too slow: what became of it is unknown, so it is asked again under the same key.
                Ok(answer) if matches!(answer.status, 408 | 429 | 502 | 503 | 504) => {}
                Ok(answer) => panic!("refused: {answer}"),
                Err(_) => {}
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Checks that the log holds each acknowledged command exactly once, at or before the position it was answered with.
///
/// # Panics
/// If a command is lost, doubled or elsewhere.
pub fn assert_kept(acknowledged: &[Acknowledged], history: &[Event]) {
    let mut found: HashMap<String, Vec<&Event>> = HashMap::new();
    for event in history {
        if let Some(text) = written(event) {
            found.entry(text).or_default().push(event);
        }
    }
    for command in acknowledged {
        let events = found.get(&command.marker).map_or(&[][..], Vec::as_slice);
        assert_eq!(events.len(), 1, "{command:?} is in the log {} times", events.len());
        let meta = &events[0].meta;
        assert!(meta.position.0 <= command.position, "{command:?} lies at {}", meta.position);
        assert_eq!(meta.stream.id.to_string(), command.ticket, "{command:?} lies in {}", meta.stream);
    }
}

/// What somebody wrote in an event.
fn written(event: &Event) -> Option<String> {
    let DomainEvent::Ticket(event) = &event.body else { return None };
    match event {
        TicketEvent::TicketOpened(opened) => opened.description.to_known(),
        TicketEvent::MessagePosted(message) => message.body.to_known(),
        TicketEvent::NoteAdded(note) => PersonalText::to_known(&note.body),
        _ => None,
    }
}
