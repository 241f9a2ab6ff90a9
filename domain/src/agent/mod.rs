//! Agents: who works at the desk, when, and how much at once.

mod command;
mod decide;
mod event;
mod state;
mod value;

pub use command::AgentCommand;
pub use event::*;
pub use state::Agent;
pub use value::Availability;
