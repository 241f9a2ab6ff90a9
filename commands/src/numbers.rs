//! Ticket numbers, taken from the log in blocks: one at a time while it is quiet, many at once under load. What is taken and
//! not used goes to the next ticket of this process; what it has at hand when it ends stays unused.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::TenantId;
use docket_domain::ticket::TicketNumber;
use docket_store::Journal;
use tokio::sync::Mutex as AsyncMutex;

use crate::{CommandError, Commands, Done, Invocation};

/// The largest block. What is left of it when the process ends stays unused.
const LARGEST: u32 = 64;
/// A block used up in less time asks for a larger one.
const BUSY: TimeDelta = TimeDelta::seconds(1);

/// The numbers of all tenants.
#[derive(Default)]
pub(crate) struct Numbers(Mutex<HashMap<TenantId, Arc<Tenant>>>);

#[derive(Default)]
struct Tenant {
    waiting: AtomicU32,
    block: AsyncMutex<Block>,
    /// Taken and not used after all.
    returned: Mutex<BTreeSet<u64>>,
}

#[derive(Default)]
struct Block {
    left: Range<u64>,
    size: u32,
    taken_at: Option<DateTime<Utc>>,
}

impl Numbers {
    /// A number nobody else has.
    pub(crate) async fn next(&self, journal: &Journal, tenant: &TenantId) -> Result<TicketNumber, CommandError> {
        let of_tenant = self.of(tenant);
        if let Some(number) = of_tenant.returned().pop_first() {
            return Ok(TicketNumber(number));
        }
        let _waiting = Waiting::begin(&of_tenant.waiting);
        let mut block = of_tenant.block.lock().await;
        if let Some(number) = block.left.next() {
            return Ok(TicketNumber(number));
        }
        let now = journal.clock().now();
        let busy = block.taken_at.is_some_and(|then| now - then < BUSY);
        let wanted = if busy { block.size.saturating_mul(2) } else { 1 };
        let size = wanted.max(of_tenant.waiting.load(Ordering::Relaxed)).clamp(1, LARGEST);
        let first = journal.store().reserve_numbers(tenant, "ticket", size).await?;
        *block = Block { left: first + 1..first + u64::from(size), size, taken_at: Some(now) };
        Ok(TicketNumber(first))
    }

    /// Takes back a number that no ticket has got and none can get any more: the next one has it.
    pub(crate) fn give_back(&self, tenant: &TenantId, number: TicketNumber) {
        self.of(tenant).returned().insert(number.0);
    }

    fn of(&self, tenant: &TenantId) -> Arc<Tenant> {
        let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match tenants.get(tenant) {
            Some(known) => Arc::clone(known),
            None => Arc::clone(tenants.entry(tenant.clone()).or_default()),
        }
    }
}

impl Commands {
    /// Gives the next ticket a number that was taken for one that is not there: the same request had been faster, or it was
    /// refused in the end. Where nobody knows whether it is there, nobody else gets its number. Passes the outcome on.
    pub(crate) fn give_back_unused(
        &self,
        invocation: &Invocation,
        number: Option<TicketNumber>,
        outcome: Result<Done, CommandError>,
    ) -> Result<Done, CommandError> {
        if let Some(number) = number {
            let unused = match &outcome {
                Ok(done) => done.replayed && done.note != Some(number.to_string()),
                Err(CommandError::Journal(_)) => false,
                Err(_) => true,
            };
            if unused {
                self.numbers().give_back(&invocation.tenant, number);
            }
        }
        outcome
    }
}

impl Tenant {
    fn returned(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts who waits, also if they give up.
struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
