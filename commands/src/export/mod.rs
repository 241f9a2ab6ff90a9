//! History that goes out, in the format that [`import`](crate::import) reads: into an empty desk it comes as it was.
//!
//! Streams are told in the order they began, agents, customers and departments among them, so that whoever reads knows
//! a person before a ticket speaks of them. What the neutral format cannot say is told event by event: every event is
//! recorded again in the mind and compared before it is trusted to a neutral step.

mod chat;
mod known;
mod ticket;

use chrono::{DateTime, Utc};
use docket_domain::text::printable_json;
use docket_domain::{Actor, ActorKind, Category, DomainEvent, Event, Position, StreamId, TenantId};
use docket_store::{Filter, Journal, JournalError, StoreError};
use futures::StreamExt as _;
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::import::format::{Action, ActorRef, Line, Step, StreamLine};
use known::Known;

/// Streams read ahead.
const AHEAD: usize = 16;
/// Events read at once.
const PAGE: usize = 2048;

/// History could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The log could not be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The export could not be written.
    #[error("the export cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// An event or line is not JSON.
    #[error("a line cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Journal(error.into())
    }
}

/// What went out.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ExportReport {
    /// Tickets.
    pub tickets: u64,
    /// Chats.
    pub chats: u64,
    /// Streams told event by event.
    pub streams: u64,
    /// Events, all in all.
    pub events: u64,
}

/// Writes a tenant's history up to now, one line a stream, and calls `progress` with how many of how many streams are
/// written. The server may go on meanwhile; what comes later is left out.
///
/// # Errors
/// [`ExportError`].
pub async fn export_history(
    journal: &Journal,
    tenant: &TenantId,
    out: &mut (impl AsyncWrite + Unpin + Send),
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<ExportReport, ExportError> {
    let head = journal.store().head().await?;
    let streams = streams(journal, tenant, head).await?;
    let total = streams.len() as u64;
    let mut histories = futures::stream::iter(streams).map(|stream| read(journal, stream, head)).buffered(AHEAD);
    let mut known = Known::default();
    let mut report = ExportReport::default();
    let mut done = 0;
    while let Some(history) = histories.next().await {
        let events = history?;
        done += 1;
        let Some(first) = events.first() else { continue };
        known.learn(&events);
        let line = line(first.meta.stream.category, &events, &known)?;
        match &line {
            Line::Ticket(_) => report.tickets += 1,
            Line::Chat(_) => report.chats += 1,
            Line::Stream(_) => report.streams += 1,
        }
        report.events += events.len() as u64;
        let json = serde_json::to_string(&line)?;
        out.write_all(format!("{}\n", printable_json(&json)).as_bytes()).await?;
        progress(done, total);
    }
    out.flush().await?;
    Ok(report)
}

/// A tenant's streams in the order they began.
async fn streams(journal: &Journal, tenant: &TenantId, head: Position) -> Result<Vec<StreamId>, ExportError> {
    let filter = Filter { tenant: Some(tenant.clone()), ..Filter::default() };
    let mut streams = Vec::new();
    let mut after = Position::START;
    while after < head {
        let page = journal.store().read_all(after, &filter, PAGE).await?;
        // Who brought what into this desk is part of what happened at this desk: the one it goes into has its own.
        let begun = page.events.into_iter().filter(|event| {
            event.meta.version == 1 && event.meta.position <= head && event.meta.stream.category != Category::Import
        });
        streams.extend(begun.map(|event| event.meta.stream));
        if page.scanned_to <= after {
            break;
        }
        after = page.scanned_to;
    }
    Ok(streams)
}

async fn read(journal: &Journal, stream: StreamId, head: Position) -> Result<Vec<Event>, JournalError> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.meta.version);
        let page = journal.read_stream(&stream, after, PAGE).await?;
        let full = page.len() == PAGE;
        events.extend(page.into_iter().take_while(|event| event.meta.position <= head));
        if !full {
            return Ok(events);
        }
    }
}

fn line(category: Category, events: &[Event], known: &Known) -> Result<Line, serde_json::Error> {
    let neutral = match category {
        Category::Ticket => ticket::line(events, known)?.map(|line| Line::Ticket(Box::new(line))),
        Category::Chat => chat::line(events, known)?.map(|line| Line::Chat(Box::new(line))),
        _ => None,
    };
    if let Some(line) = neutral {
        return Ok(line);
    }
    let mut clock = Clock::default();
    let history = events.iter().map(|event| raw(event, actor_by_id(event.meta.actor), clock.goes_back(event)));
    let history = history.collect::<Result<_, _>>()?;
    let id = events.first().map(|event| event.meta.stream.id).unwrap_or_default();
    Ok(Line::Stream(Box::new(StreamLine { kind: IgnoredAny, category, id, history })))
}

/// The latest moment of a history so far.
#[derive(Default)]
struct Clock(Option<DateTime<Utc>>);

impl Clock {
    /// Whether the next event lies before one that was told already.
    fn goes_back(&mut self, event: &Event) -> bool {
        let at = Some(event.meta.occurred_at);
        let before = at < self.0;
        self.0 = self.0.max(at);
        before
    }
}

/// A step that tells an event as Docket keeps it, readable.
fn raw(event: &Event, actor: Option<ActorRef>, before: bool) -> Result<Step, serde_json::Error> {
    let version = event.body.schema_version();
    Ok(Step {
        event: Some(event.body.event_type().to_owned()),
        version: (version != 1).then_some(version),
        data: Some(payload(event)?),
        // An import takes what goes back in time for irregular, unless it is told otherwise.
        irregular: (event.meta.irregular != before).then_some(event.meta.irregular),
        ..Step::new(event.meta.occurred_at, actor, Action::Event)
    })
}

/// An event's payload. An erased text that is read as if it were absent is left out, so that the next export says the same.
fn payload(event: &Event) -> Result<Value, serde_json::Error> {
    let mut data: Value = serde_json::from_str(&event.body.encode()?)?;
    let nulls: Vec<String> = data.as_object().map_or_else(Vec::new, |fields| {
        fields.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.clone()).collect()
    });
    let (category, body) = (event.meta.stream.category, &event.body);
    let read =
        |data: &Value| DomainEvent::decode(category, body.event_type(), body.schema_version(), &data.to_string()).ok();
    for name in nulls {
        let with = read(&data);
        let Some(null) = data.as_object_mut().and_then(|fields| fields.remove(&name)) else { continue };
        if read(&data) != with
            && let Some(fields) = data.as_object_mut()
        {
            fields.insert(name, null);
        }
    }
    Ok(data)
}

fn actor_by_id(actor: Actor) -> Option<ActorRef> {
    (actor.kind != ActorKind::System).then_some(ActorRef {
        kind: actor.kind,
        id: actor.id,
        external_id: None,
        name: None,
    })
}
