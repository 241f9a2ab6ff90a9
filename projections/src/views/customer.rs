//! Customers and visitors.

use chrono::{DateTime, Utc};
use docket_domain::customer::CustomerKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::schema;

/// Which customers are wanted. Latest registered first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Only customers, or only visitors.
    pub kind: Option<CustomerKind>,
    /// This address; case does not count.
    pub email: Option<String>,
    /// Exactly this id in another system.
    pub external_id: Option<String>,
    /// Part of a name or address.
    pub search: Option<String>,
}

/// A customer or visitor. A customer sees only themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerView {
    /// Their id.
    pub id: Uuid,
    /// How well they are known.
    #[schema(schema_with = schema::customer_kind)]
    pub kind: CustomerKind,
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Whether the desk, or a site for its visitor, stated that address: else only they did.
    #[serde(default)]
    pub email_verified: bool,
    /// The name they last stated, where the desk knows another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_name: Option<String>,
    /// The address they last stated, where the desk knows another. Nobody verified it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_email: Option<String>,
    /// Their number.
    pub phone: Option<String>,
    /// Their id in another system.
    pub external_id: Option<String>,
    /// Who this visitor turned out to be.
    pub merged_into: Option<Uuid>,
    /// Whether their data was erased.
    pub erased: bool,
    /// Tickets of theirs, those of visitors who turned out to be them included, without archived and deleted ones: as many as
    /// their list has.
    pub ticket_count: i64,
    /// Chats of theirs, counted alike.
    pub chat_count: i64,
    /// When the desk got to know them.
    pub registered_at: DateTime<Utc>,
    /// When they last did anything.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// Its version, for `If-Match`.
    pub version: u64,
}
