//! The connection to NATS and the JetStream stream that events go to.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::stream::{Compression, Config, DiscardPolicy, Info, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{Context, ContextBuilder};
use async_nats::{Client, ClientError, ConnectOptions, Event as ClientEvent, Server};
use metrics::counter;

use super::nats_options::{InvalidNatsOptions, NatsOptions};
use crate::{WorkerState, Workers};

/// How long NATS has for an answer.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The name under which the connection tells how it is.
pub const NATS: &str = "nats";
/// Publishes waiting for their acknowledgement at most.
pub(crate) const IN_FLIGHT: usize = 256;

/// NATS refused or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The URL is malformed, or the first connection failed for good.
    #[error("cannot connect to NATS: {0}")]
    Connect(#[from] async_nats::ConnectError),
    /// What the connection is to be made with is wrong.
    #[error(transparent)]
    Options(#[from] InvalidNatsOptions),
    /// Not connected at the moment.
    #[error("not connected to NATS")]
    Disconnected,
    /// A request failed or took too long. NATS also answers a missing permission with silence; the log has it then.
    #[error("{what}: {detail}")]
    Request {
        /// What was asked for.
        what: &'static str,
        /// What came back.
        detail: String,
    },
    /// The stream takes nothing, for good: no server lets anybody unseal one.
    #[error("the stream {stream} is sealed and takes nothing any more: delete it, and it is made anew")]
    Sealed {
        /// Its name.
        stream: String,
    },
    /// The server made a stream unlike the one asked for: it is too old for an option, or limits forbid it.
    #[error("the stream's {field} is {found}, not {wanted} as asked for")]
    StreamDiffers {
        /// Which setting.
        field: &'static str,
        /// What was asked for.
        wanted: String,
        /// What the server has.
        found: String,
    },
}

impl BrokerError {
    pub(crate) fn request(what: &'static str) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> Self {
        move |error| Self::Request { what, detail: with_causes(&*error) }
    }
}

/// The stream that events go to.
#[derive(Debug, Clone)]
pub struct StreamOptions {
    /// Its name.
    pub name: String,
    /// The first token of its subjects.
    pub prefix: String,
    /// How long events are kept there at most.
    pub max_age: Duration,
    /// How many bytes of events are kept there at most.
    pub max_bytes: u64,
    /// On how many servers of a cluster it is kept.
    pub replicas: usize,
    /// How long the server remembers message ids. The relay does not need it: what it publishes names the sequence it
    /// expects, which already makes it happen once.
    pub duplicate_window: Duration,
}

impl Default for StreamOptions {
    /// `DOCKET` on `docket.>`, a week and 1 GiB at most, on one server; ids are remembered for ten seconds.
    fn default() -> Self {
        Self {
            name: "DOCKET".to_owned(),
            prefix: "docket".to_owned(),
            max_age: Duration::from_secs(7 * 24 * 3600),
            max_bytes: 1 << 30,
            replicas: 1,
            duplicate_window: Duration::from_secs(10),
        }
    }
}

impl StreamOptions {
    /// All subjects of the stream.
    pub(crate) fn subjects(&self) -> String {
        format!("{}.>", self.prefix)
    }

    pub(crate) fn config(&self) -> Config {
        Config {
            name: self.name.clone(),
            subjects: vec![self.subjects()],
            description: Some("The events of Docket's log, in order. Written by its relay only.".to_owned()),
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            max_age: self.max_age,
            max_bytes: i64::try_from(self.max_bytes).unwrap_or(i64::MAX),
            max_messages: -1,
            max_messages_per_subject: -1,
            max_message_size: -1,
            num_replicas: self.replicas,
            duplicate_window: self.duplicate_window,
            ..Config::default()
        }
    }
}

/// Connects to NATS; returns at once also when no server is there yet, and goes on trying for ever. `workers` is told under
/// [`NATS`] how the connection is; what the server refuses is logged once for each connection.
///
/// # Errors
/// If the options are wrong.
pub async fn connect(options: &NatsOptions, name: &str, workers: &Workers) -> Result<Client, BrokerError> {
    let refused = Refused { workers: workers.clone(), said: Arc::default() };
    let unreached = refused.clone();
    let connecting = ConnectOptions::new()
        .name(name)
        .retry_on_initial_connect()
        .max_reconnects(None)
        .connection_timeout(TIMEOUT)
        .request_timeout(Some(TIMEOUT))
        .reconnect_delay_callback(|attempts| Duration::from_millis(100 * attempts.clamp(1, 10) as u64))
        // Called before each try, with what came of those before; which server is next is the client's choice.
        .reconnect_to_server_callback(move |servers, _| {
            let unreached = unreached.clone();
            async move {
                unreached.explain(&servers).await;
                None
            }
        })
        .event_callback(move |event| {
            let refused = refused.clone();
            async move { refused.note(&event) }
        });
    workers.failing(NATS, "not connected yet", None);
    Ok(options.apply(connecting)?.connect(options.servers.clone()).await?)
}

/// What a server said against this client.
#[derive(Clone)]
struct Refused {
    workers: Workers,
    /// Said since it connected.
    said: Arc<Mutex<HashSet<String>>>,
}

impl Refused {
    /// Tells which servers could not be reached, each with its reason.
    async fn explain(&self, servers: &[Server]) {
        let mut reasons = Vec::new();
        for server in servers {
            let reason = match &server.last_error {
                Some(error) => Some(error.clone()),
                // The client keeps no word of a name that is not found.
                None => server.addr.socket_addrs().await.err().map(|error| with_causes(&error)),
            };
            if let Some(reason) = reason {
                reasons.push(format!("{}:{}: {reason}", server.addr.host(), server.addr.port()));
            }
        }
        if reasons.is_empty() {
            return;
        }
        reasons.sort();
        let text = format!("cannot connect to {}", reasons.join("; "));
        self.workers.failing(NATS, &text, None);
        if self.said.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone()) {
            tracing::warn!(error = text, "NATS cannot be reached");
        }
    }

    /// Whether the connection is not there, as far as it was told.
    fn is_unreached(&self) -> bool {
        !matches!(self.workers.get(NATS).map(|worker| worker.state), Some(WorkerState::Working))
    }

    fn note(&self, event: &ClientEvent) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            ClientEvent::Connected => {
                said.clear();
                self.workers.working(NATS);
                tracing::info!("connected to NATS");
            }
            // Says that it did not connect and neither where nor why, which is known when it is tried again.
            ClientEvent::ClientError(ClientError::Other(_)) if self.is_unreached() => {
                counter!("docket_nats_errors_total").increment(1);
            }
            ClientEvent::ServerError(_) | ClientEvent::ClientError(_) | ClientEvent::SlowConsumer(_) => {
                counter!("docket_nats_errors_total").increment(1);
                let text = event.to_string();
                self.workers.failing(NATS, &text, None);
                if said.insert(text) {
                    tracing::warn!(%event, "NATS refuses something");
                }
            }
            ClientEvent::Draining | ClientEvent::Closed => tracing::info!(%event, "NATS"),
            _ => {
                if self.workers.failing(NATS, event, None) {
                    tracing::warn!(%event, "NATS");
                }
            }
        }
    }
}

