//! Visits: beginning one, and what the visitor can do about their own.

use axum::Json;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::{HeaderMap, Method, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{CommandError, Invocation, NewPerson};
use docket_domain::customer::{Customer, CustomerCommand, CustomerKind, Identity};
use docket_domain::text::is_blank;
use docket_domain::{Actor, CustomerId, PersonId, PersonalText, Rejection, TenantId};
use docket_projections::Said;
use docket_store::new_id;
use docket_store::vault::{NewVisit, SessionLimits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::identity::{SignedIdentity, Vouched, by_hash, by_token};
use super::{open_widget, origin_refused};
use crate::app::App;
use crate::auth::{Credential, Principal, Who};
use crate::http::address::ClientAddress;
use crate::http::ask::Ask;
use crate::http::customers::vault_problem;
use crate::http::extract::{Json as Body, Path};
use crate::http::problem::{Answer, Problem};

/// Somebody on a page with the widget.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVisitor {
    /// The name they gave.
    name: Option<String>,
    /// The address they gave. It is not checked, and gives no access to what the desk knows of that address.
    email: Option<String>,
    /// The page they are on.
    page: Option<String>,
    /// Their language, e.g. `de` or `pt-BR`.
    language: Option<String>,
    /// Who they are, if the site vouches for it: this or `identity_token`.
    identity: Option<SignedIdentity>,
    /// Or a token of the site: HS256 with the widget's key of tokens, `typ` JWT, with `sub`, `exp`, `aud` (the widget's key) and
    /// perhaps `name` and `email`.
    identity_token: Option<String>,
}

/// A visit begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct VisitBegun {
    /// For `Authorization: Bearer` of what follows. Keep it for the next page; shown only now.
    token: String,
    /// The visit.
    visit_id: Uuid,
    /// The visitor or customer.
    customer_id: Uuid,
    /// Whether the site vouched for them.
    verified: bool,
    /// When the visit ends at the latest.
    expires_at: DateTime<Utc>,
}

/// Begins a visit. With the token of an earlier visit as `Authorization: Bearer` and an identity, what that visitor did
/// becomes the customer's, and the earlier token ends. After too many from one address: 429.
#[utoipa::path(post, path = "/v1/widget/{key}/sessions", tag = "widget", params(("key" = String, Path)), request_body = NewVisitor,
    responses((status = 201, body = VisitBegun),
        (status = 401, description = "The identity is not signed with the widget's secret.",
            content_type = "application/problem+json", body = crate::http::openapi::ProblemDocument),
        (status = 403, description = "Not on pages of this origin.",
            content_type = "application/problem+json", body = crate::http::openapi::ProblemDocument)))]
