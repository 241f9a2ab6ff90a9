//! What is recorded of an account.

use uuid::Uuid;

use crate::{HeldRole, PersonId};

/// A request to record something of an account.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum AccountCommand {
    /// Open it.
    Open { person_id: PersonId, role: HeldRole },
    /// A sign-in succeeded.
    RecordSignIn { session_id: Uuid, ip: Option<String>, user_agent: Option<String> },
    /// A sign-in failed.
    RecordRefusal { ip: Option<String>, user_agent: Option<String> },
    /// A session ended.
    RecordSignOut { session_id: Uuid },
    /// The password changed.
    RecordPasswordChange,
    /// A token was issued.
    RecordTokenIssued { token_id: Uuid, label: String },
    /// A token was revoked.
    RecordTokenRevoked { token_id: Uuid },
}
