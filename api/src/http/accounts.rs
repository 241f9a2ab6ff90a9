//! Accounts: what agents and customers have in common when it comes to signing in.

use axum::Json;
use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{CommandError, Done, HandedOut, Invocation};
use docket_domain::account::{Account, AccountCommand, SignInMethod};
use docket_domain::agent::{Agent, AgentCommand, Availability};
use docket_domain::customer::{Customer, Identity};
use docket_domain::{
    Actor, AgentId, Data, FieldViolation, HeldRole, MailAddress, Permission, PermissionSet, PersonId, PersonalText,
    Rejection, Role, RoleId, TenantId, normal_email,
};
use docket_store::vault::{Account as VaultAccount, AccountError, CodeKind, NewAccount, StrongPassword};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ask::{Ask, journal_problem};
use super::following::{end_all_sessions, follow_log};
use super::problem::{Answer, Problem};
use super::standing::may_stand_for_customers;
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
        AccountError::Changed => {
            Problem::conflict("account_changed", "the account has changed meanwhile; look at it, and ask again")
        }
        AccountError::Weak(weak) => Problem::invalid_field("password", weak.code(), format!("password {weak}")),
        AccountError::Key(error) => journal_problem(&docket_store::JournalError::Key(error)),
    }
}

/// Refuses what is no mail address.
pub(crate) fn check_email(field: &str, email: &str) -> Answer<()> {
    match MailAddress::parse(email) {
        Ok(_) => Ok(()),
        Err(why) => Err(Problem::invalid_field(field, "invalid", format!("{field} {why}"))),
    }
}

/// Takes a password somebody is to have, unless it is soon guessed by who knows their name, address and organisation. `login`:
/// the address they are to sign in with, if it is not in force yet.
pub(crate) async fn new_password(
    app: &App,
    tenant: &TenantId,
    person: PersonId,
    login: Option<&str>,
    password: &str,
) -> Answer<StrongPassword> {
    let account = app.accounts.account(tenant, person).await.map_err(|error| account_problem(error.into()))?;
    let organisation = app.commands.organisation(tenant).await?;
    let name = if account.as_ref().is_some_and(|account| account.role.is_customer()) {
        app.commands.load::<Customer>(tenant, person.0).await?.name.as_ref().and_then(PersonalText::to_known)
    } else {
        app.commands.load::<Agent>(tenant, person.0).await?.name.to_known()
    };
    let mut about = vec!["docket".to_owned(), tenant.to_string(), organisation.name.clone()];
    about.extend(name.into_iter().chain(account.and_then(|account| account.login)).chain(login.map(str::to_owned)));
    let least = app.settings.auth.min_password_chars;
    app.accounts.strong_password(password.to_owned(), least, about).await.map_err(account_problem)
}

/// Refuses to hand out, or to take from somebody, a role that may do what the caller may not. The built-in administrators are
/// administrators' alone to make and change, whatever a role of the organisation's own allows.
pub(crate) async fn may_grant(app: &App, who: &Principal, role: HeldRole) -> Answer<()> {
    if role.is_admin() && !who.is_admin() {
        return Err(Problem::forbidden("administrators are for administrators to make and change"));
    }
    if role.is_customer() {
        return may_stand_for_customers(who);
    }
    may_hand_out(who, app.commands.permissions_of(&who.tenant, role).await?)
}

/// Refuses permissions the caller does not have.
pub(crate) fn may_hand_out(who: &Principal, permissions: PermissionSet) -> Answer<()> {
    match permissions.beyond(who.permissions).iter().next() {
        None => Ok(()),
        Some(beyond) => Err(Problem::forbidden(format!("this role may {}, which you may not", beyond.as_str()))
            .with("permission", beyond.as_str())),
    }
}

/// Refuses to act on the account of somebody who may do more than the caller. A person without one has nothing to protect.
/// What is issued for the account afterwards is bound to its epoch as it is here, so that what was looked at is what counts.
pub(crate) async fn outranks_account(app: &App, who: &Principal, person: PersonId) -> Answer<Option<VaultAccount>> {
    let account = app.accounts.account(&who.tenant, person).await.map_err(|error| account_problem(error.into()))?;
    if let Some(account) = &account {
        may_grant(app, who, account.role).await?;
    }
    Ok(account)
}