pub(super) async fn begin_visit(
    State(app): State<App>,
    Path(key): Path<String>,
    address: ClientAddress,
    headers: HeaderMap,
    Body(body): Body<NewVisitor>,
) -> Answer<(StatusCode, Json<VisitBegun>)> {
    let (tenant, settings) = open_widget(&app, &key).await?;
    if !super::allows_origin(&app, &settings, &headers) {
        return Err(origin_refused());
    }
    let ip = address.0.map(|ip| ip.to_string());
    app.budgets.begin_visit(&tenant, address.network())?;
    let page = line("page", body.page.as_deref(), app.settings.limits.remark_chars)?;
    let language = line("language", body.language.as_deref(), 35)?;
    let vouched = vouched(&app, &tenant, &key, &body).await?;
    let verified = vouched.is_some();
    let person = match &vouched {
        Some(vouched) => customer_of(&app, &tenant, vouched, &body).await?,
        None => visitor(&app, &tenant, &body).await?,
    };
    let days = |days: u32| TimeDelta::days(i64::from(days));
    let limits = SessionLimits {
        absolute: days(app.settings.widget.visit_days),
        idle: days(app.settings.widget.visit_idle_days),
    };
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    let user_agent = user_agent.map(|text| text.chars().take(500).collect());
    let new = NewVisit { person, verified, ip, user_agent, page, language, limits };
    let (visit, token) = app.accounts.begin_visit(&tenant, new).await.map_err(vault_problem)?;
    if verified {
        take_over(&app, &tenant, person, &headers).await?;
    }
    let answer =
        VisitBegun { token, visit_id: visit.id, customer_id: person.0, verified, expires_at: visit.expires_at };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// One line of text, or nothing.
fn line(field: &str, text: Option<&str>, most: usize) -> Answer<Option<String>> {
    let mut violations = docket_domain::Violations::default();
    let line = violations.optional_line(field, text, most);
    violations.into_result()?;
    Ok(line)
}

async fn vouched(app: &App, tenant: &TenantId, key: &str, body: &NewVisitor) -> Answer<Option<Vouched>> {
    if body.identity.is_none() && body.identity_token.is_none() {
        return Ok(None);
    }
    let secret = app.accounts.widget_secret(tenant).await.map_err(vault_problem)?;
    let secret = secret
        .ok_or_else(|| Problem::unauthenticated("the organisation has made no secret to sign identities with"))?;
    match (&body.identity, &body.identity_token) {
        (Some(identity), None) => by_hash(&secret, identity).map(Some),
        (None, Some(token)) => by_token(&secret, key, token).map(Some),
        _ => Err(Problem::invalid_field("identity", "invalid", "identity: give either identity or identity_token")),
    }
}

/// The customer with that id on the site, registered if they are new. What the visitor says of themselves, and what
/// differs from what the desk knows, is kept as stated.
async fn customer_of(app: &App, tenant: &TenantId, vouched: &Vouched, body: &NewVisitor) -> Answer<PersonId> {
    let by_site = Invocation::by(tenant.clone(), Actor::SYSTEM);
    let new = NewPerson {
        name: vouched.name.clone(),
        email: vouched.email.clone(),
        phone: None,
        external_id: Some(vouched.user_id.clone()),
    };
    let person = match app.commands.find_customer(tenant, &Identity::external_id(&vouched.user_id)).await? {
        Some(known) => known,
        None => match app.commands.find_or_register(&by_site, &NewPerson { email: None, ..new.clone() }).await {
            Ok(person) => person,
            Err(error) => return Err(error.into()),
        },
    };
    let known = app.commands.load::<Customer>(tenant, person.0).await?;
    if let (Some(email), false) = (&vouched.email, known.email_verified) {
        let text = |text: &Option<PersonalText>| text.as_ref().and_then(PersonalText::to_known);
        let details = CustomerCommand::ChangeDetails {
            name: text(&known.name),
            email: Some(email.clone()),
            phone: text(&known.phone),
        };
        match app.commands.execute::<Customer>(&by_site, person.0, details).await {
            // Somebody else is known by the address; here it is kept as stated.
            Ok(_) | Err(CommandError::Rejected(Rejection::Taken { .. })) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let given = |vouched: &Option<String>, said: &Option<String>| vouched.clone().or_else(|| said.clone());
    let (name, email) = (given(&vouched.name, &body.name), given(&vouched.email, &body.email));
    state_contact(app, &Invocation::by(tenant.clone(), Actor::customer(person.0)), name, email).await?;
    Ok(PersonId(person.0))
}

/// Keeps what somebody says of themselves.
pub(super) async fn state_contact(
    app: &App,
    by: &Invocation,
    name: Option<String>,
    email: Option<String>,
) -> Answer<()> {
    let Some(person) = by.actor.id else { return Ok(()) };
    let bare = Invocation { idempotency: None, if_match: None, ..by.clone() };
    app.commands.execute::<Customer>(&bare, person, CustomerCommand::StateContact { name, email }).await?;
    Ok(())
}

/// Somebody new. They are registered once there is something to say of them: at the latest when they start a chat.
async fn visitor(app: &App, tenant: &TenantId, body: &NewVisitor) -> Answer<PersonId> {
    let person = PersonId(new_id());
    let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !is_blank(text));
    if given(&body.name) || given(&body.email) {
        let (name, email) = (body.name.clone(), body.email.clone());
        let kind = CustomerKind::Visitor;
        ensure(app, tenant, person, CustomerCommand::Register { kind, name, email, phone: None, external_id: None })
            .await?;
    }
    Ok(person)
}

/// Registers somebody unless they are.
pub(super) async fn ensure(app: &App, tenant: &TenantId, person: PersonId, register: CustomerCommand) -> Answer<()> {
    if app.commands.load::<Customer>(tenant, person.0).await?.exists() {
        return Ok(());
    }
    let invocation = Invocation::by(tenant.clone(), Actor::customer(person.0));
    match app.commands.execute::<Customer>(&invocation, person.0, register).await {
        Ok(_) | Err(CommandError::Rejected(Rejection::AlreadyExists(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What the visitor of the token shown did becomes the customer's.
async fn take_over(app: &App, tenant: &TenantId, customer: PersonId, headers: &HeaderMap) -> Answer<()> {
    if !headers.contains_key(AUTHORIZATION) {
        return Ok(());
    }
    // A token that counts no more is no reason to turn the customer away.
    let Ok(before) = app.authenticator.authenticate(&Method::GET, headers).await else { return Ok(()) };
    let unverified = matches!(before.credential, Credential::Visit { verified: false, .. });
    if !unverified || before.tenant != *tenant || before.person == customer {
        return Ok(());
    }
    let invocation = Invocation::by(tenant.clone(), Actor::SYSTEM);
    match app.commands.merge_visitor(&invocation, CustomerId(before.person.0), CustomerId(customer.0)).await {
        // Refused if they never said anything, or are merged or erased already: then there is nothing to take over.
        Ok(_) | Err(CommandError::Rejected(_)) => {}
        Err(error) => return Err(error.into()),
    }
    app.accounts.end_visits(tenant, before.person).await.map_err(vault_problem)?;
    Ok(())
}

/// A visit, as its visitor sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnVisit {
    /// The visit.
    visit_id: Uuid,
    /// The visitor or customer.
    customer_id: Uuid,
    /// Whether the site vouched for them.
    verified: bool,
    /// Their name, as far as it is known; of a visitor for whom no site vouched, as they stated it.
    name: Option<String>,
    /// Their address, in the same way.
    email: Option<String>,
    /// When the visit ends at the latest.
    expires_at: Option<DateTime<Utc>>,
}

fn visit_of(who: &Principal) -> Answer<(Uuid, bool)> {
    match who.credential {
        Credential::Visit { id, verified } => Ok((id, verified)),
        _ => Err(Problem::conflict("no_visit", "this request came with no token of a visit")),
    }
}

/// What a caller may know that the desk knows of them: of a visitor for whom nobody vouched, what they said.
pub(super) async fn known_of(app: &App, who: &Principal) -> Answer<Said> {
    if let Some(said) = &who.said {
        return Ok(said.clone());
    }
    let customer = app.commands.load::<Customer>(&who.tenant, who.person.0).await?;
    let text = |text: &Option<PersonalText>| text.as_ref().and_then(PersonalText::to_known);
    Ok(Said { name: text(&customer.name), email: text(&customer.email) })
}

/// The visit this request's token belongs to. 409 with any other token.
#[utoipa::path(get, path = "/v1/visit", tag = "widget",
    responses((status = 200, body = OwnVisit), (status = 409, description = "No token of a visit.",
        content_type = "application/problem+json", body = crate::http::openapi::ProblemDocument)))]
pub(super) async fn get_visit(State(app): State<App>, who: Who) -> Answer<Json<OwnVisit>> {
    let (visit_id, verified) = visit_of(&who)?;
    let known = known_of(&app, &who).await?;
    Ok(Json(OwnVisit {
        visit_id,
        customer_id: who.person.0,
        verified,
        name: known.name,
        email: known.email,
        expires_at: who.expires_at,
    }))
}

/// Ends the visit: for when somebody signs out of the site.
#[utoipa::path(delete, path = "/v1/visit", tag = "widget", responses((status = 204, description = "It is over.")))]
pub(super) async fn end_visit(State(app): State<App>, ask: Ask) -> Answer<StatusCode> {
    let (id, _) = visit_of(&ask.who)?;
    app.accounts.end_visit(&ask.who.tenant, ask.who.person, id).await.map_err(vault_problem)?;
    Ok(StatusCode::NO_CONTENT)
}
