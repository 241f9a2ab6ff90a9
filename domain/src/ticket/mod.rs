//! Tickets: a customer's request and everything that happens to it.

mod command;
mod conversation;
mod decide;
mod event;
mod evolve;
mod fields;
mod history;
mod lifecycle;
mod opening;
mod public;
mod retired;
mod sla;
mod state;
mod status;
mod truth;
mod value;
mod wish;

pub use command::{TicketCommand, Turn};
pub use event::*;
pub use history::TicketStep;
pub use state::Ticket;
pub(crate) use value::named;
pub use value::{
    Channel, CustomFields, FirstResponse, HandBackReason, Hours, PlainFields, Priority, SlaClock, SlaTarget,
    TicketNumber, TicketStatus, WakeReason, WorkingRange,
};
