//! Saved views of tickets.

use chrono::{DateTime, Utc};
use docket_domain::ticket::{Priority, TicketStatus};
use docket_domain::view::{Moment, ViewAssignee, ViewFilter, ViewSort};
use docket_domain::{AgentId, CustomerId, DepartmentId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::schema;
use super::{AnyOf, AssigneeFilter, TicketFilter, TicketSort};

/// Which tickets a saved view shows, named as the parameters of ticket lists. Empty or absent means all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedFilter {
    /// In one of these statuses.
    #[serde(default)]
    #[schema(required = false, schema_with = schema::ticket_statuses)]
    pub status: AnyOf<TicketStatus>,
    /// Of one of these priorities.
    #[serde(default)]
    #[schema(required = false, schema_with = schema::priorities)]
    pub priority: AnyOf<Priority>,
    /// Of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// For this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department_id: Option<Uuid>,
    /// `me` (whoever looks), `unassigned` or an agent's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub assignee: Option<ViewAssignee>,
    /// Of this customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<Uuid>,
    /// With this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Opened at or after: a time, or how long ago (`-12h`, `-7d`, `-4w`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub opened_from: Option<Moment>,
    /// Opened before: a time, or how long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub opened_to: Option<Moment>,
    /// `true`: only those that are resolved (resolved or closed, and not merged into another); `false`: only the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
    /// Resolved by this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<Uuid>,
    /// Resolved at or after, and not reopened since: a time, or how long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub resolved_from: Option<Moment>,
    /// Resolved before: a time, or how long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub resolved_to: Option<Moment>,
    /// Only those with an SLA clock past due.
    #[serde(default)]
    #[schema(required = false)]
    pub overdue: bool,
    /// Only those put aside until later.
    #[serde(default)]
    #[schema(required = false)]
    pub snoozed: bool,
    /// Also those put aside. Otherwise a view of certain statuses leaves them out, unless it searches, or asks for what is
    /// overdue or archived.
    #[serde(default)]
    #[schema(required = false)]
    pub with_snoozed: bool,
    /// Archived ones instead of the others.
    #[serde(default)]
    #[schema(required = false)]
    pub archived: bool,
    /// About this order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_ref: Option<String>,
    /// Words of subject, messages, the customer's name or address; or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

impl SavedFilter {
    /// As events have it.
    pub fn domain(&self) -> ViewFilter {
        let filter = self.clone();
        ViewFilter {
            status: filter.status.into(),
            priority: filter.priority.into(),
            category: filter.category,
            department_id: filter.department_id.map(DepartmentId),
            assignee: filter.assignee,
            customer_id: filter.customer_id.map(CustomerId),
            tag: filter.tag,
            opened_from: filter.opened_from,
            opened_to: filter.opened_to,
            resolved: filter.resolved,
            resolved_by: filter.resolved_by.map(AgentId),
            resolved_from: filter.resolved_from,
            resolved_to: filter.resolved_to,
            overdue: filter.overdue,
            snoozed: filter.snoozed,
            with_snoozed: filter.with_snoozed,
            archived: filter.archived,
            order_ref: filter.order_ref.map(Into::into),
            search: filter.search.map(Into::into),
        }
    }
}

/// A saved view of tickets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SavedView {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Which tickets it shows.
    pub filter: SavedFilter,
    /// In which order.
    #[schema(schema_with = schema::view_sort)]
    pub sort: ViewSort,
    /// Whether everybody at the desk has it.
    pub shared: bool,
    /// Whose it is.
    pub owner_id: Uuid,
    /// Their name, if they are an agent.
    pub owner_name: Option<String>,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Its version, for `If-Match`.
    pub version: u64,
}

/// How many tickets a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewCount {
    /// How many, as far as was counted.
    pub count: i64,
    /// Whether there are more: counting ends at 1000.
    pub more: bool,
}

impl SavedView {
    /// What ticket lists are asked with by somebody who looks at `now`.
    pub fn ticket_filter(&self, now: DateTime<Utc>) -> TicketFilter {
        let filter = &self.filter;
        TicketFilter {
            status: filter.status.to_vec(),
            priority: filter.priority.to_vec(),
            category: filter.category.clone(),
            department_id: filter.department_id,
            assignee: filter.assignee.map(|assignee| match assignee {
                ViewAssignee::Me => AssigneeFilter::Me,
                ViewAssignee::Unassigned => AssigneeFilter::Unassigned,
                ViewAssignee::Agent(id) => AssigneeFilter::Agent(id.0),
            }),
            customer_id: filter.customer_id,
            tag: filter.tag.clone(),
            opened_from: filter.opened_from.map(|moment| moment.resolve(now)),
            opened_to: filter.opened_to.map(|moment| moment.resolve(now)),
            resolved: filter.resolved,
            resolved_by: filter.resolved_by,
            resolved_from: filter.resolved_from.map(|moment| moment.resolve(now)),
            resolved_to: filter.resolved_to.map(|moment| moment.resolve(now)),
            overdue: filter.overdue,
            snoozed: match filter.domain().leaves_out_snoozed() {
                true => Some(false),
                false => filter.snoozed.then_some(true),
            },
            order_ref: filter.order_ref.clone(),
            search: filter.search.clone(),
            archived: filter.archived,
            sort: match self.sort {
                ViewSort::Urgency => TicketSort::Urgency,
                ViewSort::Newest => TicketSort::Newest,
                ViewSort::Updated => TicketSort::Updated,
            },
            ..TicketFilter::default()
        }
    }
}
