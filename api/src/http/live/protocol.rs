//! What is said over the WebSocket.

use docket_domain::Actor;
use serde::{Deserialize, Serialize};

use crate::http::event_view::EventView;

/// From the client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Said {
    /// Tell me of this topic, or these; with `after`, first what I missed since that position.
    Subscribe {
        #[serde(default)]
        topic: Option<String>,
        #[serde(default)]
        topics: Vec<String>,
        #[serde(default)]
        after: Option<u64>,
    },
    /// No longer.
    Unsubscribe { topic: String },
    /// I am writing. `internal`: a note.
    Typing {
        topic: String,
        #[serde(default)]
        internal: bool,
    },
    /// I am looking at it: every 10 seconds.
    Viewing { topic: String },
    /// I look at it no longer.
    Left { topic: String },
    /// Are you there?
    Ping {},
}

/// To the client.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Told<'a> {
    /// You are connected; the log is at this position.
    Welcome { position: u64 },
    /// You are told of this topic, and have been told everything up to this position.
    Subscribed { topic: &'a str, position: u64, viewers: Vec<Actor> },
    /// You are not, any more.
    Unsubscribed { topic: &'a str },
    /// Something happened.
    Event { topics: Vec<&'a str>, event: EventView },
    /// Somebody is writing.
    Typing { topic: &'a str, from: Actor, internal: bool },
    /// Somebody began or went on looking (`viewing`), or stopped.
    Presence { topic: &'a str, from: Actor, viewing: bool },
    /// You were too slow, or missed too much: read anew what you show, then reconnect. The connection ends.
    Resync { position: u64 },
    /// What you said was not understood or not allowed.
    Error { code: &'a str, detail: &'a str },
    /// Yes.
    Pong {},
}
