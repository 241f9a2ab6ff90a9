//! `/v1/customers/{id}/visits`: what the desk knows of somebody's visits, and how it ends them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use docket_domain::PersonId;
use docket_projections::views::Page;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth::Who;
use crate::http::ask::Ask;
use crate::http::customers::vault_problem;
use crate::http::extract::Path;
use crate::http::problem::Answer;

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

/// A customer's visits that have not ended, latest first; at most 100.
#[utoipa::path(get, path = "/v1/customers/{id}/visits", tag = "customers", params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<VisitView>)))]
pub(super) async fn list_customer_visits(
    State(app): State<App>,
    who: Who,
    Path(id): Path<Uuid>,
) -> Answer<Json<Page<VisitView>>> {
    let visits = app.accounts.list_visits(&who.tenant, PersonId(id)).await.map_err(vault_problem)?;
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
    app.accounts.end_visits(&ask.who.tenant, PersonId(id)).await.map_err(vault_problem)?;
    Ok(StatusCode::NO_CONTENT)
}
