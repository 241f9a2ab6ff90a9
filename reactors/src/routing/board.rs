//! Who waits and who could help: a tenant's chats and agents, folded from their events.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use docket_domain::agent::{AgentEvent, Availability};
use docket_domain::chat::{ChatEvent, WithdrawalReason};
use docket_domain::role::{ROLES_ID, Roles};
use docket_domain::{
    ActorKind, AgentId, Aggregate as _, ChatId, DepartmentId, DomainEvent, Event, EventMeta, HeldRole, Position, Role,
    Stamp,
};
use uuid::Uuid;

/// An agent as routing sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLine {
    /// Whether they take work.
    pub availability: Availability,
    /// Whether they still belong to the desk.
    pub active: bool,
    /// The role they hold.
    pub role: HeldRole,
    /// Whether it allows chats now.
    pub permitted: bool,
    /// How many chats at once.
    pub capacity: u32,
    /// What they can do.
    pub skills: BTreeSet<String>,
    /// The departments they belong to.
    pub departments: BTreeSet<DepartmentId>,
    /// The chats that hold one of their places.
    pub chats: BTreeSet<ChatId>,
    /// When in the order of offers they last got one; 0 for never.
    pub last_turn: u64,
    /// Whether the log knows better than this board: nothing is offered to them until their next event is here.
    pub held_back: bool,
}

impl Default for AgentLine {
    fn default() -> Self {
        Self {
            availability: Availability::Offline,
            active: true,
            role: HeldRole::BuiltIn(Role::Agent),
            permitted: true,
            capacity: 0,
            skills: BTreeSet::new(),
            departments: BTreeSet::new(),
            chats: BTreeSet::new(),
            last_turn: 0,
            held_back: false,
        }
    }
}

impl AgentLine {
    /// Whether they take chats at all, be there room or not.
    pub fn takes_chats(&self) -> bool {
        self.active && self.permitted && self.availability == Availability::Available
    }

    /// Whether one more chat fits.
    pub fn has_room(&self) -> bool {
        self.chats.len() < self.capacity as usize
    }
}

/// A chat offered to an agent who has not accepted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The agent.
    pub agent: AgentId,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A chat as routing sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatLine {
    /// Whether somebody has to take it.
    pub waiting: bool,
    /// Since when it waits: who waited longest is served first.
    pub since: DateTime<Utc>,
    /// Where in the log it began to wait: the earlier goes first of two who waited equally long.
    pub place: Position,
    /// The department it is for.
    pub department: Option<DepartmentId>,
    /// What the agent must be able to do.
    pub skills: BTreeSet<String>,
    /// Whom it is offered to.
    pub offer: Option<Offer>,
    /// Who let an offer of it pass, since it last began to wait.
    pub passed: BTreeSet<AgentId>,
    /// Whether the last offer was let pass while there was nobody else: it is offered to nobody who let it pass until
    /// somebody else is there, or they come anew. Whoever likes may accept it.
    pub rests: bool,
    /// Who handed it over: it does not come back to them.
    pub from: Option<AgentId>,
    /// Its stream's last event.
    pub last: LastEvent,
    /// Whether the log knows better than this board: it is left alone until its next event is here.
    pub held_back: bool,
}

/// What is kept of a chat's last event, for what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastEvent {
    /// Its version in the chat's stream.
    pub version: u64,
    /// Its id.
    pub event_id: Uuid,
    /// The request it came from.
    pub correlation_id: Uuid,
}

impl LastEvent {
    fn of(meta: &EventMeta) -> Self {
        Self { version: meta.version, event_id: meta.event_id, correlation_id: meta.correlation_id }
    }
}

impl ChatLine {
    /// Notes an event as the last one, unless a later one is known. Whether it is.
    fn touch(&mut self, meta: &EventMeta) -> bool {
        let newest = meta.version >= self.last.version;
        if newest {
            self.last = LastEvent::of(meta);
            self.held_back = false;
        }
        newest
    }

    fn withdrawn(&mut self, from: AgentId, reason: WithdrawalReason) {
        self.offer = None;
        if reason == WithdrawalReason::TimedOut {
            self.passed.insert(from);
            self.rests = true;
        }
    }
}

/// One tenant's agents and chats.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// The agents.
    pub agents: BTreeMap<AgentId, AgentLine>,
    /// The chats that are not over.
    pub chats: HashMap<ChatId, ChatLine>,
    roles: Roles,
    turns: u64,
}

impl Board {
    /// Takes an event in. Whether it can make a difference to who gets which chat.
    pub fn evolve(&mut self, event: &Event) -> bool {
        match &event.body {
            DomainEvent::Agent(body) => self.evolve_agent(AgentId(event.meta.stream.id), body),
            DomainEvent::Chat(body) => self.evolve_chat(ChatId(event.meta.stream.id), body, &event.meta),
            DomainEvent::Role(body) if event.meta.stream.id == ROLES_ID => {
                let EventMeta { version, occurred_at, actor, .. } = event.meta;
                self.roles.evolve(body, &Stamp { version, occurred_at, actor });
                for agent in self.agents.values_mut() {
                    agent.held_back = false;
                    agent.permitted = self.roles.permissions_of(agent.role).allows_chats();
                }
                true
            }
            _ => false,
        }
    }

