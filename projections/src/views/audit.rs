//! The audit trail: who did what, when, before and after.

use chrono::{DateTime, Utc};
use docket_domain::Category;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::AuthorView;

/// Which entries are wanted. Absent means all. Latest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this person.
    pub actor_id: Option<Uuid>,
    /// Of streams of this category.
    pub category: Option<Category>,
    /// Of the stream with this id.
    pub stream_id: Option<Uuid>,
    /// Events of this type.
    pub event_type: Option<String>,
    /// Happened at or after.
    pub from: Option<DateTime<Utc>>,
    /// Happened before.
    pub to: Option<DateTime<Utc>>,
    /// Oldest first instead: a stream's history as people read it.
    pub oldest_first: bool,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Its place in the log.
    pub position: u64,
    /// Its id.
    pub event_id: Uuid,
    /// What kind of thing it happened to.
    #[schema(value_type = String)]
    pub category: Category,
    /// What it happened to.
    pub stream_id: Uuid,
    /// Its number in that thing's history.
    pub version: u64,
    /// What happened.
    pub event_type: String,
    /// Who did it; with their name for who may know of agents or of customers.
    pub actor: AuthorView,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded; later for imported history.
    pub recorded_at: DateTime<Utc>,
    /// The request or import it came from.
    pub correlation_id: Uuid,
    /// The event that caused it.
    pub causation_id: Option<Uuid>,
    /// Imported history the state machine would refuse.
    pub irregular: bool,
    /// Its payload (`from` and `to` where something changed) without what is personal; with tags, custom fields, skills and
    /// shared views for who may know of those.
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
    /// Who brought it in, if it is imported history: that names its actors itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported: Option<ImportedView>,
}

/// The import an event came by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportedView {
    /// The import: what `stream_id` finds its own entries by.
    pub import_id: Uuid,
    /// Whoever brought it in; the system is the command line beside the data.
    pub by: AuthorView,
}
