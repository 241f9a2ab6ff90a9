//! The hash chain that makes every later change of the log visible.
//!
//! Every event has a *leaf*, SHA-256 over its canonical bytes, and the chain's hash at an event is
//! SHA-256(previous hash ‖ leaf); before the first event it is [`GENESIS`]. `docs/log-format.md` says it precisely enough to
//! be implemented again elsewhere, and `tests/verify_with_python.rs` does so.

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use docket_domain::{Actor, PersonId, StreamId};
use uuid::Uuid;

use crate::{NewEvent, RecordedEvent};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The chain's hash before the first event.
pub const GENESIS: Hash = [0; 32];

/// What a leaf covers: all of an event but its place in the log and its hash.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// The stream.
    pub stream: &'a StreamId,
    /// The number within the stream.
    pub version: u64,
    /// When the log took it, at microsecond precision.
    pub recorded_at: DateTime<Utc>,
    /// The event's own id.
    pub event_id: Uuid,
    /// Its name.
    pub event_type: &'a str,
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
    /// Whose key seals it.
    pub data_subject: Option<PersonId>,
    /// Whether the state machine would refuse it.
    pub irregular: bool,
    /// The sealed payload.
    pub payload: &'a str,
}

impl<'a> Leaf<'a> {
    /// The leaf of an event that is about to be recorded.
    pub fn of_new(event: &'a NewEvent, stream: &'a StreamId, version: u64, recorded_at: DateTime<Utc>) -> Self {
        Self {
            stream,
            version,
            recorded_at,
            event_id: event.event_id,
            event_type: &event.event_type,
            schema_version: event.schema_version,
            occurred_at: event.occurred_at,
            actor: event.actor,
            correlation_id: event.correlation_id,
            causation_id: event.causation_id,
            data_subject: event.data_subject,
            irregular: event.irregular,
            payload: &event.payload,
        }
    }

    /// The leaf of a recorded event.
    pub fn of(event: &'a RecordedEvent) -> Self {
        let meta = &event.meta;
        Self {
            stream: &meta.stream,
            version: meta.version,
            recorded_at: meta.recorded_at,
            event_id: meta.event_id,
            event_type: &event.event_type,
            schema_version: event.schema_version,
            occurred_at: meta.occurred_at,
            actor: meta.actor,
            correlation_id: meta.correlation_id,
            causation_id: meta.causation_id,
            data_subject: meta.data_subject,
            irregular: meta.irregular,
            payload: &event.payload,
        }
    }

    /// Writes the canonical bytes into `out`, replacing what was there: sixteen fields, each preceded by its length as
    /// four bytes, big-endian. A field that is absent has length 0.
    pub fn canonical_bytes(&self, out: &mut Vec<u8>) {
        out.clear();
        let mut field = |bytes: &[u8]| length_prefixed(out, bytes);
        field(self.stream.tenant.as_str().as_bytes());
        field(self.stream.category.as_str().as_bytes());
        field(self.stream.id.as_bytes());
        field(&self.version.to_be_bytes());
        field(self.event_id.as_bytes());
        field(self.event_type.as_bytes());
        field(&self.schema_version.to_be_bytes());
        field(&self.occurred_at.timestamp_micros().to_be_bytes());
        field(&self.recorded_at.timestamp_micros().to_be_bytes());
        field(self.actor.kind.as_str().as_bytes());
        field(self.actor.id.as_ref().map_or(&[], |id| id.as_bytes()));
        field(self.correlation_id.as_bytes());
        field(self.causation_id.as_ref().map_or(&[], |id| id.as_bytes()));
        field(self.data_subject.as_ref().map_or(&[], |person| person.0.as_bytes()));
        field(&[u8::from(self.irregular)]);
        field(self.payload.as_bytes());
    }

    /// The leaf's hash. `scratch` is overwritten; handing the same one in again saves an allocation an event.
    pub fn hash(&self, scratch: &mut Vec<u8>) -> Hash {
        self.canonical_bytes(scratch);
        sha256(scratch)
    }
}

/// The chain's hash at an event with this leaf, following on `previous`.
pub fn link(previous: &Hash, leaf: &Hash) -> Hash {
    let mut both = [0_u8; 64];
    both[..32].copy_from_slice(previous);
    both[32..].copy_from_slice(leaf);
    sha256(&both)
}

/// Appends bytes, preceded by their length as four bytes, big-endian.
pub(crate) fn length_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use docket_domain::{Category, TenantId};

    use super::*;

    /// The example of `docs/log-format.md`. It never changes: a log written today must verify for ever.
    #[test]
    fn the_documented_example_holds() {
        let stream = StreamId::new(TenantId::new("acme").unwrap(), Category::Ticket, Uuid::from_u128(1));
        let leaf = Leaf {
            stream: &stream,
            version: 1,
            recorded_at: DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap(),
            event_id: Uuid::from_u128(2),
            event_type: "TicketOpened",
            schema_version: 1,
            occurred_at: DateTime::from_timestamp_micros(-1).unwrap(),
            actor: Actor::SYSTEM,
            correlation_id: Uuid::from_u128(3),
            causation_id: None,
            data_subject: Some(PersonId(Uuid::from_u128(4))),
            irregular: true,
            payload: "{\"subject\":\"Grüße\"}",
        };
        let mut scratch = Vec::new();
        let hash = leaf.hash(&mut scratch);
        assert_eq!(hex::encode(hash), "ec5b6ec175682bfa33fb04f11c3ec81004c138321531d23c5a769e5c5bc3d687");
        assert_eq!(
            hex::encode(link(&GENESIS, &hash)),
            "1b0535afa701ac341fae59fea7bcc50554cbc88842eb9fd42a3ca5c9d4aa7d6b"
        );
    }
}
