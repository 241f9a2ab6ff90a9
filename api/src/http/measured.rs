//! `/metrics`: the process, measured.

use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use docket_domain::Position;
use docket_projections::READERS;
use docket_store::{Filter, LOG_READERS, Worker, WorkerState};

use super::problem::Problem;
use crate::app::App;

/// How long the databases may take to answer, all together.
const PATIENCE: Duration = Duration::from_millis(500);

/// Figures in Prometheus' text format, of all organisations together. To be asked with the setting `http.metrics_token`, or the
/// bootstrap token, as `Authorization: Bearer`: they count what is done unseen.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, content_type = "text/plain", body = String),
    (status = 401, description = "Not with this token.", content_type = "application/problem+json", body = super::openapi::ProblemDocument)))]
pub(crate) async fn metrics(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    if !app.authenticator.may_measure(&headers) {
        return Err(Problem::unauthenticated("send the metrics token as Authorization: Bearer"));
    }
    let handle = crate::observe::metrics_handle();
    crate::observe::measure_process();
    metrics::gauge!("docket_http_in_flight").set(app.in_flight.now() as f64);
    metrics::gauge!("docket_read_models_position").set(app.read_models.position().borrow().0 as f64);
    measure_memory(&app);
    // As far as is known here: figures must not wait for a database that is down, and tell most when it is.
    let head = *app.journal.store().appended().borrow();
    metrics::gauge!("docket_log_position").set(head.0 as f64);
    // What is not known in time stays as it was.
    let _ = tokio::time::timeout(PATIENCE, measure_queues(&app, head)).await;
    let now = app.journal.clock().now();
    for Worker { name, state, since } in app.workers.all() {
        let failing = if matches!(state, WorkerState::Failing { .. }) { now - since } else { TimeDelta::zero() };
        metrics::gauge!("docket_worker_failing_seconds", "worker" => name).set(failing.as_seconds_f64());
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response())
}

/// What is kept in memory and how much of it there may be. SQLite does not say how many pages it holds: of those only the bound is known.
fn measure_memory(app: &App) {
    let memory = &app.settings.memory;
    let (log, read) = (memory.log_pages(), memory.read_models());
    let bounds = [
        ("aggregates", memory.aggregates()),
        ("read_rows", read.rows),
        ("log_pages", log.writer + LOG_READERS * log.reader),
        ("read_pages", read.pages.writer + READERS * read.pages.reader),
    ];
    for (cache, bytes) in bounds {
        metrics::gauge!("docket_cache_limit_bytes", "cache" => cache).set(bytes as f64);
    }
    metrics::gauge!("docket_cache_bytes", "cache" => "aggregates").set(app.commands.cached_bytes() as f64);
    metrics::gauge!("docket_cache_bytes", "cache" => "read_rows").set(app.read_models.kept_bytes() as f64);
}

/// How long the oldest event has been waiting in each queue.
async fn measure_queues(app: &App, head: Position) {
    let read = app.read_models.look().await.unwrap_or_else(|_| *app.read_models.position().borrow());
    let queues = app.workers.positions().into_iter().chain([("read_models".to_owned(), read)]);
    for (queue, position) in queues {
        if let Some(age) = oldest(app, position, head).await {
            metrics::gauge!("docket_queue_oldest_seconds", "queue" => queue).set(age.as_seconds_f64());
        }
    }
}

/// How long the oldest event has been waiting that is in the log and behind `position`; `None` if nobody can say.
async fn oldest(app: &App, position: Position, head: Position) -> Option<TimeDelta> {
    if position >= head {
        return Some(TimeDelta::zero());
    }
    let next = app.journal.store().read_all(position, &Filter::default(), 1).await.ok()?;
    let waiting = next.events.first().map(|event| app.journal.clock().now() - event.meta.recorded_at);
    Some(waiting.unwrap_or_default().max(TimeDelta::zero()))
}
