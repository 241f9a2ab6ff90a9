//! Accounts: sign-ins and credentials of one person, for the audit trail. The secrets themselves lie elsewhere.

mod command;
mod event;

pub use command::AccountCommand;
pub use event::*;
