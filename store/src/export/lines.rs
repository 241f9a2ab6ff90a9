//! The lines of a raw export, and reading them: a line that says more than its kind does is none, since nobody proves the rest.

use chrono::{DateTime, Utc};
use docket_domain::{Actor, ActorKind, Category, EventMeta, PersonId, Position, StreamId, TenantId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;
use uuid::Uuid;

use crate::RecordedEvent;
use crate::chain::Hash;
use crate::signing::{SignedHead, TenantProof};

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderLine {
    pub(super) format: String,
    pub(super) format_version: u32,
    pub(super) chain: Chain,
    pub(super) after: u64,
    #[serde(with = "hex::serde")]
    pub(super) hash: Hash,
}

/// What the chain runs along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Chain {
    Log,
    Stream,
}

/// Every other line.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Line {
    Event(Box<EventLine>),
    Leaf(LeafLine),
    Head(HeadLine),
    Tenant(TenantLine),
    End(EndLine),
}

/// An event that is somebody else's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeafLine {
    pub(super) position: u64,
    #[serde(with = "hex::serde")]
    pub(super) leaf: Hash,
}

/// What was signed at the position of the line before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadLine {
    pub(super) head: Box<SignedHead>,
}

/// That all events of one tenant are there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantLine {
    pub(super) tenant_head: TenantProof,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndLine {
    pub(super) end: u64,
    #[serde(with = "hex::serde")]
    pub(super) hash: Hash,
}

impl Line {
    /// Reads a line as the kind that it says it is, which may have nothing beside it.
    pub(super) fn read(text: &str) -> serde_json::Result<Self> {
        let kind: Kind = serde_json::from_str(text)?;
        Ok(match kind {
            Kind { head: Some(_), .. } => Self::Head(serde_json::from_str(text)?),
            Kind { tenant_head: Some(_), .. } => Self::Tenant(serde_json::from_str(text)?),
            Kind { end: Some(_), .. } => Self::End(serde_json::from_str(text)?),
            Kind { leaf: Some(_), .. } => Self::Leaf(serde_json::from_str(text)?),
            Kind { .. } => Self::Event(serde_json::from_str(text)?),
        })
    }
}

/// What tells the kinds of lines apart; an event has none of these.
#[derive(Deserialize)]
struct Kind {
    head: Option<IgnoredAny>,
    tenant_head: Option<IgnoredAny>,
    end: Option<IgnoredAny>,
    leaf: Option<IgnoredAny>,
}

/// An event, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    position: u64,
    tenant: TenantId,
    category: Category,
    stream_id: Uuid,
    version: u64,
    event_id: Uuid,
    event_type: SmolStr,
    schema_version: u16,
    #[serde(with = "micros")]
    occurred_at: DateTime<Utc>,
    #[serde(with = "micros")]
    recorded_at: DateTime<Utc>,
    #[serde(deserialize_with = "nothing_but_an_actor")]
    actor: Actor,
    correlation_id: Uuid,
    causation_id: Option<Uuid>,
    data_subject: Option<PersonId>,
    irregular: bool,
    payload: String,
    #[serde(with = "hex::serde")]
    hash: Hash,
}

/// An actor of an export: in other places more may stand beside it.
fn nothing_but_an_actor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Actor, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Bare {
        kind: ActorKind,
        id: Option<Uuid>,
    }
    Bare::deserialize(deserializer).map(|Bare { kind, id }| Actor { kind, id })
}

/// RFC 3339 with exactly six fraction digits, in UTC.
pub(crate) mod micros {
    use chrono::{DateTime, Utc};
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    const FORM: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";

    pub(crate) fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time.format(FORM))
    }

    /// A finer time would be another one than was hashed.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let time: DateTime<Utc> = text.parse().map_err(D::Error::custom)?;
        if time.format(FORM).to_string() != text {
            return Err(D::Error::custom(format!("{text} is no time in UTC with six fraction digits")));
        }
        Ok(time)
    }
}

impl From<RecordedEvent> for EventLine {
    fn from(event: RecordedEvent) -> Self {
        let meta = event.meta;
        Self {
            position: meta.position.0,
            tenant: meta.stream.tenant,
            category: meta.stream.category,
            stream_id: meta.stream.id,
            version: meta.version,
            event_id: meta.event_id,
            event_type: event.event_type,
            schema_version: event.schema_version,
            occurred_at: meta.occurred_at,
            recorded_at: meta.recorded_at,
            actor: meta.actor,
            correlation_id: meta.correlation_id,
            causation_id: meta.causation_id,
            data_subject: meta.data_subject,
            irregular: meta.irregular,
            payload: event.payload,
            hash: event.hash,
        }
    }
}

impl From<EventLine> for RecordedEvent {
    fn from(line: EventLine) -> Self {
        Self {
            meta: EventMeta {
                event_id: line.event_id,
                stream: StreamId::new(line.tenant, line.category, line.stream_id),
                version: line.version,
                position: Position(line.position),
                occurred_at: line.occurred_at,
                recorded_at: line.recorded_at,
                actor: line.actor,
                correlation_id: line.correlation_id,
                causation_id: line.causation_id,
                data_subject: line.data_subject,
                irregular: line.irregular,
            },
            event_type: line.event_type,
            schema_version: line.schema_version,
            payload: line.payload,
            hash: line.hash,
        }
    }
}
