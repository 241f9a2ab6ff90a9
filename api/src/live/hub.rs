//! One hub a process: follows the log once, tells every connected client.

use std::sync::Arc;
use std::time::Duration;

use docket_commands::Commands;
use docket_domain::customer::CustomerEvent;
use docket_domain::role::RoleEvent;
use docket_domain::{Actor, DomainEvent, Event, PersonId, Position, TenantId};
use docket_store::delivery::{LiveBus, LiveError, LiveSubscription, LiveTopic};
use docket_store::{Accounts, Clock, FeedSource};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::presence::Presence;
use super::signal::Signal;

/// News a slow client may be behind before it is told to resync.
const BACKLOG: usize = 4096;
const BATCH: usize = 500;
const RETRY: Duration = Duration::from_millis(500);

/// News for connected clients. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    events: broadcast::Sender<Arc<Event>>,
    bus: Arc<dyn LiveBus>,
    signals: LiveTopic,
    position: watch::Sender<Position>,
    presence: Presence,
    clock: Arc<dyn Clock>,
}

impl Hub {
    /// A hub nobody feeds yet; see [`run`](Self::run). `bus` carries typing and presence, `head` is where the log is.
    ///
    /// # Errors
    /// Never, as long as the topic's name follows its rule.
    pub fn new(bus: Arc<dyn LiveBus>, clock: Arc<dyn Clock>, head: Position) -> Result<Self, LiveError> {
        Ok(Self(Arc::new(Inner {
            events: broadcast::Sender::new(BACKLOG),
            bus,
            signals: LiveTopic::new("signals")?,
            position: watch::Sender::new(head),
            presence: Presence::default(),
            clock,
        })))
    }

    /// Events from here on. `Lagged`: the listener was too slow, and has to read the log from where it was.
    pub fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.events.subscribe()
    }

    /// A tenant's typing and presence from here on, as [`hear`](Self::hear) takes it.
    pub fn signals(&self, tenant: &TenantId) -> LiveSubscription {
        self.0.bus.subscribe(tenant, &self.0.signals)
    }

    /// How far the hub has told.
    pub fn position(&self) -> Position {
        *self.0.position.borrow()
    }

    /// Tells everybody connected, on this node and the others.
    pub async fn tell(&self, signal: &Signal) {
        self.0.presence.note(signal, self.0.clock.now());
        if let Ok(payload) = serde_json::to_vec(signal)
            && let Err(error) = self.0.bus.publish(&signal.tenant, &self.0.signals, payload.into()).await
        {
            tracing::debug!(%error, "a signal was not told");
        }
    }

    /// Understands what came over the bus.
    pub fn hear(&self, payload: &[u8]) -> Option<Signal> {
        let signal: Signal = serde_json::from_slice(payload).ok()?;
        self.0.presence.note(&signal, self.0.clock.now());
        Some(signal)
    }

    /// Who is looking at a topic.
    pub fn viewers(&self, tenant: &TenantId, topic: &str) -> Vec<Actor> {
        self.0.presence.viewers(tenant, topic, self.0.clock.now())
    }

    /// Follows the log from where it began until cancelled. What other nodes append reaches the write side's cache here too,
    /// and `accounts`' listeners hear that a role is not what it was.
    pub async fn run(
        self,
        source: Arc<dyn FeedSource>,
        commands: Commands,
        accounts: Accounts,
        stop: CancellationToken,
    ) {
        let mut checkpoint = self.position();
        let mut said = String::new();
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => return,
                error = self.follow(&*source, &commands, &accounts, &mut checkpoint) => {
                    // Once: what is wrong may be wrong for long.
                    let text = error.to_string();
                    if text != said {
                        tracing::warn!(%error, %checkpoint, "the live feed broke; opening it again");
                        said = text;
                    }
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    async fn follow(
        &self,
        source: &dyn FeedSource,
        commands: &Commands,
        accounts: &Accounts,
        checkpoint: &mut Position,
    ) -> docket_store::FeedError {
        let mut feed = match source.open("live", *checkpoint, BATCH).await {
            Ok(feed) => feed,
            Err(error) => return error,
        };
        loop {
            match feed.next().await {
                Ok(batch) => {
                    for event in batch.events {
                        commands.observe(&event);
                        forget_if_erased(commands, &event);
                        tell_of_roles(accounts, &event);
                        let _ = self.0.events.send(event);
                    }
                    *checkpoint = batch.upto;
                    self.0.position.send_replace(batch.upto);
                }
                Err(error) => return error,
            }
        }
    }
}

/// A person erased on another node: what is cached of their key here goes too.
fn forget_if_erased(commands: &Commands, event: &Event) {
    if let DomainEvent::Customer(CustomerEvent::PersonalDataErased(_)) = &event.body {
        let stream = &event.meta.stream;
        commands.journal().keys().forget(&stream.tenant, PersonId(stream.id));
    }
}

/// A role changed, perhaps on another node: connections of who holds it end, and come again with what they have left. Told
/// before the event itself, and after the write side's cache knows it.
fn tell_of_roles(accounts: &Accounts, event: &Event) {
    if let DomainEvent::Role(body @ (RoleEvent::RoleChanged(_) | RoleEvent::RoleArchived(_))) = &event.body
        && let Some(role) = body.about()
    {
        accounts.role_changed(&event.meta.stream.tenant, role);
    }
}
