//! `/v1/tokens`: API tokens for automation.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use docket_commands::{HandedOut, Invocation, RequestKey};
use docket_domain::Permission::{self, ManageSettings};
use docket_domain::account::AccountCommand;
use docket_domain::agent::Agent;
use docket_domain::{Data, PermissionSet, PersonId};
use docket_projections::views::{AnyOf, Page};
use docket_store::IdempotencyKey;
use docket_store::vault::{AccountError, ApiToken, NewApiToken};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Access::{Desk, Sees};
use super::accounts::{account_problem, outranks_account, record};
use super::ask::Ask;
use super::extract::{Path, in_our_times};
use super::problem::{Answer, Problem};
use super::schema;
use super::table::Honours::{Key, Neither};
use super::table::{Table, routes_into};
use crate::app::App;
use crate::auth::Who;

/// Lists the routes.
pub(super) fn register(table: &mut Table) {
    routes_into!(table;
        Sees(&[Data::Tokens]) => list_tokens,
        Desk(ManageSettings) => issue_token [Key],
        Desk(ManageSettings) => revoke_token [Neither],
    );
}

/// An API token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Its id.
    id: Uuid,
    /// Who acts when it is used.
    person_id: Uuid,
    /// What it is for.
    label: String,
    /// What it may be used for, as far as its owner may.
    #[schema(schema_with = schema::permissions)]
    scopes: Vec<Permission>,
    /// When it was issued.
    created_at: DateTime<Utc>,
    /// When it ends.
    expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    revoked_at: Option<DateTime<Utc>>,
}

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            person_id: token.person.0,
            label: token.label,
            scopes: token.scopes.iter().collect(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            revoked_at: token.revoked_at,
        }
    }
}

/// A token just issued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssuedToken {
    /// What can be known of it later.
    #[serde(flatten)]
    view: TokenView,
    /// The token itself, for `Authorization: Bearer`. Shown only now.
    token: String,
}

/// API tokens of the organisation.
#[utoipa::path(get, path = "/v1/tokens", tag = "tokens", responses((status = 200, body = Page<TokenView>)))]
pub(super) async fn list_tokens(State(app): State<App>, who: Who) -> Answer<Json<Page<TokenView>>> {
    let tokens = app.accounts.list_tokens(&who.tenant).await.map_err(|error| account_problem(error.into()))?;
    Ok(Json(Page { items: tokens.into_iter().map(TokenView::from).collect(), next_cursor: None }))
}

/// A token to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// What it is for.
    label: String,
    /// Who acts when it is used: an agent or customer with an account, who may do no more than you. Absent: you.
    person_id: Option<Uuid>,
    /// What it may be used for: not more than you may, nor than whoever acts. Absent: all of that.
    #[schema(schema_with = schema::permissions)]
    scopes: Option<AnyOf<Permission>>,
    /// When it ends; absent: when it is revoked.
    expires_at: Option<DateTime<Utc>>,
}

/// What a token is for, in one line of up to `most` characters.
pub(crate) fn check_label(label: &str, most: usize) -> Answer<&str> {
    let label = label.trim();
    if label.is_empty() || label.chars().count() > most {
        return Err(Problem::invalid_field("label", "out_of_range", format!("label: 1 to {most} characters")));
    }
    if label.chars().any(char::is_control) {
        return Err(Problem::invalid_field("label", "invalid", "label must be one line without control characters"));
    }
    Ok(label)
}

