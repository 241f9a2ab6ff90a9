//! Live messages within a process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use docket_domain::TenantId;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::{LiveBus, LiveError, LiveTopic, MAX_LIVE_PAYLOAD};

/// Messages a slow listener may be behind before it misses some.
const CAPACITY: usize = 64;

type Key = (TenantId, LiveTopic);

#[derive(Default)]
struct Hub(Mutex<HashMap<Key, broadcast::Sender<Bytes>>>);

impl Hub {
    fn topics(&self) -> MutexGuard<'_, HashMap<Key, broadcast::Sender<Bytes>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Live messages within this process. Cheap to clone.
#[derive(Clone, Default)]
pub struct InProcessLive(Arc<Hub>);

impl fmt::Debug for InProcessLive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcessLive").field("topics", &self.0.topics().len()).finish()
    }
}

impl InProcessLive {
    /// A bus nobody listens to yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands a message to those who listen here.
    pub(super) fn deliver(&self, tenant: &TenantId, topic: &LiveTopic, payload: Bytes) {
        let sender = self.0.topics().get(&(tenant.clone(), topic.clone())).cloned();
        if let Some(sender) = sender {
            sender.send(payload).ok(); // the last listener may just have gone
        }
    }
}

#[async_trait]
impl LiveBus for InProcessLive {
    async fn publish(&self, tenant: &TenantId, topic: &LiveTopic, payload: Bytes) -> Result<(), LiveError> {
        if payload.len() > MAX_LIVE_PAYLOAD {
            return Err(LiveError::TooLarge);
        }
        self.deliver(tenant, topic, payload);
        Ok(())
    }

    fn subscribe(&self, tenant: &TenantId, topic: &LiveTopic) -> LiveSubscription {
        let key = (tenant.clone(), topic.clone());
        let messages =
            self.0.topics().entry(key.clone()).or_insert_with(|| broadcast::Sender::new(CAPACITY)).subscribe();
        LiveSubscription { hub: self.0.clone(), key, messages }
    }
}

/// Listens to a topic until it is dropped.
pub struct LiveSubscription {
    hub: Arc<Hub>,
    key: Key,
    messages: broadcast::Receiver<Bytes>,
}

impl LiveSubscription {
    /// The next message; skips those missed for being slow. Waits for ever if nobody says anything. Cancel-safe.
    pub async fn next(&mut self) -> Bytes {
        loop {
            match self.messages.recv().await {
                Ok(payload) => return payload,
                Err(RecvError::Lagged(_)) => {}
                // The hub drops a sender only after its last subscription.
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

impl Drop for LiveSubscription {
    fn drop(&mut self) {
        let mut topics = self.hub.topics();
        // This one still counts.
        if topics.get(&self.key).is_some_and(|sender| sender.receiver_count() <= 1) {
            topics.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::new(name).unwrap()
    }

    #[tokio::test]
    async fn a_message_reaches_its_topic_and_tenant_only() {
        let (bus, topic) = (InProcessLive::new(), LiveTopic::new("ticket.1").unwrap());
        let mut here = bus.subscribe(&tenant("a"), &topic);
        let mut other_tenant = bus.subscribe(&tenant("b"), &topic);
        let mut other_topic = bus.subscribe(&tenant("a"), &LiveTopic::new("ticket.2").unwrap());
        bus.publish(&tenant("a"), &topic, "typing".into()).await.unwrap();
        assert_eq!(here.next().await, "typing");
        assert!(other_tenant.messages.try_recv().is_err());
        assert!(other_topic.messages.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_slow_listener_misses_the_oldest_and_topics_go_with_their_last_listener() {
        let (bus, topic) = (InProcessLive::new(), LiveTopic::new("chat").unwrap());
        let mut slow = bus.subscribe(&tenant("a"), &topic);
        let second = bus.subscribe(&tenant("a"), &topic);
        for n in 0..CAPACITY + 10 {
            bus.publish(&tenant("a"), &topic, n.to_string().into()).await.unwrap();
        }
        assert_eq!(slow.next().await, "10");
        drop(second);
        assert_eq!(bus.0.topics().len(), 1);
        drop(slow);
        assert_eq!(bus.0.topics().len(), 0);
    }

    #[tokio::test]
    async fn large_payloads_and_odd_topics_are_refused() {
        let bus = InProcessLive::new();
        let large = Bytes::from(vec![0; MAX_LIVE_PAYLOAD + 1]);
        let topic = LiveTopic::new("a").unwrap();
        assert_eq!(bus.publish(&tenant("a"), &topic, large).await, Err(LiveError::TooLarge));
        for odd in ["", ".", "a.", "a..b", "a.*", ">", "a b", "Ä", "A", &"a".repeat(129)] {
            assert_eq!(LiveTopic::new(odd), Err(LiveError::InvalidTopic), "{odd:?}");
        }
    }
}
