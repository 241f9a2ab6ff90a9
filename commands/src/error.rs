//! Why a command was not carried out.

use docket_domain::{Event, PublicHistory, Rejection};
use docket_store::{JournalError, KeyError, StoreError};

/// A command was not carried out. Unless it is [`Journal`](Self::Journal), nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The rules forbid it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// What it is about has changed since the caller last saw it.
    #[error("it has changed: it is at version {current} now")]
    Stale {
        /// The version it is at.
        current: u64,
        /// The events since the version the caller named, at most 500. Unfiltered: internal notes are among them.
        missed: Vec<Event>,
        /// Of a customer, who counts public events alone: which of the stream's are.
        public: Option<PublicHistory>,
    },
    /// The request key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Others changed the same thing again and again. Trying once more is right.
    #[error("too many changes at once; try again")]
    Busy,
    /// The log or a key failed. Whether something was recorded is known only under a request key, by trying again.
    #[error(transparent)]
    Journal(JournalError),
}

impl From<JournalError> for CommandError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Key(KeyError::Erased) => Self::Rejected(Rejection::refused(
                "person_erased",
                "this person's data has been erased; nothing more can be recorded about them",
            )),
            JournalError::Store(StoreError::KeyReused) => Self::KeyReused,
            other => Self::Journal(other),
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        JournalError::Store(error).into()
    }
}

impl CommandError {
    /// A stable word for metrics.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Rejected(_) => "rejected",
            Self::Stale { .. } => "stale",
            Self::KeyReused => "key_reused",
            Self::Busy => "busy",
            Self::Journal(_) => "failed",
        }
    }
}
