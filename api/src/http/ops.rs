//! For whoever runs it: alive, ready, measured.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use docket_domain::Position;
use docket_projections::Runner;
use docket_store::{Filter, MOST_SKEW, Worker, WorkerState};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

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
    let mut findings = Findings::default();
    let log_position = findings.log(&app).await;
    findings.needs("the vault", app.vault.is_writable().await);
    let read_position = findings.read_models(&app).await;
    let waiting = match log_position {
        Some(head) if head > read_position => findings.waiting(&app, head, read_position).await,
        _ => TimeDelta::zero(),
    };
    let workers = app.workers.all();
    findings.workers(&app, &workers);
    let behind = app.journal.clock_behind().await.unwrap_or_default();
    if behind > MOST_SKEW {
        let seconds = behind.num_seconds();
        findings.degraded.push(Finding::of(format!("the clock is {seconds} s behind the log's last event")));
    }
    if app.stopping.is_cancelled() {
        findings.not_ready.push(Finding::of("the server is stopping"));
    }
    let Findings { not_ready, degraded } = findings;
    let ready = not_ready.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let told = app.authenticator.may_measure(&headers);
    let readiness = Readiness {
        ready,
        not_ready: in_words(not_ready, told),
        degraded: in_words(degraded, told),
        log_position: log_position.filter(|_| told).map(|head| head.0),
        read_position: told.then_some(read_position.0),
        read_lag_seconds: told.then(|| waiting.as_seconds_f64()),
        clock_behind_seconds: behind.as_seconds_f64(),
        workers: if told { workers.into_iter().map(WorkerView::from).collect() } else { Vec::new() },
    };
    (status, Json(readiness)).into_response()
}

/// Something that is not as it should be.
struct Finding {
    /// What, for anybody.
    what: String,
    /// More of it, for whoever may read the figures.
    detail: Option<String>,
}

impl Finding {
    fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), detail: None }
    }
}

fn in_words(findings: Vec<Finding>, told: bool) -> Vec<String> {
    let words = |Finding { what, detail }: Finding| match detail.filter(|_| told) {
        Some(detail) => format!("{what}: {detail}"),
        None => what,
    };
    findings.into_iter().map(words).collect()
}

/// What readiness found.
#[derive(Default)]
struct Findings {
    not_ready: Vec<Finding>,
    degraded: Vec<Finding>,
}

impl Findings {
    /// Notes whether a database answers and takes writes.
    fn needs(&mut self, what: &str, is_writable: Result<bool, impl std::fmt::Display>) {
        match is_writable {
            Ok(true) => {}
            Ok(false) => {
                self.not_ready.push(Finding::of(format!("{what} cannot be written: the server is read-only")));
            }
            Err(error) => {
                tracing::warn!(%error, "not ready");
                self.not_ready.push(Finding::of(format!("{what} does not answer")));
            }
        }
    }

    /// Looks at the log, and says where it ends.
    async fn log(&mut self, app: &App) -> Option<Position> {
        let head = app.journal.store().head().await;
        match &head {
            Ok(_) => self.needs("the log", app.journal.store().is_writable().await),
            Err(error) => self.needs("the log", Err(error)),
        }
        // Only for a while: nobody may be sent here any more who would find out that it works again.
        if app.journal.refused_at().is_some_and(|at| app.journal.clock().now() - at < REFUSAL_COUNTS) {
            self.not_ready.push(Finding::of("the log takes no events"));
        }
        head.ok()
    }

    /// Looks at the read models, and says how far they are: as the table has it, since another process may keep them.
    async fn read_models(&mut self, app: &App) -> Position {
        match app.read_models.look().await {
            Ok(position) => {
                self.needs("the read models", app.read_models.is_writable().await);
                position
            }
            Err(error) => {
                self.needs("the read models", Err(error));
                *app.read_models.position().borrow()
            }
        }
    }

    /// Looks at what the read models do not have yet, and says how long the oldest has been waiting. Whoever projects may be
    /// another process, which cannot be asked.
    async fn waiting(&mut self, app: &App, head: Position, read: Position) -> TimeDelta {
        let next = match app.journal.read_all(read, &Filter::default(), 1).await {
            Ok(page) => page.events.into_iter().next(),
            Err(error) => {
                if let Some(position) = error.stuck_at() {
                    let what = "the read models cannot get past an event that is not understood".to_owned();
                    let detail = Some(format!("{error}; {}", resolve(position)));
                    self.not_ready.push(Finding { what, detail });
                }
                None
            }
        };
        let waiting = next.map_or(TimeDelta::zero(), |event| app.journal.clock().now() - event.meta.recorded_at);
        let behind = head.0 - read.0;
        if behind > MAX_LAG || waiting > MAX_WAIT {
            let what = format!("the read models are {} s behind", waiting.num_seconds());
            let detail = Some(format!("{behind} events, from position {} on", read.0 + 1));
            self.not_ready.push(Finding { what, detail });
        }
        waiting
    }

    /// Looks at what the workers say. Without the read models requests get wrong answers; the rest comes late.
    fn workers(&mut self, app: &App, workers: &[Worker]) {
        let now = app.journal.clock().now();
        for Worker { name, state, since } in workers {
            let WorkerState::Failing { error, stuck_at } = state else { continue };
            if now - *since < MAX_FAILING && stuck_at.is_none() {
                continue;
            }
            let how = stuck_at.map_or_else(String::new, |position| format!("; {}", resolve(position)));
            let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
            let found =
                Finding { what: format!("{name}: failing since {since}"), detail: Some(format!("{error}{how}")) };
            match name == Runner::NAME {
                true => self.not_ready.push(found),
                false => self.degraded.push(found),
            }
        }
    }
}

/// What an operator does about an event that nobody here understands.
fn resolve(position: Position) -> String {
    format!("run the version of Docket that wrote it, or `docket quarantine {position}`")
}

/// How long a worker may fail before it is said: most failures pass.
const MAX_FAILING: TimeDelta = TimeDelta::seconds(5);

/// How long an event may wait for the read models before the process calls itself not ready.
const MAX_WAIT: TimeDelta = TimeDelta::seconds(120);

/// How long an append that failed speaks against the log.
const REFUSAL_COUNTS: TimeDelta = TimeDelta::seconds(15);

/// Events the read models may be behind before the process calls itself not ready.
const MAX_LAG: u64 = 50_000;
