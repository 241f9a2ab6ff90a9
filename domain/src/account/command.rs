//! What is recorded of an account.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::SignInMethod;
use crate::{HeldRole, PersonId};

/// A request to record something of an account.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are documented at the events they become")]
pub enum AccountCommand {
    /// Open it.
    Open { person_id: PersonId, role: HeldRole },
    /// A sign-in succeeded.
    RecordSignIn { session_id: Uuid, method: SignInMethod, ip: Option<String>, user_agent: Option<String> },
    /// Sign-ins failed.
    RecordRefusal { method: SignInMethod, count: u64, ip: Option<String>, user_agent: Option<String> },
    /// A session ended.
    RecordSignOut { session_id: Uuid },
    /// The password changed.
    RecordPasswordChange,
    /// A one-time code was made.
    RecordCodeIssued { method: SignInMethod, expires_at: DateTime<Utc> },
    /// The address to sign in with changed.
    RecordAddressChange,
    /// All sessions ended.
    RecordSignOutEverywhere,
    /// They were locked out.
    RecordDisabled,
    /// They were let in again.
    RecordEnabled,
    /// A token was issued.
    RecordTokenIssued { token_id: Uuid, label: String },
    /// A token was revoked.
    RecordTokenRevoked { token_id: Uuid },
}
