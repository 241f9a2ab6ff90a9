//! HTTP, WebSocket, SSE, sign-in, configuration and the `docket` command line.
//!
//! # Invariants of this room
//! - Every route is listed once, with who may call it ([`http::table`]); a route that is not cannot be reached.
//! - Nothing is decided here: handlers turn requests into commands and queries, and their results into answers.
//! - No answer carries SQL, paths or stacks; no answer to a customer carries a note or another customer's data.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod http;
pub mod live;
pub mod observe;
pub mod runtime;
