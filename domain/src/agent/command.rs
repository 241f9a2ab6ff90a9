//! What can be asked of an agent.

use super::value::Availability;
use crate::{ChatId, DepartmentId, HeldRole};

/// A request to an agent.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum AgentCommand {
    /// Join the desk.
    Register {
        name: String,
        email: Option<String>,
        role: HeldRole,
        department_ids: Vec<DepartmentId>,
        skills: Vec<String>,
        max_concurrent_chats: u32,
    },
    /// Change name and address.
    Rename { name: String, email: Option<String> },
    /// Change what they may do.
    ChangeRole { to: HeldRole },
    /// Take work, or not.
    ChangeAvailability { to: Availability },
    /// Set how many chats at once.
    ChangeCapacity { to: u32 },
    /// Set what they can do.
    ChangeSkills { skills: Vec<String> },
    /// Set which departments they belong to.
    ChangeDepartments { department_ids: Vec<DepartmentId> },
    /// Give a chat one of their places. Refused with `at_capacity`, `not_available`; an agent taking a chat
    /// by hand need not be `available` (`by_hand`).
    TakeChat { chat_id: ChatId, by_hand: bool },
    /// Take the place back. Nothing happens if the chat has none.
    ReleaseChat { chat_id: ChatId },
    /// Leave.
    Deactivate,
    /// Come back.
    Reactivate,
}
