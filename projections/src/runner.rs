//! Keeps the read models up with the log.

use std::sync::Arc;
use std::time::Duration;

use docket_domain::{Event, Position};
use docket_store::delivery::{Lease, LeaseStore};
use docket_store::{Batch, Feed, FeedError, FeedSource, Journal, JournalError, Workers};
use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

use crate::database::{Checkpoint, Writer};
use crate::error::ReadError;
use crate::group::{Group, MODELS, ModelInfo};
use crate::read_models::{GROUP, ReadModels};
use crate::rebuild;

/// Events the feed hands out at once.
const FEED_LIMIT: usize = 1024;
/// Events a transaction takes at most. Quiet times make small batches, since whatever is there is taken at once;
/// while one is written the next grows.
const BATCH_LIMIT: usize = 4096;
/// How long a lease lasts without renewal.
const LEASE: Duration = Duration::from_secs(5);
/// Waits after failures: the first, and the longest.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(2));

/// Takes events from a feed into the read models. Several may run, in one process or many: one of them works, and
/// whatever they do, each event is taken in once.
pub struct Runner {
    models: ReadModels,
    source: Arc<dyn FeedSource>,
    journal: Journal,
    lease: Option<(Arc<dyn LeaseStore>, String)>,
    workers: Workers,
}

impl Runner {
    /// The lease's name, and the worker's.
    pub const NAME: &str = "projections";

    /// A runner without a lease: where it is the only one. `journal` is read when a model has to be rebuilt.
    pub fn new(models: ReadModels, source: Arc<dyn FeedSource>, journal: Journal) -> Self {
        Self { models, source, journal, lease: None, workers: Workers::default() }
    }

    /// Tells `workers` how it goes, under [`NAME`](Self::NAME).
    #[must_use]
    pub fn with_workers(mut self, workers: Workers) -> Self {
        self.workers = workers;
        self
    }

    /// Works only while it holds the lease. `holder` is for people who look.
    pub fn with_lease(mut self, leases: Arc<dyn LeaseStore>, holder: impl Into<String>) -> Self {
        self.lease = Some((leases, holder.into()));
        self
    }

    /// Works until `cancel`. Failures are logged and tried again, with growing waits.
    ///
    /// Dropping the future lets the batch under way end and then stops.
    pub async fn run(self, cancel: CancellationToken) {
        // A transaction must not be dropped half way: the work is a task of its own.
        let stop = cancel.child_token();
        let _stop_when_dropped = stop.clone().drop_guard();
        let work = tokio::spawn(async move { self.keep_working(&stop).await });
        if let Err(error) = work.await {
            tracing::error!(%error, "the projections stopped");
        }
    }

    async fn keep_working(&self, cancel: &CancellationToken) {
        let mut wait = BACKOFF.0;
        while !cancel.is_cancelled() {
            let lease = match &self.lease {
                None => None,
                Some((leases, holder)) => {
                    match Lease::acquire(leases, Self::NAME, holder, LEASE, cancel, &self.workers).await {
                        Some(lease) => Some(lease),
                        None => return,
                    }
                }
            };
            let stop = cancel.child_token();
            let lost = lease.as_ref().map(Lease::lost);
            let before = *self.models.position().borrow();
            let result = match lost {
                None => self.work(&stop).await,
                Some(lost) => {
                    // Cancels, and then waits for the batch under way to end.
                    let work = self.work(&stop);
                    tokio::pin!(work);
                    tokio::select! {
                        result = &mut work => result,
                        () = lost.cancelled() => { stop.cancel(); work.await }
                    }
                }
            };
            if let Some(lease) = lease {
                lease.release().await;
            }
            if *self.models.position().borrow() > before {
                wait = BACKOFF.0;
            }
            match result {
                Ok(()) => continue,
                Err(error @ ReadError::Fenced { .. }) => tracing::info!(%error, "starting again at the checkpoint"),
                // Not again and again: what is wrong may be wrong for long. Readiness has it as long as it lasts.
                Err(error) => {
                    if self.workers.failing(Self::NAME, &error, error.stuck_at()) {
                        tracing::warn!(%error, "projecting failed; trying again");
                    }
                }
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(BACKOFF.1),
            }
        }
    }

    /// Read models that know more than the log has were made from another: the log was restored from a copy, or lost its
    /// tail. What they say never happened, and what will happen under the same positions they would pass over.
    async fn leave_another_log(&self) -> Result<(), ReadError> {
        let at = self.models.look().await?;
        // In this order: the log only grows while it is the same.
        let head = self.journal.store().head().await.map_err(JournalError::from)?;
        if at <= head {
            return Ok(());
        }
        tracing::error!(
            read_models = at.0,
            log = head.0,
            "the log ends before what the read models have: making them anew"
        );
        let mut writer = self.models.database.writer().await?;
        rebuild::begin_anew(&mut writer, head).await?;
        writer.close().await?;
        self.models.back_at_start();
        Ok(())
    }

