//! Live chats: a visitor and an agent, now.

mod command;
mod decide;
mod event;
mod history;
mod opening;
mod public;
mod state;
mod value;

pub use command::ChatCommand;
pub use event::*;
pub use history::ChatStep;
pub use state::Chat;
pub use value::{ChatStatus, EndedBy, WithdrawalReason};
