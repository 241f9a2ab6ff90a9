//! How the log's news travels: feeds for workers, the relay to NATS, leases, and the ephemeral bus.
//!
//! # Invariants of this folder
//! - The log is the truth: whatever the broker loses, doubles, reorders or never had, a feed takes from the log.
//! - Hints ([`crate::EventStore::appended`], messages, pings) only ever save waiting. A slow poll stands behind each.

mod asyncapi;
mod broker;
mod cloud_event;
mod in_process;
mod jetstream;
pub mod lease;
mod live;
mod nats_options;
mod relay;
mod tail;
mod tail_feed;
#[cfg(test)]
mod tail_tests;

pub use asyncapi::asyncapi;
pub use broker::{BrokerError, NATS, StreamOptions, connect};
pub use in_process::InProcessSource;
pub use jetstream::{JetStreamOptions, JetStreamSource};
pub use lease::{Lease, LeaseError, LeaseStore, PostgresLeases, SqliteLeases, open_leases};
pub use live::{InProcessLive, LiveBus, LiveError, LiveSubscription, LiveTopic, MAX_LIVE_PAYLOAD, NatsLive};
pub use nats_options::{InvalidNatsOptions, NatsLogin, NatsOptions};
pub use relay::{Relay, RelayOptions};
