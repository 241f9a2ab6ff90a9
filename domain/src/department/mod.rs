//! Departments: groups of agents with a purpose.

mod command;
mod event;

pub use command::DepartmentCommand;
pub use event::*;
