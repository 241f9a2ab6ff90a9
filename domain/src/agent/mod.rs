//! Agents: who works at the desk, when, and how much at once.

mod command;
mod event;
mod value;

pub use command::AgentCommand;
pub use event::*;
pub use value::Availability;
