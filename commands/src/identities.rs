//! Who is known by which address and which id elsewhere: at most one person each.
//!
//! The vault arbitrates (identities are not in the log in a form that can be searched), the log is the truth. An identity
//! is claimed before the events that give it are appended and released after those that take it away, so that a crash
//! leaves at worst a claim the log does not bear out. Such a claim counts for nothing once whoever made it must be done.

use std::sync::Arc;

use chrono::TimeDelta;
use docket_domain::customer::{Customer, CustomerEvent, Identity};
use docket_domain::{
    Aggregate as _, Category, CustomerId, DomainEvent, PersonId, Rejection, Stamp, StreamId, TenantId,
};
use docket_store::vault::{IdentityClaim, IdentityKind};
use docket_store::{Accounts, Filter, Journal, JournalError};
use futures::StreamExt as _;

use crate::CommandError;
use crate::attempt::Attempt;

/// How long a claim may be ahead of the log: longer than any append takes.
const AHEAD: TimeDelta = TimeDelta::seconds(60);
/// People compared with the log at once.
const AT_ONCE: usize = 64;

/// Claims and releases identities.
#[derive(Clone)]
pub(crate) struct Identities {
    journal: Journal,
    accounts: Accounts,
}

/// Who has an identity.
pub(crate) enum Holder {
    /// Nobody; at most somebody claimed it once and the log does not bear it out.
    Nobody,
    /// Somebody is claiming it at this moment.
    Claiming(PersonId),
    /// This customer. Of a visitor who turned out to be one: that one.
    Known(CustomerId),
}

fn place(identity: &Identity) -> (IdentityKind, &str) {
    let kind = match identity {
        Identity::Email(_) => IdentityKind::Email,
        Identity::ExternalId(_) => IdentityKind::ExternalId,
    };
    (kind, identity.value())
}

impl Identities {
    pub(crate) fn new(journal: Journal, accounts: Accounts) -> Self {
        Self { journal, accounts }
    }

    /// Who has it.
    pub(crate) async fn holder(&self, tenant: &TenantId, identity: &Identity) -> Result<Holder, JournalError> {
        let (kind, value) = place(identity);
        match self.accounts.find_identity(tenant, kind, value).await? {
            None => Ok(Holder::Nobody),
            Some(claim) => self.judge(tenant, identity, claim).await,
        }
    }

    /// Whether the log bears a claim out.
    async fn judge(
        &self,
        tenant: &TenantId,
        identity: &Identity,
        claim: IdentityClaim,
    ) -> Result<Holder, JournalError> {
        let who = self.state(tenant, claim.person).await?;
        if who.identities().contains(identity) {
            return Ok(Holder::Known(who.canonical(CustomerId(claim.person.0))));
        }
        let late = self.journal.clock().now() - claim.claimed_at >= AHEAD;
        Ok(if late { Holder::Nobody } else { Holder::Claiming(claim.person) })
    }

    /// Gives an identity to a person, or tells who has it.
    pub(crate) async fn claim(
        &self,
        tenant: &TenantId,
        identity: &Identity,
        person: PersonId,
    ) -> Result<Result<(), PersonId>, JournalError> {
        let (kind, value) = place(identity);
        let claim = self.accounts.claim_identity(tenant, kind, value, person).await?;
        if claim.person == person {
            return Ok(Ok(()));
        }
        let taken = match self.judge(tenant, identity, claim).await? {
            Holder::Claiming(other) => return Ok(Err(other)),
            // What a visitor was known by is the customer's they turned out to be.
            Holder::Known(known) if known.0 != person.0 => return Ok(Err(PersonId(known.0))),
            Holder::Known(_) | Holder::Nobody => {
                self.accounts.move_identity(tenant, kind, value, claim, person).await?
            }
        };
        Ok(if taken { Ok(()) } else { Err(claim.person) })
    }

    /// Whether somebody is known by an id elsewhere.
    pub(crate) async fn has_external_id(&self, tenant: &TenantId, customer: CustomerId) -> Result<bool, JournalError> {
        let who = self.state(tenant, customer.into()).await?;
        Ok(who.identities().iter().any(|identity| matches!(identity, Identity::ExternalId(_))))
    }

    async fn release(&self, tenant: &TenantId, identity: &Identity, person: PersonId) {
        let (kind, value) = place(identity);
        if let Err(error) = self.accounts.release_identity(tenant, kind, value, person).await {
            // The log says who has it; this only saves looking there.
            tracing::warn!(%error, "an identity given up could not be released yet");
        }
    }

    /// Makes the vault say of a person what the log says, except where somebody else was there before.
    pub(crate) async fn follow_log(&self, tenant: &TenantId, person: PersonId) -> Result<(), JournalError> {
        let identities = self.state(tenant, person).await?.identities();
        for identity in &identities {
            if !matches!(self.holder(tenant, identity).await?, Holder::Known(_))
                && let Err(other) = self.claim(tenant, identity, person).await?
            {
                tracing::warn!(%tenant, %person, %other, "two people are known by the same identity");
            }
        }
        let kept: Vec<_> = identities.iter().map(place).collect();
        let settled = self.journal.clock().now() - AHEAD;
        Ok(self.accounts.release_other_identities(tenant, person, &kept, settled).await?)
    }

