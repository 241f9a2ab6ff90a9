//! For whoever runs it: alive, ready, measured.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use docket_store::{Worker, WorkerState};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::readiness::{Finding, Findings};
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
    /// What does not work as it should, in words, though requests can be answered.
    pub degraded: Vec<String>,
    /// The log's last position, for whoever may read the figures: it tells that something happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_position: Option<u64>,
    /// How far the read models are, for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_position: Option<u64>,
    /// How long the oldest event has been waiting that the read models do not have, in seconds; for the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_lag_seconds: Option<f64>,
    /// How many seconds this machine's clock is behind the log's last event, written by another; 0 if it is not. Times
    /// within a ticket or chat do not go back all the same.
    pub clock_behind_seconds: f64,
    /// What this process's workers are doing, for whoever may read the figures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub workers: Vec<WorkerView>,
}

/// A worker of this process.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkerView {
    /// What it is called.
    pub name: String,
    /// `working`, `standing_by` (another process does it) or `failing` (it is trying again).
    #[schema(schema_with = worker_state)]
    pub state: &'static str,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Who works instead, or what it fails with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub detail: Option<String>,
    /// The position of the event it cannot get past.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub stuck_at: Option<u64>,
}

fn worker_state() -> RefOr<Schema> {
    super::schema::one_of(["working", "standing_by", "failing"])
}

impl From<Worker> for WorkerView {
    fn from(Worker { name, state, since }: Worker) -> Self {
        let named = state.name();
        let (detail, stuck_at) = match state {
            WorkerState::Working => (None, None),
            WorkerState::StandingBy { holder } => (holder.map(|holder| format!("{holder} has the lease")), None),
            WorkerState::Failing { error, stuck_at } => (Some(error), stuck_at.map(|at| at.0)),
        };
        Self { name, state: named, since, detail, stuck_at }
    }
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
    let workers = app.workers.all();
    let Findings { not_ready, degraded, log, read, waiting, clock_behind } = Findings::of(&app, &workers).await;
    let ready = not_ready.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let told = app.authenticator.may_measure(&headers);
    let in_words = |findings: Vec<Finding>| findings.into_iter().map(|finding| finding.in_words(told)).collect();
    let readiness = Readiness {
        ready,
        not_ready: in_words(not_ready),
        degraded: in_words(degraded),
        log_position: log.filter(|_| told).map(|head| head.0),
        read_position: told.then_some(read.0),
        read_lag_seconds: told.then(|| waiting.as_seconds_f64()),
        clock_behind_seconds: clock_behind.as_seconds_f64(),
        workers: if told { workers.into_iter().map(WorkerView::from).collect() } else { Vec::new() },
    };
    (status, Json(readiness)).into_response()
}
