//! How the log's news travels: feeds for workers, the relay to NATS, leases, and the ephemeral bus.
//!
//! # Invariants of this folder
//! - The log is the truth: whatever the broker loses, doubles, reorders or never had, a feed takes from the log.
//! - Hints ([`crate::EventStore::appended`], messages, pings) only ever save waiting. A slow poll stands behind each.

mod in_process;
pub mod lease;
mod tail;
mod tail_feed;

pub use in_process::InProcessSource;
pub use lease::{Lease, LeaseError, LeaseStore, PostgresLeases, SqliteLeases, open_leases};
