//! What can have happened to an agent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::Availability;
use crate::event_set::{PersonalField as _, event_set};
use crate::{Category, ChatId, DepartmentId, PersonalText, Role, RoleId};

event_set! {
    /// Everything that can have happened to an agent.
    pub enum AgentEvent of Category::Agent; {
        AgentRegistered = 1 [name, email],
        AgentRenamed = 1 [name, email],
        RoleChanged = 1,
        AvailabilityChanged = 1,
        CapacityChanged = 1,
        SkillsChanged = 1,
        DepartmentsChanged = 1,
        ChatSlotTaken = 1,
        ChatSlotReleased = 1,
        AgentDeactivated = 1,
        AgentReactivated = 1,
    }
}

/// Somebody joined the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentRegistered {
    /// Their name.
    pub name: PersonalText,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<PersonalText>,
    /// What they may do.
    pub role: Role,
    /// The role of the tenant's own they hold instead; then `role` is `agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role_id: Option<RoleId>,
    /// The departments they belong to, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub department_ids: Vec<DepartmentId>,
    /// What they can do, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// How many chats at once.
    pub max_concurrent_chats: u32,
}

/// Name or address changed; both are given as they are now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentRenamed {
    /// Their name.
    pub name: PersonalText,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<PersonalText>,
}

/// What they may do changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleChanged {
    /// Before.
    pub from: Role,
    /// After.
    pub to: Role,
    /// The role of the tenant's own before, if it was one; then `from` is `agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_custom_role_id: Option<RoleId>,
    /// The role of the tenant's own after, if it is one; then `to` is `agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role_id: Option<RoleId>,
}

/// Whether they take work changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AvailabilityChanged {
    /// Before.
    pub from: Availability,
    /// After.
    pub to: Availability,
}

/// How many chats at once changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CapacityChanged {
    /// Before.
    pub from: u32,
    /// After.
    pub to: u32,
}

/// What they can do changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SkillsChanged {
    /// What came, sorted.
    pub added: Vec<String>,
    /// What went, sorted.
    pub removed: Vec<String>,
    /// All after, sorted.
    pub skills: Vec<String>,
}

/// Which departments they belong to changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentsChanged {
    /// Which came, sorted.
    pub added: Vec<DepartmentId>,
    /// Which went, sorted.
    pub removed: Vec<DepartmentId>,
    /// All after, sorted.
    pub department_ids: Vec<DepartmentId>,
}

/// A chat takes one of their places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatSlotTaken {
    /// The chat.
    pub chat_id: ChatId,
    /// Places taken after.
    pub active_chats: u32,
}

/// A chat gave its place back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatSlotReleased {
    /// The chat.
    pub chat_id: ChatId,
    /// Places taken after.
    pub active_chats: u32,
}

/// They left the desk, or lost access.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentDeactivated {
    /// Their availability before.
    pub availability: Availability,
}

/// They are back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentReactivated {}
