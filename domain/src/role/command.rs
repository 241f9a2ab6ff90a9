//! What can be asked of a tenant's roles. Ids are made by the caller: deciding is pure.

use crate::{Permission, PermissionSet, RoleId};

/// A request to a tenant's roles. `may` is what whoever asks may do themselves.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum RoleCommand {
    /// Add a role.
    Define { role_id: RoleId, name: String, permissions: Vec<Permission>, may: PermissionSet },
    /// Set a role's name and what it allows.
    Change { role_id: RoleId, name: String, permissions: Vec<Permission>, may: PermissionSet },
    /// Offer a role no longer. `holders`: how many hold it, which is not for this state to know.
    Archive { role_id: RoleId, may: PermissionSet, holders: u64 },
}

impl RoleCommand {
    /// The same, by somebody who may do no more than this.
    #[must_use]
    pub fn by_who_may(mut self, most: PermissionSet) -> Self {
        match &mut self {
            Self::Define { may, .. } | Self::Change { may, .. } | Self::Archive { may, .. } => {
                *may = may.intersect(most)
            }
        }
        self
    }

    /// The one role it is about.
    pub fn about(&self) -> RoleId {
        match self {
            Self::Define { role_id, .. } | Self::Change { role_id, .. } | Self::Archive { role_id, .. } => *role_id,
        }
    }
}
