//! Signing in: with address and password, or with a one-time code.

use axum::Json;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::Invocation;
use docket_domain::account::{AccountCommand, SignInMethod};
use docket_domain::{Actor, HeldRole, PermissionSet, PersonId, Role, TenantId};
use docket_store::vault::{Account, AccountError, CodeFound, NewSession, Redemption, SessionLimits, TryKey, TryLimit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::Public;
use super::accounts::{account_problem, method_of, new_login, new_password, record};
use super::address::{ClientAddress, Network};
use super::extract::Json as Body;
use super::following::{as_recorded, know_address};
use super::problem::{Answer, Problem};
use super::schema;
use super::table::Honours::Neither;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{csrf_token, known_browser, known_browser_cookie, session_cookie};

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

/// Signs in. After too many wrong tries from one network or with one address: 429 with `Retry-After`. A browser in which the
/// account's owner signed in before has tries of its own, by a cookie that opens nothing. A sign-in is taken from what one person
/// and one address may change in a minute (429 `over_budget`), and ends the oldest of more than 50 sessions.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = SignIn,
    responses((status = 201, body = SignedInAs), (status = 401, description = "Wrong address, password or code.",
        content_type = "application/problem+json", body = super::openapi::ProblemDocument),
        (status = 403, description = "Not for pages of another origin.",
        content_type = "application/problem+json", body = super::openapi::ProblemDocument)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> Answer<Response> {
    app.authenticator.check_origin(&headers)?;
    let from = Whence::of(address, &headers);
    let came = match (&body.email, &body.password, &body.code) {
        (_, _, Some(code)) => by_code(&app, code, &body, &from).await?,
        (Some(email), Some(password), None) => by_password(&app, &body, email, password, &from).await?,
        _ => {
            return Err(Problem::invalid_field("email", "required", "email: give email and password, or a code"));
        }
    };
    let (tenant, person) = (came.account.tenant.clone(), came.account.person);
    let hours = |hours: u32| TimeDelta::hours(i64::from(hours));
    let limits = SessionLimits {
        absolute: hours(app.settings.auth.session_hours),
        idle: hours(app.settings.auth.session_idle_hours),
    };
    let role = came.account.role;
    let scopes = app.commands.permissions_of(&tenant, role).await?.intersect(came.scopes);
    let (ip, user_agent) = (from.ip.clone(), from.user_agent.clone());
    let new = NewSession { person, ip, user_agent, limits, scopes, epoch: came.account.epoch };
    let (session, secret) = match app.accounts.begin_session(&tenant, new).await {
        // It was so a moment ago.
        Err(AccountError::Changed) => return Err(Problem::unauthenticated("the account has changed; sign in again")),
        begun => begun.map_err(account_problem)?,
    };
    let by = Invocation::by(tenant.clone(), actor(&role, person));
    let known = remember_browser(&app, &came.account, from.browser.as_deref())?;
    let Whence { ip, user_agent, .. } = from;
    let signed_in = AccountCommand::RecordSignIn { session_id: session.id, method: came.method, ip, user_agent };
    record(&app, &by, person, signed_in).await;
    end_oldest(&app, &by, person).await?;
    know_address(&app, &by, &came.account).await;

    let seconds = (session.expires_at - session.created_at).num_seconds();
    let cookie = session_cookie(&secret, seconds, app.settings.is_https())
        .ok_or_else(|| Problem::internal("a session secret that fits no cookie"))?;
    let answer = SignedInAs {
        session_id: session.id,
        person_id: person.0,
        organisation: tenant,
        role: role.base(),
        csrf_token: csrf_token(&secret),
        expires_at: session.expires_at,
    };
    Ok((StatusCode::CREATED, AppendHeaders([(SET_COOKIE, cookie), (SET_COOKIE, known)]), Json(answer)).into_response())
}

/// How many sessions an account has at once.
const MOST_SESSIONS: u32 = 50;

/// Ends the oldest sessions of who has more than an account has at once, each with its event.
async fn end_oldest(app: &App, by: &Invocation, person: PersonId) -> Answer<()> {
    let ended = app.accounts.end_oldest_sessions(&by.tenant, person, MOST_SESSIONS).await.map_err(broken)?;
    for session_id in ended {
        record(app, by, person, AccountCommand::RecordSignOut { session_id }).await;
    }
    Ok(())
}

/// The cookie by which a browser is known to an account from here on, the browser's id being what it was or a new one.
pub(super) fn remember_browser(app: &App, account: &Account, shown: Option<&str>) -> Answer<HeaderValue> {
    let same = shown.and_then(|shown| app.accounts.knows_browser(account, shown)).map(str::to_owned);
    let browser = same.unwrap_or_else(|| docket_store::new_id().simple().to_string());
    known_browser_cookie(&app.accounts.known_browser(account, &browser), app.settings.is_https())
        .ok_or_else(|| Problem::internal("what no cookie can hold"))
}

/// From where and with what somebody comes.
struct Whence {
    ip: Option<String>,
    user_agent: Option<String>,
    /// What tries from there are counted by.
    network: TryKey,
    /// Whose budget pays for a sign-in from there.
    payer: Option<Network>,
    /// What the browser shows of an earlier sign-in.
    browser: Option<String>,
}

impl Whence {
    fn of(address: ClientAddress, headers: &HeaderMap) -> Self {
        let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            ip: address.0.map(|ip| ip.to_string()),
            user_agent: user_agent.map(|text| text.chars().take(500).collect()),
            network: TryKey::Network(address.network().map_or_else(|| "unknown".to_owned(), |one| one.to_string())),
            payer: address.network(),
            browser: known_browser(headers).map(str::to_owned),
        }
    }
}

/// Somebody who has shown who they are, with the account as it was then.
struct Came {
    account: Account,
    method: SignInMethod,
    /// What they may do at most by what they showed.
    scopes: PermissionSet,
}

fn actor(role: &HeldRole, person: PersonId) -> Actor {
    if role.is_customer() { Actor::customer(person.0) } else { Actor::agent(person.0) }
}

fn broken(error: docket_store::KeyError) -> Problem {
    account_problem(error.into())
}

/// Counts the try before it is made.
pub(super) async fn throttle(app: &App, keys: &[TryKey]) -> Answer<()> {
    let auth = &app.settings.auth;
    let window = TimeDelta::seconds(i64::from(auth.lockout_seconds));
    let begun = app.accounts.begin_try(keys, TryLimit { attempts: auth.lockout_attempts, window }).await;
    begun.map_err(broken)?.map_err(|locked| {
        let (most, time) = (auth.lockout_attempts, auth.lockout_seconds);
        let detail = format!("at most {most} wrong tries in {time} s; try again later");
        Problem::too_many(detail, locked.seconds).with("limit", most).with("of", "wrong_tries")
    })
}

/// After how long a refused sign-in is worth another event of its account: who guesses must not fill the log.
const TELL_REFUSALS_EVERY: TimeDelta = TimeDelta::minutes(5);

/// Notes that a sign-in of an account was refused. Nobody waits for it: that an account is there must not show in the time an
/// answer takes.
fn note_refusal(app: &App, tenant: TenantId, person: PersonId, method: SignInMethod, from: &Whence) {
    let (app, ip, user_agent) = (app.clone(), from.ip.clone(), from.user_agent.clone());
    tokio::spawn(async move {
        match app.accounts.count_refusal(&tenant, person, TELL_REFUSALS_EVERY).await {
            Ok(Some(count)) => {
                let refused = AccountCommand::RecordRefusal { method, count, ip, user_agent };
                record(&app, &Invocation::by(tenant, Actor::SYSTEM), person, refused).await;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a refused sign-in could not be counted"),
        }
    });
}

async fn by_password(app: &App, body: &SignIn, email: &str, password: &str, from: &Whence) -> Answer<Came> {
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
    let browser = match &from.browser {
        Some(shown) => {
            let account = app.accounts.find_login(&tenant, email).await.map_err(broken)?;
            account.and_then(|account| {
                let browser = app.accounts.knows_browser(&account, shown)?;
                Some(TryKey::Browser(tenant.clone(), account.person, browser.to_owned()))
            })
        }
        None => None,
    };
    let login = TryKey::Login(tenant.clone(), email.to_owned());
    // Before what costs a hash; the person's own once they have shown who they are, so that nobody spends it for them.
    app.budgets.sign_in_from(from.payer)?;
    // A browser known to this account has tries of its own: neither its neighbours nor who guesses at the account lock it out.
    let keys = browser.map_or_else(|| vec![login, from.network.clone()], |browser| vec![browser]);
    throttle(app, &keys).await?;
    let account = match app.accounts.check_password(&tenant, email, password).await.map_err(broken)? {
        Some(account) => as_recorded(app, account).await?,
        None => None,
    };
    match account {
        Some(account) => {
            // Only the account's wrong tries are forgotten: else whoever has one account could go on guessing at others.
            for key in &keys {
                match key {
                    TryKey::Network(_) => app.accounts.take_back_try(key).await,
                    _ => app.accounts.forgive_tries(key).await,
                }
                .map_err(broken)?;
            }
            app.budgets.sign_in(&tenant, account.person.0)?;
            Ok(Came { account, method: SignInMethod::Password, scopes: PermissionSet::all() })
        }
        None => {
            if let Ok(Some(account)) = app.accounts.find_login(&tenant, email).await {
                note_refusal(app, tenant, account.person, SignInMethod::Password, from);
            }
            Err(wrong())
        }
    }
}

async fn by_code(app: &App, code: &str, body: &SignIn, from: &Whence) -> Answer<Came> {
    throttle(app, std::slice::from_ref(&from.network)).await?;
    let (found, account) = good_code(app, code, from).await?;
    app.accounts.take_back_try(&from.network).await.map_err(broken)?;
    // Before the code is used up: who comes too often comes again.
    app.budgets.sign_in_from(from.payer)?;
    app.budgets.sign_in(&found.tenant, found.person.0)?;
    let (tenant, person, method) = (&found.tenant, found.person, method_of(found.kind));
    // Whatever is refused is refused before the code is used up; but it is not refused for ever.
    let with = match redemption(app, &account, body).await {
        Ok(with) => with,
        Err(refused) => {
            app.accounts.count_code_try(code).await.map_err(broken)?;
            return Err(refused);
        }
    };
    let (login, sets_password) = (with.login.clone(), with.password.is_some());
    let epoch = match app.accounts.redeem_code(code, &found, with).await {
        Err(AccountError::Changed) => {
            note_refusal(app, found.tenant, person, method, from);
            return Err(code_is_wrong());
        }
        redeemed => redeemed.map_err(account_problem)?,
    };
    let by = Invocation::by(tenant.clone(), actor(&account.role, person));
    if login.is_some() {
        record(app, &by, person, AccountCommand::RecordAddressChange).await;
    }
    if sets_password {
        record(app, &by, person, AccountCommand::RecordPasswordChange).await;
    }
    let account = Account { epoch, login: login.or(account.login), ..account };
    Ok(Came { account, method, scopes: found.scopes.unwrap_or(PermissionSet::all()) })
}

/// What who has a code sets with it.
async fn redemption(app: &App, account: &Account, body: &SignIn) -> Answer<Redemption> {
    let login = new_login(app, account, body.email.as_deref()).await?;
    let password = match &body.password {
        Some(password) => Some(new_password(app, &account.tenant, account.person, login, password).await?),
        None => None,
    };
    Ok(Redemption { login: login.map(str::to_owned), password })
}

fn code_is_wrong() -> Problem {
    Problem::unauthenticated("the code is wrong, was used, or is good no more")
}

/// A code that is good, and the account it opens. One was issued for what its owner might do then: when a role of the
/// organisation's own allows anything else by now, it is over.
async fn good_code(app: &App, code: &str, from: &Whence) -> Answer<(CodeFound, Account)> {
    let found = app.accounts.find_code(code).await.map_err(broken)?.ok_or_else(code_is_wrong)?;
    if !found.good {
        note_refusal(app, found.tenant, found.person, method_of(found.kind), from);
        return Err(code_is_wrong());
    }
    let account = app.accounts.account(&found.tenant, found.person).await.map_err(broken)?;
    let account = account.ok_or_else(code_is_wrong)?;
    let looked_at = account.epoch;
    let account = as_recorded(app, account).await?.filter(|now| now.epoch == looked_at);
    let Some(account) = account else {
        note_refusal(app, found.tenant, found.person, method_of(found.kind), from);
        return Err(code_is_wrong());
    };
    let now = app.commands.permissions_of(&found.tenant, account.role).await?;
    if found.scopes.is_some_and(|then| then != now) {
        note_refusal(app, found.tenant, found.person, method_of(found.kind), from);
        return Err(code_is_wrong());
    }
    Ok((found, account))
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
    headers: HeaderMap,
    Body(body): Body<CodeShown>,
) -> Answer<Json<Invitation>> {
    let from = Whence::of(address, &headers);
    throttle(&app, std::slice::from_ref(&from.network)).await?;
    let (found, account) = good_code(&app, &body.code, &from).await?;
    app.accounts.take_back_try(&from.network).await.map_err(broken)?;
    Ok(Json(Invitation { email: account.login, has_password: account.has_password, expires_at: found.expires_at }))
}
