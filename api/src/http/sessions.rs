//! `/v1/sessions`: signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::Invocation;
use docket_domain::account::AccountCommand;
use docket_domain::{Actor, PersonId, Role, TenantId};
use docket_projections::views::Page;
use docket_store::vault::{NewSession, SessionLimits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::{Public, SignedIn};
use super::accounts::{account_problem, check_email, check_password, record};
use super::address::ClientAddress;
use super::ask::Ask;
use super::extract::{Json as Body, Path};
use super::problem::{Answer, Problem};
use super::schema;
use super::table::Honours::Neither;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{Credential, Who, clear_cookie, csrf_token, session_cookie};

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Public => sign_in [Neither],
        SignedIn => list_sessions,
        SignedIn => sign_out [Neither],
        SignedIn => end_session [Neither],
    );
}

/// A sign-in: with address and password, or with a one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The organisation; absent: the one of the first start.
    organisation: Option<String>,
    /// The mail address; with a code, the one to sign in with from now on, if the account has none.
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
    if let Some(email) = email {
        check_email("email", email)?;
    }
    if let Some(password) = password {
        check_password(app, "password", password)?;
    }
    let key = format!("code {}", ip.unwrap_or("unknown"));
    throttle(app, std::slice::from_ref(&key))?;
    let redeemed = app.accounts.redeem_code(code).await.map_err(|error| account_problem(error.into()))?;
    let (tenant, person) =
        redeemed.ok_or_else(|| Problem::unauthenticated("the code is wrong, was used, or has expired"))?;
    app.authenticator.sign_ins.take_back(&key);
    if let Some(email) = email {
        let account = app.accounts.account(&tenant, person).await.map_err(|error| account_problem(error.into()))?;
        if account.is_some_and(|account| account.login.is_none()) {
            app.accounts.set_login(&tenant, person, Some(email)).await.map_err(account_problem)?;
        }
    }
    if let Some(password) = password {
        app.accounts.set_password(&tenant, person, password, None).await.map_err(account_problem)?;
        let invocation = Invocation::by(tenant.clone(), Actor::SYSTEM);
        record(app, &invocation, person, AccountCommand::RecordPasswordChange).await;
    }
    Ok((tenant, person))
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Its id.
    id: Uuid,
    /// Whether it is the one this request came with.
    current: bool,
    /// From where.
    ip: Option<String>,
    /// With what.
    user_agent: Option<String>,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last used.
    last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    expires_at: DateTime<Utc>,
}

/// The caller's sessions, latest first.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", responses((status = 200, body = Page<SessionView>)))]
pub(super) async fn list_sessions(State(app): State<App>, who: Who) -> Answer<Json<Page<SessionView>>> {
    let sessions =
        app.accounts.list_sessions(&who.tenant, who.person).await.map_err(|error| account_problem(error.into()))?;
    let items = sessions
        .into_iter()
        .map(|session| SessionView {
            current: who.credential == Credential::Session(session.id),
            id: session.id,
            ip: session.ip,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
        })
        .collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// Signs out: ends the session this request came with.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "sessions", responses((status = 204, description = "Signed out.")))]
pub(super) async fn sign_out(
    State(app): State<App>,
    ask: Ask,
) -> Answer<(StatusCode, [(axum::http::HeaderName, HeaderValue); 1])> {
    let Credential::Session(id) = ask.who.credential else {
        return Err(Problem::conflict("no_session", "this request came with a token, not with a session"));
    };
    end(&app, &ask, id).await?;
    let cookie = clear_cookie(app.settings.is_https()).ok_or_else(|| Problem::internal("no cookie"))?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]))
}

/// Ends one of the caller's sessions.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "sessions", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is over.")))]
pub(super) async fn end_session(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<StatusCode> {
    end(&app, &ask, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end(app: &App, ask: &Ask, id: Uuid) -> Answer<()> {
    let who = &ask.who;
    let ended =
        app.accounts.end_session(&who.tenant, who.person, id).await.map_err(|error| account_problem(error.into()))?;
    if !ended {
        return Err(Problem::not_found("session"));
    }
    record(app, &ask.invocation, who.person, AccountCommand::RecordSignOut { session_id: id }).await;
    Ok(())
}