    fn evolve_agent(&mut self, id: AgentId, event: &AgentEvent) -> bool {
        let agent = self.agents.entry(id).or_default();
        agent.held_back = false;
        match event {
            AgentEvent::AgentRegistered(event) => {
                agent.role = HeldRole::of(event.role, event.custom_role_id);
                agent.permitted = self.roles.permissions_of(agent.role).allows_chats();
                agent.capacity = event.max_concurrent_chats;
                agent.skills = event.skills.iter().cloned().collect();
                agent.departments = event.department_ids.iter().copied().collect();
            }
            AgentEvent::AvailabilityChanged(event) => {
                agent.availability = event.to;
                // Whoever was away let nothing pass since.
                if event.to == Availability::Available {
                    for chat in self.chats.values_mut().filter(|chat| chat.waiting) {
                        chat.passed.remove(&id);
                    }
                }
            }
            AgentEvent::CapacityChanged(event) => agent.capacity = event.to,
            AgentEvent::SkillsChanged(event) => agent.skills = event.skills.iter().cloned().collect(),
            AgentEvent::DepartmentsChanged(event) => {
                agent.departments = event.department_ids.iter().copied().collect();
            }
            AgentEvent::ChatSlotTaken(event) => {
                agent.chats.insert(event.chat_id);
            }
            AgentEvent::ChatSlotReleased(event) => {
                agent.chats.remove(&event.chat_id);
            }
            AgentEvent::AgentDeactivated(_) => {
                agent.active = false;
                agent.availability = Availability::Offline;
            }
            AgentEvent::AgentReactivated(_) => {
                agent.active = true;
                // Whoever comes back begins anew: what they let pass or handed over before is no reason against them.
                for chat in self.chats.values_mut().filter(|chat| chat.waiting) {
                    chat.passed.remove(&id);
                    chat.from = chat.from.filter(|from| *from != id);
                }
            }
            AgentEvent::RoleChanged(event) => {
                agent.role = HeldRole::of(event.to, event.custom_role_id);
                agent.permitted = self.roles.permissions_of(agent.role).allows_chats();
            }
            AgentEvent::AgentRenamed(_) => return false,
        }
        true
    }

    fn evolve_chat(&mut self, id: ChatId, event: &ChatEvent, meta: &EventMeta) -> bool {
        match event {
            ChatEvent::ChatStarted(event) => {
                let line = ChatLine {
                    waiting: true,
                    since: meta.occurred_at,
                    place: meta.position,
                    department: event.department_id,
                    skills: event.skills.iter().cloned().collect(),
                    offer: None,
                    passed: BTreeSet::new(),
                    rests: false,
                    from: None,
                    last: LastEvent::of(meta),
                    held_back: false,
                };
                self.chats.insert(id, line);
                return true;
            }
            ChatEvent::ChatEnded(_) => {
                self.chats.remove(&id);
                return true;
            }
            _ => {}
        }
        let Some(chat) = self.chats.get_mut(&id) else { return false };
        // What this process did itself is on the board before it comes back from the log.
        if !chat.touch(meta) {
            return false;
        }
        match event {
            ChatEvent::ChatAssigned(event) => {
                chat.passed.extend(event.from);
                chat.rests = false;
                chat.offer = Some(Offer { agent: event.to, since: meta.occurred_at });
                self.turns += 1;
                self.agents.entry(event.to).or_default().last_turn = self.turns;
            }
            ChatEvent::ChatOfferWithdrawn(event) => chat.withdrawn(event.from, event.reason),
            ChatEvent::ChatAccepted(_) => {
                chat.waiting = false;
                chat.offer = None;
                chat.from = None;
                chat.passed.clear();
            }
            ChatEvent::ChatTransferred(event) => {
                chat.waiting = true;
                chat.since = meta.occurred_at;
                chat.place = meta.position;
                chat.department = event.to_department.or(chat.department);
                chat.passed.clear();
                chat.rests = false;
                // Whoever left the desk did not hand it over.
                chat.from = Some(event.from).filter(|_| meta.actor.kind != ActorKind::System);
                chat.offer = event.to_agent.map(|agent| Offer { agent, since: meta.occurred_at });
            }
            // Whoever waits with an unused offer is looked at again when its chat moves on.
            _ => return chat.waiting,
        }
        true
    }

    /// Notes that something happened to a chat that is nothing to routing.
    pub fn touch(&mut self, meta: &EventMeta) {
        if let Some(chat) = self.chats.get_mut(&ChatId(meta.stream.id)) {
            chat.touch(meta);
        }
    }

    /// Notes an offer that was made just now, before its events come back from the log.
    pub fn offered(&mut self, chat_id: ChatId, to: AgentId, at: DateTime<Utc>, version: u64) {
        let Some(chat) = self.chats.get_mut(&chat_id) else { return };
        if let Some(before) = chat.offer.replace(Offer { agent: to, since: at }) {
            chat.passed.insert(before.agent);
            if let Some(agent) = self.agents.get_mut(&before.agent) {
                agent.chats.remove(&chat_id);
            }
        }
        chat.rests = false;
        chat.last.version = chat.last.version.max(version);
        self.turns += 1;
        let agent = self.agents.entry(to).or_default();
        agent.chats.insert(chat_id);
        agent.last_turn = self.turns;
    }
    /// Notes that an offer was withdrawn just now, before its events come back from the log.
    pub fn withdrawn(&mut self, chat_id: ChatId, from: AgentId, reason: WithdrawalReason, version: u64) {
        let Some(chat) = self.chats.get_mut(&chat_id) else { return };
        chat.withdrawn(from, reason);
        chat.last.version = chat.last.version.max(version);
        if let Some(agent) = self.agents.get_mut(&from) {
            agent.chats.remove(&chat_id);
        }
    }
}
