//! Ticket numbers of an import: in the order of the file, and those a line asks for where nobody has them.

use std::collections::BTreeSet;

use docket_domain::TenantId;
use docket_domain::ticket::TicketNumber;
use docket_store::{EventStore, StoreError};

/// Numbers taken out of the sequence at once. What is left in the end stays unused.
const BLOCK: u32 = 32;
/// How far beyond the sequence a line may ask for a number.
const FAR: u64 = 10_000_000;

/// The numbers this import may give.
#[derive(Default)]
pub(super) struct Numbers {
    free: BTreeSet<u64>,
    /// The first number that may still be in the sequence; 0 before it was first looked at.
    next: u64,
}

impl Numbers {
    /// The smallest number at hand.
    pub(super) async fn take(&mut self, store: &dyn EventStore, tenant: &TenantId) -> Result<TicketNumber, StoreError> {
        loop {
            match self.free.pop_first() {
                Some(number) => return Ok(TicketNumber(number)),
                None => self.reserve(store, tenant, BLOCK).await?,
            }
        }
    }

    /// `wanted`, if nobody can have it.
    pub(super) async fn take_exactly(
        &mut self,
        wanted: TicketNumber,
        store: &dyn EventStore,
        tenant: &TenantId,
    ) -> Result<Option<TicketNumber>, StoreError> {
        if self.next == 0 {
            self.reserve(store, tenant, 1).await?;
        }
        if wanted.0 >= self.next && wanted.0 - self.next < FAR {
            let missing = u32::try_from(wanted.0 - self.next + 1).unwrap_or(u32::MAX);
            self.reserve(store, tenant, missing.max(BLOCK)).await?;
        }
        Ok(self.free.remove(&wanted.0).then_some(wanted))
    }

    /// Takes a number back that was not used after all.
    pub(super) fn give_back(&mut self, number: TicketNumber) {
        self.free.insert(number.0);
    }

    async fn reserve(&mut self, store: &dyn EventStore, tenant: &TenantId, count: u32) -> Result<(), StoreError> {
        let first = store.reserve_numbers(tenant, "ticket", count).await?;
        self.free.extend(first..first + u64::from(count));
        self.next = first + u64::from(count);
        Ok(())
    }
}
