//! Accounts: what agents and customers have in common when it comes to signing in.

use axum::Json;
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{CommandError, Invocation};
use docket_domain::account::{Account, AccountCommand};
use docket_domain::{FieldViolation, PersonId, Rejection, Role, TenantId};
use docket_store::vault::{AccountError, NewAccount};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::journal_problem;
use super::problem::{Answer, Problem};
use crate::app::App;
use crate::auth::Principal;

/// How long a one-time sign-in code is good for.
pub(crate) const CODE_LASTS: TimeDelta = TimeDelta::hours(24);

/// A code with which somebody signs in once and sets a password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInCode {
    /// For `POST /v1/sessions`. Shown only now.
    pub code: String,
    /// A link that carries it.
    pub link: String,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// The problem a refused change to an account is.
pub(crate) fn account_problem(error: AccountError) -> Problem {
    match error {
        AccountError::Exists => Problem::conflict("already_exists", "this person has an account already"),
        AccountError::LoginTaken => Problem::conflict("login_taken", "somebody signs in with this address already")
            .errors(vec![FieldViolation {
                field: "email".into(),
                code: "taken",
                message: "email: somebody signs in with this address already".into(),
            }]),
        AccountError::NoAccount => Problem::not_found("account"),
        AccountError::Key(error) => journal_problem(&docket_store::JournalError::Key(error)),
    }
}

/// Refuses what is no mail address.
pub(crate) fn check_email(field: &str, email: &str) -> Answer<()> {
    let fits = email.len() <= 254
        && !email.contains(|c: char| c.is_whitespace() || c.is_control())
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if fits {
        return Ok(());
    }
    Err(Problem::invalid_field(field, "invalid", format!("{field} must be a mail address of at most 254 bytes")))
}

/// Refuses a password that is too short or too long.
pub(crate) fn check_password(app: &App, field: &str, password: &str) -> Answer<()> {
    let least = app.settings.auth.min_password_chars;
    let chars = password.chars().count();
    if chars < least {
        return Err(Problem::invalid_field(field, "too_short", format!("{field} needs at least {least} characters")));
    }
    if password.len() > 1024 {
        return Err(Problem::invalid_field(field, "too_long", format!("{field} may have at most 1024 bytes")));
    }
    Ok(())
}

/// Refuses to hand out a role that may do what the caller may not.
pub(crate) fn may_grant(who: &Principal, role: Role) -> Answer<()> {
    match role.permissions().iter().find(|permission| !who.may(*permission)) {
        None => Ok(()),
        Some(beyond) => Err(Problem::forbidden(format!("the role {role} may {}, which you may not", beyond.as_str()))
            .with("permission", beyond.as_str())),
    }
}

/// Opens an account and records it; an account that is there already is left as it is. One of the desk is never taken for a
/// customer's, nor the other way round: whoever may let customers in could let themselves in as somebody of the desk.
pub(crate) async fn open_account(
    app: &App,
    invocation: &Invocation,
    person: PersonId,
    role: Role,
    login: Option<String>,
) -> Answer<()> {
    if let Some(email) = &login {
        check_email("email", email)?;
    }
    let new = NewAccount { person, role, login, password: None };
    match app.accounts.open_account(&invocation.tenant, new).await {
        Ok(()) => {}
        Err(AccountError::Exists) => {
            let account = app.accounts.account(&invocation.tenant, person).await.map_err(AccountError::Key);
            let account = account.map_err(account_problem)?;
            if account.is_some_and(|account| (account.role == Role::Customer) != (role == Role::Customer)) {
                return Err(Problem::conflict("another_kind", "this person has an account of another kind"));
            }
        }
        Err(error) => return Err(account_problem(error)),
    }
    let bare = Invocation { idempotency: None, if_match: None, ..invocation.clone() };
    let command = AccountCommand::Open { person_id: person, role };
    match app.commands.execute::<Account>(&bare, person.0, command).await {
        Ok(_) | Err(CommandError::Rejected(Rejection::AlreadyExists(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Makes a one-time sign-in code.
pub(crate) async fn sign_in_code(app: &App, tenant: &TenantId, person: PersonId) -> Answer<Json<SignInCode>> {
    let code = app.accounts.issue_code(tenant, person, CODE_LASTS).await.map_err(account_problem)?;
    let link = format!("{}/sign-in?code={code}", app.public_url);
    Ok(Json(SignInCode { code, link, expires_at: app.journal.clock().now() + CODE_LASTS }))
}

/// Records something of an account, without holding up what was done if that fails.
pub(crate) async fn record(app: &App, invocation: &Invocation, person: PersonId, command: AccountCommand) {
    let bare = Invocation { idempotency: None, if_match: None, ..invocation.clone() };
    if let Err(error) = app.commands.execute::<Account>(&bare, person.0, command).await {
        tracing::warn!(%error, "an account's history misses an entry");
    }
}
