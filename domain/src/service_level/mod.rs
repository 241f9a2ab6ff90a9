//! What a tenant promises its customers: calendars of business hours, and policies in their order. One stream a tenant,
//! with the nil id, so that *the first policy that matches* is decided on one state.
//!
//! [`ServiceLevels::terms_for`] finds what a ticket is measured by; how it is measured is [`sla`](crate::sla)'s.

mod check;
mod command;
mod event;
mod matching;
mod state;
mod value;

pub use command::ServiceLevelCommand;
pub use event::*;
pub use matching::TicketFacts;
pub use state::{DefinedCalendar, DefinedPolicy, ServiceLevels};
pub use value::{Setting, SlaConditions, SlaPolicy};

/// The id of every tenant's stream of service levels.
pub const SERVICE_LEVELS_ID: uuid::Uuid = uuid::Uuid::nil();
