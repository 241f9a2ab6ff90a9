//! One WebSocket, from welcome to goodbye.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::organisation::{ORGANISATION_ID, Organisation};
use docket_domain::{DomainEvent, Event, Position};
use tokio::sync::broadcast::error::RecvError;

use super::MAX_MESSAGE;
use super::protocol::{Said, Told};
use super::topic::{NotATopic, Topic};
use crate::app::App;
use crate::auth::Who;
use crate::http::event_view::EventView;
use crate::http::guard::may_still;
use crate::http::listening::{has_reached, heard_from, known_position};
use crate::http::shown::shown_live;
use crate::live::{Signal, SignalKind};

/// Topics one connection may have.
const MAX_TOPICS: usize = 200;
/// How long a client may take to accept a message.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client that is told to go may take to read what was sent to it before.
const LINGER: Duration = Duration::from_secs(60);
/// How often the caller's right to listen is looked at, and a ping sent.
const BEAT: Duration = Duration::from_secs(15);
/// Typing is told once in this time.
const TYPING_EVERY: TimeDelta = TimeDelta::seconds(1);

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// The client went, or does not take what is sent.
    Gone,
    /// The server stops.
    Stopping,
    /// The caller may not listen any more, or not to the same.
    Forbidden,
    /// The client was told to read anew.
    Resync,
    /// The log could not be read.
    Failed,
    /// A message was larger than any may be.
    TooBig,
    /// A message was no text.
    NotText,
}

impl Over {
    /// What the client is told at the end (RFC 6455, section 7.4).
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Stopping => (close_code::RESTART, "the server restarts; connect again"),
            Self::Forbidden => (close_code::POLICY, "what you may hear has changed; connect again"),
            Self::Resync => (close_code::AGAIN, "read anew what you show, and connect again"),
            Self::TooBig => (close_code::SIZE, "a message may have at most 16 KiB"),
            Self::NotText => (close_code::INVALID, "messages are JSON text in UTF-8"),
            Self::Failed => (close_code::ERROR, "the log cannot be read; connect again"),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}

/// Why nothing more is heard. Of what the library below met only the words are told.
fn unheard(error: &axum::Error) -> Over {
    let words = error.to_string();
    if words.contains("Space limit exceeded") {
        Over::TooBig
    } else if words.contains("UTF-8") {
        Over::NotText
    } else {
        Over::Gone
    }
}

struct Subscription {
    topic: Topic,
    /// Everything up to here was told.
    told: Position,
    typed_at: DateTime<Utc>,
    viewing: bool,
}

pub(super) struct Connection {
    pub(super) app: App,
    pub(super) who: Who,
    headers: HeaderMap,
    socket: WebSocket,
    topics: BTreeMap<String, Subscription>,
    /// Of a customer: where the last public event of their own was, as far as they were told.
    public: Position,
}

/// Serves a WebSocket until one side ends it.
pub(super) async fn serve(
    app: App,
    who: Who,
    headers: HeaderMap,
    revoked: impl Future<Output = ()>,
    socket: WebSocket,
) {
    metrics::gauge!("docket_live_connections").increment(1.0);
    let mut connection = Connection { app, who, headers, socket, topics: BTreeMap::new(), public: Position::START };
    let over = tokio::select! {
        // First: nothing more is told to whom it no longer concerns.
        biased;
        () = revoked => Over::Forbidden,
        over = connection.run() => over.err().unwrap_or(Over::Gone),
    };
    connection.leave().await;
    connection.close(over).await;
    metrics::gauge!("docket_live_connections").decrement(1.0);
}

impl Connection {
    async fn run(&mut self) -> Result<(), Over> {
        let mut events = self.app.hub.events();
        let mut signals = self.app.hub.signals(&self.who.tenant);
        let stopping = self.app.stopping.clone();
        let mut beat = tokio::time::interval(BEAT);
        beat.tick().await;
        self.public = known_position(&self.app, &self.who).await.map_err(|_| Over::Failed)?;
        self.tell(&Told::Welcome { position: self.position_told(self.app.hub.position()) }).await?;
        loop {
            tokio::select! {
                () = stopping.cancelled() => return Err(Over::Stopping),
                said = self.socket.recv() => match said {
                    Some(Ok(Message::Text(text))) if text.len() > MAX_MESSAGE => return Err(Over::TooBig),
                    Some(Ok(Message::Text(text))) => self.hear(text.as_str()).await?,
                    Some(Ok(Message::Binary(_))) => {
                        self.tell(&Told::Error { code: "not_text", detail: "messages are JSON text" }).await?;
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Err(error)) => return Err(unheard(&error)),
                    Some(Ok(Message::Close(_))) | None => return Err(Over::Gone),
                },
                event = events.recv() => match event {
                    Ok(event) => {
                        self.check_after(&event).await?;
                        self.show(&event).await?;
                    }
                    Err(RecvError::Lagged(_)) => return self.resync().await,
                    Err(RecvError::Closed) => return Err(Over::Stopping),
                },
                payload = signals.next() => {
                    if let Some(signal) = self.app.hub.hear(&payload) {
                        self.relay(&signal).await?;
                    }
                }
                _ = beat.tick() => {
                    self.check().await?;
                    self.send(Message::Ping(Vec::new().into())).await?;
                }
            }
        }
    }

