//! The connection to NATS and the JetStream stream that events go to.

use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType, Stream};
use async_nats::jetstream::{Context, ContextBuilder};
use async_nats::{Client, ConnectOptions, Event as ClientEvent};
use metrics::counter;

/// How long NATS has for an answer.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Publishes waiting for their acknowledgement at most.
pub(crate) const IN_FLIGHT: usize = 256;

/// NATS refused or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The URL is malformed, or the first connection failed for good.
    #[error("cannot connect to NATS: {0}")]
    Connect(#[from] async_nats::ConnectError),
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
        move |error| Self::Request { what, detail: error.to_string() }
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

    fn config(&self) -> Config {
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
            num_replicas: self.replicas,
            duplicate_window: self.duplicate_window,
            ..Config::default()
        }
    }
}

/// Connects to NATS; returns at once also when no server is there yet, and goes on trying for ever.
///
/// # Errors
/// If the URL is malformed.
pub async fn connect(url: &str, name: &str) -> Result<Client, BrokerError> {
    let options = ConnectOptions::new()
        .name(name)
        .retry_on_initial_connect()
        .max_reconnects(None)
        .connection_timeout(TIMEOUT)
        .request_timeout(Some(TIMEOUT))
        .reconnect_delay_callback(|attempts| Duration::from_millis(100 * attempts.clamp(1, 10) as u64))
        .event_callback(|event| async move {
            match event {
                ClientEvent::Connected | ClientEvent::Draining | ClientEvent::Closed => {
                    tracing::info!(%event, "NATS");
                }
                ClientEvent::ServerError(_) | ClientEvent::ClientError(_) | ClientEvent::SlowConsumer(_) => {
                    counter!("docket_nats_errors_total").increment(1);
                    tracing::warn!(%event, "NATS");
                }
                _ => tracing::warn!(%event, "NATS"),
            }
        });
    Ok(options.connect(url).await?)
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

/// Makes the stream, or brings it up to date, and checks that the server took every setting.
pub(crate) async fn ensure_stream(context: &Context, options: &StreamOptions) -> Result<Stream, BrokerError> {
    let what = "cannot make the stream";
    let wanted = options.config();
    let info = match context.get_stream(&options.name).await {
        Ok(stream) if same(&wanted, stream.cached_info()).is_ok() => return Ok(stream),
        _ => context
            .create_or_update_stream(wanted.clone())
            .await
            .map_err(|error| BrokerError::request(what)(Box::new(error)))?,
    };
    same(&wanted, &info)?;
    context.get_stream(&options.name).await.map_err(|error| BrokerError::request(what)(Box::new(error)))
}

/// Old servers drop settings they do not know without a word.
fn same(wanted: &Config, info: &Info) -> Result<(), BrokerError> {
    let found = &info.config;
    let check = |field, wanted: String, found: String| {
        if wanted == found { Ok(()) } else { Err(BrokerError::StreamDiffers { field, wanted, found }) }
    };
    check("subjects", format!("{:?}", wanted.subjects), format!("{:?}", found.subjects))?;
    check("retention", format!("{:?}", wanted.retention), format!("{:?}", found.retention))?;
    check("discard policy", format!("{:?}", wanted.discard), format!("{:?}", found.discard))?;
    check("storage", format!("{:?}", wanted.storage), format!("{:?}", found.storage))?;
    check("max_age", format!("{:?}", wanted.max_age), format!("{:?}", found.max_age))?;
    check("max_bytes", wanted.max_bytes.to_string(), found.max_bytes.to_string())?;
    check("max_msgs", wanted.max_messages.to_string(), found.max_messages.to_string())?;
    check("replicas", wanted.num_replicas.to_string(), found.num_replicas.to_string())?;
    check("duplicate_window", format!("{:?}", wanted.duplicate_window), format!("{:?}", found.duplicate_window))
}