/// Issues an API token. The token itself is shown only in this answer. For an agent who is deactivated: 409
/// `agent_deactivated`.
#[utoipa::path(post, path = "/v1/tokens", tag = "tokens", request_body = NewToken, responses((status = 201, body = IssuedToken)))]
pub(super) async fn issue_token(State(app): State<App>, ask: Ask<NewToken>) -> Answer<Response> {
    let (who, body) = (&ask.who, &ask.body);
    let label = check_label(&body.label, app.settings.limits.name_chars)?;
    if body.expires_at.is_some_and(|at| !in_our_times(at)) {
        return Err(Problem::invalid_field("expires_at", "out_of_range", "expires_at must be before the year 10000"));
    }
    if body.expires_at.is_some_and(|at| at <= app.journal.clock().now()) {
        return Err(Problem::invalid_field("expires_at", "out_of_range", "expires_at must be in the future"));
    }
    for scope in body.scopes.iter().flat_map(|scopes| scopes.iter()) {
        who.require(*scope)?;
    }
    let person = body.person_id.map_or(who.person, PersonId);
    // Whoever acts as somebody stands where they stand, however few the scopes.
    let account = match person == who.person {
        true => app.accounts.account(&who.tenant, person).await.map_err(|error| account_problem(error.into()))?,
        false => outranks_account(&app, who, person).await?,
    };
    let account = account.ok_or_else(|| account_problem(AccountError::NoAccount))?;
    let deactivated = account.disabled || app.commands.load::<Agent>(&who.tenant, person.0).await?.deactivated;
    if deactivated {
        return Err(Problem::conflict("agent_deactivated", "the agent is deactivated; reactivate them first"));
    }
    let (epoch, theirs) = (account.epoch, app.commands.permissions_of(&who.tenant, account.role).await?);
    let scopes = match &body.scopes {
        None => who.permissions.intersect(theirs),
        Some(scopes) => within(scopes, theirs)?,
    };
    if let Some(key) = &ask.invocation.idempotency {
        refuse_repeated(&app, &ask, key).await?;
    }
    let new = NewApiToken { person, label: label.to_owned(), scopes, expires_at: body.expires_at, epoch };
    let (token, secret) = app.accounts.issue_token(&who.tenant, new).await.map_err(account_problem)?;
    let issued = AccountCommand::RecordTokenIssued { token_id: token.id, label: token.label.clone() };
    let recorded = Invocation { if_match: None, ..ask.invocation.clone() };
    let permissions = if account.role.is_customer() { Data::customers_way_in() } else { scopes };
    let handed = HandedOut { needs: ManageSettings, permissions, role: account.role };
    match app.commands.record_handed_out(&recorded, person, &issued, handed).await {
        Ok(done) if !done.replayed => {}
        // The same request was faster, and one token is enough; or whoever asks may not issue it any more.
        not_recorded => {
            app.accounts.revoke_token(&who.tenant, token.id).await.map_err(|error| account_problem(error.into()))?;
            return Err(not_recorded.map_or_else(|error| ask.refuse(error), |_| shown_already()));
        }
    }
    Ok((StatusCode::CREATED, Json(IssuedToken { view: token.into(), token: secret })).into_response())
}

/// The scopes asked for, which the person they are for must be allowed already: what somebody is allowed later, a token from
/// before does not take on.
fn within(scopes: &[Permission], theirs: PermissionSet) -> Answer<PermissionSet> {
    match scopes.iter().position(|scope| !theirs.has(*scope)) {
        None => Ok(PermissionSet::of(scopes)),
        Some(index) => {
            let (field, scope) = (format!("scopes.{index}"), scopes[index].as_str());
            let message = format!("{field}: whoever the token is for may not {scope}");
            Err(Problem::invalid_field(&field, "invalid", message))
        }
    }
}

/// A token's secret cannot be shown again, so the same request again is refused rather than answered alike.
async fn refuse_repeated(app: &App, ask: &Ask<NewToken>, key: &RequestKey) -> Answer<()> {
    let key = IdempotencyKey {
        tenant: ask.who.tenant.clone(),
        key: key.key.clone(),
        fingerprint: key.fingerprint,
        note: String::new(),
    };
    match app.journal.store().find_appended(&key).await {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(shown_already()),
        Err(error) => Err(ask.refuse(error.into())),
    }
}

fn shown_already() -> Problem {
    Problem::conflict("already_done", "this token was issued by an earlier request, and shown only then")
}

/// Revokes an API token. It stops working at once.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "tokens", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is void.")))]
pub(super) async fn revoke_token(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<StatusCode> {
    let tenant = &ask.who.tenant;
    let tokens = app.accounts.list_tokens(tenant).await.map_err(|error| account_problem(error.into()))?;
    let token = tokens.into_iter().find(|token| token.id == id).ok_or_else(|| Problem::not_found("token"))?;
    // Not `outranks_account`: to stop what leaked is no way to anything, but administrators are not everybody's to hinder.
    let owner = app.accounts.account(tenant, token.person).await.map_err(|error| account_problem(error.into()))?;
    if owner.is_some_and(|owner| owner.role.is_admin()) && !ask.who.is_admin() {
        return Err(Problem::forbidden("administrators' tokens are for administrators to revoke"));
    }
    let revoked = app.accounts.revoke_token(tenant, id).await.map_err(|error| account_problem(error.into()))?;
    if revoked {
        record(&app, &ask.invocation, token.person, AccountCommand::RecordTokenRevoked { token_id: id }).await;
    }
    Ok(StatusCode::NO_CONTENT)
}
