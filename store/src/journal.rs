//! The log as the rest of Docket sees it: typed events in, typed events out; sealing in between.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{Actor, DecodeError, DomainEvent, Event, PersonId, PersonalText, Position, StreamId, TenantId};
use smol_str::SmolStr;
use uuid::Uuid;

use crate::clock::ClockSkew;
use crate::keyring::{DataKey, KeyError, KeyState, Keyring};
use crate::{
    Append, Appended, Clock, EventStore, Expected, Filter, IdempotencyKey, NewEvent, RecordedEvent, StoreError,
    StreamAppend, new_id,
};

/// Events from which on they are understood on all cores.
const IN_PARALLEL: usize = 512;

/// Reading or writing typed events failed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The log refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key is missing, destroyed or wrong.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An event in the log is not understood.
    #[error("event at position {position}: {source}")]
    Decode {
        /// Where it lies.
        position: Position,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// An event could not be written as JSON.
    #[error("an event could not be encoded: {0}")]
    Encode(#[from] serde_json::Error),
}

/// An event somebody decided on, not yet recorded.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What happened.
    pub body: DomainEvent,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// Whose key seals it.
    pub data_subject: Option<PersonId>,
    /// Imported history the state machine would refuse.
    pub irregular: bool,
}

/// Drafts for one stream.
#[derive(Debug, Clone)]
pub struct DraftStream {
    /// The stream.
    pub stream: StreamId,
    /// Where it must stand.
    pub expected: Expected,
    /// What to append.
    pub drafts: Vec<Draft>,
}

/// A part of the log, readable.
#[derive(Debug, Clone)]
pub struct TypedPage {
    /// The events that match, in order.
    pub events: Vec<Event>,
    /// How far was looked.
    pub scanned_to: Position,
}

/// The log, its keys and its clock.
#[derive(Clone)]
pub struct Journal {
    store: Arc<dyn EventStore>,
    keys: Arc<dyn Keyring>,
    clock: Arc<dyn Clock>,
    /// When an append last failed because the log did not take it; taken away by one that succeeds.
    refused_at: Arc<Mutex<Option<DateTime<Utc>>>>,
    skew: Arc<ClockSkew>,
}

impl Journal {
    /// Puts them together.
    pub fn new(store: Arc<dyn EventStore>, keys: Arc<dyn Keyring>, clock: Arc<dyn Clock>) -> Self {
        Self { store, keys, clock, refused_at: Arc::default(), skew: Arc::default() }
    }

