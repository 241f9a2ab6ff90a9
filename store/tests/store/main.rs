//! The log, the vault, leases and delivery over real databases.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asyncapi;
mod conformance;
mod installation;
mod journal;
mod leases;
mod refusing;
mod vault;
