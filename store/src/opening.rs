//! Recorded events understood, and what is sealed in them opened.

use std::collections::{HashMap, HashSet};

use docket_domain::{DomainEvent, Event, EventMeta, PersonId, PersonalText, TenantId};
use smol_str::SmolStr;

use crate::keyring::DataKey;
use crate::quarantine::{Unreadable, UnreadableReason};
use crate::{JournalError, RecordedEvent};

/// The keys of the people some events are about; `None` for those who have none.
pub(crate) type Keys = HashMap<(TenantId, PersonId), Option<DataKey>>;

/// The people whose keys are needed to open these events.
pub(crate) fn people_of(recorded: &[RecordedEvent]) -> HashMap<TenantId, Vec<PersonId>> {
    let mut seen = HashSet::new();
    let mut wanted: HashMap<TenantId, Vec<PersonId>> = HashMap::new();
    for event in recorded {
        if let Some(person) = event.meta.data_subject
            && (event.payload.contains("\"$sealed\"") || is_retired(event))
            && seen.insert((event.meta.stream.tenant.clone(), person))
        {
            wanted.entry(event.meta.stream.tenant.clone()).or_default().push(person);
        }
    }
    wanted
}

fn key_for<'a>(event: &RecordedEvent, keys: &'a Keys) -> Option<&'a DataKey> {
    let person = event.meta.data_subject?;
    // Most events are about nobody whose key is needed; the map then is empty.
    if keys.is_empty() { None } else { keys.get(&(event.meta.stream.tenant.clone(), person))?.as_ref() }
}

/// Opens events, each by itself.
pub(crate) fn open_all(recorded: Vec<RecordedEvent>, keys: &Keys) -> Vec<Result<Event, JournalError>> {
    let open = |event: RecordedEvent| {
        let key = key_for(&event, keys);
        open_one(event, key)
    };
    recorded.into_iter().map(open).collect()
}

/// Opens events up to the first that fails.
pub(crate) fn open_each(recorded: Vec<RecordedEvent>, keys: &Keys) -> (Vec<Event>, Option<JournalError>) {
    let mut events = Vec::with_capacity(recorded.len());
    for event in recorded {
        let key = key_for(&event, keys);
        match open_one(event, key) {
            Ok(event) => events.push(event),
            Err(error) => return (events, Some(error)),
        }
    }
    (events, None)
}

impl RecordedEvent {
    /// Understands the event without opening it: its personal text stays sealed.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn understand(self) -> Result<Event, JournalError> {
        let Self { meta, event_type, schema_version, payload, .. } = self;
        match DomainEvent::decode(meta.stream.category, &event_type, schema_version, &payload) {
            Ok(body) => Ok(Event { meta, body }),
            Err(error) => Err(unreadable(meta, event_type, schema_version, error.into())),
        }
    }
}

fn unreadable(meta: EventMeta, event_type: SmolStr, schema_version: u16, source: UnreadableReason) -> JournalError {
    let EventMeta { position, stream, .. } = meta;
    Box::new(Unreadable { position, stream, event_type, schema_version, source }).into()
}

/// Whether the event was written in a shape that had personal text of today in the clear.
fn is_retired(event: &RecordedEvent) -> bool {
    DomainEvent::is_retired(event.meta.stream.category, &event.event_type, event.schema_version)
}

/// Understands one recorded event, opening it with `key`; without one, what is sealed reads as erased, and so does what
/// would be sealed today.
fn open_one(event: RecordedEvent, key: Option<&DataKey>) -> Result<Event, JournalError> {
    let gone = key.is_none() && event.meta.data_subject.is_some() && is_retired(&event);
    let (event_type, schema_version) = (event.event_type.clone(), event.schema_version);
    let Event { meta, mut body } = event.understand()?;
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
        Some(error) => Err(unreadable(meta, event_type, schema_version, error.into())),
    }
}