    /// When the log last could not take events (a full disk, a lost connection), if none were taken since.
    pub fn refused_at(&self) -> Option<DateTime<Utc>> {
        *self.refused_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far this machine's clock is behind the time of the log's last event, which another machine wrote: the clocks
    /// differ, or one was put back. Zero if it is not behind. (One that is ahead is noticed by the others.)
    ///
    /// # Errors
    /// As [`EventStore::read_all`].
    pub async fn clock_behind(&self) -> Result<TimeDelta, StoreError> {
        let head = self.store.head().await?;
        let before = Position(head.0.saturating_sub(1));
        let last = self.store.read_all(before, &Filter::default(), 1).await?;
        let recorded_at = last.events.iter().map(|event| event.meta.recorded_at).max();
        Ok(recorded_at.map_or(TimeDelta::zero(), |at| self.skew.note(at, self.clock.now())))
    }

    /// The log itself.
    pub fn store(&self) -> &Arc<dyn EventStore> {
        &self.store
    }

    /// The keys.
    pub fn keys(&self) -> &Arc<dyn Keyring> {
        &self.keys
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Seals and appends.
    ///
    /// # Errors
    /// As [`EventStore::append`]; [`KeyError::Erased`] if a person concerned was erased and a draft says something about them.
    pub async fn append(
        &self,
        streams: Vec<DraftStream>,
        correlation_id: Uuid,
        causation_id: Option<Uuid>,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Appended, JournalError> {
        let mut sealed = Vec::with_capacity(streams.len());
        for DraftStream { stream, expected, drafts } in streams {
            let mut events = Vec::with_capacity(drafts.len());
            for draft in drafts {
                events.push(self.seal(&stream.tenant, draft, correlation_id, causation_id).await?);
            }
            sealed.push(StreamAppend { stream, expected, events });
        }
        let appended = self.store.append(Append { streams: sealed, idempotency }).await;
        let refused = matches!(appended, Err(StoreError::Unavailable(_))).then(|| self.clock.now());
        if refused.is_some() || appended.is_ok() {
            *self.refused_at.lock().unwrap_or_else(PoisonError::into_inner) = refused;
        }
        let appended = appended?;
        if !appended.replayed {
            self.skew.note(appended.recorded_at, self.clock.now());
        }
        Ok(appended)
    }

    async fn seal(
        &self,
        tenant: &TenantId,
        mut draft: Draft,
        correlation_id: Uuid,
        causation_id: Option<Uuid>,
    ) -> Result<NewEvent, JournalError> {
        let event_id = new_id();
        let mut known = 0_u32;
        draft.body.visit_personal(&mut |text| known += u32::from(text.known().is_some()));
        if known > 0 {
            let person = draft.data_subject.ok_or_else(|| {
                KeyError::Unavailable(format!("{} has personal text but no data subject", draft.body.event_type()))
            })?;
            let key = self.keys.ensure(tenant, person).await?;
            seal_in_place(&mut draft.body, &key, event_id)?;
        }
        Ok(NewEvent {
            event_id,
            event_type: SmolStr::new_static(draft.body.event_type()),
            schema_version: draft.body.schema_version(),
            occurred_at: draft.occurred_at,
            actor: draft.actor,
            correlation_id,
            causation_id,
            data_subject: draft.data_subject,
            irregular: draft.irregular,
            payload: draft.body.encode()?,
        })
    }

    /// Up to `limit` events of a stream above version `after`, opened.
    pub async fn read_stream(&self, stream: &StreamId, after: u64, limit: usize) -> Result<Vec<Event>, JournalError> {
        let recorded = self.store.read_stream(stream, after, limit).await?;
        self.open(recorded).await
    }

    /// A part of the log, opened.
    pub async fn read_all(&self, after: Position, filter: &Filter, limit: usize) -> Result<TypedPage, JournalError> {
        let page = self.store.read_all(after, filter, limit).await?;
        Ok(TypedPage { events: self.open(page.events).await?, scanned_to: page.scanned_to })
    }

    /// Understands recorded events and opens what is sealed in them; what cannot be opened any more reads as erased.
    pub async fn open(&self, recorded: Vec<RecordedEvent>) -> Result<Vec<Event>, JournalError> {
        let mut keys = Keys::new();
        let mut wanted: HashMap<TenantId, Vec<PersonId>> = HashMap::new();
        for event in &recorded {
            if let Some(person) = event.meta.data_subject
                && (event.payload.contains("\"$sealed\"") || is_retired(event))
                && keys.insert((event.meta.stream.tenant.clone(), person), None).is_none()
            {
                wanted.entry(event.meta.stream.tenant.clone()).or_default().push(person);
            }
        }
        for (tenant, people) in wanted {
            for (person, state) in self.keys.find(&tenant, &people).await? {
                if let KeyState::Present(key) = state {
                    keys.insert((tenant.clone(), person), Some(key));
                }
            }
        }
        if recorded.len() < IN_PARALLEL {
            return open_each(recorded, &keys);
        }
        // A big page is a rebuild or a replay, and reading JSON is what bounds it.
        let keys = Arc::new(keys);
        let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
        let share = recorded.len().div_ceil(workers);
        let mut events = Vec::with_capacity(recorded.len());
        let mut rest = recorded.into_iter();
        let mut parts = Vec::with_capacity(workers);
        for _ in 0..workers {
            let (part, keys) = (rest.by_ref().take(share).collect(), Arc::clone(&keys));
            parts.push(tokio::task::spawn_blocking(move || open_each(part, &keys)));
        }
        for part in parts {
            let gone = |error: tokio::task::JoinError| StoreError::Unavailable(error.to_string());
            events.extend(part.await.map_err(gone)??);
        }
        Ok(events)
    }
}

/// The keys of the people some events are about; `None` for those who have none.
type Keys = HashMap<(TenantId, PersonId), Option<DataKey>>;

fn open_each(recorded: Vec<RecordedEvent>, keys: &Keys) -> Result<Vec<Event>, JournalError> {
    let key = |event: &RecordedEvent| {
        let person = event.meta.data_subject?;
        // Most events are about nobody whose key is needed; the map then is empty.
        if keys.is_empty() { None } else { keys.get(&(event.meta.stream.tenant.clone(), person))?.as_ref() }
    };
    recorded
        .into_iter()
        .map(|event| {
            let key = key(&event);
            open_one(event, key)
        })
        .collect()
}

/// Whether the event was written in a shape that had personal text of today in the clear.
fn is_retired(event: &RecordedEvent) -> bool {
    DomainEvent::is_retired(event.meta.stream.category, &event.event_type, event.schema_version)
}

/// Understands one recorded event, opening it with `key`; without one, what is sealed reads as erased, and so does what
/// would be sealed today.
fn open_one(event: RecordedEvent, key: Option<&DataKey>) -> Result<Event, JournalError> {
    let gone = key.is_none() && event.meta.data_subject.is_some() && is_retired(&event);
    let RecordedEvent { meta, event_type, schema_version, payload, .. } = event;
    let mut body = DomainEvent::decode(meta.stream.category, &event_type, schema_version, &payload)
        .map_err(|source| JournalError::Decode { position: meta.position, source })?;
    let mut failed = None;
    let mut field = 0_u32;
    body.visit_personal(&mut |text| {
        if let PersonalText::Sealed(ciphertext) = text {
            *text = match key.map(|key| key.open(meta.event_id, field, ciphertext)) {
                None => PersonalText::Erased,
                Some(Ok(plain)) => PersonalText::Known(plain),
                Some(Err(error)) => {
                    failed = Some(error);
                    PersonalText::Erased
                }
            };
        } else if gone {
            *text = PersonalText::Erased;
        }
        field += 1;
    });
    match failed {
        None => Ok(Event { meta, body }),
        Some(error) => Err(error.into()),
    }
}

/// Replaces every known personal text by its ciphertext.
fn seal_in_place(body: &mut DomainEvent, key: &DataKey, event_id: Uuid) -> Result<(), KeyError> {
    let mut failed = None;
    let mut field = 0_u32;
    body.visit_personal(&mut |text| {
        if let PersonalText::Known(plain) = text {
            match key.seal(event_id, field, plain) {
                Ok(ciphertext) => *text = PersonalText::Sealed(ciphertext),
                Err(error) => failed = Some(error),
            }
        }
        field += 1;
    });
    failed.map_or(Ok(()), Err)
}
