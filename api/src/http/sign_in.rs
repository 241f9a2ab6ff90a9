//! Signing in: with address and password, or with a one-time code.

use axum::Json;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::Invocation;
use docket_domain::account::AccountCommand;
use docket_domain::agent::{Agent, AgentCommand};
use docket_domain::{Actor, AgentId, PersonId, Role, TenantId};
use docket_store::vault::{Account, NewSession, SessionLimits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::Public;
use super::accounts::{account_problem, check_email, new_password, record};
use super::address::ClientAddress;
use super::extract::Json as Body;
use super::problem::{Answer, Problem};
use super::schema;
use super::table::Honours::Neither;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{csrf_token, session_cookie};

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table; Public => sign_in [Neither], Public => show_invitation [Neither]);
}

/// A sign-in: with address and password, or with a one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The organisation; absent: the one of the first start.
    organisation: Option<String>,
    /// The mail address; with a code, the one to sign in with from now on, if the account has none, and no other if it has one.
    email: Option<String>,
    /// The password; with a code, the one to set.
    #[schema(format = Password)]
    password: Option<String>,
    /// A one-time code.
    code: Option<String>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}

/// A session begun. The cookie that carries it came with the answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedInAs {
    /// The session.
    session_id: Uuid,
    /// The agent or customer.
    person_id: Uuid,
    /// Their organisation.
    #[schema(value_type = String)]
    organisation: TenantId,
    /// What they may do.
    #[schema(schema_with = schema::role)]
    role: Role,
    /// For `X-CSRF-Token` of changing requests.
    csrf_token: String,
    /// When the session ends at the latest.
    expires_at: DateTime<Utc>,
}

/// Signs in. After too many wrong passwords: 429.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = SignIn,
    responses((status = 201, body = SignedInAs), (status = 401, description = "Wrong address, password or code.",
        content_type = "application/problem+json", body = super::openapi::ProblemDocument)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> Answer<Response> {
    app.authenticator.check_origin(&headers)?;
    let ip = address.0.map(|ip| ip.to_string());
    let user_agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(|text| text.chars().take(500).collect::<String>());
    let (tenant, person) = match (&body.email, &body.password, &body.code) {
        (email, password, Some(code)) => {
            by_code(&app, code, email.as_deref(), password.as_deref(), ip.as_deref()).await?
        }
        (Some(email), Some(password), None) => {
            by_password(&app, &body, email, password, ip.clone(), user_agent.clone()).await?
        }
        _ => {
            return Err(Problem::invalid_field("email", "required", "email: give email and password, or a code"));
        }
    };
    let hours = |hours: u32| TimeDelta::hours(i64::from(hours));
    let limits = SessionLimits {
        absolute: hours(app.settings.auth.session_hours),
        idle: hours(app.settings.auth.session_idle_hours),
    };
    let new = NewSession { person, ip: ip.clone(), user_agent: user_agent.clone(), limits };
    let (session, secret) = app.accounts.begin_session(&tenant, new).await.map_err(account_problem)?;
    let account = app.accounts.account(&tenant, person).await.map_err(|error| account_problem(error.into()))?;
    let role = account.map_or(Role::Customer, |account| account.role.base());
    let actor = if role == Role::Customer { Actor::customer(person.0) } else { Actor::agent(person.0) };
    let signed_in = AccountCommand::RecordSignIn { session_id: session.id, ip, user_agent };
    record(&app, &Invocation::by(tenant.clone(), actor), person, signed_in).await;

    let seconds = (session.expires_at - session.created_at).num_seconds();
    let cookie = session_cookie(&secret, seconds, app.settings.is_https())
        .ok_or_else(|| Problem::internal("a session secret that fits no cookie"))?;
    let answer = SignedInAs {
        session_id: session.id,
        person_id: person.0,
        organisation: tenant,
        role,
        csrf_token: csrf_token(&secret),
        expires_at: session.expires_at,
    };
    Ok((StatusCode::CREATED, [(SET_COOKIE, cookie)], Json(answer)).into_response())
}

/// Counts the try before it is made.
fn throttle(app: &App, keys: &[String]) -> Answer<()> {
    let now = app.journal.clock().now();
    for key in keys {
        if let Err(locked) = app.authenticator.sign_ins.begin(key, now) {
            return Err(Problem::too_many("too many wrong sign-ins; try again later", locked.seconds));
        }
    }
    Ok(())
}

async fn by_password(
    app: &App,
    body: &SignIn,
    email: &str,
    password: &str,
    ip: Option<String>,
    user_agent: Option<String>,
) -> Answer<(TenantId, PersonId)> {
    // One answer to whatever is wrong: nobody learns who has an account.
    let wrong = || Problem::unauthenticated("the address or the password is wrong");
    let tenant = match &body.organisation {
        None => app.tenant.clone(),
        Some(name) => TenantId::new(name).map_err(|_| wrong())?,
    };
    let email = email.trim();
    if email.len() > 254 || password.len() > 1024 {
        return Err(wrong());
    }
    let mut keys = vec![format!("login {tenant} {}", email.to_lowercase())];
    keys.extend(ip.as_ref().map(|ip| format!("address {ip}")));
    throttle(app, &keys)?;
    match app.accounts.check_password(&tenant, email, password).await {
        Ok(Some(account)) if !account.disabled => {
            // Only the account's wrong tries are forgotten: else whoever has one account could go on guessing at others.
            let (login, address) = keys.split_at(1);
            login.iter().for_each(|key| app.authenticator.sign_ins.right(key));
            address.iter().for_each(|key| app.authenticator.sign_ins.take_back(key));
            Ok((tenant, account.person))
        }
        Ok(_) => {
            if let Ok(Some(account)) = app.accounts.find_login(&tenant, email).await {
                let refused = AccountCommand::RecordRefusal { ip, user_agent };
                record(app, &Invocation::by(tenant, Actor::SYSTEM), account.person, refused).await;
            }
            Err(wrong())
        }
        Err(error) => Err(account_problem(error.into())),
    }
}

async fn by_code(
    app: &App,
    code: &str,
    email: Option<&str>,
    password: Option<&str>,
    ip: Option<&str>,
) -> Answer<(TenantId, PersonId)> {
    let key = format!("code {}", ip.unwrap_or("unknown"));
    throttle(app, std::slice::from_ref(&key))?;
    let invited = invited(app, code).await?;
    app.authenticator.sign_ins.take_back(&key);
    let (tenant, person) = (invited.account.tenant.clone(), invited.account.person);
    // Whatever is refused is refused before the code is used up.
    let login = own_login(&invited.account, email)?;
    let password = match password {
        Some(password) => Some(new_password(app, &tenant, person, login, password).await?),
        None => None,
    };
    app.accounts.redeem_code(code).await.map_err(|error| account_problem(error.into()))?.ok_or_else(code_is_wrong)?;
    if let Some(email) = login {
        app.accounts.set_login(&tenant, person, Some(email)).await.map_err(account_problem)?;
        know_address(app, &tenant, person, email).await?;
    }
    if let Some(password) = password {
        app.accounts.set_password(&tenant, person, &password, None).await.map_err(account_problem)?;
        let invocation = Invocation::by(tenant.clone(), Actor::SYSTEM);
        record(app, &invocation, person, AccountCommand::RecordPasswordChange).await;
    }
    Ok((tenant, person))
}

fn code_is_wrong() -> Problem {
    Problem::unauthenticated("the code is wrong, was used, or has expired")
}

/// Whose code it is, and until when it is good.
struct Invited {
    account: Account,
    expires_at: DateTime<Utc>,
}

async fn invited(app: &App, code: &str) -> Answer<Invited> {
    let broken = |error: docket_store::KeyError| account_problem(error.into());
    let found = app.accounts.find_code(code).await.map_err(broken)?.ok_or_else(code_is_wrong)?;
    let account = app.accounts.account(&found.tenant, found.person).await.map_err(broken)?;
    let account = account.filter(|account| !account.disabled).ok_or_else(code_is_wrong)?;
    Ok(Invited { account, expires_at: found.expires_at })
}

/// The address whoever has the code is to sign in with from now on. None: it is the one the account has, and another is refused
/// rather than left out of account.
fn own_login<'a>(account: &Account, email: Option<&'a str>) -> Answer<Option<&'a str>> {
    let Some(email) = email.map(str::trim) else { return Ok(None) };
    check_email("email", email)?;
    match &account.login {
        None => Ok(Some(email)),
        Some(login) if login.to_lowercase() == email.to_lowercase() => Ok(None),
        Some(_) => {
            let text = "email: this code is for somebody who signs in with another address; leave the address out";
            Err(Problem::invalid_field("email", "another_address", text))
        }
    }
}

