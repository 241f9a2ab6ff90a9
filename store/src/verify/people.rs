//! The people in a log and their keys: what is sealed opens, or the log says why it does not.

use std::collections::{BTreeMap, HashMap};

use docket_domain::customer::CustomerEvent;
use docket_domain::{Category, DomainEvent, Event, PersonId, Position, StreamId, TenantId};

use super::damage::Damage;
use super::report::{CheckResult, Found};
use crate::keyring::find_usable;
use crate::{EventStore, JournalError, KeyState, Keyring, RecordedEvent};

/// People looked up at once.
const LOOKED_UP: usize = 1000;

/// Where a person is met first.
#[derive(Debug, Default, Clone, Copy)]
struct Person {
    sealed: Option<Position>,
    erased: Option<Position>,
}

/// The people in a log.
#[derive(Debug, Default)]
pub(super) struct People(HashMap<TenantId, BTreeMap<PersonId, Person>>);

impl People {
    pub(super) fn recorded(&mut self, event: &RecordedEvent) {
        if let Some(person) = event.meta.data_subject
            && event.payload.contains("\"$sealed\"")
        {
            self.of(&event.meta.stream.tenant, person).sealed.get_or_insert(event.meta.position);
        }
    }

    pub(super) fn understood(&mut self, event: &Event) {
        if is_erasure(event) {
            let stream = &event.meta.stream;
            self.of(&stream.tenant, PersonId(stream.id)).erased.get_or_insert(event.meta.position);
        }
    }

    fn of(&mut self, tenant: &TenantId, person: PersonId) -> &mut Person {
        if !self.0.contains_key(tenant) {
            self.0.insert(tenant.clone(), BTreeMap::new());
        }
        // It was put there if it was not.
        self.0.entry(tenant.clone()).or_default().entry(person).or_default()
    }

    /// Looks up everybody's key.
    pub(super) async fn check(self, store: &dyn EventStore, keys: &dyn Keyring) -> Result<CheckResult, JournalError> {
        let (mut suspects, mut have, mut erased) = (Vec::new(), 0_u64, 0_u64);
        for (tenant, people) in self.0 {
            let all: Vec<(PersonId, Person)> = people.into_iter().collect();
            for some in all.chunks(LOOKED_UP) {
                let ids: Vec<PersonId> = some.iter().map(|(id, _)| *id).collect();
                // Not as this process knew them while it read: another may have erased somebody since.
                ids.iter().for_each(|id| keys.forget(&tenant, *id));
                let states = find_usable(keys, &tenant, &ids).await?;
                for (id, person) in some {
                    let has_key = matches!(states.get(id), Some(KeyState::Present(_)));
                    let suspect = |at, damage| Some((at, damage, (tenant.clone(), *id)));
                    let found = match (person.sealed, person.erased) {
                        (_, Some(at)) if has_key => {
                            suspect(at, Damage::KeyKept { tenant: tenant.clone(), person: *id })
                        }
                        (Some(at), None) if !has_key => {
                            suspect(at, Damage::KeyGone { tenant: tenant.clone(), person: *id })
                        }
                        (_, Some(_)) => {
                            erased += 1;
                            None
                        }
                        _ => {
                            have += 1;
                            None
                        }
                    };
                    suspects.extend(found);
                }
            }
        }
        suspects.sort_by_key(|(at, ..)| *at);
        let mut found = Found::default();
        for (at, damage, (tenant, person)) in suspects {
            // An erasure that was recorded after the end of what was walked explains the missing key as well.
            if matches!(damage, Damage::KeyGone { .. }) && was_erased(store, tenant, person).await? {
                erased += 1;
            } else {
                found.note(at, damage);
            }
        }
        Ok(found.result(|| {
            format!(
                "{have} people with something sealed have a key; {erased} were erased, as an event says, and have none"
            )
        }))
    }
}

fn is_erasure(event: &Event) -> bool {
    matches!(event.body, DomainEvent::Customer(CustomerEvent::PersonalDataErased(_)))
}

/// Whether the log says by now that somebody was erased.
async fn was_erased(store: &dyn EventStore, tenant: TenantId, person: PersonId) -> Result<bool, JournalError> {
    let stream = StreamId::new(tenant, Category::Customer, person.0);
    let mut after = 0;
    loop {
        let events = store.read_stream(&stream, after, LOOKED_UP).await?;
        let Some(last) = events.last() else { return Ok(false) };
        after = last.meta.version;
        for event in events {
            if event.understand().is_ok_and(|event| is_erasure(&event)) {
                return Ok(true);
            }
        }
    }
}