    /// The same for everybody the log says something of since the last time.
    async fn catch_up(&self) -> Result<(), JournalError> {
        const PAGE: usize = 5_000;
        let filter = Filter { categories: vec![Category::Customer], ..Filter::default() };
        let head = self.journal.store().head().await?;
        let (mut after, mut people) = (self.accounts.identities_follow_to().await?, Vec::new());
        while after < head {
            let page = self.journal.store().read_all(after, &filter, PAGE).await?;
            people.extend(page.events.into_iter().map(|event| event.meta.stream));
            if page.scanned_to <= after {
                break;
            }
            after = page.scanned_to;
        }
        let mut seen = std::collections::HashSet::new();
        people.retain(|stream| seen.insert(stream.clone()));
        let mut done = futures::stream::iter(people)
            .map(|stream| async move { self.follow_log(&stream.tenant, PersonId(stream.id)).await })
            .buffer_unordered(AT_ONCE);
        while let Some(outcome) = done.next().await {
            outcome?;
        }
        Ok(self.accounts.note_identities_follow(head).await?)
    }

    /// A customer as they are in the log now.
    async fn state(&self, tenant: &TenantId, person: PersonId) -> Result<Customer, JournalError> {
        const PAGE: usize = 500;
        let stream = StreamId::new(tenant.clone(), Category::Customer, person.0);
        let (mut state, mut after) = (Customer::default(), 0);
        loop {
            let events = self.journal.read_stream(&stream, after, PAGE).await?;
            for event in &events {
                after = event.meta.version;
                if let DomainEvent::Customer(body) = &event.body {
                    let (occurred_at, actor) = (event.meta.occurred_at, event.meta.actor);
                    state.evolve(body, &Stamp { version: after, occurred_at, actor });
                }
            }
            if events.len() < PAGE {
                return Ok(state);
            }
        }
    }
}

/// What a command changes of what one person is known by.
pub(crate) struct IdentityChange {
    person: PersonId,
    claimed: Vec<Identity>,
    released: Vec<Identity>,
}

impl Attempt<'_> {
    /// What the events about to be appended change of what people are known by.
    pub(crate) fn identity_changes(&self) -> Vec<IdentityChange> {
        let customers = self.writes.iter().zip(&self.after).filter(|(write, _)| {
            let of_customer = |draft: &docket_store::Draft| {
                matches!(&draft.body, DomainEvent::Customer(event) if !matches!(event, CustomerEvent::VisitorAbsorbed(_)))
            };
            write.stream.category == Category::Customer && write.drafts.iter().any(of_customer)
        });
        let changes = customers.filter_map(|(write, after)| {
            let seen = self.seen.iter().find(|seen| seen.stream == write.stream)?;
            let (before, after): (Arc<Customer>, Arc<Customer>) = (seen.cached.state(), after.state());
            let (before, after) = (before.identities(), after.identities());
            let only = |one: &[Identity], other: &[Identity]| -> Vec<Identity> {
                one.iter().filter(|identity| !other.contains(identity)).cloned().collect()
            };
            let (claimed, released) = (only(&after, &before), only(&before, &after));
            let person = PersonId(write.stream.id);
            (!claimed.is_empty() || !released.is_empty()).then_some(IdentityChange { person, claimed, released })
        });
        changes.collect()
    }

    /// Claims what the events about to be appended give.
    pub(crate) async fn claim_identities(&self, changes: &[IdentityChange]) -> Result<(), CommandError> {
        let (identities, tenant) = (self.commands.identities(), &self.invocation.tenant);
        let mut done = Vec::new();
        for change in changes {
            for identity in &change.claimed {
                if let Err(by) = identities.claim(tenant, identity, change.person).await? {
                    for (identity, person) in done {
                        identities.release(tenant, identity, person).await;
                    }
                    return Err(Rejection::Taken { field: identity.field(), by: by.0 }.into());
                }
                done.push((identity, change.person));
            }
        }
        Ok(())
    }

    /// Releases what the events appended took away.
    pub(crate) async fn release_identities(&self, changes: &[IdentityChange]) {
        for change in changes {
            for identity in &change.released {
                self.commands.identities().release(&self.invocation.tenant, identity, change.person).await;
            }
        }
    }

    /// Nothing was appended now: what was claimed for it is as the log says.
    pub(crate) async fn drop_claims(&self, changes: &[IdentityChange]) -> Result<(), CommandError> {
        let (identities, tenant) = (self.commands.identities(), &self.invocation.tenant);
        for change in changes.iter().filter(|change| !change.claimed.is_empty()) {
            let held = identities.state(tenant, change.person).await?.identities();
            for identity in change.claimed.iter().filter(|identity| !held.contains(identity)) {
                identities.release(tenant, identity, change.person).await;
            }
        }
        Ok(())
    }
}

impl crate::Commands {
    /// Compares what the vault knows people by with what the log says of them since the last time. For the start of a
    /// process: a vault restored from an older copy, or made before identities were claimed in one act, comes up to date.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn follow_identities(&self) -> Result<(), JournalError> {
        self.identities().catch_up().await
    }
}
