//! Events that are left out: those no version of Docket at hand understands, set aside by the operator.
//!
//! The event stays where it is in the log, and the chain still covers it. Everything that is made from the log is made
//! as if it were not there, on every node alike, until it is taken out of quarantine and the read models are rebuilt.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use docket_domain::{DecodeError, Position, StreamId};
use smol_str::SmolStr;

use crate::KeyError;

/// An event of the log that cannot be understood.
#[derive(Debug)]
pub struct Unreadable {
    /// Where it lies.
    pub position: Position,
    /// Whose history it belongs to.
    pub stream: StreamId,
    /// Its name.
    pub event_type: SmolStr,
    /// The version of its shape.
    pub schema_version: u16,
    /// What is wrong with it.
    pub source: UnreadableReason,
}

/// Why an event cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableReason {
    /// Its type, version or shape is not known here.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// What is sealed in it does not open with the person's key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, stream, event_type, schema_version, source } = self;
        write!(f, "the event at position {position} ({event_type} version {schema_version} of {stream}): {source}")
    }
}

impl std::error::Error for Unreadable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// An event in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Where it lies.
    pub position: Position,
    /// Why it was put there, in the operator's words.
    pub reason: String,
    /// When.
    pub since: DateTime<Utc>,
}

/// Who decided something about an event in quarantine, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Who, as the command line knows them.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// An event was put in quarantine, or taken out again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineChange {
    /// Where the event lies.
    pub position: Position,
    /// Whether it was taken out.
    pub is_release: bool,
    /// Whose decision it was.
    pub decided: Decided,
}

/// The positions in quarantine, as far as this process knows. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeftOut(Arc<Mutex<Arc<BTreeSet<Position>>>>);

impl LeftOut {
    pub(crate) fn get(&self) -> Arc<BTreeSet<Position>> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, positions: BTreeSet<Position>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(positions);
    }
}
