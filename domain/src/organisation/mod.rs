//! The tenant itself: its name, time zone, custom fields and chat widget. One stream a tenant, with the nil id.

mod command;
mod decide;
mod event;
mod state;
mod value;
mod widget;

pub use command::OrganisationCommand;
pub use event::*;
pub use state::Organisation;
pub use value::{FieldDefinition, FieldType};
pub use widget::{FormField, Widget, WidgetLanguage, WidgetPosition, WidgetSettings};

/// The id of every tenant's organisation stream.
pub const ORGANISATION_ID: uuid::Uuid = uuid::Uuid::nil();
