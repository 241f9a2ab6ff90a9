//! Group commit: callers hand their append over a bounded channel to the one writer of this process, which commits all
//! that wait in one transaction. What a caller's future does afterwards changes nothing.
//!
//! This module is the callers' half and the batches; each adapter's writer commits them. [`plan`] holds the rules, common to both.

pub(crate) mod plan;
mod taking;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike as _, Utc};
use docket_domain::TenantId;
use tokio::sync::{mpsc, oneshot};

use crate::{Append, Appended, Clock, Expected, StoreError};

pub use taking::Refusing;
use taking::Taking;

/// Appends that may wait for the writer before callers have to.
const QUEUE: usize = 4096;
/// Most appends in one transaction; more would only add latency.
const BATCH_APPENDS: usize = 1024;
/// Payload bytes after which a batch is closed.
const BATCH_BYTES: usize = 8 << 20;
/// How long a caller waits for room in the queue.
const PATIENCE: Duration = Duration::from_secs(10);

/// An append on its way, and where its answer goes.
#[derive(Debug)]
pub(crate) struct AppendJob {
    pub(crate) append: Append,
    pub(crate) reply: oneshot::Sender<Result<Appended, StoreError>>,
    since: Instant,
}

/// A wish for numbers, and where the first of them goes.
#[derive(Debug)]
pub(crate) struct ReserveJob {
    pub(crate) tenant: TenantId,
    pub(crate) sequence: String,
    pub(crate) wish: Wish,
    pub(crate) reply: oneshot::Sender<Result<u64, StoreError>>,
}

/// Which numbers are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    /// As many as this, the next ones.
    Next(u32),
    /// All up to this one, set aside.
    Aside(u64),
}

#[derive(Debug)]
enum Job {
    Append(AppendJob),
    Reserve(ReserveJob),
    Close(oneshot::Sender<()>),
}

/// The callers' half.
#[derive(Debug, Clone)]
pub(crate) struct Appender {
    jobs: mpsc::Sender<Job>,
    taking: Taking,
}

/// The writer's half.
#[derive(Debug)]
pub(crate) struct Intake {
    jobs: mpsc::Receiver<Job>,
    closers: Vec<oneshot::Sender<()>>,
    taking: Taking,
}

/// What is committed together.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) appends: Vec<AppendJob>,
    pub(crate) reserves: Vec<ReserveJob>,
    bytes: usize,
    taking: Taking,
}

/// Both halves.
pub(crate) fn channel(clock: Arc<dyn Clock>) -> (Appender, Intake) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let taking = Taking::new(clock);
    (Appender { jobs: sender, taking: taking.clone() }, Intake { jobs: receiver, closers: Vec::new(), taking })
}

