//! Live messages between nodes, over core NATS.

use std::fmt;
use std::time::Duration;

use async_nats::{Client, HeaderMap, Message};
use async_trait::async_trait;
use bytes::Bytes;
use docket_domain::TenantId;
use futures::StreamExt as _;
use metrics::counter;
use tokio::time::{sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{InProcessLive, LiveBus, LiveError, LiveSubscription, LiveTopic, MAX_LIVE_PAYLOAD};
use crate::delivery::broker::connected;
use crate::new_id;

/// The first token of subjects: apart from those of events, so that no stream takes it up.
const PREFIX: &str = "docket-live";
/// Which node said it: it has heard itself already.
const NODE: &str = "docket-node";
/// How long the client's queue may make a publisher wait.
const PATIENCE: Duration = Duration::from_millis(100);

/// Live messages on all nodes, on subjects `docket-live.{tenant}.{topic}`. Within the node they need no NATS. One
/// subscription takes in what all nodes say; it is little, since typing and presence are throttled where they arise.
pub struct NatsLive {
    here: InProcessLive,
    client: Client,
    node: String,
    _listening: DropGuard,
}

impl fmt::Debug for NatsLive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsLive").field("node", &self.node).finish_non_exhaustive()
    }
}

impl NatsLive {
    /// Starts to listen on the server of `client`.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(client: Client) -> Self {
        let (here, node, stop) = (InProcessLive::new(), new_id().to_string(), CancellationToken::new());
        let listening = listen(client.clone(), here.clone(), node.clone());
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = listening => {}
            }
        });
        Self { here, client, node, _listening: stop.drop_guard() }
    }
}

#[async_trait]
impl LiveBus for NatsLive {
    async fn publish(&self, tenant: &TenantId, topic: &LiveTopic, payload: Bytes) -> Result<(), LiveError> {
        if payload.len() > MAX_LIVE_PAYLOAD {
            return Err(LiveError::TooLarge);
        }
        self.here.deliver(tenant, topic, payload.clone());
        // While disconnected the client would queue it and say it much later.
        if connected(&self.client) {
            let mut headers = HeaderMap::new();
            headers.insert(NODE, self.node.as_str());
            let subject = format!("{PREFIX}.{tenant}.{topic}");
            let sent = timeout(PATIENCE, self.client.publish_with_headers(subject, headers, payload)).await;
            if !matches!(sent, Ok(Ok(()))) {
                counter!("docket_live_lost_total").increment(1);
            }
        }
        Ok(())
    }

    fn subscribe(&self, tenant: &TenantId, topic: &LiveTopic) -> LiveSubscription {
        self.here.subscribe(tenant, topic)
    }
}

/// Takes in what other nodes say. The client subscribes anew by itself after a reconnect.
async fn listen(client: Client, here: InProcessLive, node: String) {
    loop {
        match client.subscribe(format!("{PREFIX}.>")).await {
            Ok(mut messages) => {
                while let Some(message) = messages.next().await {
                    take(&here, &node, &message);
                }
            }
            Err(error) => tracing::warn!(%error, "cannot listen to live messages"),
        }
        sleep(Duration::from_secs(1)).await;
    }
}

fn take(here: &InProcessLive, node: &str, message: &Message) {
    let own = message.headers.as_ref().and_then(|headers| headers.get(NODE)).is_some_and(|from| from.as_str() == node);
    if own || message.payload.len() > MAX_LIVE_PAYLOAD {
        return;
    }
    let rest = message.subject.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix('.'));
    if let Some((tenant, topic)) = rest.and_then(|rest| rest.split_once('.'))
        && let (Ok(tenant), Ok(topic)) = (TenantId::new(tenant), LiveTopic::new(topic))
    {
        here.deliver(&tenant, &topic, message.payload.clone());
    }
}
