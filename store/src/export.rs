//! The raw export: the log as lines of JSON that an auditor can verify without Docket. `docs/log-format.md` describes it.

use std::io::BufRead;

use chrono::{DateTime, Utc};
use docket_domain::{Actor, Category, EventMeta, PersonId, Position, StreamId, TenantId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use uuid::Uuid;

use crate::chain::{GENESIS, Hash, Leaf};
use crate::verify::{Anchor, Checker, Damage, Verified, VerifyError};
use crate::{ChainKind, EventStore, Filter, RecordedEvent, StoreError};

const FORMAT: &str = "docket-log";
const FORMAT_VERSION: u32 = 1;
/// Events read at once.
const PAGE: usize = 2048;

/// An export could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The export could not be written.
    #[error("the export cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// A line could not be written as JSON.
    #[error("a line cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// A line of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Event(Box<EventLine>),
    Leaf {
        position: u64,
        #[serde(with = "hex::serde")]
        leaf: Hash,
    },
    End {
        end: u64,
        #[serde(with = "hex::serde")]
        hash: Hash,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct HeaderLine {
    format: String,
    format_version: u32,
    chain: Chain,
    after: u64,
    #[serde(with = "hex::serde")]
    hash: Hash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Chain {
    Log,
    Stream,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct EventLine {
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
    actor: Actor,
    correlation_id: Uuid,
    causation_id: Option<Uuid>,
    data_subject: Option<PersonId>,
    irregular: bool,
    payload: String,
    #[serde(with = "hex::serde")]
    hash: Hash,
}

/// RFC 3339 with exactly six fraction digits.
mod micros {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time.format("%Y-%m-%dT%H:%M:%S%.6fZ"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        DateTime::<Utc>::deserialize(deserializer)
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

/// Writes the log after `after` as lines: events that match `filter` whole, of the others only the leaf.
/// Calls `progress` with each position reached. Returns the end, to be kept as an anchor.
///
/// # Errors
/// If the log cannot be read or `out` cannot be written; [`StoreError::Unsupported`] for a filter or a beginning in the middle
/// where each stream has its own chain.
pub async fn export_log(
    store: &dyn EventStore,
    after: Position,
    filter: &Filter,
    mut out: impl AsyncWrite + Unpin + Send,
    mut progress: impl FnMut(Position) + Send,
) -> Result<Anchor, ExportError> {
    let one_chain = store.capabilities().chain == ChainKind::Log;
    if !one_chain && (after != Position::START || *filter != Filter::default()) {
        return Err(StoreError::Unsupported("export a part: each stream has its own chain").into());
    }
    let mut end = Anchor { position: after, hash: hash_at(store, after).await? };
    let header = HeaderLine {
        format: FORMAT.into(),
        format_version: FORMAT_VERSION,
        chain: if one_chain { Chain::Log } else { Chain::Stream },
        after: after.0,
        hash: end.hash,
    };
    let mut buffer = Vec::new();
    push(&mut buffer, &header)?;
    let (all, mut scratch, mut scanned) = (Filter::default(), Vec::new(), after);
    // A log that grows meanwhile is exported up to here at least, and not for ever.
    let head = store.head().await?;
    loop {
        let page = store.read_all(scanned, &all, PAGE).await?;
        for event in page.events {
            end = Anchor { position: event.meta.position, hash: event.hash };
            let line = if matches(filter, &event) {
                Line::Event(Box::new(event.into()))
            } else {
                Line::Leaf { position: event.meta.position.0, leaf: Leaf::of(&event).hash(&mut scratch) }
            };
            push(&mut buffer, &line)?;
        }
        let finished = page.scanned_to == scanned || page.scanned_to >= head;
        if finished {
            push(&mut buffer, &Line::End { end: end.position.0, hash: end.hash })?;
        }
        out.write_all(&buffer).await?;
        buffer.clear();
        scanned = page.scanned_to;
        progress(scanned);
        if finished {
            out.flush().await?;
            return Ok(end);
        }
    }
}

fn push(buffer: &mut Vec<u8>, line: &impl Serialize) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *buffer, line)?;
    buffer.push(b'\n');
    Ok(())
}

fn matches(filter: &Filter, event: &RecordedEvent) -> bool {
    let stream = &event.meta.stream;
    filter.tenant.as_ref().is_none_or(|tenant| *tenant == stream.tenant)
        && (filter.categories.is_empty() || filter.categories.contains(&stream.category))
}

/// The chain's hash at a position where an event lies.
async fn hash_at(store: &dyn EventStore, position: Position) -> Result<Hash, StoreError> {
    let Some(before) = position.0.checked_sub(1) else { return Ok(GENESIS) };
    let page = store.read_all(Position(before), &Filter::default(), 1).await?;
    match page.events.first() {
        Some(event) if event.meta.position == position => Ok(event.hash),
        _ => Err(StoreError::Malformed("there is no event at the position after which to begin")),
    }
}

/// Verifies an export without the log it came from. Blocks while reading.
/// Calls `progress` with each position reached, a few thousand events apart.
///
/// # Errors
/// The first damage, or that `lines` cannot be read.
pub fn verify_export(
    lines: impl BufRead,
    anchor: Option<Anchor>,
    mut progress: impl FnMut(Position),
) -> Result<Verified, VerifyError> {
    let mut lines = lines.lines();
    let header = lines.next().transpose()?.unwrap_or_default();
    let unreadable = |position, what: String| VerifyError::Damaged { position, damage: Damage::Unreadable(what) };
    let header: HeaderLine =
        serde_json::from_str(&header).map_err(|error| unreadable(Position::START, format!("header: {error}")))?;
    if header.format != FORMAT || header.format_version != FORMAT_VERSION {
        let what = format!("format {} version {} is not known", header.format, header.format_version);
        return Err(unreadable(Position::START, what));
    }
    let one_chain = header.chain == Chain::Log;
    let chain = if one_chain { ChainKind::Log } else { ChainKind::Stream };
    let mut checker = Checker::new(chain, one_chain, anchor);
    checker.begin_after(Position(header.after), header.hash)?;
    let mut count = 0_u64;
    for line in lines {
        let (at, hash) = checker.stands_at();
        match serde_json::from_str(&line?).map_err(|error| unreadable(at, format!("the line after it: {error}")))? {
            Line::Event(event) => checker.event(&RecordedEvent::from(*event))?,
            Line::Leaf { position, leaf } if one_chain => checker.leaf(Position(position), &leaf)?,
            Line::Leaf { position, .. } => {
                return Err(unreadable(Position(position), "a bare leaf where each stream has its own chain".into()));
            }
            Line::End { end, hash: last } if end == at.0 && last == hash => return checker.end(),
            Line::End { .. } => return Err(VerifyError::Damaged { position: at, damage: Damage::Cut }),
        }
        count += 1;
        if count.is_multiple_of(PAGE as u64) {
            progress(checker.stands_at().0);
        }
    }
    Err(VerifyError::Damaged { position: checker.stands_at().0, damage: Damage::Cut })
}
