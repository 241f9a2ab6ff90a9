//! Ticket numbers of an import: in the order of the file, and those a line asks for where nobody has them. Whoever's is taken
//! gets one behind all that are asked for.
//!
//! The desk's sequence passes over what imports use, and sets it aside for them: it never gives such a number to a ticket
//! that is opened live. Among imports, also rival and later ones, the append decides: it carries the number as a
//! [key](once) that counts once.

use docket_domain::TenantId;
use docket_domain::ticket::TicketNumber;
use docket_store::{EventStore, IdempotencyKey, StoreError};
use uuid::Uuid;

use super::parse::Reason;
use super::ranges::Ranges;
use crate::RequestKey;

const SEQUENCE: &str = "ticket";
/// Numbers set aside at once. What is left in the end is used only by lines that ask for it.
const BLOCK: u64 = 32;
/// The largest number a line may ask for. Live numbers go on behind it, and programs read them as floating point.
const LARGEST: u64 = 999_999_999_999_999;

/// The numbers this import may give.
#[derive(Default)]
pub(super) struct Numbers {
    /// Set aside by this import and not given.
    free: Ranges,
    /// Set aside by imports before, and not given by this one. Whether they gave one shows when it is used.
    earlier: Ranges,
    /// Where the sequence stood when it was first looked at, 0 before.
    began: u64,
    /// Where it goes on at least.
    next: u64,
}

impl Numbers {
    /// The smallest number at hand.
    pub(super) async fn take(&mut self, store: &dyn EventStore, tenant: &TenantId) -> Result<TicketNumber, StoreError> {
        self.look(store, tenant).await?;
        loop {
            match self.free.pop_first() {
                Some(number) => return Ok(TicketNumber(number)),
                None => self.set_aside(self.next + BLOCK - 1, store, tenant).await?,
            }
        }
    }

    /// The smallest number at hand behind `asked`: behind all that lines ask for, so that none of them finds it taken.
    pub(super) async fn take_behind(
        &mut self,
        asked: u64,
        store: &dyn EventStore,
        tenant: &TenantId,
    ) -> Result<TicketNumber, StoreError> {
        self.look(store, tenant).await?;
        loop {
            match self.free.pop_after(asked) {
                Some(number) => return Ok(TicketNumber(number)),
                None => self.set_aside(self.next.max(asked + 1) + BLOCK - 1, store, tenant).await?,
            }
        }
    }

    /// `wanted`, if nobody can have it as far as is known here.
    pub(super) async fn take_exactly(
        &mut self,
        wanted: TicketNumber,
        store: &dyn EventStore,
        tenant: &TenantId,
    ) -> Result<Option<TicketNumber>, StoreError> {
        self.look(store, tenant).await?;
        if wanted.0 >= self.next {
            self.set_aside(wanted.0.max(self.next + BLOCK - 1), store, tenant).await?;
        }
        Ok((self.free.remove(wanted.0) || self.earlier.remove(wanted.0)).then_some(wanted))
    }

    /// Takes a number back that was not used after all.
    pub(super) fn give_back(&mut self, number: TicketNumber) {
        let ranges = if number.0 < self.began { &mut self.earlier } else { &mut self.free };
        ranges.insert(number.0..=number.0);
    }

    /// Learns at first use what imports before set aside.
    async fn look(&mut self, store: &dyn EventStore, tenant: &TenantId) -> Result<(), StoreError> {
        if self.began == 0 {
            self.next = store.set_numbers_aside(tenant, SEQUENCE, 0).await?;
            self.learn(1, self.next - 1, store, tenant).await?;
            self.began = self.next;
        }
        Ok(())
    }

    async fn set_aside(&mut self, through: u64, store: &dyn EventStore, tenant: &TenantId) -> Result<(), StoreError> {
        let first = store.set_numbers_aside(tenant, SEQUENCE, through).await?;
        if first > self.next {
            // Tickets were opened meanwhile, or another import is under way.
            self.learn(self.next, first - 1, store, tenant).await?;
        }
        self.free.insert(first..=through);
        self.next = first.max(through + 1);
        Ok(())
    }

    /// Learns what others set aside of a part of the sequence.
    async fn learn(&mut self, from: u64, to: u64, store: &dyn EventStore, tenant: &TenantId) -> Result<(), StoreError> {
        for range in store.numbers_aside(tenant, SEQUENCE).await? {
            self.earlier.insert(from.max(*range.start())..=to.min(*range.end()));
        }
        Ok(())
    }
}

/// Whether a line may ask for the number.
pub(super) fn check(wanted: TicketNumber) -> Result<(), Reason> {
    if (1..=LARGEST).contains(&wanted.0) {
        Ok(())
    } else {
        Err(format!("number: must be from {} to {}", TicketNumber(1), TicketNumber(LARGEST)))
    }
}

/// The key under which an imported ticket gets its number: one number, one ticket.
pub(super) fn once(number: TicketNumber, tenant: &TenantId, ticket: Uuid) -> IdempotencyKey {
    let RequestKey { key, fingerprint } = RequestKey::of_number(number, ticket);
    IdempotencyKey { tenant: tenant.clone(), key, fingerprint, note: String::new() }
}
