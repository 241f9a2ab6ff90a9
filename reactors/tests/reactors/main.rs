//! Reactors over a real log, with a clock that is moved by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod choosing;
mod handing_back;
mod house;
mod routing;
mod service_levels;
mod timers;
