//! Departments: groups of agents with a purpose.

mod command;
mod event;
mod state;

pub use command::DepartmentCommand;
pub use event::*;
pub use state::Department;
