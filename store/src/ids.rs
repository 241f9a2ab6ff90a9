//! Where ids come from.

use uuid::Uuid;

/// A new id, ordered by time (UUIDv7).
#[allow(clippy::disallowed_methods, reason = "this is the port")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