    /// Works until `stop` or the first failure.
    async fn work(&self, stop: &CancellationToken) -> Result<(), ReadError> {
        self.journal.learn_quarantine().await?;
        self.leave_another_log().await?;
        self.models.rebuild_outdated(&self.journal).await?;
        let mut writer = self.models.database.writer().await?;
        let mut at = writer.checkpoint(GROUP).await?.ok_or_else(|| ReadError::Setup("no checkpoint".into()))?;
        self.models.reached(at.position);
        let empty = at.position == Position::START;
        let mut group = Group::new(MODELS, |model: &ModelInfo| model.name().to_owned(), empty, self.models.cache.rows);
        let mut feed = self.source.open(GROUP, at.position, FEED_LIMIT).await?;
        if self.journal.store().head().await.map_err(JournalError::from)? <= at.position {
            self.workers.working(Self::NAME);
        }
        loop {
            let first = tokio::select! {
                () = stop.cancelled() => break,
                batch = feed.next() => batch?,
            };
            let Gathered { events, upto, then } = gather(first, &mut *feed, at.position).await;
            if upto > at.position {
                project(&self.models, &mut writer, &mut group, at, &events, upto).await?;
                at.position = upto;
                self.workers.working(Self::NAME);
            }
            then?;
        }
        writer.close().await
    }
}

/// What a feed had at once.
struct Gathered {
    events: Vec<Arc<Event>>,
    upto: Position,
    /// What ended it, if it was not that there is no more.
    then: Result<(), ReadError>,
}

/// Everything that is there now, after the checkpoint, up to [`BATCH_LIMIT`]. What the feed repeats is left out. Where it
/// leaves something out or fails, what came before counts all the same: a feed that fails now and then must not keep a
/// long way from ever being begun.
async fn gather(first: Batch, feed: &mut dyn Feed, checkpoint: Position) -> Gathered {
    let mut gathered = Gathered { events: Vec::with_capacity(first.events.len()), upto: checkpoint, then: Ok(()) };
    let mut next: Option<Result<Batch, FeedError>> = Some(Ok(first));
    while let Some(batch) = next {
        let batch = match batch {
            Ok(batch) if batch.after <= gathered.upto => batch,
            Ok(_) => {
                gathered.then = Err(ReadError::Fenced { expected: gathered.upto });
                break;
            }
            Err(error) => {
                gathered.then = Err(error.into());
                break;
            }
        };
        let upto = gathered.upto;
        gathered.events.extend(batch.events.into_iter().filter(|event| event.meta.position > upto));
        gathered.upto = upto.max(batch.upto);
        next = if gathered.events.len() < BATCH_LIMIT { feed.next().now_or_never() } else { None };
    }
    gathered
}

/// Takes a batch in: rows and checkpoint in one transaction, and then tells.
async fn project(
    models: &ReadModels,
    writer: &mut Writer,
    group: &mut Group,
    at: Checkpoint,
    events: &[Arc<Event>],
    upto: Position,
) -> Result<(), ReadError> {
    let began = tokio::time::Instant::now();
    writer.begin().await?;
    let written = async {
        writer.advance(GROUP, at, upto).await?;
        group.apply(writer, events).await?;
        match group.erased() {
            [] => Ok(()),
            people => rebuild::scrub_leftovers(writer, people).await,
        }
    }
    .await;
    if let Err(error) = written {
        group.forget();
        writer.rollback().await?;
        return Err(error);
    }
    writer.commit().await?;
    if group.committed() {
        writer.flush_erased().await;
    }
    models.keeps(group.bytes());
    metrics::counter!("docket_projection_events_total", "group" => GROUP).increment(events.len() as u64);
    metrics::histogram!("docket_projection_batch_events", "group" => GROUP).record(events.len() as f64);
    metrics::histogram!("docket_projection_batch_seconds", "group" => GROUP).record(began.elapsed().as_secs_f64());
    metrics::gauge!("docket_projection_position", "group" => GROUP).set(upto.0 as f64);
    if let Some(last) = events.last() {
        let lag = models.clock.now() - last.meta.recorded_at;
        metrics::gauge!("docket_projection_lag_seconds", "group" => GROUP).set(lag.as_seconds_f64().max(0.0));
    }
    models.tell(events.into(), upto);
    Ok(())
}
