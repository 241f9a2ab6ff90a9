//! The state of aggregates as last seen, so that a command rarely has to read its stream.

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use docket_domain::{Aggregate, Event, FromDomain as _, PersonId, Position, Stamp, StreamId};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use uuid::Uuid;

/// An aggregate as it is at a version.
#[derive(Debug)]
pub struct Loaded<A> {
    /// Its state.
    pub state: Arc<A>,
    /// The version of its last event; 0 if there is none.
    pub version: u64,
    /// The position of its last event, or somewhat after it.
    pub position: Position,
}

impl<A> Clone for Loaded<A> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), version: self.version, position: self.position }
    }
}

impl<A> Loaded<A> {
    /// Whether anything ever happened to it.
    pub fn exists(&self) -> bool {
        self.version > 0
    }
}

impl<A> Deref for Loaded<A> {
    type Target = A;
    fn deref(&self) -> &A {
        &self.state
    }
}

/// The state of one stream, whatever its aggregate. The function pointer remembers which one it is.
#[derive(Clone)]
pub(crate) struct Cached {
    pub(crate) version: u64,
    pub(crate) position: Position,
    /// When its last event happened.
    pub(crate) at: DateTime<Utc>,
    pub(crate) person: Option<PersonId>,
    id: Uuid,
    /// About how many bytes it takes in the cache.
    bytes: usize,
    state: Arc<dyn Any + Send + Sync>,
    fold: fn(&Self, &[Event]) -> Self,
}

impl Cached {
    /// Before the first event.
    pub(crate) fn nothing<A: Aggregate>(id: Uuid) -> Self {
        Self::of(A::default(), id, (0, DateTime::<Utc>::MIN_UTC), Position::START)
    }

    /// A state after its stream's last event, which has this version and happened at this time.
    pub(crate) fn of<A: Aggregate>(
        state: A,
        id: Uuid,
        (version, at): (u64, DateTime<Utc>),
        position: Position,
    ) -> Self {
        let bytes = BESIDE + size_of::<A>() + state.heap_bytes();
        Self {
            version,
            position,
            at,
            person: state.data_subject(id),
            id,
            bytes,
            state: Arc::new(state),
            fold: fold::<A>,
        }
    }

    /// As it is after more events of its stream; those it has seen are skipped.
    pub(crate) fn after(&self, events: &[Event]) -> Self {
        (self.fold)(self, events)
    }

    pub(crate) fn state<A: Aggregate>(&self) -> Arc<A> {
        Arc::clone(&self.state).downcast().unwrap_or_else(|_| {
            unreachable!("a stream's category decides its aggregate, and the key holds the category")
        })
    }

    pub(crate) fn loaded<A: Aggregate>(&self) -> Loaded<A> {
        Loaded { state: self.state(), version: self.version, position: self.position }
    }
}

fn fold<A: Aggregate>(cached: &Cached, events: &[Event]) -> Cached {
    let mut state: A = (*cached.state::<A>()).clone();
    let (mut version, mut position, mut at) = (cached.version, cached.position, cached.at);
    for event in events.iter().filter(|event| event.meta.version > cached.version) {
        if let Some(own) = A::Event::from_domain(&event.body) {
            let stamp =
                Stamp { version: event.meta.version, occurred_at: event.meta.occurred_at, actor: event.meta.actor };
            state.evolve(own, &stamp);
        }
        version = event.meta.version;
        position = event.meta.position;
        at = at.max(event.meta.occurred_at);
    }
    Cached::of(state, cached.id, (version, at), position)
}

/// What a state takes in the cache besides itself: its stream's id, what is known of it here, and its place.
const BESIDE: usize = 2 * size_of::<StreamId>() + size_of::<Cached>() + 64;
/// About what most states take.
const USUAL: usize = 2048;

/// The part that is kept for what was used more than once; the rest is for what is new. A conversation goes on soon after it
/// began or not at all: with the library's own 0.97 there is room for 3 of 100 until their second command.
const OFTEN_USED: f64 = 0.5;

/// How much a state takes.
#[derive(Clone)]
struct Bytes;

impl Weighter<StreamId, Cached> for Bytes {
    fn weight(&self, _: &StreamId, cached: &Cached) -> u64 {
        cached.bytes as u64
    }
}

/// States up to so many bytes; what is used often stays.
pub(crate) struct StateCache(Cache<StreamId, Cached, Bytes>);

impl StateCache {
    pub(crate) fn new(bytes: usize) -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(bytes.div_ceil(USUAL))
            .weight_capacity(bytes as u64)
            .hot_allocation(OFTEN_USED)
            .build()
            .expect("capacities and weights are given");
        Self(Cache::with_options(options, Bytes, DefaultHashBuilder::default(), DefaultLifecycle::default()))
    }

    /// About how many bytes its states take.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.weight()
    }

    pub(crate) fn get(&self, stream: &StreamId) -> Option<Cached> {
        self.0.get(stream)
    }

    pub(crate) fn put(&self, stream: StreamId, cached: Cached) {
        self.0.insert(stream, cached);
    }

    /// Takes in an event from elsewhere: what is known of its stream follows, or is forgotten if there is a gap.
    pub(crate) fn observe(&self, event: &Event) {
        let Some(cached) = self.0.get(&event.meta.stream) else { return };
        if event.meta.version == cached.version + 1 {
            self.0.insert(event.meta.stream.clone(), cached.after(std::slice::from_ref(event)));
        } else if event.meta.version > cached.version {
            self.0.remove(&event.meta.stream);
        }
    }

    /// Forgets every state that may hold text about a person.
    pub(crate) fn forget(&self, person: PersonId) {
        self.0.retain(|_, cached| cached.person != Some(person));
    }
}

#[cfg(test)]
mod tests {
    use docket_domain::customer::Customer;
    use docket_domain::{Category, PersonalText, TenantId};

    use super::*;

    fn named(length: usize) -> Cached {
        let name = Some(PersonalText::Known("n".repeat(length)));
        Cached::of(Customer { name, ..Customer::default() }, Uuid::nil(), (1, DateTime::UNIX_EPOCH), Position(1))
    }

    fn stream(n: u128) -> StreamId {
        StreamId::new(TenantId::new("acme").expect("a tenant"), Category::Customer, Uuid::from_u128(n))
    }

    #[test]
    fn what_began_lately_is_there_for_its_second_command() {
        const BEFORE: u128 = 2000;
        let cache = StateCache::new(1 << 20);
        (0..BEFORE).for_each(|n| cache.put(stream(n), named(10)));
        let room = (0..BEFORE).filter(|n| cache.get(&stream(*n)).is_some()).count() as u128;
        // Each is used again once, a quarter of what there is room for after it began.
        let again = BEFORE + room / 4..3 * BEFORE;
        let found = again.clone().filter(|n| {
            cache.put(stream(*n), named(10));
            cache.get(&stream(n - room / 4)).is_some()
        });
        let (found, asked) = (found.count(), again.count());
        // The first few have begun before this did.
        assert!(found * 10 > asked * 8, "{found} of {asked}, with room for {room}");
    }

    #[test]
    fn large_states_leave_room_for_fewer() {
        const MOST: usize = 1 << 20;
        let kept = |length: usize| {
            let cache = StateCache::new(MOST);
            for n in 0..2000 {
                cache.put(stream(n), named(length));
                assert!(cache.bytes() <= MOST as u64, "{} bytes", cache.bytes());
            }
            (0..2000).filter(|n| cache.get(&stream(*n)).is_some()).count()
        };
        let (small, large) = (kept(10), kept(20_000));
        assert!(small > 400 && large > 10 && large < 60, "{small} and {large}");
    }
}
