//! The event log and what belongs to it: its adapters, its delivery, and the keys to personal data.
//!
//! # Invariants of this room
//! - The log is the truth. Nothing here changes or removes an event once it is appended.
//! - A position, once seen by a reader, is never preceded later by an event that was not there.
//! - What lies in the log is sealed; what leaves the [`Journal`] is typed and readable, or erased.
//! - Only this room reads the clock and makes ids ([`Clock`], [`new_id`]).

mod appender;
mod backup;
pub mod chain;
mod clock;
mod codes;
pub mod delivery;
mod event_store;
mod export;
mod feed;
mod ids;
mod installation;
mod journal;
mod keyring;
mod migrating;
mod open;
mod opening;
pub mod pg;
mod postgres;
mod quarantine;
mod secret_file;
pub mod signing;
mod sqlite;
mod sweep;
pub mod vault;
mod verify;
mod workers;
mod writable;

pub use appender::Refusing;
pub use backup::{check_database, copy_database};
pub use clock::{Clock, MOST_SKEW, ManualClock, SystemClock};
pub use event_store::{
    Append, Appended, Capabilities, ChainKind, EventStore, Expected, Filter, IdempotencyKey, NewEvent, Page,
    RecordedEvent, StoreError, StreamAppend, StreamVersion,
};
pub use export::{ExportError, export_log, prove_export, verify_export};
pub use feed::{Batch, Feed, FeedError, FeedSource};
pub use ids::new_id;
pub use installation::{InstallationError, check_halves, is_installed, join_halves};
pub use journal::{Draft, DraftStream, Journal, JournalError, TypedPage};
pub use keyring::{DataKey, KeyError, KeyState, Keyring};
pub use open::{InvalidLogUrl, LOG_READERS, LogUrl, PageCache, open_log, open_log_with};
pub use quarantine::{Decided, QuarantineChange, Quarantined, Unreadable, UnreadableReason};
pub use secret_file::{Exposure, SecretFile, SecretFileError, without_line_breaks};
pub use sqlite::{WAL_BYTES, keep_wal_short};
pub use sweep::{SweepError, Swept, sweep_postgres};
pub use vault::{Accounts, MasterKey, MasterKeyError, Vault, open_vault};
pub use verify::{
    Anchor, Check, CheckResult, Damage, Expectations, InvalidAnchor, Report, Signers, Verified, VerifyError, prove,
    verify,
};
pub use workers::{Worker, WorkerState, Workers};
pub use writable::{Writable, WriteProbe};
