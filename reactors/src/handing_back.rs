//! Unfinished tickets of somebody who cannot look after them any more wait to be taken: whose agent was deactivated, or holds
//! a role that does not allow to work on tickets. So do chats, when the role does not allow chats.
//!
//! Chats are handed back by the command that deactivates an agent or gives them another role; left for here is a role of the
//! tenant's own that allows less than before, and what crossed with that.
//!
//! A ticket that comes back to such an agent is handed back by the command that brings it back, and assigning to one is
//! refused. What is left is the background: all tickets of an agent who became unable, and what crossed with that. Nothing
//! is kept of how far a round has come: a ticket that is handed back is nobody's, so that a round that begins again (after
//! a restart, say) ends where it should.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{CommandError, Commands, Invocation, RequestKey};
use docket_domain::agent::{Agent, AgentEvent, Availability};
use docket_domain::role::ROLES_ID;
use docket_domain::ticket::{Assigned, StatusChanged, TicketArchived, TicketDeleted, TicketEvent, Unassigned};
use docket_domain::{
    Actor, AgentId, Category, DomainEvent, Event, EventMeta, EventPayload as _, StreamId, TenantId, TicketId,
};
use docket_store::{JournalError, RecordedEvent};
use futures::StreamExt as _;
use uuid::Uuid;

use crate::follow::{Failure, Reactor, STUCK_RETRY, Stuck, decode};

/// Tickets handed back before the feed gets its turn again, and at once.
const SLICE: usize = 200;
const AT_ONCE: usize = 16;
/// When something failed for a reason that passes.
const RETRY: TimeDelta = TimeDelta::seconds(1);

/// The event because of which an agent's tickets are handed back.
#[derive(Debug, Clone, Copy)]
struct Cause {
    event_id: Uuid,
    correlation_id: Uuid,
}

impl Cause {
    fn of(meta: &EventMeta) -> Self {
        Self { event_id: meta.event_id, correlation_id: meta.correlation_id }
    }
}

/// What is known of one ticket that has an agent.
#[derive(Debug, Clone, Copy)]
struct Held {
    by: AgentId,
    unfinished: bool,
    version: u64,
}

/// What is known of one tenant.
#[derive(Default)]
struct Desk {
    held: HashMap<Uuid, Held>,
    /// Tickets without an agent that are resolved or closed; any other is unfinished.
    done: HashSet<Uuid>,
    agents: HashSet<AgentId>,
}

/// Hands back the tickets of all tenants.
pub(crate) struct HandingBack {
    commands: Commands,
    desks: HashMap<TenantId, Desk>,
    /// Agents who may have become unable, and why they are looked at.
    changed: BTreeMap<(TenantId, AgentId), Option<Cause>>,
    /// Tickets to hand back.
    waiting: BTreeMap<StreamId, Option<Cause>>,
    /// Agents who cannot look after tickets, as they were last found to be.
    unable: BTreeSet<(TenantId, AgentId)>,
    /// Agents who cannot look after chats, likewise.
    without_chats: BTreeSet<(TenantId, AgentId)>,
    began: bool,
    retry_at: Option<DateTime<Utc>>,
    stuck: Stuck,
}

impl HandingBack {
    pub(crate) fn new(commands: Commands) -> Self {
        Self {
            commands,
            desks: HashMap::new(),
            changed: BTreeMap::new(),
            waiting: BTreeMap::new(),
            unable: BTreeSet::new(),
            without_chats: BTreeSet::new(),
            began: false,
            retry_at: None,
            stuck: Stuck::default(),
        }
    }

    fn desk(&mut self, tenant: &TenantId) -> &mut Desk {
        if !self.desks.contains_key(tenant) {
            self.desks.insert(tenant.clone(), Desk::default());
        }
        self.desks.entry(tenant.clone()).or_default()
    }

    /// Notes what an event says of whose its ticket is. Whether it has an agent and is unfinished after it.
    fn note(&mut self, meta: &EventMeta, event: &TicketEvent) -> Option<AgentId> {
        use TicketEvent as E;
        let (id, version) = (meta.stream.id, meta.version);
        let Desk { held, done, .. } = self.desk(&meta.stream.tenant);
        if let Some(held) = held.get_mut(&id) {
            held.version = version;
        }
        match event {
            E::Assigned(assigned) => {
                let unfinished = held.get(&id).map_or(!done.remove(&id), |held| held.unfinished);
                held.insert(id, Held { by: assigned.to, unfinished, version });
            }
            E::Unassigned(_) => {
                let was_done = held.remove(&id).is_some_and(|held| !held.unfinished);
                if was_done {
                    done.insert(id);
                }
            }
            E::StatusChanged(change) => match held.get_mut(&id) {
                Some(held) => held.unfinished = !change.to.is_done(),
                None if change.to.is_done() => drop(done.insert(id)),
                None => drop(done.remove(&id)),
            },
            // Merging closes; taking it back says where it stands again.
            E::TicketArchived(_) | E::TicketDeleted(_) => {
                held.remove(&id);
                done.remove(&id);
            }
            _ => {}
        }
        held.get(&id).filter(|held| held.unfinished).map(|held| held.by)
    }