/// Somebody of the desk who had no address has the one they sign in with in their profile too.
async fn know_address(app: &App, tenant: &TenantId, person: PersonId, email: &str) -> Answer<()> {
    let agent = app.commands.load::<Agent>(tenant, person.0).await?;
    let Some(name) = agent.name.to_known().filter(|_| agent.registered && agent.email.is_none()) else {
        return Ok(());
    };
    let by = Invocation::by(tenant.clone(), Actor::agent(person.0));
    let rename = AgentCommand::Rename { name, email: Some(email.to_owned()) };
    app.commands.change_agent(&by, AgentId(person.0), &rename).await?;
    Ok(())
}

/// A code somebody was given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeShown {
    /// The one-time code.
    code: String,
}

/// What a code is good for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invitation {
    /// The address its owner signs in with. Absent: they choose one with the code.
    email: Option<String>,
    /// Whether they have a password, which the code would replace.
    has_password: bool,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
}

/// What a one-time code is good for, to whoever has it. The code is not used up.
#[utoipa::path(post, path = "/v1/sessions/invitation", tag = "sessions", request_body = CodeShown,
    responses((status = 200, body = Invitation), (status = 401, description = "Wrong, used or expired.",
        content_type = "application/problem+json", body = super::openapi::ProblemDocument)))]
pub(super) async fn show_invitation(
    State(app): State<App>,
    address: ClientAddress,
    Body(body): Body<CodeShown>,
) -> Answer<Json<Invitation>> {
    let key = format!("code {}", address.0.map_or_else(|| "unknown".to_owned(), |ip| ip.to_string()));
    throttle(&app, std::slice::from_ref(&key))?;
    let Invited { account, expires_at } = invited(&app, &body.code).await?;
    app.authenticator.sign_ins.take_back(&key);
    Ok(Json(Invitation { email: account.login, has_password: account.has_password, expires_at }))
}
