//! How a reactor lives: it takes in the log's history, then follows the feed and acts, until it is told to end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use docket_commands::{CommandError, Commands};
use docket_domain::{Aggregate, Category, Event, FromDomain as _, Position, Stamp, StreamId};
use docket_store::{FeedError, FeedSource, Filter, Journal, JournalError, RecordedEvent, WorkerState, Workers};
use tokio_util::sync::CancellationToken;

/// Events read at once.
const PAGE: usize = 2000;
/// The longest sleep before looking at the clock again: timers fire well within a second of due, whatever clock it is.
const GLANCE: Duration = Duration::from_millis(200);
/// Before beginning again after a failure: at first, and at most. Beginning again reads all of the history.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Something that follows the log and acts on it by commands.
#[async_trait]
pub(crate) trait Reactor: Send {
    /// What it is called in logs, metrics and at the broker.
    const NAME: &'static str;
    /// The categories it looks at.
    const CATEGORIES: &'static [Category];

    /// Takes in an event from before it began, as it lies in the log; [`decode`] understands it.
    fn take_in_history(&mut self, event: RecordedEvent) -> Result<(), JournalError>;

    /// Takes in an event that just happened.
    fn take_in(&mut self, event: &Event);

    /// Does what is to be done. When it wants to be called again at the latest, even if nothing happens.
    async fn act(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>>;

    /// The histories it could not act on because an event in them is not understood.
    fn stuck(&mut self) -> &mut Stuck;
}

/// Histories with an event that nobody here understands: their streams, the event's position, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Stuck(BTreeMap<StreamId, (Position, String)>);

impl Stuck {
    /// Sorts out a failure over a stream. An event that was set aside leaves nothing to do there: a history of which a part
    /// is missing is decided on by nobody.
    pub(crate) fn note(&mut self, journal: &Journal, stream: &StreamId, error: &CommandError) -> Failure {
        let position = match error {
            CommandError::Journal(error) => error.stuck_at(),
            _ => None,
        };
        let Some(position) = position else {
            self.clear(stream);
            return Failure::Passing;
        };
        if journal.leaves_out(position) {
            self.clear(stream);
            return Failure::LeftOut;
        }
        self.0.insert(stream.clone(), (position, error.to_string()));
        Failure::Stuck
    }

    /// Nothing is in the way of a stream any more.
    pub(crate) fn clear(&mut self, stream: &StreamId) {
        self.0.remove(stream);
    }

    fn forget_left_out(&mut self, journal: &Journal) {
        self.0.retain(|_, (position, _)| !journal.leaves_out(*position));
    }

