//! What can have happened to a tenant's roles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event_set::event_set;
use crate::{Category, Permission, RoleId};

event_set! {
    /// Everything that can have happened to a tenant's roles.
    pub enum RoleEvent of Category::Role; {
        RoleDefined = 1,
        RoleChanged = 1,
        RoleArchived = 1,
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

impl RoleEvent {
    /// The one role it is about.
    pub fn about(&self) -> RoleId {
        match self {
            Self::RoleDefined(event) => event.role_id,
            Self::RoleChanged(event) => event.role_id,
            Self::RoleArchived(event) => event.role_id,
        }
    }
}
