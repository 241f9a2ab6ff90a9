//! The write side of the desk: load, decide, append, retry.
//!
//! # Invariants of this room
//! - What a command leads to is the domain's decision; here it is only given what it needs and recorded.
//! - The log's expected version is the arbiter. Cached state may be old: that costs another try, never a wrong answer,
//!   and no refusal is given on cached state without looking at what came after it.
//! - One command is one append: all of its events on all of its streams, or none.
//! - A command with a request key happens once, also across restarts and nodes.
//!
//! Who may do what is decided by the caller (the API) before it comes here, except what depends on state, and what hands out
//! rights: that is decided on the state the append relies on ([`Mandate`]).

mod account;
mod agent;
mod agent_counts;
mod attempt;
mod cache;
mod chat;
mod chat_places;
mod customer;
mod department;
mod error;
mod execute;
pub mod export;
mod identities;
pub mod import;
mod in_turn;
mod invocation;
mod mandate;
mod metric;
mod numbers;
mod organisation;
mod own_chats;
mod references;
mod role;
mod service_level;
mod settle;
mod ticket;
mod view;

pub use account::{Followed, Unfollowed};
pub use cache::Loaded;
pub use chat::{ConvertChat, StartChat};
pub use customer::NewPerson;
pub use error::CommandError;
pub use execute::{Commands, Settings};
pub use invocation::{Done, IfMatch, Invocation, RequestKey};
pub use mandate::{Grounds, HandedOut, Mandate};
pub use organisation::tenant_of_widget;
pub use service_level::better_terms;
pub use ticket::OpenTicket;