impl Appender {
    /// Has the writer append. Dropping this future leaves all of the append or nothing.
    pub(crate) async fn append(&self, append: Append) -> Result<Appended, StoreError> {
        check(&append)?;
        let (reply, answer) = oneshot::channel();
        self.send(Job::Append(AppendJob { append, reply, since: Instant::now() })).await?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Has the writer take numbers.
    pub(crate) async fn reserve(&self, tenant: &TenantId, sequence: &str, count: u32) -> Result<u64, StoreError> {
        if count == 0 {
            return Err(StoreError::Malformed("at least one number is taken"));
        }
        self.wish(tenant, sequence, Wish::Next(count)).await
    }

    /// Has the writer set numbers aside.
    pub(crate) async fn set_aside(&self, tenant: &TenantId, sequence: &str, through: u64) -> Result<u64, StoreError> {
        // The number after it has to fit too.
        if i64::try_from(through).is_ok_and(|through| through < i64::MAX) {
            self.wish(tenant, sequence, Wish::Aside(through)).await
        } else {
            Err(StoreError::Malformed("no database holds such a number"))
        }
    }

    async fn wish(&self, tenant: &TenantId, sequence: &str, wish: Wish) -> Result<u64, StoreError> {
        if sequence.is_empty() || sequence.contains('\0') {
            return Err(StoreError::Malformed("a sequence has a name"));
        }
        let (reply, answer) = oneshot::channel();
        let job = ReserveJob { tenant: tenant.clone(), sequence: sequence.to_owned(), wish, reply };
        self.send(Job::Reserve(job)).await?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Since when and why nothing is taken; `None` if the last write went well.
    pub(crate) fn refusing(&self) -> Option<Refusing> {
        self.taking.refusing()
    }

    /// Since when the oldest append has been waiting, if that is long.
    pub(crate) fn waiting(&self) -> Option<DateTime<Utc>> {
        self.taking.waiting()
    }

    /// Has the writer write something that is no event: a number nobody uses. One at a time, whoever asks; goes on when
    /// this future is dropped.
    pub(crate) async fn probe(&self) -> Result<(), StoreError> {
        let Some(probing) = self.taking.begin_probe() else {
            return Err(StoreError::Unavailable("it is being tried".into()));
        };
        let appender = self.clone();
        let trying = tokio::spawn(async move {
            let _probing = probing;
            let nobody = TenantId::new("docket").map_err(|_| closed())?;
            appender.reserve(&nobody, "probe", 1).await.map(drop)
        });
        trying.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Returns when everything handed over before is done and the writer is gone.
    pub(crate) async fn close(&self) {
        let (done, gone) = oneshot::channel();
        if self.jobs.send(Job::Close(done)).await.is_ok() {
            // An error means the writer is gone without having said so, which is what was asked for.
            let _ = gone.await;
        }
    }

    async fn send(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.send_timeout(job, PATIENCE).await.map_err(|error| match error {
            mpsc::error::SendTimeoutError::Timeout(_) => {
                let why = "too many appends wait";
                self.taking.refused(self.taking.waiting(), why);
                StoreError::Unavailable(why.into())
            }
            mpsc::error::SendTimeoutError::Closed(_) => closed(),
        })
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the log is closed".into())
}

/// Refuses what is not an append whatever the log holds.
fn check(append: &Append) -> Result<(), StoreError> {
    let malformed = |what| Err(StoreError::Malformed(what));
    let Some(first) = append.streams.first() else { return malformed("no stream") };
    if append.streams.iter().any(|part| part.events.is_empty() && part.expected == Expected::Any) {
        return malformed("a stream without events and without a version");
    }
    match append.streams.iter().all(|part| part.events.is_empty()) {
        true if append.unchanged_at.is_none() || append.idempotency.is_none() => {
            return malformed("neither events nor a key to keep");
        }
        false if append.unchanged_at.is_some() => return malformed("events of what changes nothing"),
        _ => {}
    }
    if append.streams.len() > 1 {
        let mut seen = HashSet::with_capacity(append.streams.len());
        if !append.streams.iter().all(|part| seen.insert(&part.stream)) {
            return malformed("a stream twice");
        }
    }
    // What RFC 3339 can write and both databases can hold.
    if append.streams.iter().flat_map(|part| &part.events).any(|e| !(1..=9999).contains(&e.occurred_at.year())) {
        return malformed("a time outside the years 1 to 9999");
    }
    // PostgreSQL's text has no NUL, and JSON writes it as an escape.
    if append
        .streams
        .iter()
        .flat_map(|part| &part.events)
        .any(|event| event.payload.contains('\0') || event.event_type.is_empty() || event.event_type.contains('\0'))
    {
        return malformed("a NUL character, or an event without a type");
    }
    if let Some(key) = &append.idempotency {
        if key.key.is_empty() || key.key.len() > 255 || key.key.contains('\0') || key.note.contains('\0') {
            return malformed("an idempotency key has 1 to 255 bytes and no NUL");
        }
        if key.tenant != first.stream.tenant {
            return malformed("the idempotency key is another tenant's");
        }
    }
    Ok(())
}

impl Intake {
    /// The next batch, for a writer with a thread of its own. `None` when there will be no more.
    pub(crate) fn blocking_next(&mut self) -> Option<Batch> {
        loop {
            let first = self.jobs.blocking_recv()?;
            let batch = self.fill(first);
            if !batch.is_empty() {
                return Some(batch);
            }
        }
    }

    /// The next batch, for a writer that is a task. `None` when there will be no more.
    pub(crate) async fn next(&mut self) -> Option<Batch> {
        loop {
            let first = self.jobs.recv().await?;
            let batch = self.fill(first);
            if !batch.is_empty() {
                return Some(batch);
            }
        }
    }

    /// Tells those who wait for the end that it has come.
    pub(crate) fn finish(self) {
        for closer in self.closers {
            // Whoever asked may be gone.
            let _ = closer.send(());
        }
    }

    fn fill(&mut self, first: Job) -> Batch {
        let (appends, reserves) = (Vec::new(), Vec::new());
        let mut batch = Batch { appends, reserves, bytes: 0, taking: self.taking.clone() };
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Append(job) => batch.push(job),
                Job::Reserve(job) => batch.reserves.push(job),
                Job::Close(done) => {
                    self.jobs.close();
                    self.closers.push(done);
                }
            }
            let full = batch.appends.len() >= BATCH_APPENDS || batch.bytes >= BATCH_BYTES;
            next = if full { None } else { self.jobs.try_recv().ok() };
        }
        if !batch.is_empty() {
            self.taking.took_up();
        }
        batch
    }
}

impl Batch {
    fn push(&mut self, job: AppendJob) {
        self.bytes += job.append.streams.iter().flat_map(|part| &part.events).map(|e| e.payload.len()).sum::<usize>();
        self.appends.push(job);
    }

    fn is_empty(&self) -> bool {
        self.appends.is_empty() && self.reserves.is_empty()
    }

    /// Answers everybody after a commit.
    pub(crate) fn settle(self, outcomes: Vec<Result<Appended, StoreError>>, firsts: Vec<u64>, events: usize) {
        metrics::histogram!("docket_log_batch_appends").record(count(self.appends.len()));
        metrics::counter!("docket_log_events_total").increment(events as u64);
        self.taking.answered();
        // A batch of conflicts wrote nothing, and proves nothing.
        if events > 0 || !firsts.is_empty() {
            self.taking.took();
        }
        for (job, outcome) in self.appends.into_iter().zip(outcomes) {
            if outcome.is_err() {
                metrics::counter!("docket_log_refused_total").increment(1);
            }
            metrics::histogram!("docket_log_append_seconds").record(job.since.elapsed().as_secs_f64());
            // The caller may have gone; the append stands all the same.
            let _ = job.reply.send(outcome);
        }
        for (job, first) in self.reserves.into_iter().zip(firsts) {
            let _ = job.reply.send(Ok(first));
        }
    }

    /// Tells everybody that the log could not be written.
    pub(crate) fn fail(self, why: &str) {
        metrics::counter!("docket_log_batches_failed_total").increment(1);
        self.taking.refused(self.taking.answered(), why);
        for job in self.appends {
            let _ = job.reply.send(Err(StoreError::Unavailable(why.to_owned())));
        }
        for job in self.reserves {
            let _ = job.reply.send(Err(StoreError::Unavailable(why.to_owned())));
        }
    }
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::from(u32::MAX), f64::from)
}
