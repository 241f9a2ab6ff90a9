//! The read side on both databases, each test with its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod suite;
