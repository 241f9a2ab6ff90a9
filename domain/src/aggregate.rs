//! The decider: what every aggregate is.

use std::fmt::Debug;

use chrono::{DateTime, Utc};

use crate::{Actor, Category, EventSet, Limits, PersonId, Rejection};

/// What `decide` knows beside the state: who asks, when, and the tenant's limits.
#[derive(Debug, Clone, Copy)]
pub struct DecideContext<'a> {
    /// The moment of the decision.
    pub now: DateTime<Utc>,
    /// Who asks. Permissions were checked before; rules that depend on the party's kind look here.
    pub actor: Actor,
    /// The limits in force.
    pub limits: &'a Limits,
}

/// What `evolve` knows about an event beside its payload.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// The event's number in its stream.
    pub version: u64,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
}

/// State rebuilt from events, and the rules by which commands become events.
///
/// `Default` is the state before the first event.
pub trait Aggregate: Default + Clone + Send + Sync + 'static {
    /// The category of its streams.
    const CATEGORY: Category;
    /// What can be asked of it.
    type Command: Debug + Clone + Send + Sync + 'static;
    /// What can have happened to it.
    type Event: EventSet;

    /// Decides which events `command` leads to, or why it is refused. No events: nothing to do.
    fn decide(&self, command: &Self::Command, context: &DecideContext<'_>) -> Result<Vec<Self::Event>, Rejection>;

    /// Takes an event into the state. Total: an event that happened is never refused.
    fn evolve(&mut self, event: &Self::Event, stamp: &Stamp);

    /// The person whose key seals the personal fields of this stream's events, once known.
    fn data_subject(&self) -> Option<PersonId>;

    /// Folds `events` and returns the state after them: what [`decide`](Self::decide) saw plus what it decided.
    fn evolved(mut self, events: &[Self::Event], first: Stamp) -> Self {
        let mut stamp = first;
        for event in events {
            self.evolve(event, &stamp);
            stamp.version += 1;
        }
        self
    }
}
