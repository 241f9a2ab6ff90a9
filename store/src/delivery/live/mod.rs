//! What is said now and kept nowhere: typing, presence.
//!
//! Messages may be lost, and nobody is told. Nothing that matters goes this way.

mod hub;
mod nats;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use docket_domain::TenantId;
use smol_str::SmolStr;

pub use hub::{InProcessLive, LiveSubscription};
pub use nats::NatsLive;

/// The largest payload, in bytes.
pub const MAX_LIVE_PAYLOAD: usize = 4096;

/// What a message is about, e.g. `ticket.0198…` or `agents`: 1 to 128 of `a-z 0-9 -`, in parts separated by dots.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LiveTopic(SmolStr);

/// A message that cannot be sent. A lost one is no error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// The topic breaks its rule.
    #[error("a topic is 1 to 128 of a-z, 0-9 and -, in parts separated by dots")]
    InvalidTopic,
    /// The payload is larger than [`MAX_LIVE_PAYLOAD`].
    #[error("a live message has at most {MAX_LIVE_PAYLOAD} bytes")]
    TooLarge,
}

impl LiveTopic {
    /// Checks `topic`.
    ///
    /// # Errors
    /// [`LiveError::InvalidTopic`].
    pub fn new(topic: &str) -> Result<Self, LiveError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = topic.len() <= 128 && topic.split('.').all(|part| !part.is_empty() && part.bytes().all(plain));
        if fits { Ok(Self(SmolStr::new(topic))) } else { Err(LiveError::InvalidTopic) }
    }

    /// The topic as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LiveTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Carries live messages to whoever listens at the moment, on this node and, with NATS, on the others.
#[async_trait]
pub trait LiveBus: Send + Sync + fmt::Debug + 'static {
    /// Says something. Never waits longer than a tenth of a second, and never for a listener.
    ///
    /// # Errors
    /// [`LiveError::TooLarge`].
    async fn publish(&self, tenant: &TenantId, topic: &LiveTopic, payload: Bytes) -> Result<(), LiveError>;

    /// Listens from now on.
    fn subscribe(&self, tenant: &TenantId, topic: &LiveTopic) -> LiveSubscription;
}