    /// Finds out which agents became unable, takes their chats from them and has their tickets handed back.
    async fn look_at_agents(&mut self, now: DateTime<Utc>) {
        for ((tenant, agent), cause) in std::mem::take(&mut self.changed) {
            let looked_at = match able(&self.commands, &tenant, agent).await {
                Ok(able) => self.look_at(&tenant, agent, able, cause).await,
                Err(error) => Err(error),
            };
            if let Err(error) = looked_at {
                let stream = StreamId::new(tenant.clone(), Category::Agent, agent.0);
                if self.try_again(&stream, &error, now) {
                    self.changed.insert((tenant, agent), cause);
                }
            }
        }
    }

    async fn look_at(
        &mut self,
        tenant: &TenantId,
        agent: AgentId,
        able: Able,
        cause: Option<Cause>,
    ) -> Result<(), CommandError> {
        let who = (tenant.clone(), agent);
        if able.tickets {
            self.unable.remove(&who);
        } else {
            let held = self.desks.get(tenant).into_iter().flat_map(|desk| &desk.held);
            let theirs = held.filter(|(_, held)| held.by == agent && held.unfinished);
            let streams = theirs.map(|(id, _)| StreamId::new(tenant.clone(), Category::Ticket, *id));
            self.waiting.extend(streams.map(|stream| (stream, cause)));
            self.unable.insert(who.clone());
        }
        if able.chats {
            self.without_chats.remove(&who);
            return Ok(());
        }
        self.without_chats.insert(who);
        if !able.has_chats {
            return Ok(());
        }
        let stream = StreamId::new(tenant.clone(), Category::Agent, agent);
        match self.commands.hand_back_chats(&invocation("chats", &stream, able.version, cause), agent).await {
            Ok(_) => Ok(()),
            Err(CommandError::Rejected(reason)) => {
                tracing::debug!(%stream, %reason, "no chat was handed back");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Hands some of the tickets back that wait for it.
    async fn hand_back(&mut self, now: DateTime<Utc>) {
        let mut some = Vec::new();
        while some.len() < SLICE
            && let Some((stream, cause)) = self.waiting.pop_first()
        {
            let held = self.desks.get(&stream.tenant).and_then(|desk| desk.held.get(&stream.id));
            // Resolved, or somebody else's meanwhile.
            if let Some(held) = held.filter(|held| held.unfinished) {
                some.push((stream, held.version, cause));
            }
        }
        let commands = &self.commands;
        let outcomes: Vec<_> = futures::stream::iter(some)
            .map(|(stream, version, cause)| async move {
                let once = invocation("ticket", &stream, version, cause).if_at(version);
                let outcome = commands.hand_back_ticket(&once, TicketId(stream.id)).await;
                (stream, cause, outcome)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (stream, cause, outcome) in outcomes {
            match outcome {
                Ok(_) => metrics::counter!("docket_tickets_handed_back_total").increment(1),
                Err(CommandError::Rejected(reason)) => {
                    tracing::debug!(%stream, %reason, "a ticket was not handed back")
                }
                // Something happened to it meanwhile, perhaps nothing that leads here again.
                Err(CommandError::Stale { current, .. }) => {
                    if let Some(held) = self.desk(&stream.tenant).held.get_mut(&stream.id) {
                        held.version = current.max(held.version);
                    }
                    self.waiting.insert(stream, cause);
                }
                Err(error) => {
                    if self.try_again(&stream, &error, now) {
                        self.waiting.insert(stream, cause);
                    }
                }
            }
        }
    }

    /// Whether to try again after a failure over a stream, and not before when.
    fn try_again(&mut self, stream: &StreamId, error: &CommandError, now: DateTime<Utc>) -> bool {
        let failure = self.stuck.note(self.commands.journal(), stream, error);
        match failure {
            Failure::LeftOut => return false,
            Failure::Stuck => {}
            Failure::Passing => {
                tracing::warn!(%stream, %error, "an agent could not be looked at, or a ticket not handed back");
            }
        }
        self.retry_at = Some(now + if failure == Failure::Stuck { STUCK_RETRY } else { RETRY });
        true
    }
}

#[async_trait]
impl Reactor for HandingBack {
    const NAME: &'static str = "handing-back";
    const CATEGORIES: &'static [Category] = &[Category::Ticket, Category::Agent, Category::Role];

    fn take_in_history(&mut self, event: RecordedEvent) -> Result<(), JournalError> {
        const OF_TICKETS: [&str; 5] =
            [Assigned::TYPE, Unassigned::TYPE, StatusChanged::TYPE, TicketArchived::TYPE, TicketDeleted::TYPE];
        let (tenant, id) = (&event.meta.stream.tenant, event.meta.stream.id);
        match event.meta.stream.category {
            Category::Agent => drop(self.desk(tenant).agents.insert(AgentId(id))),
            Category::Ticket if OF_TICKETS.contains(&event.event_type.as_str()) => {
                let event = decode(event)?;
                if let DomainEvent::Ticket(body) = &event.body {
                    self.note(&event.meta, body);
                }
            }
            Category::Ticket => {
                if let Some(held) = self.desk(tenant).held.get_mut(&id) {
                    held.version = event.meta.version;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn take_in(&mut self, event: &Event) {
        let (tenant, cause) = (&event.meta.stream.tenant, Some(Cause::of(&event.meta)));
        match &event.body {
            DomainEvent::Agent(body) => {
                let agent = AgentId(event.meta.stream.id);
                self.desk(tenant).agents.insert(agent);
                let who = (tenant.clone(), agent);
                let look_again = match body {
                    AgentEvent::AgentDeactivated(_) | AgentEvent::AgentReactivated(_) | AgentEvent::RoleChanged(_) => {
                        true
                    }
                    AgentEvent::ChatSlotTaken(_) | AgentEvent::AvailabilityChanged(_) => {
                        self.without_chats.contains(&who)
                    }
                    _ => false,
                };
                if look_again {
                    self.changed.insert(who, cause);
                }
            }
            // Whoever holds it may do other things now.
            DomainEvent::Role(_) if event.meta.stream.id == ROLES_ID => {
                let agents: Vec<AgentId> = self.desk(tenant).agents.iter().copied().collect();
                self.changed.extend(agents.into_iter().map(|agent| ((tenant.clone(), agent), cause)));
            }
            DomainEvent::Ticket(body) => {
                if let Some(agent) = self.note(&event.meta, body)
                    && self.unable.contains(&(tenant.clone(), agent))
                {
                    self.waiting.insert(event.meta.stream.clone(), cause);
                }
            }
            _ => {}
        }
    }

    async fn act(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !self.began {
            self.began = true;
            for (tenant, desk) in &self.desks {
                self.changed.extend(desk.agents.iter().map(|agent| ((tenant.clone(), *agent), None)));
            }
        }
        if self.retry_at.is_none_or(|at| at <= now) {
            self.retry_at = None;
            self.look_at_agents(now).await;
            self.hand_back(now).await;
        }
        if self.waiting.is_empty() && self.changed.is_empty() { None } else { Some(self.retry_at.unwrap_or(now)) }
    }

    fn stuck(&mut self) -> &mut Stuck {
        &mut self.stuck
    }
}

/// What an agent can look after, as it is in the log.
struct Able {
    tickets: bool,
    chats: bool,
    /// Whether they have chats or offers, or say that they would take one.
    has_chats: bool,
    version: u64,
}

async fn able(commands: &Commands, tenant: &TenantId, id: AgentId) -> Result<Able, CommandError> {
    let agent = commands.load_fresh::<Agent>(tenant, id).await?;
    let may = commands.permissions_of(tenant, agent.role).await?;
    let here = !agent.exists() || !agent.deactivated;
    Ok(Able {
        tickets: here && may.allows_tickets(),
        chats: here && may.allows_chats(),
        has_chats: !agent.active_chats.is_empty()
            || matches!(agent.availability, Availability::Available | Availability::Busy),
        version: agent.version,
    })
}

/// Once for a stream as it is, however often and by whomever it is looked at.
fn invocation(what: &str, stream: &StreamId, version: u64, cause: Option<Cause>) -> Invocation {
    let key = RequestKey::of_cause(&format!("hand-back:{what}:{}:{version}", stream.id));
    let invocation = Invocation::by(stream.tenant.clone(), Actor::SYSTEM).once(key);
    match cause {
        Some(Cause { event_id, correlation_id }) => {
            Invocation { correlation_id, causation_id: Some(event_id), ..invocation }
        }
        None => invocation,
    }
}