/// The role a request names: a built-in one of the desk, or one of the organisation's own.
pub(crate) fn named_role(role: Option<Role>, custom_role_id: Option<Uuid>) -> Answer<Option<HeldRole>> {
    match (role, custom_role_id) {
        (Some(Role::Customer), _) => {
            Err(Problem::invalid_field("role", "invalid", "role: customers do not work at the desk"))
        }
        (None | Some(Role::Agent), Some(id)) => Ok(Some(HeldRole::Own(RoleId(id)))),
        (Some(_), Some(_)) => {
            Err(Problem::invalid_field("role", "invalid", "role: leave it out, or agent, with a custom_role_id"))
        }
        (role, None) => Ok(role.map(HeldRole::from)),
    }
}

/// Opens an account and records it; an account that is there already is left as it is. One of the desk is never taken for a
/// customer's, nor the other way round: whoever may let customers in could let themselves in as somebody of the desk.
pub(crate) async fn open_account(
    app: &App,
    invocation: &Invocation,
    person: PersonId,
    role: HeldRole,
    login: Option<String>,
) -> Answer<VaultAccount> {
    if let Some(email) = &login {
        check_email("email", email)?;
    }
    let new = NewAccount { person, role, login, password: None };
    match app.accounts.open_account(&invocation.tenant, new).await {
        Ok(()) => {}
        Err(AccountError::Exists) => {
            let account = app.accounts.account(&invocation.tenant, person).await.map_err(AccountError::Key);
            let account = account.map_err(account_problem)?;
            if account.is_some_and(|account| account.role.is_customer() != role.is_customer()) {
                return Err(Problem::conflict("another_kind", "this person has an account of another kind"));
            }
        }
        Err(error) => return Err(account_problem(error)),
    }
    let bare = Invocation { idempotency: None, if_match: None, ..invocation.clone() };
    let command = AccountCommand::Open { person_id: person, role };
    match app.commands.execute::<Account>(&bare, person.0, command).await {
        Ok(_) | Err(CommandError::Rejected(Rejection::AlreadyExists(_))) => {}
        Err(error) => return Err(error.into()),
    }
    // From here on it follows what the log says of them.
    follow_log(app, invocation, person, None).await?;
    let account =
        app.accounts.account(&invocation.tenant, person).await.map_err(|error| account_problem(error.into()))?;
    account.ok_or_else(|| account_problem(AccountError::NoAccount))
}

/// Makes a one-time sign-in code for an account as it was looked at.
pub(crate) async fn sign_in_code(app: &App, by: &Invocation, account: &VaultAccount) -> Answer<Json<SignInCode>> {
    let (code, expires_at) = issue_code(app, by, account, CodeKind::SignIn, CODE_LASTS).await?;
    let link = format!("{}/sign-in?code={code}", app.public_url);
    Ok(Json(SignInCode { code, link, expires_at }))
}

/// Makes a one-time code and records who did; without that it is of no use, and shown to nobody.
pub(crate) async fn issue_code(
    app: &App,
    by: &Invocation,
    account: &VaultAccount,
    kind: CodeKind,
    lasts: TimeDelta,
) -> Answer<(String, DateTime<Utc>)> {
    let (tenant, person) = (&account.tenant, account.person);
    let may = app.commands.permissions_of(tenant, account.role).await?;
    let issued = app.accounts.issue_code(tenant, person, account.epoch, may, kind, lasts).await;
    let (code, expires_at) = issued.map_err(account_problem)?;
    let command = AccountCommand::RecordCodeIssued { method: method_of(kind), expires_at };
    let permissions = if account.role.is_customer() { Data::customers_way_in() } else { PermissionSet::default() };
    let handed = HandedOut { needs: Permission::ManagePeople, permissions, role: account.role };
    if let Err(error) = hand_out(app, by, person, &command, handed).await {
        app.accounts.end_code(&code).await.map_err(|error| account_problem(error.into()))?;
        return Err(error.into());
    }
    Ok((code, expires_at))
}

