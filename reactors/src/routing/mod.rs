//! Waiting chats find agents: by department, skills and room, the least loaded first, then in turn.
//!
//! [`Board`] is folded from the feed, [`moves`] decides on it and is pure, the runner issues the commands. That nobody
//! gets more than they can take is not decided here but by the agent's own rules, when the offer is appended.

mod board;
mod choose;
mod runner;

pub use board::{AgentLine, Board, ChatLine, LastEvent, Offer};
pub use choose::{Move, deadlines, moves};
pub(crate) use runner::Routing;
