//! Feeds that are live from JetStream, with the log behind them.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::pull::{Ordered, OrderedConfig};
use async_nats::jetstream::consumer::{DeliverPolicy, ReplayPolicy};
use async_nats::jetstream::{Context, Message};
use async_trait::async_trait;
use docket_domain::Position;
use futures::StreamExt as _;
use metrics::{counter, gauge};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::broker::{BrokerError, connected, jetstream};
use super::cloud_event;
use super::tail::{Brought, Tail};
use super::tail_feed::{self, Waits};
use crate::{Feed, FeedError, FeedSource, Journal};

/// How long the broker has to open a consumer.
const OPENING: Duration = Duration::from_secs(5);
/// How often the connection and the consumer are looked at.
const LOOK: Duration = Duration::from_millis(250);
/// How long the log may be ahead of a silent consumer before it is replaced.
const SILENCE: Duration = Duration::from_secs(1);

/// How feeds from JetStream wait.
#[derive(Debug, Clone)]
pub struct JetStreamOptions {
    /// The stream's name.
    pub stream: String,
    /// How often, at least, a feed compares itself with the log's head: a lost tail shows in nothing else.
    pub poll: Duration,
    /// How long a feed waits for the broker when it was told that the log has more.
    pub patience: Duration,
}

impl Default for JetStreamOptions {
    /// The stream `DOCKET`, a look every quarter of a second, a tenth of a second of patience.
    fn default() -> Self {
        let (poll, patience) = (Duration::from_millis(250), Duration::from_millis(100));
        Self { stream: "DOCKET".to_owned(), poll, patience }
    }
}

/// Feeds live from JetStream: one ordered consumer for the process, whose events all its feeds share. The past, and
/// whatever the broker does not bring, comes from the log. Cheap to clone; ends with its last clone and feed.
#[derive(Clone)]
pub struct JetStreamSource {
    tail: Arc<Tail>,
    waits: Waits,
    _pump: Arc<DropGuard>,
}

impl JetStreamSource {
    /// Starts to listen on the server of `client`, now or when it is there.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(journal: Journal, client: Client, options: JetStreamOptions) -> Self {
        let tail = Arc::new(Tail::new(journal));
        let stop = CancellationToken::new();
        let pump = Pump { tail: tail.clone(), client, stream: options.stream };
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = pump.run() => {}
            }
        });
        let waits = Waits { poll: options.poll, patience: options.patience };
        Self { tail, waits, _pump: Arc::new(stop.drop_guard()) }
    }
}

#[async_trait]
impl FeedSource for JetStreamSource {
    async fn open(&self, name: &str, checkpoint: Position, limit: usize) -> Result<Box<dyn Feed>, FeedError> {
        tail_feed::open(&self.tail, self.waits, name, checkpoint, limit).await
    }
}

/// Brings events from the broker to the tail.
struct Pump {
    tail: Arc<Tail>,
    client: Client,
    stream: String,
}

impl Pump {
    async fn run(&self) {
        let mut failures = 0_u32;
        loop {
            if connected(&self.client) {
                match self.open().await {
                    Ok(messages) => {
                        failures = 0;
                        let reason = self.follow(messages).await;
                        self.set_live(false);
                        counter!("docket_feed_fallbacks_total", "reason" => reason).increment(1);
                        tracing::debug!(reason, "feeds read the log until JetStream is back");
                    }
                    Err(error) => {
                        failures = failures.saturating_add(1);
                        tracing::debug!(%error, "JetStream is not ready");
                    }
                }
            }
            sleep(Duration::from_millis(100) * 2_u32.pow(failures.min(4))).await;
        }
    }

    async fn open(&self) -> Result<Ordered, BrokerError> {
        let context: Context = jetstream(&self.client);
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::New, // the past is the log's
            replay_policy: ReplayPolicy::Instant,
            ..OrderedConfig::default()
        };
        let what = "cannot open a consumer";
        let opening = async {
            let consumer = context
                .create_consumer_on_stream(config, &self.stream)
                .await
                .map_err(|error| BrokerError::request(what)(Box::new(error)))?;
            consumer.messages().await.map_err(|error| BrokerError::request(what)(Box::new(error)))
        };
        let late = |_| BrokerError::Request { what, detail: "no answer in time".to_owned() };
        timeout(OPENING, opening).await.map_err(late)?
    }

    fn set_live(&self, live: bool) {
        if self.tail.is_live() != live {
            tracing::info!(live, "delivery by JetStream");
            gauge!("docket_feed_live").set(f64::from(u8::from(live)));
            self.tail.set_live(live);
        }
    }

    /// Takes messages until the consumer is of no more use, and says why.
    async fn follow(&self, mut messages: Ordered) -> &'static str {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut brought = self.tail.end();
        let mut silent_since = None;
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(Ok(message)) => {
                        self.take(&message);
                        self.set_live(true); // not earlier: a consumer proves nothing about the relay
                        brought = self.tail.end();
                        silent_since = None;
                    }
                    Some(Err(error)) => {
                        tracing::debug!(%error, "the consumer failed");
                        return "consumer";
                    }
                    None => return "consumer",
                },
                _ = look.tick() => {
                    if !connected(&self.client) {
                        return "disconnected";
                    }
                    // Feeds got from the log what should have come here: is it late, or does it never come?
                    if self.tail.end() > brought {
                        let since = *silent_since.get_or_insert_with(Instant::now);
                        if since.elapsed() > SILENCE {
                            return "silence";
                        }
                    }
                }
            }
        }
    }

    fn take(&self, message: &Message) {
        let Some(headers) = &message.headers else { return };
        let Ok((previous, position)) = cloud_event::places(headers) else { return };
        if position <= self.tail.end() {
            return;
        }
        match cloud_event::decode(headers, &message.payload) {
            Ok(event) => {
                if self.tail.bring(previous, event, message.payload.len()) == Brought::Gap {
                    counter!("docket_feed_fallbacks_total", "reason" => "gap").increment(1);
                }
            }
            // The next event's link will not match, and the feeds read the log, which says what is wrong.
            Err(error) => tracing::warn!(%error, %position, "a message on the stream is not an event"),
        }
    }
}