    /// Ends the connection of whom what they came with, or the page they came from, no longer lets in.
    async fn check(&mut self) -> Result<(), Over> {
        if may_still(&self.app, &self.who, &self.headers).await { Ok(()) } else { Err(Over::Forbidden) }
    }

    /// What the organisation settles about its widget counts for visitors at once.
    async fn check_after(&mut self, event: &Event) -> Result<(), Over> {
        let of_widget =
            matches!(event.body, DomainEvent::Organisation(_)) && event.meta.stream.tenant == self.who.tenant;
        if !of_widget || !self.who.is_visitor() {
            return Ok(());
        }
        // What this process remembers may be from before the event.
        let fresh = self.app.commands.load_fresh::<Organisation>(&self.who.tenant, ORGANISATION_ID).await;
        fresh.map_err(|_| Over::Failed)?;
        self.check().await
    }

    async fn hear(&mut self, text: &str) -> Result<(), Over> {
        match serde_json::from_str(text) {
            Ok(Said::Subscribe { topic: None, topics, .. }) if topics.is_empty() => {
                self.tell(&Told::Error { code: "no_topic", detail: "name a topic, or several as topics" }).await
            }
            Ok(Said::Typing { topic, .. } | Said::Viewing { topic }) if !self.topics.contains_key(&topic) => {
                self.tell(&Told::Error { code: "not_subscribed", detail: "subscribe to the topic first" }).await
            }
            Ok(Said::Subscribe { topic, topics, after }) => {
                self.subscribe(topic.into_iter().chain(topics).collect(), after).await
            }
            Ok(Said::Unsubscribe { topic }) => {
                self.signal(&topic, SignalKind::Left).await;
                self.topics.remove(&topic);
                self.tell(&Told::Unsubscribed { topic: &topic }).await
            }
            Ok(Said::Typing { topic, internal }) => {
                let now = self.app.journal.clock().now();
                let due = self.topics.get_mut(&topic).is_some_and(|subscription| {
                    let due = now - subscription.typed_at >= TYPING_EVERY;
                    if due {
                        subscription.typed_at = now;
                    }
                    due
                });
                if due {
                    self.signal(&topic, SignalKind::Typing { internal: internal && !self.who.is_customer() }).await;
                }
                Ok(())
            }
            Ok(Said::Viewing { topic }) => {
                self.signal(&topic, SignalKind::Viewing).await;
                Ok(())
            }
            Ok(Said::Left { topic }) => {
                self.signal(&topic, SignalKind::Left).await;
                Ok(())
            }
            Ok(Said::Ping {}) => self.tell(&Told::Pong {}).await,
            Err(_) => {
                self.tell(&Told::Error {
                    code: "not_understood",
                    detail: "say one of subscribe, unsubscribe, typing, viewing, left, ping",
                })
                .await
            }
        }
    }

    /// Subscribes to topics, all of them or, where there would be too many, none. They are a set, replayed together: what a
    /// message costs does not grow with what it repeats.
    async fn subscribe(&mut self, names: BTreeSet<String>, after: Option<u64>) -> Result<(), Over> {
        let more = names.iter().filter(|name| !self.topics.contains_key(*name)).count();
        if names.len() > MAX_TOPICS || self.topics.len() + more > MAX_TOPICS {
            let detail = "at most 200 topics a connection";
            return self.tell(&Told::Error { code: "too_many_topics", detail }).await;
        }
        if self.who.is_visitor() {
            self.check().await?;
        }
        let mut opened = BTreeMap::new();
        for name in names {
            match Topic::open(&name, &self.app, &self.who).await {
                Ok(topic) => drop(opened.insert(name, topic)),
                Err(NotATopic(code, detail)) => self.tell(&Told::Error { code, detail }).await?,
            }
        }
        if opened.is_empty() {
            return Ok(());
        }
        let after = after.map(Position);
        // Who waits for what the log has not reached would be told nothing until it has.
        if let Some(after) = after
            && !has_reached(&self.app, &self.who, after).await.map_err(|_| Over::Failed)?
        {
            let detail = "after: a position the log has reached; read anew what you show";
            return self.tell(&Told::Error { code: "invalid_position", detail }).await;
        }
        let told = match after {
            None => self.app.hub.position(),
            Some(after) => {
                let after = heard_from(&self.app, after).await.map_err(|_| Over::Failed)?;
                self.replay(&opened, after).await?
            }
        };
        for (name, topic) in opened {
            let viewers = match topic.is_conversation() && !self.who.is_customer() {
                true => self.app.hub.viewers(&self.who.tenant, &name),
                false => Vec::new(),
            };
            let subscription = Subscription { topic, told, typed_at: DateTime::UNIX_EPOCH, viewing: false };
            self.topics.insert(name.clone(), subscription);
            let position = self.position_told(told);
            self.tell(&Told::Subscribed { topic: &name, position, viewers }).await?;
        }
        Ok(())
    }

