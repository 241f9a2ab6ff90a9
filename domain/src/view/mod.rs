//! Saved views: which tickets to list, under a name, for oneself or for the whole organisation.
//!
//! A view is an aggregate of its own. In which order a person's own views stand, and in which order the shared ones, is
//! kept by a [`ViewList`] each, which is also where their number is limited: who saves, shares or deletes a view writes
//! both in one append, so that the limit holds however many save at once.

mod command;
mod event;
mod filter;
mod list;
mod state;

pub use command::{ViewCommand, ViewDraft, ViewListCommand};
pub use event::*;
pub use filter::{AgoUnit, Moment, ViewAssignee, ViewFilter, ViewSort};
pub use list::ViewList;
pub use state::View;

/// Characters of a view's name.
pub const NAME_CHARS: usize = 100;
