//! Customers and visitors: the people the desk is for.

mod command;
mod event;
mod value;

pub use command::CustomerCommand;
pub use event::*;
pub use value::CustomerKind;
