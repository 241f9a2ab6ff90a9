//! Service levels: business time, and the three clocks of a ticket.
//!
//! [`Calendar`] knows when the desk works, [`SlaClocks`] measures a ticket by it, event by event, and
//! [`SlaClocks::explain`] says where every minute went.

mod calendar;
mod clock;
mod clocks;
mod explain;
mod policy;

pub use calendar::Calendar;
pub use clock::{Clock, ClockState, Mark};
pub use clocks::{SlaClocks, SlaTimer, SlaTimerKind};
pub use explain::{ClockExplanation, ExplainedStretch, SlaExplanation};
pub(crate) use policy::{LONGEST_TARGET, check_hours, check_targets, check_zone};
pub use policy::{check_policy, default_policy};
