//! One session of the relay: from the stream's last message until something goes wrong.

use std::collections::VecDeque;
use std::error::Error as _;
use std::sync::Arc;

use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::Stream;
use async_nats::jetstream::{Context, ErrorCode};
use chrono::TimeDelta;
use docket_domain::{Event, Position};
use futures::stream::{FuturesOrdered, StreamExt as _};
use metrics::{counter, gauge};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Relay, RelayError, erasure, resume};
use crate::FeedSource as _;
use crate::delivery::broker::{BrokerError, Ensured, IN_FLIGHT, ensure_stream, jetstream, refusal, same};
use crate::delivery::{cloud_event, tail};

/// The name under which it is told whether the stream has its settings.
const STREAM: &str = "relay/stream";

/// And whether erased people's events go from it.
const ERASURE: &str = "relay/erasure";
/// How much younger than the stream's oldest messages may be its last one has to be, for its absence not to be age.
const MARGIN: TimeDelta = TimeDelta::seconds(30);

/// A publish on its way, and the sequence the stream gives it if nobody else writes there.
struct Sent {
    position: Position,
    subject: String,
    sequence: u64,
    ack: PublishAckFuture,
}

/// What the server made of a publish.
struct Acked {
    position: Position,
    subject: String,
    expected: u64,
    result: Result<u64, PublishError>,
}

struct Session<'a> {
    relay: &'a Relay,
    context: Context,
    stream: Stream,
    /// Whether the stream has the settings it is to have.
    settled: bool,
    /// The sequence of the last message sent.
    sequence: u64,
    /// The position of the last event sent or left out.
    previous: Position,
    /// Whether what was sent last failed before: nothing follows it until it is taken.
    doubtful: bool,
    /// Whether it was told that this session works.
    told: bool,
    /// Whether the stream, when it was last looked at, held what would not have expired by now.
    held: bool,
}

impl Relay {
    /// Publishes until `stop` or an error. Counts what was acknowledged in `published`.
    pub(super) async fn session(&self, stop: &CancellationToken, published: &mut u64) -> Result<(), RelayError> {
        let context = jetstream(&self.client);
        let Ensured { stream, difference } = ensure_stream(&context, &self.options.stream).await?;
        let settled = difference.is_none();
        match &difference {
            None => self.workers.working(STREAM),
            Some(difference) => self.workers.failing(STREAM, difference, None),
        };
        let store = self.journal.store().as_ref();
        let start = resume::find(store, &stream, &self.options.stream, self.options.backfill).await?;
        tracing::info!(position = %start.position, sequence = start.sequence, "the relay goes on");
        gauge!("docket_relay_connected").set(1.0);
        self.reached(start.position);
        let (sequence, previous) = (start.sequence, start.position);
        let (doubtful, told, held) = (false, false, false);
        let session = Session { relay: self, context, stream, settled, sequence, previous, doubtful, told, held };
        session.run(stop, published).await
    }
}

