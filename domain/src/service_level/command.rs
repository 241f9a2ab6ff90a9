//! What can be asked of a tenant's service levels. Ids are made by the caller: deciding is pure.

use super::value::{Setting, SlaPolicy};
use crate::ticket::Hours;
use crate::{CalendarId, SlaPolicyId};

/// A request to a tenant's service levels.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum ServiceLevelCommand {
    /// Add a calendar.
    DefineCalendar { calendar_id: CalendarId, name: String, hours: Hours },
    /// Set a calendar's name and hours.
    ChangeCalendar { calendar_id: CalendarId, name: String, hours: Hours },
    /// Offer a calendar no longer.
    ArchiveCalendar { calendar_id: CalendarId },
    /// Add a policy, after the others.
    DefinePolicy { policy_id: SlaPolicyId, policy: SlaPolicy },
    /// Set everything a policy says.
    ChangePolicy { policy_id: SlaPolicyId, policy: SlaPolicy },
    /// Set the order in which policies are tried: all in force, each once.
    ReorderPolicies { policy_ids: Vec<SlaPolicyId> },
    /// Apply a policy no longer.
    ArchivePolicy { policy_id: SlaPolicyId },
}

impl ServiceLevelCommand {
    /// The one setting it is about; nothing for the order of all policies.
    pub fn about(&self) -> Option<Setting> {
        match self {
            Self::DefineCalendar { calendar_id, .. }
            | Self::ChangeCalendar { calendar_id, .. }
            | Self::ArchiveCalendar { calendar_id } => Some(Setting::Calendar(*calendar_id)),
            Self::DefinePolicy { policy_id, .. }
            | Self::ChangePolicy { policy_id, .. }
            | Self::ArchivePolicy { policy_id } => Some(Setting::Policy(*policy_id)),
            Self::ReorderPolicies { .. } => None,
        }
    }
}
