//! What happens by itself: timers fire, waiting chats find agents, tickets are measured by the policies of the day, and
//! tickets and chats are handed back when their agent cannot look after them any more.
//!
//! # Invariants of this room
//! - A reactor reads the feed and issues commands; it writes nothing itself, and keeps nothing that is not in the log.
//! - Every command carries a request key derived from what caused it: a reactor may run twice and act once.
//! - What a command may do is decided by the domain when it is appended. A reactor that is behind does no harm.

mod follow;
mod handing_back;
mod people;
pub mod routing;
mod service_level;
pub mod timers;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use docket_commands::Commands;
use docket_store::delivery::{Lease, LeaseStore};
use docket_store::{FeedSource, Workers};
use tokio_util::sync::CancellationToken;

/// The lease under which one process reacts for all.
const LEASE: &str = "reactors";
/// How long after a crash another process takes over.
const LEASE_TTL: Duration = Duration::from_secs(10);

/// How patient the desk is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long an agent may leave a chat offered to them before it goes to the next, or waits for
    /// whoever accepts it.
    pub offer_patience: TimeDelta,
    /// How long nobody may write in an active chat before it ends.
    pub chat_idle: TimeDelta,
    /// How long a visitor may wait in silence before the chat counts as abandoned.
    pub chat_abandoned: TimeDelta,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            offer_patience: TimeDelta::seconds(30),
            chat_idle: TimeDelta::minutes(15),
            chat_abandoned: TimeDelta::minutes(30),
        }
    }
}

/// All reactors.
#[derive(Clone)]
pub struct Reactors {
    commands: Commands,
    source: Arc<dyn FeedSource>,
    settings: Settings,
    workers: Workers,
}

impl Reactors {
    /// Reactors that act through `commands` on what `source` tells.
    pub fn new(commands: Commands, source: Arc<dyn FeedSource>, settings: Settings) -> Self {
        Self { commands, source, settings, workers: Workers::default() }
    }

    /// Tells `workers` how it goes.
    #[must_use]
    pub fn with_workers(mut self, workers: Workers) -> Self {
        self.workers = workers;
        self
    }

    /// Reacts until `cancel`, alone: of all processes that share `leases` one reacts, the others stand by.
    pub async fn run(&self, leases: &Arc<dyn LeaseStore>, holder: &str, cancel: &CancellationToken) {
        while let Some(lease) = Lease::acquire(leases, LEASE, holder, LEASE_TTL, cancel, &self.workers).await {
            self.workers.working(LEASE);
            let lost = lease.lost();
            let stop = cancel.child_token();
            tokio::select! {
                () = self.react(&stop) => {}
                () = lost.cancelled() => tracing::warn!("the reactors' lease was lost; standing by"),
            }
            lease.release().await;
        }
    }

    /// Reacts until `cancel`, whoever else does. For a process that is alone.
    pub async fn react(&self, cancel: &CancellationToken) {
        let journal = self.commands.journal();
        let (source, workers) = (&*self.source, &self.workers);
        let routing = follow::run(journal, source, cancel, workers, || {
            routing::Routing::new(self.commands.clone(), &self.settings)
        });
        let timers = follow::run(journal, source, cancel, workers, || {
            timers::Timers::new(self.commands.clone(), &self.settings)
        });
        let matching =
            follow::run(journal, source, cancel, workers, || service_level::Matching::new(self.commands.clone()));
        let handing_back =
            follow::run(journal, source, cancel, workers, || handing_back::HandingBack::new(self.commands.clone()));
        let people = people::run(&self.commands, cancel, workers);
        tokio::join!(routing, timers, matching, handing_back, people);
    }
}
