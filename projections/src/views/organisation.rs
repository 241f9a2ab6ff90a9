//! The tenant's own settings.

use docket_domain::organisation::FieldType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::schema;

/// A custom field of tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it holds.
    #[schema(schema_with = schema::field_type)]
    pub field_type: FieldType,
    /// What may be chosen.
    #[serde(default)]
    pub options: Vec<String>,
    /// Whether values set from now on are about a person: sealed with the customer's key, and gone once they are erased.
    pub personal: bool,
}

/// A tenant's settings. A customer sees no custom fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationView {
    /// Its name.
    pub name: String,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// Ticket categories offered, in order; none means any text.
    pub categories: Vec<String>,
    /// Custom fields of tickets.
    pub custom_fields: Vec<FieldView>,
    /// Its version, for `If-Match`.
    pub version: u64,
}