    /// The first event that is in the way, and what is wrong with it.
    fn first(&self) -> Option<(Position, &str)> {
        self.0.values().map(|(position, error)| (*position, error.as_str())).min()
    }
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// One that passes: to be tried again soon.
    Passing,
    /// An event is not understood: to be tried again after [`STUCK_RETRY`].
    Stuck,
    /// An event was set aside: there is nothing to do.
    LeftOut,
}

/// How long a history that is not understood is left alone.
pub(crate) const STUCK_RETRY: TimeDelta = TimeDelta::seconds(5);

/// Runs reactors made by `new` until `cancel`; one that fails is made anew. `workers` is told how it goes.
pub(crate) async fn run<R: Reactor>(
    journal: &Journal,
    source: &dyn FeedSource,
    cancel: &CancellationToken,
    workers: &Workers,
    new: impl Fn() -> R + Send + Sync,
) {
    let name = format!("reactors/{}", R::NAME);
    let mut pause = PAUSES.0;
    while !cancel.is_cancelled() {
        tokio::select! {
            () = cancel.cancelled() => {}
            Err(error) = follow(journal, source, new(), workers, &name) => {
                if workers.get(&name).is_some_and(|worker| worker.state == WorkerState::Working) {
                    pause = PAUSES.0;
                }
                if workers.failing(&name, &error, error.stuck_at()) {
                    tracing::warn!(reactor = R::NAME, %error, "beginning again");
                }
                tokio::select! {
                    () = cancel.cancelled() => {}
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(PAUSES.1),
                }
            }
        }
    }
    workers.left(&name);
}

/// Never ends but by an error.
async fn follow<R: Reactor>(
    journal: &Journal,
    source: &dyn FeedSource,
    mut reactor: R,
    workers: &Workers,
    name: &str,
) -> Result<(), FeedError> {
    let began_at = take_in_history(journal, &mut reactor).await?;
    let mut feed = source.open(R::NAME, began_at, PAGE).await?;
    workers.working(name); // all there was is understood
    workers.reached(name, began_at);
    tracing::info!(reactor = R::NAME, position = %began_at, "follows the log");
    let clock = journal.clock();
    let mut looked_at = clock.now();
    loop {
        let wake_at = reactor.act(clock.now()).await;
        if let Some((position, error)) = reactor.stuck().first() {
            if workers.failing(name, error, Some(position)) {
                tracing::warn!(reactor = R::NAME, error, %position, "an event is in the way of what is to be done");
            }
            // The operator may have set it aside, on whichever node.
            if clock.now() - looked_at >= STUCK_RETRY {
                looked_at = clock.now();
                journal.learn_quarantine().await?;
                reactor.stuck().forget_left_out(journal);
            }
        } else {
            workers.working(name);
        }
        let is_stuck = reactor.stuck().first().is_some();
        let wake_at = wake_at.or_else(|| is_stuck.then(|| clock.now() + STUCK_RETRY));
        let batch = match wake_at {
            None => feed.next().await?,
            Some(at) => {
                let rest = (at - clock.now()).to_std().unwrap_or_default().min(GLANCE);
                match tokio::time::timeout(rest, feed.next()).await {
                    Ok(batch) => batch?,
                    Err(_) => continue,
                }
            }
        };
        for event in batch.events.iter().filter(|event| R::CATEGORIES.contains(&event.meta.stream.category)) {
            reactor.take_in(event);
        }
        metrics::gauge!("docket_reactor_position", "reactor" => R::NAME).set(batch.upto.0 as f64);
        workers.reached(name, batch.upto);
    }
}

/// Shows the reactor everything in the log so far, without opening what is sealed. Where it ended.
async fn take_in_history<R: Reactor>(journal: &Journal, reactor: &mut R) -> Result<Position, JournalError> {
    journal.learn_quarantine().await?;
    let filter = Filter { categories: R::CATEGORIES.to_vec(), ..Filter::default() };
    let head = journal.store().head().await?;
    let mut at = Position::START;
    while at < head {
        let page = journal.read_recorded(at, &filter, PAGE).await?;
        for event in page.events {
            reactor.take_in_history(event)?;
        }
        if page.scanned_to <= at {
            break;
        }
        at = page.scanned_to;
    }
    Ok(at)
}

/// Understands an event without opening it: its personal text stays sealed.
pub(crate) fn decode(event: RecordedEvent) -> Result<Event, JournalError> {
    event.understand()
}

/// A state that is at least at `version`: the one in memory, else folded without opening what is sealed and without
/// pushing others out of memory, since nothing is about to be done with it.
pub(crate) async fn state<A: Aggregate>(
    commands: &Commands,
    stream: &StreamId,
    version: u64,
) -> Result<Arc<A>, CommandError> {
    const PAGE: usize = 500;
    if let Some(known) = commands.known::<A>(&stream.tenant, stream.id).filter(|known| known.version >= version) {
        return Ok(known.state);
    }
    let (mut state, mut after) = (A::default(), 0);
    loop {
        let page = commands.journal().store().read_stream(stream, after, PAGE).await?;
        let last = page.len() < PAGE;
        for recorded in page {
            after = recorded.meta.version;
            if commands.journal().leaves_out(recorded.meta.position) {
                continue;
            }
            let event = decode(recorded)?;
            if let Some(own) = A::Event::from_domain(&event.body) {
                let (occurred_at, actor) = (event.meta.occurred_at, event.meta.actor);
                state.evolve(own, &Stamp { version: after, occurred_at, actor });
            }
        }
        if last {
            return Ok(Arc::new(state));
        }
    }
}
