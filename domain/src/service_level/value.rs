//! The values service levels are made of.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ticket::{Channel, Priority, SlaTarget, TicketStatus};
use crate::{CalendarId, DepartmentId, SlaPolicyId};

/// One of the things that are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Setting {
    /// A calendar.
    Calendar(CalendarId),
    /// A policy.
    Policy(SlaPolicyId),
}

/// Which tickets a policy is for. Every list that is not empty must hold what the ticket has; of tags, any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SlaConditions {
    /// Priorities, least urgent first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub priorities: Vec<Priority>,
    /// Categories, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// Departments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub department_ids: Vec<DepartmentId>,
    /// Tags, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Ways tickets come in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
}

/// What is promised, for which tickets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicy {
    /// Its name.
    pub name: String,
    /// The calendar its clocks run by.
    pub calendar_id: CalendarId,
    /// Which tickets it is for.
    #[serde(default)]
    pub conditions: SlaConditions,
    /// Targets by priority. A priority that is not there is not measured.
    pub targets: BTreeMap<Priority, SlaTarget>,
    /// Statuses in which clocks stand still.
    #[serde(default)]
    pub pause_in: Vec<TicketStatus>,
}
