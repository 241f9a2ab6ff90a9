//! Customers and visitors: the people the desk is for.

mod command;
mod event;
mod identity;
mod state;
mod value;

pub use command::CustomerCommand;
pub use event::*;
pub use identity::Identity;
pub use state::Customer;
pub use value::{CustomerKind, OwnWords};
