//! `/v1/me`: the caller.

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use chrono::{DateTime, Utc};
use docket_domain::account::AccountCommand;
use docket_domain::{HeldRole, Permission, Role, TenantId};
use docket_store::vault::{AccountError, OwnSession, TryKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::SignedIn;
use super::accounts::{account_problem, new_password, record};
use super::ask::{Ask, journal_problem};
use super::listening::known_position;
use super::problem::{Answer, Problem};
use super::respond::POSITION;
use super::schema;
use super::sessions::with_session;
use super::sign_in::{remember_browser, throttle};
use super::table::Honours::Neither;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{Credential, Who, csrf_token, known_browser};

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table; SignedIn => get_me, SignedIn => change_password [Neither]);
}

/// Who is calling.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The agent or customer.
    person_id: Uuid,
    /// Their organisation.
    #[schema(value_type = String)]
    organisation: TenantId,
    /// Their role; `agent` for a role of the organisation's own.
    #[schema(schema_with = schema::role)]
    role: Role,
    /// The role of the organisation's own they hold, if it is one.
    custom_role_id: Option<Uuid>,
    /// What the role is called: `agent`, `supervisor` … or the name of the organisation's own.
    role_name: Option<String>,
    /// What they may do with what they showed.
    #[schema(schema_with = schema::permissions)]
    permissions: Vec<Permission>,
    /// Their name.
    name: Option<String>,
    /// Their mail address.
    email: Option<String>,
    /// For `X-CSRF-Token`, if this is a session.
    csrf_token: Option<String>,
    /// When what they showed ends, if it does.
    expires_at: Option<DateTime<Utc>>,
    /// Whether they may do more by now than this session, which began before: they have it once they sign in again.
    sign_in_for_more: bool,
}

/// Who is calling, and what they may do. `Docket-Position` says how far the log is: what is read with it as
/// `Docket-Min-Position` and listened to from it on leaves no gap in between.
#[utoipa::path(get, path = "/v1/me", tag = "sessions", responses((status = 200, body = Me)))]
pub(super) async fn get_me(State(app): State<App>, who: Who, headers: HeaderMap) -> Answer<impl IntoResponse> {
    let viewer = who.viewer();
    let (name, email) = if who.is_customer() {
        app.queries.customer(&viewer, who.person.0).await?.map_or((None, None), |one| (one.name, one.email))
    } else {
        app.queries.agent(&viewer, who.person.0).await?.map_or((None, None), |one| (one.name, one.email))
    };
    let role_name = match who.role {
        HeldRole::BuiltIn(role) => Some(role.as_str().to_owned()),
        HeldRole::Own(id) => app.commands.roles(&who.tenant).await?.roles.get(&id).map(|role| role.name.clone()),
    };
    let sign_in_for_more = match who.session() {
        Some(_) => !app.commands.permissions_of(&who.tenant, who.role).await?.beyond(who.permissions).is_empty(),
        None => false,
    };
    let csrf_token = match who.credential {
        Credential::Session(_) => app.authenticator.session_secret(&headers).map(csrf_token),
        _ => None,
    };
    let position = if who.is_customer() {
        known_position(&app, &who).await?
    } else {
        app.journal.store().head().await.map_err(|error| journal_problem(&error.into()))?
    };
    let me = Me {
        person_id: who.person.0,
        organisation: who.tenant.clone(),
        role: who.role.base(),
        custom_role_id: who.role.custom_role_id().map(|id| id.0),
        role_name,
        permissions: who.permissions.iter().collect(),
        name,
        email,
        csrf_token,
        expires_at: who.expires_at,
        sign_in_for_more,
    };
    Ok(([(POSITION, position.0.to_string())], Json(me)))
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The one in force.
    #[schema(format = Password)]
    current_password: String,
    /// The one to be.
    #[schema(format = Password)]
    password: String,
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPassword").finish_non_exhaustive()
    }
}

/// Changes the caller's password. Their other sessions end. Only with a session.
#[utoipa::path(put, path = "/v1/me/password", tag = "sessions", request_body = NewPassword,
    responses((status = 204, description = "It is changed.")))]
pub(super) async fn change_password(
    State(app): State<App>,
    headers: HeaderMap,
    ask: Ask<NewPassword>,
) -> Answer<impl IntoResponse> {
    let who = &ask.who;
    let session = with_session(who)?;
    let broken = |error: docket_store::KeyError| account_problem(error.into());
    let key = TryKey::Password(who.tenant.clone(), who.person);
    throttle(&app, std::slice::from_ref(&key)).await?;
    let account = app.accounts.account(&who.tenant, who.person).await.map_err(broken)?;
    let login = account
        .and_then(|account| account.login)
        .ok_or_else(|| Problem::conflict("no_password", "this account has no address to sign in with"))?;
    let fits = app.accounts.check_password(&who.tenant, &login, &ask.body.current_password).await.map_err(broken)?;
    let Some(shown) = fits else {
        // Nor does it fit for whom the account is locked meanwhile.
        app.authenticator.authenticate(&Method::PUT, &headers).await?;
        return Err(Problem::invalid_field("current_password", "invalid", "current_password is wrong"));
    };
    app.accounts.forgive_tries(&key).await.map_err(broken)?;
    let password = new_password(&app, &who.tenant, who.person, None, &ask.body.password).await?;
    let own = OwnSession { session, epoch: shown.epoch };
    match app.accounts.set_password(&who.tenant, who.person, &password, Some(own)).await {
        // Whoever's session it was has been signed out, or was faster.
        Err(AccountError::Changed) => return Err(Problem::unauthenticated("this session is not valid any more")),
        set => set.map_err(account_problem)?,
    }
    record(&app, &ask.invocation, who.person, AccountCommand::RecordPasswordChange).await;
    // What the browser was known by was of the former password.
    let account = app.accounts.account(&who.tenant, who.person).await.map_err(broken)?;
    let known = match account {
        Some(account) => Some((SET_COOKIE, remember_browser(&app, &account, known_browser(&headers))?)),
        None => None,
    };
    Ok((StatusCode::NO_CONTENT, AppendHeaders(known)))
}
