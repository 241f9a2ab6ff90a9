//! The log as the rest of Docket sees it: typed events in, typed events out; sealing in between.

use std::num::NonZero;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{Actor, DomainEvent, Event, PersonId, PersonalText, Position, StreamId, TenantId};
use smol_str::SmolStr;
use uuid::Uuid;

use crate::clock::ClockSkew;
use crate::keyring::{DataKey, KeyError, KeyState, Keyring, find_usable};
use crate::opening::{Keys, open_all, open_each, people_of};
use crate::quarantine::{LeftOut, Unreadable};
use crate::{
    Append, Appended, Clock, EventStore, Expected, Filter, IdempotencyKey, NewEvent, Page, RecordedEvent, StoreError,
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
    #[error(transparent)]
    Unreadable(#[from] Box<Unreadable>),
    /// An event could not be written as JSON.
    #[error("an event could not be encoded: {0}")]
    Encode(#[from] serde_json::Error),
}

impl JournalError {
    /// The event nobody gets past, if that is what it is.
    pub fn stuck_at(&self) -> Option<Position> {
        match self {
            Self::Unreadable(event) => Some(event.position),
            Self::Store(StoreError::Damaged { position, .. }) => Some(*position),
            _ => None,
        }
    }
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

/// Drafts for one stream, or what an append relies on.
#[derive(Debug, Clone)]
pub struct DraftStream {
    /// The stream.
    pub stream: StreamId,
    /// Where it must stand.
    pub expected: Expected,
    /// What to append. Nothing: the stream must only stand where it is expected.
    pub drafts: Vec<Draft>,
}

/// A part of the log, readable.
#[derive(Debug, Clone)]
pub struct TypedPage {
    /// The events that match, in order.
    pub events: Vec<Event>,
    /// The sizes of their payloads in the log, in bytes.
    pub sizes: Vec<usize>,
    /// How far was looked.
    pub scanned_to: Position,
}

/// The log, its keys and its clock.
#[derive(Clone)]
pub struct Journal {
    store: Arc<dyn EventStore>,
    keys: Arc<dyn Keyring>,
    clock: Arc<dyn Clock>,
    skew: Arc<ClockSkew>,
    left_out: LeftOut,
}

impl Journal {
    /// Puts them together.
    pub fn new(store: Arc<dyn EventStore>, keys: Arc<dyn Keyring>, clock: Arc<dyn Clock>) -> Self {
        let (skew, left_out) = (Arc::default(), LeftOut::default());
        Self { store, keys, clock, skew, left_out }
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
        self.append_or_keep(streams, correlation_id, causation_id, idempotency, None).await
    }

    /// Keeps the key of a request that changed nothing, if the streams stand where they are expected: who comes with it again is
    /// answered as now, whatever happened since.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn keep_unchanged(
        &self,
        relied_on: Vec<DraftStream>,
        at: Position,
        idempotency: IdempotencyKey,
    ) -> Result<Appended, JournalError> {
        self.append_or_keep(relied_on, new_id(), None, Some(idempotency), Some(at)).await
    }

    async fn append_or_keep(
        &self,
        streams: Vec<DraftStream>,
        correlation_id: Uuid,
        causation_id: Option<Uuid>,
        idempotency: Option<IdempotencyKey>,
        unchanged_at: Option<Position>,
    ) -> Result<Appended, JournalError> {
        let mut sealed = Vec::with_capacity(streams.len());
        for DraftStream { stream, expected, drafts } in streams {
            let mut events = Vec::with_capacity(drafts.len());
            for draft in drafts {
                events.push(self.seal(&stream.tenant, draft, correlation_id, causation_id).await?);
            }
            sealed.push(StreamAppend { stream, expected, events });
        }
        let appended = self.store.append(Append { streams: sealed, idempotency, unchanged_at }).await?;
        if !appended.replayed && appended.changed {
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

    /// Learns which events are in quarantine. Reading does so by itself when it meets an event it does not understand;
    /// who begins to read recorded events calls it first.
    ///
    /// # Errors
    /// If the log does not answer.
    pub async fn learn_quarantine(&self) -> Result<(), JournalError> {
        let events = self.store.quarantined().await?;
        self.left_out.set(events.into_iter().map(|event| event.position).collect());
        Ok(())
    }

    /// Whether the event there is in quarantine, as far as is known here.
    pub fn leaves_out(&self, position: Position) -> bool {
        self.left_out.get().contains(&position)
    }

    /// Up to `limit` events of a stream above version `after`, opened, for people to see: those in quarantine are left
    /// out. Fewer than `limit` only at the stream's end.
    pub async fn read_stream(
        &self,
        stream: &StreamId,
        mut after: u64,
        limit: usize,
    ) -> Result<Vec<Event>, JournalError> {
        let mut events: Vec<Event> = Vec::new();
        loop {
            let wanted = limit - events.len();
            let mut recorded = self.store.read_stream(stream, after, wanted).await?;
            let ends = recorded.len() < wanted;
            let last = recorded.last().map_or(after, |event| event.meta.version);
            let left_out = self.left_out.get();
            recorded.retain(|event| !left_out.contains(&event.meta.position));
            match self.open(recorded).await {
                Ok(opened) => {
                    after = last;
                    events.extend(opened);
                    if ends || events.len() >= limit {
                        return Ok(events);
                    }
                }
                Err(error) if self.is_left_out_by_now(&error).await? => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Up to `limit` events of a stream above version `after`, opened, to decide on: nothing is left out, since a
    /// decision on half a history would be a wrong one.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`] if one of them is not understood, in quarantine or not.
    pub async fn read_whole_stream(
        &self,
        stream: &StreamId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Event>, JournalError> {
        self.open(self.store.read_stream(stream, after, limit).await?).await
    }

    /// A part of the log as it was recorded, without what is known to be in quarantine.
    pub async fn read_recorded(&self, after: Position, filter: &Filter, limit: usize) -> Result<Page, JournalError> {
        let filter = Filter { except: self.left_out.get(), ..filter.clone() };
        Ok(self.store.read_all(after, &filter, limit).await?)
    }

    /// A part of the log, opened, without what is in quarantine. Ends before an event that is not understood; only where
    /// that comes first is it an error.
    pub async fn read_all(&self, after: Position, filter: &Filter, limit: usize) -> Result<TypedPage, JournalError> {
        loop {
            let error = match self.read_recorded(after, filter, limit).await {
                Ok(page) => match self.open_page(after, page).await {
                    Ok(page) => return Ok(page),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            if !self.is_left_out_by_now(&error).await? {
                return Err(error);
            }
        }
    }

    async fn open_page(&self, after: Position, page: Page) -> Result<TypedPage, JournalError> {
        let sizes: Vec<usize> = page.events.iter().map(|event| event.payload.len()).collect();
        let (events, failed) = self.open_until(page.events).await?;
        let scanned_to = match failed {
            None => page.scanned_to,
            Some(error) => match error.stuck_at() {
                Some(position) if position.0 > after.0 + 1 && !events.is_empty() => Position(position.0 - 1),
                _ => return Err(error),
            },
        };
        Ok(TypedPage { events, sizes, scanned_to })
    }

    /// Whether a reader met an event that was put in quarantine since the list was last read.
    async fn is_left_out_by_now(&self, error: &JournalError) -> Result<bool, JournalError> {
        let Some(position) = error.stuck_at() else { return Ok(false) };
        let known = self.left_out.get();
        self.learn_quarantine().await?;
        Ok(self.left_out.get().contains(&position) && !known.contains(&position))
    }

    /// Understands recorded events and opens what is sealed in them; what cannot be opened any more reads as erased.
    pub async fn open(&self, recorded: Vec<RecordedEvent>) -> Result<Vec<Event>, JournalError> {
        match self.open_until(recorded).await? {
            (events, None) => Ok(events),
            (_, Some(error)) => Err(error),
        }
    }

    /// Understands and opens recorded events, each by itself: one that fails keeps none of the others back.
    pub(crate) async fn open_all(
        &self,
        recorded: Vec<RecordedEvent>,
    ) -> Result<Vec<Result<Event, JournalError>>, JournalError> {
        let mut keys = Keys::new();
        for (tenant, people) in people_of(&recorded) {
            for (person, state) in find_usable(&*self.keys, &tenant, &people).await? {
                if let KeyState::Present(key) = state {
                    keys.insert((tenant.clone(), person), Some(key));
                }
            }
        }
        Ok(open_all(recorded, &keys))
    }

    /// The same up to the first that is not understood, and what is wrong with that.
    async fn open_until(
        &self,
        recorded: Vec<RecordedEvent>,
    ) -> Result<(Vec<Event>, Option<JournalError>), JournalError> {
        let mut keys = Keys::new();
        for (tenant, people) in people_of(&recorded) {
            for (person, state) in self.keys.find(&tenant, &people).await? {
                if let KeyState::Present(key) = state {
                    keys.insert((tenant.clone(), person), Some(key));
                }
            }
        }
        if recorded.len() < IN_PARALLEL {
            return Ok(open_each(recorded, &keys));
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
            let (opened, failed) = part.await.map_err(gone)?;
            events.extend(opened);
            if failed.is_some() {
                return Ok((events, failed));
            }
        }
        Ok((events, None))
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
