//! What can have happened to an account. The stream's id is the agent's or customer's.

use chrono::{DateTime, Utc};
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
        SignInCodeIssued = 1,
        SignInAddressChanged = 1,
        SignedOutEverywhere = 1,
        AccountDisabled = 1,
        AccountEnabled = 1,
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
    /// By what. A code is used up by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SignInMethod>,
    /// From where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<PersonalText>,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<PersonalText>,
}

/// By what somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    /// Address and password.
    Password,
    /// A one-time code.
    Code,
    /// A link that carries a one-time code, for a customer.
    Link,
}

/// Somebody tried with a wrong password, or with a code that is good no more. At most one event in some minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignInRefused {
    /// By what it was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SignInMethod>,
    /// How many tries were refused since the last such event, this one included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
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

/// The password changed; other sessions and codes that were not used ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PasswordChanged {}

/// A one-time code was made for them; the one before, of the same kind, ended. The code itself is nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignInCodeIssued {
    /// A code or a link.
    pub method: SignInMethod,
    /// Until when it is good, unless the account changes.
    pub expires_at: DateTime<Utc>,
}

/// They sign in with another address from here on; sessions and codes ended. The address itself is in their profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignInAddressChanged {}

/// All their sessions ended, and codes that were not used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignedOutEverywhere {}

/// They are locked out: sessions, codes and API tokens ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountDisabled {}

/// They may sign in again. What ended stays ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountEnabled {}

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
