//! What can have happened to an import.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Category;
use crate::event_set::event_set;

event_set! {
    /// Everything that can have happened to an import.
    pub enum ImportEvent of Category::Import; {
        ImportStarted = 1,
        ImportFinished = 1,
    }
}

/// How history came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportedThrough {
    /// Over HTTP, by the event's actor.
    Api,
    /// By the command line beside the data, by whoever has that; Docket is the actor.
    CommandLine,
}

/// Somebody began to bring history in. There is none of an import that found everything there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportStarted {
    /// How.
    pub through: ImportedThrough,
}

/// An import came to its end. There is none if it broke off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportFinished {
    /// SHA-256 of what was brought, unpacked, in hexadecimal digits.
    pub sha256: String,
    /// Lines it had.
    pub lines: u64,
    /// Tickets that came in.
    pub tickets: u64,
    /// Chats that came in.
    pub chats: u64,
    /// Other streams that came in.
    pub others: u64,
    /// Events recorded for all of these.
    pub events: u64,
    /// Steps the rules of the time would have refused.
    pub irregular: u64,
    /// Lines whose history was there before.
    pub unchanged: u64,
    /// Tickets that got another number than they asked for.
    pub renumbered: u64,
    /// Lines refused.
    pub refused: u64,
}
