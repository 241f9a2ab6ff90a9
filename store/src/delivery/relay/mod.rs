//! The relay: publishes the log to JetStream, in order and without gaps.
//!
//! It keeps no state of its own. Where it goes on is what the stream's last message says; what it publishes carries the
//! sequence it expects, so that of two relays, or of a publish that comes late, at most one succeeds.

mod erasure;
mod left_out;
mod resume;
mod session;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::Client;
use docket_domain::Position;
use metrics::{counter, gauge};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::broker::{BrokerError, StreamOptions, connected, refusal};
use super::in_process::InProcessSource;
use super::lease::{Lease, LeaseStore};
use crate::{FeedError, Journal, StoreError, Workers};
use left_out::LeftOut;

/// Sessions that may fail one after the other before another node gets its turn: some seconds.
const PATIENCE: u32 = 6;
/// How long it gets; longer than anybody waits between two tries for a lease.
const TURN: Duration = Duration::from_millis(500);

/// How the relay works.
#[derive(Debug, Clone)]
pub struct RelayOptions {
    /// The stream it publishes to.
    pub stream: StreamOptions,
    /// How many events, at most, it puts into a stream that has none: a new one, or one that was emptied.
    pub backfill: usize,
    /// How often, at least, it looks whether the stream is still what it left.
    pub check_every: Duration,
    /// How long another relay waits after this one crashed.
    pub lease_ttl: Duration,
}

impl Default for RelayOptions {
    /// 10,000 events of backfill, a look every two seconds, a lease of ten.
    fn default() -> Self {
        Self {
            stream: StreamOptions::default(),
            backfill: 10_000,
            check_every: Duration::from_secs(2),
            lease_ttl: Duration::from_secs(10),
        }
    }
}

/// A session of the relay ended; the next one goes on where the stream says.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Broker(#[from] BrokerError),
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream is not where this relay left it.
    #[error("the stream is at sequence {found}, not {expected}")]
    Moved { expected: u64, found: u64 },
    /// Somebody removed everything from the stream.
    #[error("the stream was emptied; the latest events are published again")]
    Emptied,
    /// The server does not take an event, whenever it is tried.
    #[error("the event at position {position} was not taken: {reason}")]
    Refused { position: Position, reason: String },
}

impl RelayError {
    fn stuck_at(&self) -> Option<Position> {
        match self {
            Self::Feed(error) => error.stuck_at(),
            Self::Refused { position, .. } => Some(*position),
            _ => None,
        }
    }
}

/// Publishes the log to JetStream. Any number may run; the one with the lease works.
pub struct Relay {
    journal: Journal,
    source: InProcessSource,
    client: Client,
    leases: Arc<dyn LeaseStore>,
    holder: String,
    options: RelayOptions,
    /// How far the stream is, as far as is known here; for the metrics only.
    position: AtomicU64,
    left_out: LeftOut,
    workers: Workers,
}

impl Relay {
    /// The lease's name.
    pub const LEASE: &str = "relay";

    /// A relay from `journal` to the server of `client`; `holder` names this process in the table of leases.
    pub fn new(
        journal: Journal,
        client: Client,
        leases: Arc<dyn LeaseStore>,
        holder: &str,
        options: RelayOptions,
    ) -> Self {
        let source = InProcessSource::new(journal.clone());
        let holder = holder.to_owned();
        let (position, left_out, workers) = (AtomicU64::new(0), LeftOut::default(), Workers::default());
        Self { journal, source, client, leases, holder, options, position, left_out, workers }
    }

    /// Tells `workers` how it goes, under the lease's name: the same that the connection tells.
    #[must_use]
    pub fn with_workers(mut self, workers: Workers) -> Self {
        self.workers = workers;
        self
    }

    /// Works until `cancel`, whatever happens to NATS, and finishes what is in flight. A relay that gets nowhere lets
    /// go of the lease for a moment: another node may reach NATS.
    pub async fn run(&self, cancel: &CancellationToken) {
        while let Some(lease) =
            Lease::acquire(&self.leases, Self::LEASE, &self.holder, self.options.lease_ttl, cancel, &self.workers).await
        {
            let stop = cancel.child_token();
            let lost = lease.lost();
            tokio::select! {
                () = self.sessions(&stop) => {}
                () = lost.cancelled() => stop.cancel(), // what was sent is fenced by its expected sequence
            }
            lease.release().await;
            tokio::select! {
                () = cancel.cancelled() => {}
                () = sleep(TURN) => {}
            }
        }
    }

    /// One session after the other until `stop`, or until it makes no sense to go on trying here.
    async fn sessions(&self, stop: &CancellationToken) {
        let mut failures = 0_u32;
        while !stop.is_cancelled() && failures < PATIENCE {
            let mut published = 0;
            let result = if connected(&self.client) {
                self.session(stop, &mut published).await
            } else {
                Err(BrokerError::Disconnected.into())
            };
            gauge!("docket_relay_connected").set(0.0);
            self.show_lag();
            let Err(error) = result else { return };
            failures = if published > 0 { 1 } else { failures + 1 };
            counter!("docket_relay_errors_total").increment(1);
            if let RelayError::Feed(error) = &error
                && let Some(position) = error.stuck_at()
            {
                self.left_out.failed(position);
            }
            // A missing permission shows as a time-out here; the server's word for it came to the connection.
            let said = refusal(&self.workers).map_or_else(String::new, |said| format!(" ({said})"));
            let is_news = self.workers.failing(Self::LEASE, format!("{error}{said}"), error.stuck_at());
            // How the connection is, it says itself.
            if is_news && !matches!(error, RelayError::Broker(BrokerError::Disconnected)) {
                tracing::warn!(%error, said, "the relay starts again from the stream's last message");
            } else {
                tracing::debug!(%error, failures, "the relay cannot go on");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(Duration::from_millis(50) * 2_u32.pow(failures.min(5))) => {}
            }
        }
    }

    /// Notes that everything up to `position` is on the stream.
    fn reached(&self, position: Position) {
        self.position.store(position.0, Ordering::Relaxed);
        self.left_out.passed(position);
        gauge!("docket_relay_position").set(position.0 as f64);
        self.workers.reached(Self::LEASE, position);
    }

    fn show_lag(&self) {
        let head = *self.journal.store().appended().borrow();
        let lag = head.0.saturating_sub(self.position.load(Ordering::Relaxed));
        gauge!("docket_relay_lag_positions").set(lag as f64);
    }
}
