//! Carrying out commands.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use docket_domain::customer::CustomerEvent;
use docket_domain::{Aggregate, Category, DomainEvent, Event, Limits, PersonId, StreamId, TenantId};
use docket_store::{Accounts, Journal};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::agent_counts::AgentCounts;
use crate::attempt::{carry_out, read_on};
use crate::cache::{Cached, StateCache};
use crate::department::DepartmentNames;
use crate::identities::Identities;
use crate::numbers::Numbers;
use crate::{CommandError, Done, Invocation, Loaded, metric};

/// How many queues there are for streams that many change at once, and for request keys. Two may share one; with a few hundred
/// requests at once that must be rare, since each waits until the other is on disk.
const QUEUES: usize = 4096;

/// What the write side is told when it begins.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The limits in force.
    pub limits: Limits,
    /// Bytes of aggregates' states kept in memory.
    pub cached_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { limits: Limits::default(), cached_bytes: 32 << 20 }
    }
}

/// The write side of the desk. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Commands(Arc<Inner>);

struct Inner {
    journal: Journal,
    identities: Identities,
    settings: Settings,
    cache: StateCache,
    numbers: Numbers,
    agent_counts: AgentCounts,
    department_names: DepartmentNames,
    accounts: Accounts,
    appends_many: bool,
    queues: Box<[Mutex<()>]>,
    hasher: RandomState,
}

impl Commands {
    /// A write side over `journal`, which keeps in `accounts` by what customers are known.
    pub fn new(journal: Journal, accounts: Accounts, settings: Settings) -> Self {
        let cache = StateCache::new(settings.cached_bytes);
        let queues = (0..QUEUES).map(|_| Mutex::new(())).collect();
        Self(Arc::new(Inner {
            appends_many: journal.store().capabilities().multi_stream_append,
            identities: Identities::new(journal.clone(), accounts.clone()),
            journal,
            settings,
            cache,
            numbers: Numbers::default(),
            agent_counts: AgentCounts::default(),
            department_names: DepartmentNames::default(),
            accounts,
            queues,
            hasher: RandomState::new(),
        }))
    }

    /// About how many bytes the aggregates' states in memory take.
    pub fn cached_bytes(&self) -> u64 {
        self.0.cache.bytes()
    }

    /// The log it writes to.
    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.0.settings.limits
    }

    /// Carries out a command on one aggregate, by that aggregate's rules alone. What refers to other aggregates has
    /// methods of its own (`change_ticket`, `change_chat`, `change_agent` …).
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn execute<A: Aggregate>(
        &self,
        invocation: &Invocation,
        id: Uuid,
        command: A::Command,
    ) -> Result<Done, CommandError> {
        self.execute_all::<A>(invocation, id, std::slice::from_ref(&command)).await
    }

    /// Carries out several commands on one aggregate, all of them or none. Those that change nothing are no obstacle.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn execute_all<A: Aggregate>(
        &self,
        invocation: &Invocation,
        id: Uuid,
        commands: &[A::Command],
    ) -> Result<Done, CommandError> {
        let name = metric::name(A::CATEGORY, commands);
        carry_out!(self, invocation, name, attempt => attempt.decide_all::<A>(id, commands))
    }

    /// Carries out the command that begins an aggregate whose id was made just now; its stream is not read first.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub async fn begin<A: Aggregate>(
        &self,
        invocation: &Invocation,
        id: Uuid,
        command: A::Command,
    ) -> Result<Done, CommandError> {
        let name = metric::name(A::CATEGORY, std::slice::from_ref(&command));
        carry_out!(self, invocation, name, attempt => attempt.begin::<A>(id, &command))
    }

    /// The state of an aggregate as this process last saw it: with several nodes it can be a moment old.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if the log cannot be read.
    pub async fn load<A: Aggregate>(&self, tenant: &TenantId, id: impl Into<Uuid>) -> Result<Loaded<A>, CommandError> {
        let stream = StreamId::new(tenant.clone(), A::CATEGORY, id);
        Ok(self.look_up::<A>(&stream).await?.0.loaded())
    }

    /// The state of an aggregate if it is in memory; nothing is read.
    pub fn known<A: Aggregate>(&self, tenant: &TenantId, id: impl Into<Uuid>) -> Option<Loaded<A>> {
        let stream = StreamId::new(tenant.clone(), A::CATEGORY, id);
        self.0.cache.get(&stream).map(|cached| cached.loaded())
    }

    /// The state of an aggregate as it is in the log now.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if the log cannot be read.
    pub async fn load_fresh<A: Aggregate>(
        &self,
        tenant: &TenantId,
        id: impl Into<Uuid>,
    ) -> Result<Loaded<A>, CommandError> {
        let stream = StreamId::new(tenant.clone(), A::CATEGORY, id);
        let (cached, fresh) = self.look_up::<A>(&stream).await?;
        if fresh {
            return Ok(cached.loaded());
        }
        let after = read_on(self, &stream, cached.clone()).await?;
        if after.version > cached.version {
            self.0.cache.put(stream, after.clone());
        }
        Ok(after.loaded())
    }

    /// Takes in an event from the feed (also this process's own: they change nothing), so that what other nodes did is known here sooner. Never needed for
    /// correctness of what is appended; it spares retries and keeps looks at other aggregates recent.
    pub fn observe(&self, event: &Event) {
        if let DomainEvent::Customer(CustomerEvent::PersonalDataErased(_)) = &event.body {
            let person = PersonId(event.meta.stream.id);
            self.0.cache.forget(person);
            self.0.journal.keys().forget(&event.meta.stream.tenant, person);
        }
        self.0.cache.observe(event);
    }

    pub(crate) fn cache(&self) -> &StateCache {
        &self.0.cache
    }

    pub(crate) fn numbers(&self) -> &Numbers {
        &self.0.numbers
    }

    pub(crate) fn identities(&self) -> &Identities {
        &self.0.identities
    }

    pub(crate) fn agent_counts(&self) -> &AgentCounts {
        &self.0.agent_counts
    }

    pub(crate) fn department_names(&self) -> &DepartmentNames {
        &self.0.department_names
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }

    /// Whether the log takes several streams in one append.
    pub(crate) fn appends_many(&self) -> bool {
        self.0.appends_many
    }

    /// The queue of those who want the same, a stream or a request key.
    pub(crate) fn queue_of(&self, what: impl Hash) -> &Mutex<()> {
        let hash = self.0.hasher.hash_one(what);
        &self.0.queues[(hash % QUEUES as u64) as usize]
    }

    /// The state of a stream, and whether it was read from the log for this.
    pub(crate) async fn look_up<A: Aggregate>(&self, stream: &StreamId) -> Result<(Cached, bool), CommandError> {
        let known = self.0.cache.get(stream);
        metric::cache(known.is_some());
        if let Some(cached) = known {
            return Ok((cached, false));
        }
        let read = read_on(self, stream, Cached::nothing::<A>(stream.id)).await?;
        // A tenant's service levels are looked at with every new ticket, also where none were ever set. Of other ids there
        // are as many as anybody cares to make up.
        if read.version > 0 || stream.category == Category::ServiceLevel {
            self.0.cache.put(stream.clone(), read.clone());
        }
        Ok((read, true))
    }
}
