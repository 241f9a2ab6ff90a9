//! What can go wrong on the read side.

use std::time::Duration;

use docket_domain::Position;
use docket_store::{FeedError, JournalError};

/// How long a query may take at all, waiting for the database included.
pub const QUERY_LIMIT: Duration = Duration::from_secs(10);

/// A read model could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database could not do it.
    #[error("the read models are not available: {0}")]
    Database(#[source] sqlx::Error),
    /// The SQLite file could not do it.
    #[error("the read models are not available: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A query was given up.
    #[error("the query took too long")]
    TookTooLong,
    /// A cursor that no list gave out, or one of another sort order.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    /// What lies in a table cannot be read back. Rebuilding heals it.
    #[error("{table} holds what cannot be read: {detail}")]
    Damaged {
        /// The table or view.
        table: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// Another worker has moved the checkpoint on, or a rebuild replaced the tables.
    #[error("another worker moved the checkpoint from {expected}")]
    Fenced {
        /// Where this worker believed it to be.
        expected: Position,
    },
    /// The log could not be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The feed could not go on.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// There is no such read model.
    #[error("there is no read model {0:?}")]
    UnknownModel(String),
    /// The database refuses what the read models need.
    #[error("{0}")]
    Setup(String),
}

impl ReadError {
    /// The event nobody gets past, if that is what it is.
    pub fn stuck_at(&self) -> Option<Position> {
        match self {
            Self::Journal(error) => error.stuck_at(),
            Self::Feed(error) => error.stuck_at(),
            _ => None,
        }
    }
}

/// `query_canceled`: what PostgreSQL says when `statement_timeout` is over.
const STATEMENT_TIMEOUT: &str = "57014";

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        docket_store::pg::observe(&error);
        match error.as_database_error().and_then(|error| error.code()) {
            Some(code) if code == STATEMENT_TIMEOUT => Self::TookTooLong,
            _ => Self::Database(error),
        }
    }
}
