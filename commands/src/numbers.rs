//! Ticket numbers, taken from the log in blocks: one at a time while it is quiet, many at once under load.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::TenantId;
use docket_domain::ticket::TicketNumber;
use docket_store::Journal;
use tokio::sync::Mutex as AsyncMutex;

use crate::CommandError;

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
        let of_tenant = {
            let mut tenants = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match tenants.get(tenant) {
                Some(known) => Arc::clone(known),
                None => Arc::clone(tenants.entry(tenant.clone()).or_default()),
            }
        };
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
