//! For whoever runs it: alive, ready, measured.

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use docket_store::MOST_SKEW;
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::Problem;
use crate::app::App;

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    pub status: &'static str,
}

/// What the process needs, and whether it has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Whether everything needed is there.
    pub ready: bool,
    /// What is not, in words.
    pub not_ready: Vec<String>,
    /// The log's last position, for whoever may read the figures: it tells that something happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_position: Option<u64>,
    /// How far the read models are, for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_position: Option<u64>,
    /// How many seconds this machine's clock is behind the log's last event, written by another; 0 if it is not. Times
    /// within a ticket or chat do not go back all the same.
    pub clock_behind_seconds: f64,
    /// What works, but should be looked at, in words.
    pub warnings: Vec<String>,
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = Health)))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Whether the process can do its work, and if not, why. With the token of `/metrics` also how far it is.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = Readiness), (status = 503, body = Readiness)))]
pub(crate) async fn ready(State(app): State<App>, headers: HeaderMap) -> Response {
    let mut not_ready = Vec::new();
    let head = match app.journal.store().head().await {
        Ok(head) => Some(head.0),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            not_ready.push("the log does not answer".to_owned());
            None
        }
    };
    // Only for a while: nobody may be sent here any more who would find out that it works again.
    if app.journal.refused_at().is_some_and(|at| app.journal.clock().now() - at < REFUSAL_COUNTS) {
        not_ready.push("the log takes no events".to_owned());
    }
    if let Err(error) = app.vault.ping().await {
        tracing::warn!(%error, "not ready");
        not_ready.push("the vault does not answer".to_owned());
    }
    if let Err(error) = app.queries.next_timer().await {
        tracing::warn!(%error, "not ready");
        not_ready.push("the read models do not answer".to_owned());
    }
    let read_position = app.read_models.position().borrow().0;
    if let Some(head) = head
        && head.saturating_sub(read_position) > MAX_LAG
    {
        not_ready.push(format!("the read models are {} events behind", head - read_position));
    }
    let mut warnings = Vec::new();
    let behind = app.journal.clock_behind().await.unwrap_or_default();
    if behind > MOST_SKEW {
        warnings.push(format!("the clock is {} s behind the log's last event", behind.num_seconds()));
    }
    if app.stopping.is_cancelled() {
        not_ready.push("the server is stopping".to_owned());
    }
    let ready = not_ready.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let told = app.authenticator.may_measure(&headers);
    let (log_position, read_position) = (head.filter(|_| told), Some(read_position).filter(|_| told));
    let clock_behind_seconds = behind.as_seconds_f64();
    (status, Json(Readiness { ready, not_ready, log_position, read_position, clock_behind_seconds, warnings }))
        .into_response()
}

/// How long an append that failed speaks against the log.
const REFUSAL_COUNTS: TimeDelta = TimeDelta::seconds(15);

/// Events the read models may be behind before the process calls itself not ready.
const MAX_LAG: u64 = 50_000;

/// Figures in Prometheus' text format, of all organisations together. To be asked with the setting `http.metrics_token`, or the
/// bootstrap token, as `Authorization: Bearer`: they count what is done unseen.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, content_type = "text/plain", body = String),
    (status = 401, description = "Not with this token.", content_type = "application/problem+json", body = super::openapi::ProblemDocument)))]
pub(crate) async fn metrics(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    if !app.authenticator.may_measure(&headers) {
        return Err(Problem::unauthenticated("send the metrics token as Authorization: Bearer"));
    }
    let handle = crate::observe::metrics_handle();
    metrics::gauge!("docket_http_in_flight").set(app.in_flight.now() as f64);
    metrics::gauge!("docket_read_models_position").set(app.read_models.position().borrow().0 as f64);
    if let Ok(head) = app.journal.store().head().await {
        metrics::gauge!("docket_log_position").set(head.0 as f64);
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response())
}
