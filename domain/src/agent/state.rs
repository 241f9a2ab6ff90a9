//! An agent as their events leave them.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{AgentCommand, AgentEvent, Availability};
use crate::{
    Aggregate, Category, ChatId, DecideContext, DepartmentId, HeldRole, PersonId, PersonalText, Rejection, Role, Stamp,
};

/// What is known of an agent for deciding.
#[derive(Debug, Clone, PartialEq)]
pub struct Agent {
    /// Events so far.
    pub version: u64,
    /// Whether they joined.
    pub registered: bool,
    /// Their name.
    pub name: PersonalText,
    /// Their address.
    pub email: Option<PersonalText>,
    /// What they may do.
    pub role: HeldRole,
    /// Whether they take work. A new agent is offline.
    pub availability: Availability,
    /// How many chats at once.
    pub max_concurrent_chats: u32,
    /// Chats that take one of their places.
    pub active_chats: BTreeSet<ChatId>,
    /// What they can do, sorted.
    pub skills: Vec<String>,
    /// The departments they belong to, sorted.
    pub department_ids: Vec<DepartmentId>,
    /// Whether they left.
    pub deactivated: bool,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            version: 0,
            registered: false,
            name: PersonalText::Erased,
            email: None,
            role: HeldRole::BuiltIn(Role::Agent),
            availability: Availability::Offline,
            max_concurrent_chats: 0,
            active_chats: BTreeSet::new(),
            skills: Vec::new(),
            department_ids: Vec::new(),
            deactivated: false,
        }
    }
}

impl Agent {
    /// Places left for chats.
    pub fn free_places(&self) -> u32 {
        self.max_concurrent_chats.saturating_sub(self.taken_places())
    }

    /// Places taken by chats.
    pub fn taken_places(&self) -> u32 {
        u32::try_from(self.active_chats.len()).unwrap_or(u32::MAX)
    }

    /// Places taken beyond what they may have, since they were given fewer.
    pub fn surplus_places(&self) -> u32 {
        self.taken_places().saturating_sub(self.max_concurrent_chats)
    }

    /// Whether they take work: they are at the desk and available. What their role allows is not known here.
    pub fn takes_work(&self) -> bool {
        self.registered && !self.deactivated && self.availability == Availability::Available
    }

    /// Whether routing may offer them another chat, if their role allows chats.
    pub fn takes_chats(&self) -> bool {
        self.takes_work() && self.free_places() > 0
    }
}

impl Aggregate for Agent {
    const CATEGORY: Category = Category::Agent;
    type Command = AgentCommand;
    type Event = AgentEvent;

    fn decide(&self, command: &AgentCommand, context: &DecideContext<'_>) -> Result<Vec<AgentEvent>, Rejection> {
        super::decide::decide(self, command, context)
    }

    fn evolve(&mut self, event: &AgentEvent, stamp: &Stamp) {
        use AgentEvent as E;
        self.version = stamp.version;
        match event {
            E::AgentRegistered(agent) => {
                self.registered = true;
                self.name = agent.name.clone();
                self.email.clone_from(&agent.email);
                self.role = HeldRole::of(agent.role, agent.custom_role_id);
                self.department_ids.clone_from(&agent.department_ids);
                self.skills.clone_from(&agent.skills);
                self.max_concurrent_chats = agent.max_concurrent_chats;
            }
            E::AgentRenamed(agent) => {
                self.name = agent.name.clone();
                self.email.clone_from(&agent.email);
            }
            E::RoleChanged(change) => self.role = HeldRole::of(change.to, change.custom_role_id),
            E::AvailabilityChanged(change) => self.availability = change.to,
            E::CapacityChanged(change) => self.max_concurrent_chats = change.to,
            E::SkillsChanged(change) => self.skills.clone_from(&change.skills),
            E::DepartmentsChanged(change) => self.department_ids.clone_from(&change.department_ids),
            E::ChatSlotTaken(slot) => {
                self.active_chats.insert(slot.chat_id);
            }
            E::ChatSlotReleased(slot) => {
                self.active_chats.remove(&slot.chat_id);
            }
            E::AgentDeactivated(_) => {
                self.deactivated = true;
                self.availability = Availability::Offline;
            }
            E::AgentReactivated(_) => self.deactivated = false,
        }
    }

    fn data_subject(&self, id: Uuid) -> Option<PersonId> {
        Some(PersonId(id))
    }

    fn exists(&self) -> bool {
        self.registered
    }
}
