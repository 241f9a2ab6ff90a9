//! The values an agent is made of.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ticket::named;

named! {
    /// Whether an agent takes work.
    Availability {
        /// Takes chats.
        Available = "available",
        /// At work, takes no new chats.
        Busy = "busy",
        /// Back soon.
        Away = "away",
        /// Not at work.
        Offline = "offline",
    }
}
