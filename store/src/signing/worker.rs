//! Signs the log's head now and then.

use std::sync::Arc;
use std::time::Duration;

use docket_domain::Position;
use tokio_util::sync::CancellationToken;

use super::head::SignedHead;
use super::key::{SigningKey, SigningKeyError};
use super::tenants::TenantChains;
use crate::chain::{GENESIS, Hash, Leaf, link};
use crate::delivery::{Lease, LeaseStore};
use crate::{Clock, EventStore, Filter, StoreError, Workers};

/// Events read at once.
const PAGE: usize = 4096;
/// How long a lease lasts without renewal.
const LEASE: Duration = Duration::from_secs(5);
/// How long until it is tried again after a failure, at most.
const AGAIN: Duration = Duration::from_secs(10);

/// The head was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The log does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key did not sign.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// The log ends before what was signed.
    #[error("the log ends at position {head}, before position {signed}, which was signed: its end was cut off")]
    Cut {
        /// Where it ends.
        head: Position,
        /// What was signed.
        signed: Position,
    },
    /// The log is not what was signed.
    #[error("the log is not what was signed: it was changed at or before position {0}; see `docket verify --signer`")]
    Rewritten(Position),
}

/// Signs the log's head at intervals and when it stops. Several may run, in one process or many: one of them works.
pub struct HeadSigner {
    store: Arc<dyn EventStore>,
    clock: Arc<dyn Clock>,
    key: SigningKey,
    interval: Duration,
    workers: Workers,
    stands: Option<Stands>,
}

/// Where the signing stands.
#[derive(Debug)]
struct Stands {
    /// What was signed last.
    last: Option<SignedHead>,
    installation: Hash,
    at: Position,
    hash: Hash,
    tenants: TenantChains,
}

impl HeadSigner {
    /// The lease's name, and the worker's.
    pub const NAME: &str = "signer";

    /// Signs `store`'s head with `key`, every `interval` if it has moved.
    pub fn new(store: Arc<dyn EventStore>, clock: Arc<dyn Clock>, key: SigningKey, interval: Duration) -> Self {
        Self { store, clock, key, interval, workers: Workers::default(), stands: None }
    }

    /// Tells `workers` how it goes, under [`NAME`](Self::NAME).
    #[must_use]
    pub fn with_workers(mut self, workers: Workers) -> Self {
        self.workers = workers;
        self
    }

    /// Works until `stop`, while it holds the lease; what was appended until then is signed before it returns.
    pub async fn run(mut self, leases: &Arc<dyn LeaseStore>, holder: &str, stop: &CancellationToken) {
        while let Some(lease) = Lease::acquire(leases, Self::NAME, holder, LEASE, stop, &self.workers).await {
            let lost = lease.lost();
            // Another may have signed meanwhile.
            self.stands = None;
            while !lost.is_cancelled() {
                let wait = if self.sign_and_tell().await { self.interval } else { self.interval.min(AGAIN) };
                tokio::select! {
                    () = lost.cancelled() => {}
                    () = stop.cancelled() => {
                        self.sign_and_tell().await;
                        lease.release().await;
                        return;
                    }
                    () = tokio::time::sleep(wait) => {}
                }
            }
            lease.release().await;
        }
    }

    async fn sign_and_tell(&mut self) -> bool {
        match self.sign().await {
            Ok(head) => {
                self.workers.working(Self::NAME);
                if let Some(head) = head {
                    metrics::gauge!("docket_signed_position").set(head.position.0 as f64);
                    tracing::debug!(position = head.position.0, "signed the log's head");
                }
                true
            }
            Err(error) => {
                self.stands = None;
                if self.workers.failing(Self::NAME, &error, None) {
                    tracing::warn!(%error, "the log's head is not signed; trying again");
                }
                false
            }
        }
    }

