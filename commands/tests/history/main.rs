//! History that comes in and goes out, over a log and a vault on disk.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod desk;
mod export;
mod import;
