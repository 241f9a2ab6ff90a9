//! The log, the vault, leases and delivery over real databases.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asyncapi;
mod conformance;
mod journal;
mod leases;
mod vault;
