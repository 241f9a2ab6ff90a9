//! What the process needs, looked at: everything at once, and within a time in which whoever asks still waits.

use std::fmt::Display;
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};
use docket_domain::Position;
use docket_projections::{ReadError, Runner};
use docket_store::{Filter, MOST_SKEW, Refusing, StoreError, Worker, WorkerState, Writable};
use tokio::time::{Instant, timeout_at};

use crate::app::App;

/// How long everything may take to answer, together. What does not, does not serve requests either.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long a worker may fail before it is said: most failures pass.
const MAX_FAILING: TimeDelta = TimeDelta::seconds(5);
/// How long an event may wait for the read models before the process calls itself not ready.
const MAX_WAIT: TimeDelta = TimeDelta::seconds(120);
/// Events the read models may be behind before the process calls itself not ready.
const MAX_LAG: u64 = 50_000;

/// Something that is not as it should be.
pub(super) struct Finding {
    /// What, for anybody.
    what: String,
    /// More of it, for whoever may read the figures.
    detail: Option<String>,
}

impl Finding {
    fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), detail: None }
    }

    /// In words; with its details for whoever is `told` them.
    pub(super) fn in_words(self, told: bool) -> String {
        match self.detail.filter(|_| told) {
            Some(detail) => format!("{}: {detail}", self.what),
            None => self.what,
        }
    }
}

/// What was found.
#[derive(Default)]
pub(super) struct Findings {
    /// What keeps the process from answering rightly.
    pub(super) not_ready: Vec<Finding>,
    /// What does not work though requests can be answered.
    pub(super) degraded: Vec<Finding>,
    /// Where the log ends, if it answered.
    pub(super) log: Option<Position>,
    /// How far the read models are.
    pub(super) read: Position,
    /// How long the oldest event has been waiting that they do not have.
    pub(super) waiting: TimeDelta,
    /// How far this machine's clock is behind the log's last event.
    pub(super) clock_behind: TimeDelta,
}

/// A database that answered.
struct Answer<T> {
    writable: Writable,
    at: T,
}

impl Findings {
    /// Looks at everything.
    pub(super) async fn of(app: &App, workers: &[Worker]) -> Self {
        let until = Instant::now() + PATIENCE;
        let (log, refusing, vault, read, behind) = tokio::join!(
            within(until, log(app)),
            refusing(app, until),
            within(until, app.vault.is_writable()),
            within(until, read_models(app)),
            within(until, app.journal.clock_behind()),
        );
        let mut findings = Self { read: *app.read_models.position().borrow(), ..Self::default() };
        findings.log = findings.needs("the log", log);
        let vault = vault.map(|writable| Answer { writable, at: () });
        findings.needs("the vault", vault);
        if let Some(Refusing { since, error }) = refusing {
            let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
            let what = format!("the log takes no events since {since}");
            findings.not_ready.push(Finding { what, detail: Some(error) });
        } else if let Some(since) = app.journal.store().waiting() {
            let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
            let detail = Some("the database takes long to write it, or another process holds its lock".to_owned());
            findings
                .degraded
                .push(Finding { what: format!("the log has been taking no events since {since}"), detail });
        }
        // As the table has it: another process may keep them.
        if let Some(at) = findings.needs("the read models", read) {
            findings.read = at;
        }
        if let Some(head) = findings.log.filter(|head| *head > findings.read) {
            findings.compare(app, head, until).await;
        }
        findings.workers(app, workers);
        findings.clock_behind = behind.unwrap_or_default();
        if findings.clock_behind > MOST_SKEW {
            let seconds = findings.clock_behind.num_seconds();
            findings.degraded.push(Finding::of(format!("the clock is {seconds} s behind the log's last event")));
        }
        if app.stopping.is_cancelled() {
            findings.not_ready.push(Finding::of("the server is stopping"));
        }
        findings
    }

    /// Notes whether a database answers and takes writes, and says what it answered.
    fn needs<T>(&mut self, what: &str, answer: Result<Answer<T>, String>) -> Option<T> {
        match answer {
            Ok(Answer { writable, at }) => {
                match writable {
                    Writable::Yes => {}
                    Writable::ReadOnlyServer => {
                        self.not_ready.push(Finding::of(format!("{what} cannot be written: the server is read-only")));
                    }
                    Writable::Refuses(error) => {
                        let what = format!("{what} cannot be written");
                        self.not_ready.push(Finding { what, detail: Some(error) });
                    }
                }
                Some(at)
            }
            Err(error) => {
                tracing::debug!(%error, what, "not ready");
                self.not_ready.push(Finding { what: format!("{what} does not answer"), detail: Some(error) });
                None
            }
        }
    }

    /// Looks at what the read models do not have yet, and how long the oldest of it has been waiting. Whoever projects may
    /// be another process, which cannot be asked.
    async fn compare(&mut self, app: &App, head: Position, until: Instant) {
        let filter = Filter::default();
        let next = timeout_at(until, app.journal.read_all(self.read, &filter, 1)).await;
        let next = match next {
            Ok(Ok(page)) => page.events.into_iter().next(),
            Ok(Err(error)) => {
                if let Some(position) = error.stuck_at() {
                    let what = "the read models cannot get past an event that is not understood".to_owned();
                    let detail = Some(format!("{error}; {}", resolve(position)));
                    self.not_ready.push(Finding { what, detail });
                }
                None
            }
            Err(_) => None,
        };
        if let Some(event) = next {
            self.waiting = app.journal.clock().now() - event.meta.recorded_at;
        }
        let behind = head.0 - self.read.0;
        if behind > MAX_LAG || self.waiting > MAX_WAIT {
            let what = format!("the read models are {} s behind", self.waiting.num_seconds());
            let detail = Some(format!("{behind} events, from position {} on", self.read.0 + 1));
            self.not_ready.push(Finding { what, detail });
        }
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

/// What came of a question, or that nothing came in time.
async fn within<T, E: Display>(until: Instant, asked: impl Future<Output = Result<T, E>>) -> Result<T, String> {
    match timeout_at(until, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("nothing within {} ms", PATIENCE.as_millis())),
    }
}

async fn log(app: &App) -> Result<Answer<Position>, StoreError> {
    let store = app.journal.store();
    let (at, is_writable) = tokio::try_join!(store.head(), store.is_writable())?;
    Ok(Answer { writable: is_writable.into(), at })
}

async fn read_models(app: &App) -> Result<Answer<Position>, ReadError> {
    let (at, writable) = tokio::try_join!(app.read_models.look(), app.read_models.is_writable())?;
    Ok(Answer { writable, at })
}

/// Whether the log takes events. Where the last write failed nobody may be sent here any more who would find out that it
/// works again, so that it is tried.
async fn refusing(app: &App, until: Instant) -> Option<Refusing> {
    let store = app.journal.store();
    store.refusing()?;
    // Its answer is in what the log says of itself.
    let _ = timeout_at(until, store.probe()).await;
    store.refusing()
}

/// What an operator does about an event that nobody here understands.
fn resolve(position: Position) -> String {
    format!("run the version of Docket that wrote it, or `docket quarantine {position}`")
}