/// An error with what led to it, as far as it does not say so itself.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// What the server said against the connection, if it did: a permission that is missing shows in nothing but a time-out.
pub(crate) fn refusal(workers: &Workers) -> Option<String> {
    match workers.get(NATS)?.state {
        WorkerState::Failing { error, .. } => Some(error),
        _ => None,
    }
}

/// Whether requests make sense now: without a connection they would queue up and then block.
pub(crate) fn connected(client: &Client) -> bool {
    client.connection_state() == State::Connected
}

/// JetStream with bounded waiting.
pub(crate) fn jetstream(client: &Client) -> Context {
    ContextBuilder::new()
        .timeout(TIMEOUT)
        .ack_timeout(TIMEOUT)
        .max_ack_inflight(IN_FLIGHT * 2)
        .backpressure_on_inflight(true)
        .build(client.clone())
}

/// The stream, and whether it is as it is to be.
pub(crate) struct Ensured {
    pub(crate) stream: Stream,
    /// What is not, where the server does not let it be put right.
    pub(crate) difference: Option<BrokerError>,
}

/// Makes the stream, or puts its settings back, and checks that the server took every one. Limits that cannot be put
/// back are lived with: what does not fit is left to the log.
pub(crate) async fn ensure_stream(context: &Context, options: &StreamOptions) -> Result<Ensured, BrokerError> {
    let what = "cannot make the stream";
    let wanted = options.config();
    let found = context.get_stream(&options.name).await.ok();
    if found.as_ref().is_some_and(|stream| stream.cached_info().config.sealed) {
        return Err(BrokerError::Sealed { stream: options.name.clone() });
    }
    let difference = found.as_ref().map(|stream| same(&wanted, stream.cached_info()));
    if let (Some(stream), Some(Ok(()))) = (&found, &difference) {
        return Ok(Ensured { stream: stream.clone(), difference: None });
    }
    if let Some(Err(difference)) = &difference {
        tracing::warn!(stream = options.name, %difference, "putting the stream's settings back");
    }
    // What no server lets anybody take back must not keep it from taking the rest.
    let mut possible = wanted.clone();
    if let Some(found) = &found {
        let config = &found.cached_info().config;
        (possible.deny_purge, possible.deny_delete) = (config.deny_purge, config.deny_delete);
    }
    let made = match context.create_or_update_stream(possible).await {
        Ok(info) => same(&wanted, &info),
        Err(error) => Err(BrokerError::request(what)(Box::new(error))),
    };
    match (made, found) {
        (Ok(()), _) => {
            let stream = context.get_stream(&options.name).await;
            let stream = stream.map_err(|error| BrokerError::request(what)(Box::new(error)))?;
            Ok(Ensured { stream, difference: None })
        }
        (Err(_), Some(stream)) if serves(&wanted, stream.cached_info()) => {
            Ok(Ensured { stream, difference: difference.and_then(Result::err) })
        }
        (Err(error), _) => Err(error),
    }
}

