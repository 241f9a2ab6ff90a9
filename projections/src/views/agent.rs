//! Agents and their load.

use chrono::{DateTime, Utc};
use docket_domain::Role;
use docket_domain::agent::Availability;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::schema;

/// An agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentView {
    /// Its id.
    pub id: Uuid,
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// What they may do.
    #[schema(schema_with = schema::role)]
    pub role: Role,
    /// The role of the organisation's own they hold instead; then `role` is `agent` and says nothing of what they may do.
    pub custom_role_id: Option<Uuid>,
    /// What the role is called: `agent`, `supervisor` … or the name of the organisation's own.
    pub role_name: Option<String>,
    /// Whether they take work.
    #[schema(schema_with = schema::availability)]
    pub availability: Availability,
    /// Whether they are still at the desk.
    pub active: bool,
    /// Departments they belong to.
    pub department_ids: Vec<Uuid>,
    /// What they can do.
    pub skills: Vec<String>,
    /// How many chats at once.
    pub max_concurrent_chats: i64,
    /// How many take one of their places: those they have, and those offered to them.
    pub active_chats: i64,
    /// How many of these are offered to them and not accepted yet.
    #[serde(default)]
    pub offered_chats: i64,
    /// Tickets they are responsible for that are not resolved or closed.
    pub open_tickets: i64,
    /// Tickets that are resolved by them, each once: those of `GET /v1/tickets?resolved_by={id}`.
    pub resolved_tickets: i64,
    /// Chats they accepted.
    pub chats_handled: i64,
    /// Mean of the ratings of conversations that were theirs when they were first rated, 1 to 5; those of deleted tickets
    /// left out.
    pub average_rating: Option<f64>,
    /// When they last did anything.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// When they joined.
    pub registered_at: DateTime<Utc>,
    /// Its version, for `If-Match`.
    pub version: u64,
}
