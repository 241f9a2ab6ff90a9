//! What can be asked of an organisation.

use super::value::FieldDefinition;

/// A request to an organisation.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum OrganisationCommand {
    /// Begin it.
    Create { name: String, time_zone: String },
    /// Set name and time zone.
    Change { name: String, time_zone: String },
    /// Set the categories offered.
    ChangeCategories { to: Vec<String> },
    /// Add or change a custom field.
    DefineCustomField { definition: FieldDefinition },
    /// Remove one.
    RemoveCustomField { name: String },
}
