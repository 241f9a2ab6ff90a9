//! Roles of a tenant's own: a name and what it allows. One stream a tenant, with the nil id, so that names, their number and
//! what a role allows now are decided and looked up on one state.
//!
//! Nobody hands out what they may not do themselves: a command brings what whoever asks may do (`may`), and neither what a role
//! allowed before nor what it is to allow may go beyond it. Who holds a role is their account's to say
//! ([`HeldRole`](crate::HeldRole)); that it changes for one after the other is for [`Staff`].

mod command;
mod event;
mod staff;
mod state;

pub use command::RoleCommand;
pub use event::*;
pub use staff::{STAFF_ID, Staff, StaffCommand};
pub use state::{DefinedRole, Roles};

/// The id of every tenant's stream of roles.
pub const ROLES_ID: uuid::Uuid = uuid::Uuid::nil();

/// Characters of a role's name.
pub const NAME_CHARS: usize = 64;

/// The most roles offered.
pub const MOST_ROLES: usize = 50;