    /// What a client resumes from. A customer's is where their last public event was: they miss nothing after it, and learn of
    /// nothing else.
    fn position_told(&self, told: Position) -> u64 {
        if self.who.is_customer() { self.public.0 } else { told.0 }
    }

    async fn show(&mut self, event: &Arc<Event>) -> Result<(), Over> {
        if event.meta.stream.tenant != self.who.tenant {
            return Ok(());
        }
        let position = event.meta.position;
        let mut topics = Vec::new();
        for (name, subscription) in &mut self.topics {
            if subscription.topic.covers(event) && position > subscription.told {
                subscription.told = position;
                topics.push(name.clone());
            }
        }
        if topics.is_empty() {
            return Ok(());
        }
        let Some(view) = shown_live(&self.app, &self.who, event).await.map_err(|_| Over::Failed)? else {
            return Ok(());
        };
        self.tell_event(topics.iter().map(String::as_str).collect(), view).await
    }

    pub(super) async fn tell_event(&mut self, topics: Vec<&str>, event: EventView) -> Result<(), Over> {
        self.public = self.public.max(Position(event.position));
        self.tell(&Told::Event { topics, event }).await
    }

    async fn relay(&mut self, signal: &Signal) -> Result<(), Over> {
        let own = signal.from == self.who.actor();
        if own || signal.tenant != self.who.tenant || !self.topics.contains_key(&signal.topic) {
            return Ok(());
        }
        let (topic, from) = (signal.topic.as_str(), signal.from);
        let customer = self.who.is_customer();
        match signal.kind {
            SignalKind::Typing { internal: true } if customer => Ok(()),
            SignalKind::Typing { internal } => self.tell(&Told::Typing { topic, from, internal }).await,
            SignalKind::Viewing | SignalKind::Left if customer => Ok(()),
            SignalKind::Viewing => self.tell(&Told::Presence { topic, from, viewing: true }).await,
            SignalKind::Left => self.tell(&Told::Presence { topic, from, viewing: false }).await,
        }
    }

    /// Passes on typing or presence about a conversation subscribed to.
    async fn signal(&mut self, topic: &str, kind: SignalKind) {
        let Some(subscription) = self.topics.get_mut(topic).filter(|one| one.topic.is_conversation()) else { return };
        match kind {
            SignalKind::Viewing => subscription.viewing = true,
            SignalKind::Left if !std::mem::take(&mut subscription.viewing) => return,
            _ => {}
        }
        let signal = Signal { tenant: self.who.tenant.clone(), topic: topic.to_owned(), from: self.who.actor(), kind };
        self.app.hub.tell(&signal).await;
    }

    async fn leave(&mut self) {
        let names: Vec<String> = self.topics.keys().cloned().collect();
        for name in names {
            self.signal(&name, SignalKind::Left).await;
        }
    }

    /// Says good-bye and waits for the same. A TCP connection that is closed with something unread in it, be it an answer
    /// to a ping, is reset, and a slow reader would lose what it has not read yet: just who was told to `resync`.
    async fn close(&mut self, over: Over) {
        if tokio::time::timeout(SEND_TIMEOUT, self.socket.send(Message::Close(over.frame()))).await.is_err() {
            return;
        }
        let stopping = self.app.stopping.clone();
        let hear_out = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        tokio::select! {
            () = stopping.cancelled() => {}
            _ = tokio::time::timeout(LINGER, hear_out) => {}
        }
    }

    pub(super) async fn resync(&mut self) -> Result<(), Over> {
        metrics::counter!("docket_live_resync_total").increment(1);
        self.tell(&Told::Resync { position: self.position_told(self.app.hub.position()) }).await?;
        Err(Over::Resync)
    }

    async fn tell(&mut self, told: &Told<'_>) -> Result<(), Over> {
        let text = serde_json::to_string(told).map_err(|_| Over::Failed)?;
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Over> {
        match tokio::time::timeout(SEND_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over::Gone),
        }
    }
}