/// Whether the stream takes the log's events in order, whatever its limits are and whether or not it lets them be removed.
fn serves(wanted: &Config, info: &Info) -> bool {
    let limits = Config {
        max_age: info.config.max_age,
        max_bytes: info.config.max_bytes,
        max_messages: info.config.max_messages,
        max_messages_per_subject: info.config.max_messages_per_subject,
        max_message_size: info.config.max_message_size,
        num_replicas: info.config.num_replicas,
        duplicate_window: info.config.duplicate_window,
        deny_purge: info.config.deny_purge,
        deny_delete: info.config.deny_delete,
        ..wanted.clone()
    };
    same(&limits, info).is_ok()
}

/// Whether the stream has the settings it is to have. Old servers drop those they do not know without a word, and whoever
/// administers NATS may change any. What only an operator can want (placement, direct reads) is left as it is, and what no
/// server lets anybody change.
pub(crate) fn same(wanted: &Config, info: &Info) -> Result<(), BrokerError> {
    let found = &info.config;
    let check = |field, wanted: String, found: String| {
        if wanted == found { Ok(()) } else { Err(BrokerError::StreamDiffers { field, wanted, found }) }
    };
    // What a server answers for "none" differs between versions.
    let compressed = |config: &Config| matches!(config.compression, Some(Compression::S2));
    let sources =
        |config: &Config| config.mirror.is_some() || config.sources.as_ref().is_some_and(|all| !all.is_empty());
    check("subjects", format!("{:?}", wanted.subjects), format!("{:?}", found.subjects))?;
    check("retention", format!("{:?}", wanted.retention), format!("{:?}", found.retention))?;
    check("discard policy", format!("{:?}", wanted.discard), format!("{:?}", found.discard))?;
    check("storage", format!("{:?}", wanted.storage), format!("{:?}", found.storage))?;
    check("max_age", format!("{:?}", wanted.max_age), format!("{:?}", found.max_age))?;
    check("max_bytes", wanted.max_bytes.to_string(), found.max_bytes.to_string())?;
    check("max_msgs", wanted.max_messages.to_string(), found.max_messages.to_string())?;
    let per_subject = |config: &Config| config.max_messages_per_subject.to_string();
    check("max_msgs_per_subject", per_subject(wanted), per_subject(found))?;
    check("max_msg_size", wanted.max_message_size.to_string(), found.max_message_size.to_string())?;
    check("replicas", wanted.num_replicas.to_string(), found.num_replicas.to_string())?;
    check("duplicate_window", format!("{:?}", wanted.duplicate_window), format!("{:?}", found.duplicate_window))?;
    check("no_ack", wanted.no_ack.to_string(), found.no_ack.to_string())?;
    check("sealed", wanted.sealed.to_string(), found.sealed.to_string())?;
    check("deny_delete", wanted.deny_delete.to_string(), found.deny_delete.to_string())?;
    check("deny_purge", wanted.deny_purge.to_string(), found.deny_purge.to_string())?;
    check("allow_rollup_hdrs", wanted.allow_rollup.to_string(), found.allow_rollup.to_string())?;
    check("republish", wanted.republish.is_some().to_string(), found.republish.is_some().to_string())?;
    check("sources", sources(wanted).to_string(), sources(found).to_string())?;
    let transforms = |config: &Config| config.subject_transform.is_some().to_string();
    check("subject_transform", transforms(wanted), transforms(found))?;
    check("compression", compressed(wanted).to_string(), compressed(found).to_string())
}
