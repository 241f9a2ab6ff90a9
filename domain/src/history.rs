//! History that comes in from elsewhere: fact, recorded literally, whether the state machine would allow it or not.

use crate::Rejection;

/// What one step of imported history becomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E> {
    /// The event of the step, and nothing that would follow from it live. None if there is nothing to tell,
    /// such as unassigning a ticket nobody has.
    pub event: Option<E>,
    /// Whether the step would be refused live.
    pub irregular: bool,
}

impl<E> Recorded<E> {
    /// `event`, irregular if deciding on the same step live was `refused`.
    pub(crate) fn new(event: impl Into<E>, live: &Result<Vec<E>, Rejection>) -> Self {
        Self { event: Some(event.into()), irregular: live.is_err() }
    }

    /// A step without anything to record.
    pub(crate) fn nothing() -> Self {
        Self { event: None, irregular: true }
    }
}