/// Records that something was handed out which opens an account, or taken from it, if whoever asks may still do that as the log
/// stands. What was made is of no use unless this went well.
pub(crate) async fn hand_out(
    app: &App,
    by: &Invocation,
    person: PersonId,
    command: &AccountCommand,
    handed: HandedOut,
) -> Result<Done, CommandError> {
    let bare = Invocation { idempotency: None, if_match: None, ..by.clone() };
    app.commands.record_handed_out(&bare, person, command, handed).await
}

/// Ends all sessions of somebody else, and codes they have not used. Recorded first: whose rights were taken away meanwhile ends
/// nothing.
pub(crate) async fn end_sessions<T>(app: &App, ask: &Ask<T>, account: &VaultAccount) -> Answer<StatusCode> {
    let handed =
        HandedOut { needs: Permission::ManagePeople, permissions: PermissionSet::default(), role: account.role };
    let (person, command) = (account.person, AccountCommand::RecordSignOutEverywhere);
    hand_out(app, &ask.invocation, person, &command, handed).await.map_err(|error| ask.refuse(error))?;
    end_all_sessions(app, &ask.invocation, person).await?;
    go_offline(app, &account.tenant, person).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever of the desk has nothing left to come in with is offered no chats: nobody would answer them.
pub(crate) async fn go_offline(app: &App, tenant: &TenantId, person: PersonId) {
    let gone = async {
        let absent = app.accounts.absent(tenant).await.map_err(docket_store::JournalError::from)?;
        let agent = app.commands.load::<Agent>(tenant, person.0).await?;
        if !absent.contains(&person) || !agent.registered || agent.deactivated {
            return Ok(());
        }
        let offline = AgentCommand::ChangeAvailability { to: Availability::Offline };
        let by = Invocation::by(tenant.clone(), Actor::SYSTEM);
        app.commands.change_agent(&by, AgentId(person.0), &offline).await.map(drop)
    };
    let gone: Result<(), CommandError> = gone.await;
    if let Err(error) = gone {
        tracing::warn!(%error, "somebody who signed out is not offline yet");
    }
}

/// How the trail calls signing in by such a code.
pub(crate) fn method_of(kind: CodeKind) -> SignInMethod {
    match kind {
        CodeKind::SignIn => SignInMethod::Code,
        CodeKind::Link => SignInMethod::Link,
    }
}

/// The address somebody is to sign in with from now on. None: it is the one the account has, and another is refused rather
/// than left out of account. A customer's is the one the desk knows them by: with any other they would take somebody else's, or
/// what is somebody's tomorrow.
pub(crate) async fn new_login<'a>(
    app: &App,
    account: &VaultAccount,
    email: Option<&'a str>,
) -> Answer<Option<&'a str>> {
    let Some(email) = email.map(str::trim) else { return Ok(None) };
    check_email("email", email)?;
    match &account.login {
        None if account.role.is_customer() => {
            let known = app.commands.load_fresh::<Customer>(&account.tenant, account.person.0).await?;
            if known.desk_identity() == Some(Identity::email(email)) {
                return Ok(Some(email));
            }
            let text = "email: the desk does not know this person by that address; leave it out";
            Err(Problem::invalid_field("email", "another_address", text))
        }
        None => Ok(Some(email)),
        Some(login) if normal_email(login) == normal_email(email) => Ok(None),
        Some(_) => {
            let text = "email: this person signs in with another address; leave it out";
            Err(Problem::invalid_field("email", "another_address", text))
        }
    }
}

/// Records something of an account, without holding up what was done if that fails.
pub(crate) async fn record(app: &App, invocation: &Invocation, person: PersonId, command: AccountCommand) {
    let bare = Invocation { idempotency: None, if_match: None, ..invocation.clone() };
    if let Err(error) = app.commands.execute::<Account>(&bare, person.0, command).await {
        tracing::warn!(%error, "an account's history misses an entry");
    }
}
