//! What can have happened to a tenant's roles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event_set::event_set;
use crate::{AgentId, Category, Permission, Role, RoleId};

event_set! {
    /// Everything that can have happened to a tenant's roles.
    pub enum RoleEvent of Category::Role; {
        RoleDefined = 1,
        RoleChanged = 1,
        RoleArchived = 1,
        RoleGranted = 1,
        RoleWithdrawn = 1,
    }
}

/// A role is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleDefined {
    /// Its id.
    pub role_id: RoleId,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
}

/// A role's name or what it allows changed, at once for everybody who holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleChanged {
    /// Its id.
    pub role_id: RoleId,
    /// Its name after.
    pub name: String,
    /// What it allows and did not before.
    pub added: Vec<Permission>,
    /// What it allowed and does not any more.
    pub removed: Vec<Permission>,
    /// All it allows after.
    pub permissions: Vec<Permission>,
}

/// A role is offered no longer. Nobody holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleArchived {
    /// Its id.
    pub role_id: RoleId,
    /// Its name.
    pub name: String,
}

/// Somebody of the desk has a role from here on, in place of the one they may have had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleGranted {
    /// Who.
    pub agent_id: AgentId,
    /// The role.
    pub role: Role,
    /// The role of the tenant's own they hold instead; then `role` is `agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role_id: Option<RoleId>,
}

/// Somebody left the desk, and their role with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleWithdrawn {
    /// Who.
    pub agent_id: AgentId,
    /// The role they had.
    pub role: Role,
    /// The role of the tenant's own they had instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role_id: Option<RoleId>,
}

impl RoleEvent {
    /// The one role of the tenant's own whose definition it is about.
    pub fn about(&self) -> Option<RoleId> {
        match self {
            Self::RoleDefined(event) => Some(event.role_id),
            Self::RoleChanged(event) => Some(event.role_id),
            Self::RoleArchived(event) => Some(event.role_id),
            Self::RoleGranted(_) | Self::RoleWithdrawn(_) => None,
        }
    }
}
