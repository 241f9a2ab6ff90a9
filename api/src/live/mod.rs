//! News for connected clients: events as the log takes them, and what is never stored (typing, presence).

mod hub;
mod presence;
mod signal;
mod slots;

pub use hub::Hub;
pub use signal::{Signal, SignalKind};
pub use slots::{Full, Slot, Slots};