impl Session<'_> {
    async fn run(mut self, stop: &CancellationToken, published: &mut u64) -> Result<(), RelayError> {
        let mut feed = self.relay.source.open("relay", self.previous, IN_FLIGHT).await?;
        let mut waiting: VecDeque<Arc<Event>> = VecDeque::new();
        let mut in_flight = FuturesOrdered::new();
        let mut look = interval(self.relay.options.check_every);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // An erasure waits until everything before it is stored, so that its purge finds it.
            while in_flight.len() < IN_FLIGHT
                && let Some(event) = waiting.front()
                && (in_flight.is_empty() || (tail::erased(event).is_none() && !self.goes_alone(event)))
            {
                self.purge_erased(event).await?;
                if let Some(sent) = self.publish(event).await? {
                    in_flight.push_back(acknowledged(sent));
                }
                waiting.pop_front();
            }
            tokio::select! {
                biased;
                Some(acked) = in_flight.next(), if !in_flight.is_empty() => {
                    self.check(acked)?;
                    *published += 1;
                }
                () = stop.cancelled() => break,
                batch = feed.next(), if waiting.is_empty() => match batch {
                    Ok(batch) => waiting.extend(batch.events),
                    Err(error) => {
                        let stuck = error.stuck_at();
                        let why = format!("it is not understood: {error}");
                        let left = stuck.filter(|position| self.relay.leave_misunderstood(*position, &why));
                        let Some(position) = left else { return Err(error.into()) };
                        self.previous = position;
                        feed = self.relay.source.open("relay", position, IN_FLIGHT).await?;
                    }
                },
                _ = look.tick() => {
                    self.relay.show_lag();
                    self.relay.forget_left_out();
                    if in_flight.is_empty() {
                        self.look().await?;
                    }
                }
            }
        }
        while let Some(acked) = in_flight.next().await {
            self.check(acked)?;
        }
        Ok(())
    }

    /// Whether an event has to wait until nothing is on its way.
    fn goes_alone(&self, event: &Event) -> bool {
        self.doubtful || self.relay.left_out.is_doubtful(event.meta.position)
    }

    async fn purge_erased(&self, event: &Event) -> Result<(), RelayError> {
        let Some(person) = tail::erased(event) else { return Ok(()) };
        if self.stream.cached_info().config.deny_purge {
            let why =
                "the stream lets nobody remove an erased person's events (deny_purge): they stay until they expire";
            self.relay.workers.failing(ERASURE, why, None);
            tracing::warn!(position = %event.meta.position, why, "not removed from the stream");
            return Ok(());
        }
        let (store, options) = (self.relay.journal.store().as_ref(), &self.relay.options.stream);
        let tenant = &event.meta.stream.tenant;
        erasure::purge(store, &self.stream, options, tenant, person, event.meta.position).await
    }

    /// Sends an event; `None` if it is left to the log. Then the next event's link shows readers that something is missing.
    async fn publish(&mut self, event: &Event) -> Result<Option<Sent>, RelayError> {
        let position = event.meta.position;
        if self.relay.left_out.has(position) {
            self.previous = position;
            return Ok(None);
        }
        let (headers, payload) = match cloud_event::encode(event, self.previous) {
            Ok(message) => message,
            Err(error) => {
                self.previous = position;
                self.relay.leave_to_log(position, &format!("it cannot be encoded: {error}"));
                return Ok(None);
            }
        };
        let message = PublishMessage::build().headers(headers).payload(payload).expected_last_sequence(self.sequence);
        let subject = cloud_event::subject(&self.relay.options.stream.prefix, event);
        // Bounded: JetStream's context gives the command queue three seconds to take it.
        self.doubtful = self.relay.left_out.is_doubtful(position);
        let sent = self.context.send_publish(subject.clone(), message).await;
        self.previous = position;
        match sent {
            Ok(ack) => {
                self.sequence += 1;
                Ok(Some(Sent { position, subject, sequence: self.sequence, ack }))
            }
            Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                self.relay.leave_to_log(position, "it is larger than the server's max_payload");
                Ok(None)
            }
            Err(error) => Err(BrokerError::request("cannot publish")(Box::new(error)).into()),
        }
    }

    fn check(&mut self, acked: Acked) -> Result<(), RelayError> {
        match acked.result {
            Ok(found) if found == acked.expected => {
                counter!("docket_relay_published_total").increment(1);
                self.doubtful = false;
                self.relay.reached(acked.position);
                self.held = self.relay.options.backfill > 0;
                self.works();
                Ok(())
            }
            Ok(found) => Err(RelayError::Moved { expected: acked.expected, found }),
            Err(error) => {
                counter!("docket_relay_publish_errors_total").increment(1);
                let times = self.relay.left_out.failed(acked.position);
                let reason = match is_about_the_message(&error) {
                    true => Some(describe(&error)),
                    false => self.denied(&acked.subject),
                };
                let Some(reason) = reason else {
                    return Err(BrokerError::request("a publish failed")(Box::new(error)).into());
                };
                self.relay.leave_refused(acked.position, times, &reason);
                Err(RelayError::Refused { position: acked.position, reason })
            }
        }
    }

    /// What the server said if it lets nothing be published there; it answers such a publish with silence.
    fn denied(&self, subject: &str) -> Option<String> {
        refusal(&self.relay.workers).filter(|said| said.contains("Publish") && said.contains(&format!("\"{subject}\"")))
    }

    /// With nothing to publish nothing would show that the stream was deleted or restored.
    async fn look(&mut self) -> Result<(), RelayError> {
        let info = self.stream.get_info().await;
        let info = info.map_err(|error| BrokerError::request("cannot read the stream's state")(Box::new(error)))?;
        // Whoever administers NATS may have changed a setting: the next session puts it back.
        if self.settled {
            same(&self.relay.options.stream.config(), &info)?;
        }
        // Whoever subscribes finds the latest events there; a purge takes them, and leaves the sequence.
        if std::mem::take(&mut self.held) && info.state.messages == 0 {
            return Err(RelayError::Emptied);
        }
        let kept = TimeDelta::from_std(self.relay.options.stream.max_age).unwrap_or(TimeDelta::MAX);
        let age = self.relay.journal.clock().now().timestamp() - info.state.last_timestamp.unix_timestamp();
        self.held =
            info.state.messages > 0 && TimeDelta::seconds(age) + MARGIN < kept && self.relay.options.backfill > 0;
        let found = info.state.last_sequence;
        if found != self.sequence {
            return Err(RelayError::Moved { expected: self.sequence, found });
        }
        self.works();
        Ok(())
    }

    /// Tells, once, that this session does its work.
    fn works(&mut self) {
        if !std::mem::replace(&mut self.told, true) {
            self.relay.workers.working(Relay::LEASE);
        }
    }
}

/// Whether it is this message that the stream does not take, not the moment.
fn is_about_the_message(error: &PublishError) -> bool {
    let code = error.source().and_then(|source| source.downcast_ref::<async_nats::jetstream::Error>());
    let of_message = [ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM, ErrorCode::STREAM_HEADER_EXCEEDS_MAXIMUM];
    code.is_some_and(|error| of_message.contains(&error.error_code()))
}

fn describe(error: &PublishError) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

async fn acknowledged(sent: Sent) -> Acked {
    let Sent { position, subject, sequence: expected, ack } = sent;
    let result = ack.await.map(|ack| ack.sequence);
    Acked { position, subject, expected, result }
}
