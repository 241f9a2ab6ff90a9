//! What time does: snoozed tickets wake, service levels are warned of and breached, silent chats end.
//!
//! [`ticket_timers`] and [`chat_timer`] read due times off a state and are pure. The runner keeps the next due time of
//! everything that is open, found from the log when it begins, and looks at the state again when it has come.

mod due;
mod runner;
mod wheel;

pub use due::{ChatTimer, TicketTimer, chat_timer, ticket_timers};
pub(crate) use runner::Timers;
