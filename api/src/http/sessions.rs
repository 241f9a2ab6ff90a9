//! `/v1/sessions`: what sessions somebody has, and ending them. How one begins is in [`sign_in`](super::sign_in).

use axum::Json;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use chrono::{DateTime, Utc};
use docket_domain::account::AccountCommand;
use docket_projections::views::Page;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::SignedIn;
use super::accounts::{account_problem, go_offline, record};
use super::ask::Ask;
use super::extract::Path;
use super::following::end_all_sessions;
use super::problem::{Answer, Problem};
use super::table::Honours::Neither;
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::{Credential, Principal, Who, clear_cookie};

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        SignedIn => list_sessions,
        SignedIn => sign_out_everywhere [Neither],
        SignedIn => sign_out [Neither],
        SignedIn => end_session [Neither],
    );
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

/// What is said of sessions, and done to them, is for who signed in: a token, perhaps one for a single task, is not its owner.
pub(super) fn with_session(who: &Principal) -> Answer<Uuid> {
    who.session().ok_or_else(|| Problem::forbidden("sessions are for who signed in, not for tokens"))
}

/// The caller's sessions, latest first: at most 50, beyond which a new one ends the oldest. Only with a session.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", responses((status = 200, body = Page<SessionView>)))]
pub(super) async fn list_sessions(State(app): State<App>, who: Who) -> Answer<Json<Page<SessionView>>> {
    with_session(&who)?;
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

/// Signs out everywhere: ends all of the caller's sessions, and codes that were not used. Only with a session.
#[utoipa::path(delete, path = "/v1/sessions", tag = "sessions", responses((status = 204, description = "All are over.")))]
pub(super) async fn sign_out_everywhere(
    State(app): State<App>,
    ask: Ask,
) -> Answer<(StatusCode, [(axum::http::HeaderName, HeaderValue); 1])> {
    let who = &ask.who;
    with_session(who)?;
    record(&app, &ask.invocation, who.person, AccountCommand::RecordSignOutEverywhere).await;
    end_all_sessions(&app, &ask.invocation, who.person).await?;
    go_offline(&app, &who.tenant, who.person).await;
    let cookie = clear_cookie(app.settings.is_https()).ok_or_else(|| Problem::internal("no cookie"))?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]))
}

/// Ends one of the caller's sessions. Only with a session.
#[utoipa::path(delete, path = "/v1/sessions/{id}", tag = "sessions", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is over.")))]
pub(super) async fn end_session(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<StatusCode> {
    with_session(&ask.who)?;
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
    go_offline(app, &who.tenant, who.person).await;
    Ok(())
}
