//! What is told and forgotten: who is typing, who is looking.

use docket_domain::{Actor, TenantId};
use serde::{Deserialize, Serialize};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Somebody is writing. `internal`: a note, which customers must not learn of.
    Typing {
        /// Whether it is a note.
        internal: bool,
    },
    /// Somebody of the desk looks at it.
    Viewing,
    /// They look at it no longer.
    Left,
}

/// Something told and forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Whose data it is about.
    pub tenant: TenantId,
    /// What it is about: `ticket:<id>` or `chat:<id>`.
    pub topic: String,
    /// Who.
    pub from: Actor,
    /// What.
    pub kind: SignalKind,
}
