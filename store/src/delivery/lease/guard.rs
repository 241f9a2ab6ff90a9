//! A held lease, which renews itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::LeaseStore;
use crate::{WorkerState, Workers};

/// How often somebody who waits for a lease tries.
const RETRY: Duration = Duration::from_millis(250);

/// A held lease. Renews itself until it is released or dropped, and says when it was lost.
#[derive(Debug)]
pub struct Lease {
    leases: Arc<dyn LeaseStore>,
    name: String,
    token: u64,
    lost: CancellationToken,
    renewing: JoinHandle<()>,
    released: bool,
}

impl Lease {
    /// Waits until the lease is free and takes it. `None` if `cancel` came first.
    ///
    /// After a crash of the holder it is free once `ttl` has passed, after a clean release within a quarter of a
    /// second. While the leases cannot be reached it keeps trying. `workers` is told under the lease's name what comes of
    /// it, and each change is logged once.
    pub async fn acquire(
        leases: &Arc<dyn LeaseStore>,
        name: &str,
        holder: &str,
        ttl: Duration,
        cancel: &CancellationToken,
        workers: &Workers,
    ) -> Option<Self> {
        // Nobody works under it now, so that nobody fails.
        workers.forget_under(name);
        loop {
            // Not cancelled in the middle: a lease taken and forgotten would block the name for `ttl`.
            if cancel.is_cancelled() {
                return None;
            }
            let asked = Instant::now();
            match leases.try_acquire(name, holder, ttl).await {
                Ok(Some(token)) => {
                    took(workers, name, token);
                    return Some(Self::hold(leases, name, token, ttl, asked));
                }
                Ok(None) => stand_by(leases, workers, name, holder).await,
                Err(error) => {
                    if workers.failing(name, &error, None) {
                        tracing::warn!(lease = name, %error, "cannot ask for the lease; asking on");
                    }
                }
            }
            tokio::select! {
                () = cancel.cancelled() => return None,
                () = sleep(RETRY) => {}
            }
        }
    }

    fn hold(leases: &Arc<dyn LeaseStore>, name: &str, token: u64, ttl: Duration, asked: Instant) -> Self {
        let lost = CancellationToken::new();
        let renewing = tokio::spawn(renew(leases.clone(), name.to_owned(), token, ttl, asked, lost.clone()));
        Self { leases: leases.clone(), name: name.to_owned(), token, lost, renewing, released: false }
    }

    /// The fencing token: greater than that of every earlier holder.
    pub fn token(&self) -> u64 {
        self.token
    }

    /// Cancelled when the lease is lost: stop what it stands for at once.
    pub fn lost(&self) -> CancellationToken {
        self.lost.clone()
    }

    /// Lets go, so that another can take over at once. Call it after the work has stopped.
    pub async fn release(mut self) {
        self.released = true;
        self.renewing.abort();
        if let Err(error) = self.leases.release(&self.name, self.token).await {
            tracing::warn!(lease = self.name, %error, "cannot release the lease: it will expire");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewing.abort();
        self.lost.cancel();
        if let (false, Ok(runtime)) = (self.released, Handle::try_current()) {
            let (leases, name, token) = (self.leases.clone(), std::mem::take(&mut self.name), self.token);
            runtime.spawn(async move {
                leases.release(&name, token).await.ok(); // else it expires
            });
        }
    }
}

/// What it stands for is begun, unless it failed before: then whoever works says when it works again.
fn took(workers: &Workers, name: &str, token: u64) {
    let before = workers.get(name).map(|worker| worker.state);
    match before {
        Some(WorkerState::Working) | Some(WorkerState::Failing { .. }) => {
            tracing::debug!(lease = name, token, "took the lease");
        }
        _ => {
            workers.working(name);
            tracing::info!(lease = name, token, "took the lease");
        }
    }
}

async fn stand_by(leases: &Arc<dyn LeaseStore>, workers: &Workers, name: &str, own: &str) {
    if matches!(workers.get(name), Some(worker) if matches!(worker.state, WorkerState::StandingBy { .. })) {
        return;
    }
    let holder = leases.holder(name).await.ok().flatten();
    if holder.as_deref() == Some(own) {
        // It could not be renewed, and has not run out: nobody works.
        if workers.failing(name, "the lease was lost, and is free once it has run out", None) {
            tracing::warn!(lease = name, "the lease was lost; taking it again once it has run out");
        }
        return;
    }
    tracing::info!(lease = name, held_by = holder.as_deref(), "another process has the lease; standing by");
    workers.standing_by(name, holder);
}

/// Renews three times in each `ttl`. The lease counts as lost when it is, or when `ttl` has passed since the last
/// renewal that is known to have happened was *asked* for: the database may have seen it that early.
async fn renew(
    leases: Arc<dyn LeaseStore>,
    name: String,
    token: u64,
    ttl: Duration,
    asked: Instant,
    lost: CancellationToken,
) {
    let mut held_until = asked + ttl;
    loop {
        sleep(ttl / 3).await;
        let asked = Instant::now();
        match timeout_at(held_until, leases.renew(&name, token, ttl)).await {
            Ok(Ok(true)) => held_until = asked + ttl,
            Ok(Ok(false)) | Err(_) => break,
            Ok(Err(error)) => {
                tracing::warn!(lease = name, %error, "cannot renew the lease");
                if asked + ttl / 3 >= held_until {
                    break;
                }
            }
        }
    }
    tracing::warn!(lease = name, token, "lost the lease");
    lost.cancel();
}
