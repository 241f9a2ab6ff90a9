//! From settings to a desk that runs.

mod connections;
mod desk;
mod first_start;
mod ledger;
mod listener;
mod server;
mod sweep;

pub use desk::{Desk, StartError};
pub use first_start::{FirstSignIn, begin_organisation, first_admin, issue_code};
pub use ledger::Ledger;
pub use server::Server;
pub use sweep::SweepFailure;