    /// Signs the head, if it has moved since the last one that was signed. It is compared with that one first: what does not go on
    /// from it is not signed.
    ///
    /// # Errors
    /// [`SigningError`].
    pub async fn sign(&mut self) -> Result<Option<SignedHead>, SigningError> {
        let mut stands = match self.stands.take() {
            Some(stands) => stands,
            None => self.begin().await?,
        };
        self.read_on(&mut stands).await?;
        let signed = stands.last.as_ref().map_or(Position::START, |last| last.position);
        if stands.at == signed {
            self.stands = Some(stands);
            return Ok(None);
        }
        let mut head = SignedHead {
            installation: stands.installation,
            position: stands.at,
            hash: stands.hash,
            tenants: stands.tenants.root(),
            signed_at: self.clock.now(),
            previous: stands.last.as_ref().map_or(GENESIS, SignedHead::digest),
            public_key: self.key.public_key(),
            signature: [0; 64],
        };
        head.signature = self.key.sign(&head.statement()).await?;
        if !self.store.keep_head(&head, &stands.tenants).await? {
            // Another process signed meanwhile: go on from there the next time.
            return Ok(None);
        }
        stands.last = Some(head.clone());
        self.stands = Some(stands);
        Ok(Some(head))
    }

    /// Where to go on: at the last signed head, with the tenants' chains as they were kept with it, or counted anew.
    async fn begin(&self) -> Result<Stands, SigningError> {
        let last = self.store.heads_before(None, 1).await?.pop();
        let Some(last) = last else {
            let (hash, tenants) = (GENESIS, TenantChains::default());
            return Ok(Stands { last: None, installation: GENESIS, at: Position::START, hash, tenants });
        };
        let tenants: TenantChains = self.store.tenant_heads().await?.into_iter().collect();
        if tenants.root() == last.tenants {
            let (installation, at, hash) = (last.installation, last.position, last.hash);
            return Ok(Stands { last: Some(last), installation, at, hash, tenants });
        }
        let (hash, tenants) = (GENESIS, TenantChains::default());
        let mut stands = Stands { last: None, installation: GENESIS, at: Position::START, hash, tenants };
        self.read_to(&mut stands, last.position).await?;
        if stands.hash != last.hash || stands.tenants.root() != last.tenants {
            return Err(SigningError::Rewritten(last.position));
        }
        stands.last = Some(last);
        Ok(stands)
    }

    /// Follows the log to its end.
    async fn read_on(&self, stands: &mut Stands) -> Result<(), SigningError> {
        let head = self.store.head().await?;
        if head < stands.at {
            return Err(SigningError::Cut { head, signed: stands.at });
        }
        if let Some(before) = stands.at.0.checked_sub(1) {
            // What was signed is still there.
            let page = self.store.read_all(Position(before), &Filter::default(), 1).await?;
            if page.events.first().is_none_or(|event| event.meta.position != stands.at || event.hash != stands.hash) {
                return Err(SigningError::Rewritten(stands.at));
            }
        }
        self.read_to(stands, head).await
    }

    async fn read_to(&self, stands: &mut Stands, to: Position) -> Result<(), SigningError> {
        let (filter, mut scratch) = (Filter::default(), Vec::new());
        while stands.at < to {
            let limit = usize::try_from(to.0 - stands.at.0).unwrap_or(PAGE).min(PAGE);
            let page = self.store.read_all(stands.at, &filter, limit).await?;
            for event in &page.events {
                let leaf = Leaf::of(event).hash(&mut scratch);
                let hash = link(&stands.hash, &leaf);
                let position = event.meta.position;
                if hash != event.hash || position.0 != stands.at.0 + 1 {
                    return Err(SigningError::Rewritten(position));
                }
                if stands.at == Position::START {
                    stands.installation = hash;
                }
                stands.tenants.add(&event.meta.stream.tenant, &leaf);
                (stands.at, stands.hash) = (position, hash);
            }
            if page.events.is_empty() {
                return Err(SigningError::Cut { head: stands.at, signed: to });
            }
        }
        Ok(())
    }
}
