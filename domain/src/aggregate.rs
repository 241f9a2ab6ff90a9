//! The decider: what every aggregate is.

use std::fmt::Debug;

use chrono::{DateTime, Utc};

use uuid::Uuid;

use crate::{Actor, ActorKind, AgentId, Category, CustomerId, EventSet, Limits, PersonId, PublicHistory, Rejection};

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

impl DecideContext<'_> {
    /// The agent who asks, if it is one.
    pub fn agent(&self) -> Option<AgentId> {
        (self.actor.kind == ActorKind::Agent).then_some(self.actor.id).flatten().map(AgentId)
    }

    /// Refuses customers: the desk and Docket itself go on.
    pub(crate) fn staff_only(&self, why_not: &'static str) -> Result<(), Rejection> {
        if self.actor.kind == ActorKind::Customer { Err(Rejection::Forbidden(why_not)) } else { Ok(()) }
    }

    /// Refuses every customer but `owner`; staff goes on.
    pub(crate) fn owner_or_staff(&self, owner: CustomerId, why_not: &'static str) -> Result<(), Rejection> {
        if self.actor.kind == ActorKind::Customer { self.owner_only(owner, why_not) } else { Ok(()) }
    }

    /// Refuses everybody but the customer `owner`.
    pub(crate) fn owner_only(&self, owner: CustomerId, why_not: &'static str) -> Result<(), Rejection> {
        let is_owner = self.actor.kind == ActorKind::Customer && self.actor.id == Some(owner.0);
        if is_owner { Ok(()) } else { Err(Rejection::Forbidden(why_not)) }
    }

    /// The stream's version that is meant by the one a party names, at most `last`; all of it if they name none.
    /// Customers name public versions, the only ones they know.
    pub(crate) fn stream_version(&self, named: Option<u64>, last: u64, public: &PublicHistory) -> u64 {
        match named {
            None => last,
            Some(version) if self.actor.kind == ActorKind::Customer => public.stream_version(version),
            Some(version) => version.min(last),
        }
    }

    /// Whole seconds from `since` to now; 0 if the clock went back.
    pub(crate) fn seconds_since(&self, since: DateTime<Utc>) -> u64 {
        u64::try_from((self.now - since).num_seconds()).unwrap_or(0)
    }
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

    /// The person whose key seals the personal fields of this stream's events, once known. `id` is the stream's:
    /// an agent, a customer or an account is its own subject, a ticket or chat has its customer.
    fn data_subject(&self, id: Uuid) -> Option<PersonId>;

    /// Which of its events customers know of. `None`: all of them, or nothing of it is for customers.
    fn public_history(&self) -> Option<&PublicHistory> {
        None
    }

    /// Whether the aggregate has begun.
    fn exists(&self) -> bool;

    /// About how many bytes lie outside of the value itself, in its texts and lists. What is shared with others is not counted.
    fn heap_bytes(&self) -> usize {
        0
    }

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
