//! SLA policies.

use std::collections::BTreeMap;

use docket_domain::DepartmentId;
use docket_domain::service_level::SlaConditions;
use docket_domain::ticket::{Channel, Priority, SlaTarget, TicketStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AnyOf, schema};

/// Which tickets a policy is for. Every list that is not empty must hold what the ticket has; of tags, any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConditionsView {
    /// Priorities.
    #[schema(schema_with = schema::priorities)]
    pub priorities: AnyOf<Priority>,
    /// Categories.
    #[schema(value_type = Vec<String>, max_items = 100)]
    pub categories: AnyOf<String>,
    /// Departments.
    #[schema(value_type = Vec<Uuid>, max_items = 100)]
    pub department_ids: AnyOf<Uuid>,
    /// Tags.
    #[schema(value_type = Vec<String>, max_items = 100)]
    pub tags: AnyOf<String>,
    /// Ways tickets come in.
    #[schema(schema_with = schema::channels)]
    pub channels: AnyOf<Channel>,
}

impl From<SlaConditions> for ConditionsView {
    fn from(conditions: SlaConditions) -> Self {
        Self {
            priorities: conditions.priorities.into(),
            categories: conditions.categories.into(),
            department_ids: conditions.department_ids.into_iter().map(Uuid::from).collect::<Vec<_>>().into(),
            tags: conditions.tags.into(),
            channels: conditions.channels.into(),
        }
    }
}

impl From<ConditionsView> for SlaConditions {
    fn from(conditions: ConditionsView) -> Self {
        Self {
            priorities: conditions.priorities.into(),
            categories: conditions.categories.into(),
            department_ids: conditions.department_ids.into_iter().map(DepartmentId).collect(),
            tags: conditions.tags.into(),
            channels: conditions.channels.into(),
        }
    }
}

/// What is promised for one priority, in business seconds. Absent: not measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetView {
    /// From opening to the first public answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub first_response: Option<u64>,
    /// From a customer's message to the next public answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub next_response: Option<u64>,
    /// From opening to resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub resolution: Option<u64>,
}

impl From<SlaTarget> for TargetView {
    fn from(target: SlaTarget) -> Self {
        Self {
            first_response: target.first_response,
            next_response: target.next_response,
            resolution: target.resolution,
        }
    }
}

/// Targets by priority. A priority that is not there is not measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetsView {
    /// For low ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<TargetView>,
    /// For medium ones.
    #[serde(alias = "normal", skip_serializing_if = "Option::is_none")]
    pub medium: Option<TargetView>,
    /// For high ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<TargetView>,
    /// For urgent ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgent: Option<TargetView>,
}

impl From<BTreeMap<Priority, SlaTarget>> for TargetsView {
    fn from(targets: BTreeMap<Priority, SlaTarget>) -> Self {
        let of = |priority| targets.get(&priority).map(|target| (*target).into());
        Self {
            low: of(Priority::Low),
            medium: of(Priority::Medium),
            high: of(Priority::High),
            urgent: of(Priority::Urgent),
        }
    }
}

impl From<TargetsView> for BTreeMap<Priority, SlaTarget> {
    fn from(targets: TargetsView) -> Self {
        let TargetsView { low, medium, high, urgent } = targets;
        [(Priority::Low, low), (Priority::Medium, medium), (Priority::High, high), (Priority::Urgent, urgent)]
            .into_iter()
            .filter_map(|(priority, target)| {
                let TargetView { first_response, next_response, resolution } = target?;
                Some((priority, SlaTarget { first_response, next_response, resolution }))
            })
            .collect()
    }
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SlaPolicyView {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its place: lower ones are tried first.
    pub place: u64,
    /// The calendar its clocks run by.
    pub calendar_id: Uuid,
    /// Which tickets it is for.
    pub conditions: ConditionsView,
    /// What it promises.
    pub targets: TargetsView,
    /// Statuses in which clocks stand still.
    #[schema(schema_with = schema::ticket_statuses)]
    pub pause_in: Vec<TicketStatus>,
    /// Whether it is applied no longer.
    pub archived: bool,
    /// Its version, for `If-Match`. Its place is not part of it.
    pub version: u64,
}
