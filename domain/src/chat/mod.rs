//! Live chats: a visitor and an agent, now.

mod command;
mod event;
mod value;

pub use command::ChatCommand;
pub use event::*;
pub use value::{ChatStatus, EndedBy};
