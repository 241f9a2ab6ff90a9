//! Delivery under faults: whatever happens to the broker, a reader gets exactly the log's events, in order.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod broker_faults;
mod erasure;
mod flow;
mod foreign;
mod harness;
mod line;
mod live;
mod rivals;
mod settings;
