//! The port to the log. Adapters: SQLite, PostgreSQL, KurrentDB.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use docket_domain::{Actor, Category, EventMeta, PersonId, Position, StreamId, TenantId};
use smol_str::SmolStr;
use tokio::sync::watch;
use uuid::Uuid;

use crate::signing::{SignedHead, TenantChain, TenantChains};
use crate::{Decided, QuarantineChange, Quarantined, Refusing};

/// An event that wants to be recorded. Its payload is sealed already.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Its id, a UUIDv7.
    pub event_id: Uuid,
    /// Its name.
    pub event_type: SmolStr,
    /// The version of its shape.
    pub schema_version: u16,
    /// When it happened, at microsecond precision.
    pub occurred_at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// What request it came from.
    pub correlation_id: Uuid,
    /// The event that caused it.
    pub causation_id: Option<Uuid>,
    /// Whose key seals its personal fields.
    pub data_subject: Option<PersonId>,
    /// Imported history the state machine would refuse.
    pub irregular: bool,
    /// JSON, kept to the byte.
    pub payload: String,
}

/// Where a stream must stand for an append to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Anywhere.
    Any,
    /// At exactly this version; 0 means the stream must not exist.
    Version(u64),
}

/// Events for one stream, or what an append relies on.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    /// The stream.
    pub stream: StreamId,
    /// Where it must stand.
    pub expected: Expected,
    /// The events. None: nothing is written to this stream, but it must stand where it is expected, at a version.
    pub events: Vec<NewEvent>,
}

/// Makes an append happen once. Unique within its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Whose key it is.
    pub tenant: TenantId,
    /// The key, at most 255 bytes.
    pub key: String,
    /// SHA-256 of the request, so that the same key with another request is noticed.
    pub fingerprint: [u8; 32],
    /// Kept with the key and returned on replay: what the caller needs to answer as it did the first time.
    pub note: String,
}

/// One atomic append: all of it happens, or nothing.
#[derive(Debug, Clone)]
pub struct Append {
    /// The streams, at least one, each at most once. The first is the one the answer is about.
    pub streams: Vec<StreamAppend>,
    /// The key under which it happens once.
    pub idempotency: Option<IdempotencyKey>,
    /// For what changes nothing, and so has no events at all: only its key is kept, and this is the position of the answer.
    pub unchanged_at: Option<Position>,
}

/// A stream and its version after an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamVersion {
    /// The stream.
    pub stream: StreamId,
    /// Its version after the append.
    pub version: u64,
}

/// An append that happened, now or (with `replayed`) the first time its key was used.
#[derive(Debug, Clone)]
pub struct Appended {
    /// Position of the append's last event; of one without events, [`unchanged_at`](Append::unchanged_at).
    pub position: Position,
    /// Whether it has events.
    pub changed: bool,
    /// When the log took it.
    pub recorded_at: DateTime<Utc>,
    /// The streams in the order given, with their versions. On replay only the first.
    pub streams: Vec<StreamVersion>,
    /// The note of the idempotency key, if there was one.
    pub note: Option<String>,
    /// Whether this is the answer to an earlier append with the same key; nothing was written now.
    pub replayed: bool,
}

/// An event as it lies in the log: sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedEvent {
    /// Its envelope.
    pub meta: EventMeta,
    /// Its name.
    pub event_type: SmolStr,
    /// The version of its shape.
    pub schema_version: u16,
    /// JSON, to the byte as it was appended.
    pub payload: String,
    /// The chain's hash at this event.
    pub hash: [u8; 32],
}

/// Which events a reader wants. Empty sets mean all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this tenant's.
    pub tenant: Option<TenantId>,
    /// Only of these categories.
    pub categories: Vec<Category>,
    /// Not those at these positions, whatever lies there.
    pub except: Arc<BTreeSet<Position>>,
}

/// A part of the log.
#[derive(Debug, Clone)]
pub struct Page {
    /// The events that match, in order.
    pub events: Vec<RecordedEvent>,
    /// How far was looked: continue after here, also when no event matched.
    pub scanned_to: Position,
}

impl Page {
    /// What lies before a damaged event, if anything does.
    pub(crate) fn before_damage(events: Vec<RecordedEvent>, error: StoreError) -> Result<Self, StoreError> {
        match (&error, events.last()) {
            (StoreError::Damaged { .. }, Some(last)) => {
                let scanned_to = last.meta.position;
                Ok(Self { events, scanned_to })
            }
            _ => Err(error),
        }
    }
}

/// What the hash chain runs along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainKind {
    /// The whole log.
    Log,
    /// Each stream by itself.
    Stream,
}

/// What an adapter can do beyond the minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Several streams in one [`Append`].
    pub multi_stream_append: bool,
    /// Whether positions are 1, 2, 3 … without holes while nothing fails.
    pub dense_positions: bool,
    /// What the hash chain runs along.
    pub chain: ChainKind,
}

