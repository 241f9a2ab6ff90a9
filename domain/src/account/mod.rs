//! Accounts: sign-ins and credentials of one person, for the audit trail. The secrets themselves lie elsewhere.

mod command;
mod event;
mod state;

pub use command::AccountCommand;
pub use event::*;
pub use state::Account;
