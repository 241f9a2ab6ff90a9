//! Tickets: a customer's request and everything that happens to it.

mod command;
mod event;
mod value;

pub use command::TicketCommand;
pub use event::*;
pub(crate) use value::named;
pub use value::{
    Channel, CustomFields, FirstResponse, Hours, Priority, SlaClock, SlaTarget, TicketNumber, TicketStatus, WakeReason,
    WorkingRange,
};