/// The log could not do what was asked. Nothing was written, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A stream does not stand where it was expected.
    #[error("{stream} is at version {actual}, not {expected}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// Where it was expected.
        expected: u64,
        /// Where it is.
        actual: u64,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The adapter cannot do that; see [`Capabilities`].
    #[error("this log cannot {0}")]
    Unsupported(&'static str),
    /// The append is not one: no stream, a stream twice, or neither events nor a key to keep.
    #[error("malformed append: {0}")]
    Malformed(&'static str),
    /// The log is closing or not reachable; whether an append happened is unknown unless it had a key.
    #[error("the log is not available: {0}")]
    Unavailable(String),
    /// What lies in the log is not what was written.
    #[error("the log is damaged at position {position}: {detail}")]
    Damaged {
        /// Where.
        position: Position,
        /// How.
        detail: String,
    },
}

/// The event log.
///
/// # Promises every adapter keeps (and the conformance suite checks)
/// - `append` answers only after its events are on disk.
/// - Versions of a stream are 1, 2, 3 …; positions grow; whoever has read up to `p` never finds a new event at or before `p`.
/// - A conflict in one append touches no other.
/// - Dropping the future of an `append` either appends all of it or nothing, and leaves the store usable.
#[async_trait]
pub trait EventStore: Send + Sync + Debug + 'static {
    /// What this adapter can do.
    fn capabilities(&self) -> Capabilities;

    /// Appends events.
    async fn append(&self, append: Append) -> Result<Appended, StoreError>;

    /// The first answer given under an idempotency key, if it was used.
    async fn find_appended(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError>;

    /// Up to `limit` events of a stream with versions above `after`, in order.
    async fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<RecordedEvent>, StoreError>;

    /// A part of the log after a position; looks at no more than about `limit` events. Ends before an event that is damaged;
    /// only where that comes first is it an error.
    async fn read_all(&self, after: Position, filter: &Filter, limit: usize) -> Result<Page, StoreError>;

    /// The last position taken, [`Position::START`] if none.
    async fn head(&self) -> Result<Position, StoreError>;

    /// Whether the log's server takes events: false where it answers but is read-only, as one is that is no longer the
    /// primary.
    async fn is_writable(&self) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// Since when and why the log does not take what it is given; `None` if it took the last.
    fn refusing(&self) -> Option<Refusing> {
        None
    }

    /// Since when the oldest append has been waiting for the log to take it; `None` while none waits long.
    fn waiting(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// Writes something that is no event, to find out whether the log takes events.
    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Changes when events were appended, here or (as far as the adapter hears of it) elsewhere. A hint, never data.
    fn appended(&self) -> watch::Receiver<Position>;

    /// Puts an event in quarantine: it stays in the log, and readers ask for everything [except](Filter::except) it. One that
    /// is there already stays as it was decided first.
    async fn quarantine(&self, position: Position, decided: &Decided) -> Result<(), StoreError> {
        let _ = (position, decided);
        Err(StoreError::Unsupported("quarantine events"))
    }

    /// Takes an event out of quarantine. False if it was not there.
    async fn release(&self, position: Position, decided: &Decided) -> Result<bool, StoreError> {
        let _ = (position, decided);
        Ok(false)
    }

    /// What was put in quarantine and taken out again, the oldest first.
    async fn quarantine_changes(&self) -> Result<Vec<QuarantineChange>, StoreError> {
        Ok(Vec::new())
    }

    /// The events in quarantine, in the log's order.
    async fn quarantined(&self) -> Result<Vec<Quarantined>, StoreError> {
        Ok(Vec::new())
    }

    /// Takes `count` numbers out of a tenant's sequence and returns the first. Never gives a number twice;
    /// numbers may stay unused after a crash.
    async fn reserve_numbers(&self, tenant: &TenantId, sequence: &str, count: u32) -> Result<u64, StoreError>;

    /// The next number of a sequence in each tenant that has taken any.
    async fn next_numbers(&self, sequence: &str) -> Result<Vec<(TenantId, u64)>, StoreError> {
        let _ = sequence;
        Err(StoreError::Unsupported("tell its numbers"))
    }

    /// Keeps a signed head, and with it the tenants' chains as they are there. False, and nothing is kept, if another head follows on
    /// the same one already, or is at this position or beyond.
    async fn keep_head(&self, head: &SignedHead, tenants: &TenantChains) -> Result<bool, StoreError> {
        let _ = (head, tenants);
        Err(StoreError::Unsupported("keep signed heads"))
    }

    /// Up to `limit` signed heads of positions above `after`, in order: those before one that cannot be read, which is
    /// [`StoreError::Damaged`] where it is the first.
    async fn heads_after(&self, after: Position, limit: usize) -> Result<Vec<SignedHead>, StoreError> {
        let _ = (after, limit);
        Ok(Vec::new())
    }

    /// Up to `limit` signed heads of positions below `before` (of any, if it is absent), the latest first.
    /// As above where one cannot be read.
    async fn heads_before(&self, before: Option<Position>, limit: usize) -> Result<Vec<SignedHead>, StoreError> {
        let _ = (before, limit);
        Ok(Vec::new())
    }

    /// The tenants' chains that were kept with the last head.
    async fn tenant_heads(&self) -> Result<Vec<(TenantId, TenantChain)>, StoreError> {
        Ok(Vec::new())
    }

    /// Moves a tenant's sequence beyond `through` and sets the numbers it passes over aside: it gives them to nobody, and
    /// whoever brings in history may use each once. Returns the first of them; beyond `through` if it had passed it already.
    async fn set_numbers_aside(&self, tenant: &TenantId, sequence: &str, through: u64) -> Result<u64, StoreError> {
        let _ = (tenant, sequence, through);
        Err(StoreError::Unsupported("set numbers aside"))
    }

    /// The numbers of a tenant's sequence that were set aside, in order, used or not.
    async fn numbers_aside(&self, tenant: &TenantId, sequence: &str) -> Result<Vec<RangeInclusive<u64>>, StoreError> {
        let _ = (tenant, sequence);
        Ok(Vec::new())
    }

    /// The id of the installation the log belongs to; it is `id` from now on if it belonged to none.
    async fn join_installation(&self, id: Uuid) -> Result<Uuid, StoreError> {
        Ok(id)
    }

    /// Finishes what is under way and closes.
    async fn close(&self);
}
