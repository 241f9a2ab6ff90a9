//! What can have happened to a tenant's service levels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::{Setting, SlaPolicy};
use crate::event_set::event_set;
use crate::ticket::Hours;
use crate::{CalendarId, Category, SlaPolicyId};

event_set! {
    /// Everything that can have happened to a tenant's service levels.
    pub enum ServiceLevelEvent of Category::ServiceLevel; {
        CalendarDefined = 1,
        CalendarChanged = 1,
        CalendarArchived = 1,
        SlaPolicyDefined = 1,
        SlaPolicyChanged = 1,
        SlaPoliciesReordered = 1,
        SlaPolicyArchived = 1,
    }
}

/// A calendar of business hours is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarDefined {
    /// Its id.
    pub calendar_id: CalendarId,
    /// Its name.
    pub name: String,
    /// When the desk works.
    pub hours: Hours,
}

/// A calendar's name or hours changed; both are given as they are now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarChanged {
    /// Its id.
    pub calendar_id: CalendarId,
    /// Its name.
    pub name: String,
    /// When the desk works.
    pub hours: Hours,
}

/// A calendar is offered no longer. No policy in force uses it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarArchived {
    /// Its id.
    pub calendar_id: CalendarId,
}

/// A policy is there, tried after those before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicyDefined {
    /// Its id.
    pub policy_id: SlaPolicyId,
    /// Its place: lower ones are tried first.
    pub place: u32,
    /// What it says.
    pub policy: SlaPolicy,
}

/// What a policy says changed; everything is given as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicyChanged {
    /// Its id.
    pub policy_id: SlaPolicyId,
    /// What it says.
    pub policy: SlaPolicy,
}

/// The order in which policies are tried. Their places are 1, 2, 3 … in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPoliciesReordered {
    /// Every policy in force.
    pub policy_ids: Vec<SlaPolicyId>,
}

/// A policy is applied no longer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicyArchived {
    /// Its id.
    pub policy_id: SlaPolicyId,
}

impl ServiceLevelEvent {
    /// The one setting it is about; nothing for the order of all policies.
    pub fn about(&self) -> Option<Setting> {
        Some(match self {
            Self::CalendarDefined(event) => Setting::Calendar(event.calendar_id),
            Self::CalendarChanged(event) => Setting::Calendar(event.calendar_id),
            Self::CalendarArchived(event) => Setting::Calendar(event.calendar_id),
            Self::SlaPolicyDefined(event) => Setting::Policy(event.policy_id),
            Self::SlaPolicyChanged(event) => Setting::Policy(event.policy_id),
            Self::SlaPolicyArchived(event) => Setting::Policy(event.policy_id),
            Self::SlaPoliciesReordered(_) => return None,
        })
    }
}
