//! What can be asked of an organisation.

use super::value::FieldDefinition;
use super::widget::WidgetSettings;

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
    /// Set up the widget. `key` counts the first time only: pages that name it keep working.
    ChangeWidget { key: String, settings: WidgetSettings },
    /// Record that the secret by which sites vouch for their visitors was made anew.
    RecordWidgetSecret,
}
