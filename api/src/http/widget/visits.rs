//! `/v1/customers/{id}/visits`: what the desk knows of somebody's visits, and how it ends them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use docket_domain::customer::Customer;
use docket_domain::{CustomerId, PersonId};
use docket_projections::views::Page;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::ask::Ask;
use crate::http::customers::vault_problem;
use crate::http::extract::Path;
use crate::http::problem::{Answer, Problem};

/// A visit through the widget.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VisitView {
    /// Its id.
    id: Uuid,
    /// Whether the site vouched for the visitor.
    verified: bool,
    /// The page it began on.
    page: Option<String>,
    /// The visitor's language.
    language: Option<String>,
    /// From where.
    ip: Option<String>,
    /// With what.
    user_agent: Option<String>,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    last_seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    expires_at: DateTime<Utc>,
}

/// A customer, and the visitors who turned out to be them.
async fn people_of(app: &App, who: &Who, id: Uuid) -> Answer<Vec<PersonId>> {
    let customer = app.commands.load::<Customer>(&who.tenant, id).await?;
    if !customer.exists() {
        return Err(Problem::not_found("customer"));
    }
    let canonical = customer.canonical(CustomerId(id));
    let absorbed = app.commands.load::<Customer>(&who.tenant, canonical.0).await?.absorbed.clone();
    Ok(std::iter::once(canonical).chain(absorbed).map(|person| PersonId(person.0)).collect())
}

/// A customer's visits that have not ended, those of visitors who turned out to be them among them, latest first; at most
/// 100.
#[utoipa::path(get, path = "/v1/customers/{id}/visits", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<VisitView>)))]
pub(super) async fn list_customer_visits(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
) -> Answer<Json<Page<VisitView>>> {
    let mut visits = Vec::new();
    for person in people_of(&app, &who, id).await? {
        visits.extend(app.accounts.list_visits(&who.tenant, person).await.map_err(vault_problem)?);
    }
    visits.sort_by_key(|visit| std::cmp::Reverse((visit.created_at, visit.id)));
    visits.truncate(100);
    let items = visits
        .into_iter()
        .map(|visit| VisitView {
            id: visit.id,
            verified: visit.verified,
            page: visit.page,
            language: visit.language,
            ip: visit.ip,
            user_agent: visit.user_agent,
            created_at: visit.created_at,
            last_seen_at: visit.last_seen_at,
            expires_at: visit.expires_at,
        })
        .collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// Ends all visits of a customer: their tokens count no more.
#[utoipa::path(delete, path = "/v1/customers/{id}/visits", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 204, description = "They are over.")))]
pub(super) async fn end_customer_visits(State(app): State<App>, Path(id): Path<Uuid>, ask: Ask) -> Answer<StatusCode> {
    for person in people_of(&app, &ask.who, id).await? {
        app.accounts.end_visits(&ask.who.tenant, person).await.map_err(vault_problem)?;
    }
    Ok(StatusCode::NO_CONTENT)
}
