//! What can have happened to an account. The stream's id is the agent's or customer's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event_set::{PersonalField as _, event_set};
use crate::{Category, PersonId, PersonalText, Role, RoleId};

event_set! {
    /// Everything that can have happened to an account.
    pub enum AccountEvent of Category::Account; {
        AccountOpened = 1,
        SignedIn = 1 [ip, user_agent],
        SignInRefused = 1 [ip, user_agent],
        SignedOut = 1,
        PasswordChanged = 1,
        ApiTokenIssued = 1,
        ApiTokenRevoked = 1,
    }
}

/// A person can sign in from here on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountOpened {
    /// Who it is.
    pub person_id: PersonId,
    /// What they may do.
    pub role: Role,
    /// The role of the tenant's own they hold instead; then `role` is `agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role_id: Option<RoleId>,
}

/// They signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignedIn {
    /// The session.
    pub session_id: Uuid,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<PersonalText>,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<PersonalText>,
}

/// Somebody tried with a wrong password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignInRefused {
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<PersonalText>,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<PersonalText>,
}

/// A session ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignedOut {
    /// The session.
    pub session_id: Uuid,
}

/// The password changed; other sessions ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PasswordChanged {}

/// An API token was issued. The token itself is nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenIssued {
    /// The token's id.
    pub token_id: Uuid,
    /// What it is for.
    pub label: String,
}

/// An API token is void.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenRevoked {
    /// The token's id.
    pub token_id: Uuid,
}
