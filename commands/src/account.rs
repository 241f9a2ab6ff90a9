//! Accounts follow the log.
//!
//! How somebody is reached, what they may do, that they left, that all their sessions ended: each is an event, and their account in
//! the vault is set after it. A process may die in between. So nobody sets an account to what a request asked for: it is made to
//! say what the log says, by whoever recorded something, by whoever signs in, by every process at its start, and by one of them
//! every now and then. Erasing goes the other way round, the key first, and is completed alike.

use std::collections::HashSet;

use chrono::TimeDelta;
use docket_domain::account::{Account, AccountCommand};
use docket_domain::agent::Agent;
use docket_domain::customer::{Customer, CustomerCommand};
use docket_domain::{Actor, Category, CustomerId, PersonId, PersonalText, Position, Rejection, TenantId};
use docket_store::vault::{AccountError, Behind, KnownAddress, LogSays};
use docket_store::{Filter, JournalError};
use futures::StreamExt as _;
use uuid::Uuid;

use crate::{CommandError, Commands, Invocation, RequestKey};

/// How often an account is looked at again that changes while it is.
const TRIES: u32 = 8;
/// Accounts compared with the log at once.
const AT_ONCE: usize = 32;
/// Erasures looked at in one go.
const ERASURES: u32 = 500;
/// How old an event is that whoever recorded it must have acted on: longer than any request takes.
const SETTLED: TimeDelta = TimeDelta::seconds(60);

/// What became of an account that was made to follow the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// There is none, or it said what the log says.
    Unchanged,
    /// It says so now. What was issued for it before may have ended.
    Changed,
    /// All but the address: somebody else signs in with that.
    AddressTaken,
}

/// Which events are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfollowed {
    /// All: nobody else is at work, or may be taken to be.
    All,
    /// Those that whoever recorded them must be done with.
    Settled,
}

impl Commands {
    /// Makes an account say what the log says of whose it is. What changes with it is told in its history as done by `by`; `keep` is the session in
    /// which somebody changed their own address, which goes on.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if log or vault cannot be asked.
    pub async fn follow_account(
        &self,
        by: &Invocation,
        person: PersonId,
        keep: Option<Uuid>,
    ) -> Result<Followed, CommandError> {
        let (accounts, tenant) = (self.accounts(), &by.tenant);
        for _ in 0..TRIES {
            let account = accounts.account(tenant, person).await.map_err(JournalError::from)?;
            let Some(account) = account else { return Ok(Followed::Unchanged) };
            let says = self.log_says(tenant, person, account.role.is_customer()).await?;
            let behind = accounts.behind(tenant, person, &says).await.map_err(JournalError::from)?;
            let Some(behind) = behind else { return Ok(Followed::Unchanged) };
            if !behind.is_nothing() {
                // Before it is done: one that was told and not done is still to be done, and is told once.
                self.tell(by, person, &behind).await;
                match accounts.follow(tenant, person, &says, &behind, keep).await {
                    Ok(()) => {}
                    Err(AccountError::Key(error)) => return Err(JournalError::from(error).into()),
                    Err(_) => continue,
                }
            }
            return Ok(match (behind.address_taken, behind.changes()) {
                (true, _) => Followed::AddressTaken,
                (false, true) => Followed::Changed,
                (false, false) => Followed::Unchanged,
            });
        }
        Err(CommandError::Busy)
    }

    async fn log_says(&self, tenant: &TenantId, person: PersonId, customer: bool) -> Result<LogSays, CommandError> {
        let signed_out = self.load_fresh::<Account>(tenant, person.0).await?.signed_out;
        let address = |email: Option<&PersonalText>| match email {
            None => KnownAddress::Absent,
            Some(text) => text.to_known().map_or(KnownAddress::Unreadable, KnownAddress::Is),
        };
        if customer {
            let customer = self.load_fresh::<Customer>(tenant, person.0).await?;
            let address = address(customer.desk_email.as_ref());
            return Ok(LogSays { address, role: None, left: false, signed_out });
        }
        let agent = self.load_fresh::<Agent>(tenant, person.0).await?;
        if !agent.registered {
            return Ok(LogSays { address: KnownAddress::Unreadable, role: None, left: false, signed_out });
        }
        Ok(LogSays {
            address: address(agent.email.as_ref()),
            role: Some(agent.role),
            left: agent.deactivated,
            signed_out,
        })
    }

    /// Tells in an account's history what it is about to follow. That this fails holds nothing up.
    async fn tell(&self, by: &Invocation, person: PersonId, behind: &Behind) {
        let changes = [
            behind.address.then_some(("address", AccountCommand::RecordAddressChange)),
            behind.left.map(|left| match left {
                true => ("left", AccountCommand::RecordDisabled),
                false => ("back", AccountCommand::RecordEnabled),
            }),
        ];
        for (what, command) in changes.into_iter().flatten() {
            // Whoever follows the same change looked at the same epoch.
            let key = RequestKey::of_cause(&format!("account-follows:{person}:{}:{what}", behind.epoch));
            let told = Invocation { if_match: None, ..by.clone() }.once(key);
            match self.execute::<Account>(&told, person.0, command).await {
                Ok(_) | Err(CommandError::Rejected(Rejection::NotFound(_))) => {}
                Err(error) => tracing::warn!(%error, "an account's history misses an entry"),
            }
        }
    }

    /// Compares with the log what lies in the vault and is written after it, or before: accounts, and erasures. At a start, and
    /// every now and then: what a process that died left undone is done.
    ///
    /// # Errors
    /// [`CommandError::Journal`] if log or vault cannot be asked; the rest is done the next time.
    pub async fn follow_people(&self, which: Unfollowed) -> Result<(), CommandError> {
        self.follow_accounts(which).await?;
        self.record_erasures(which).await
    }

    async fn follow_accounts(&self, which: Unfollowed) -> Result<(), CommandError> {
        const PAGE: usize = 5_000;
        let categories = vec![Category::Agent, Category::Customer, Category::Account];
        let filter = Filter { categories, ..Filter::default() };
        let (journal, accounts) = (self.journal(), self.accounts());
        let settled = journal.clock().now() - SETTLED;
        let head = journal.store().head().await?;
        let noted = accounts.accounts_follow_to().await.map_err(JournalError::from)?;
        // A log that was restored from an older copy ends before what was noted.
        let (mut after, mut people, mut over) = (noted.min(head), HashSet::new(), false);
        while after < head && !over {
            let page = journal.read_recorded(after, &filter, PAGE).await?;
            let mut upto = page.scanned_to;
            for event in page.events {
                if which == Unfollowed::Settled && event.meta.recorded_at > settled {
                    over = true;
                    upto = Position(event.meta.position.0 - 1);
                    break;
                }
                if is_followed(&event.event_type) {
                    people.insert((event.meta.stream.tenant, PersonId(event.meta.stream.id)));
                }
            }
            if upto <= after {
                break;
            }
            after = upto;
        }
        let owners = match people.is_empty() {
            true => HashSet::new(),
            false => accounts.owners().await.map_err(JournalError::from)?,
        };
        let behind = people.into_iter().filter(|one| owners.contains(one));
        let mut done = futures::stream::iter(behind)
            .map(|(tenant, person)| async move { self.follow_later(tenant, person).await })
            .buffer_unordered(AT_ONCE);
        while let Some(outcome) = done.next().await {
            outcome?;
        }
        if after != noted {
            accounts.note_accounts_follow(after).await.map_err(JournalError::from)?;
        }
        Ok(())
    }

    /// Makes an account follow what somebody else recorded. What is wrong with one keeps no other waiting.
    async fn follow_later(&self, tenant: TenantId, person: PersonId) -> Result<(), CommandError> {
        let by = Invocation::by(tenant, Actor::SYSTEM);
        let tenant = &by.tenant;
        match self.follow_account(&by, person, None).await {
            Ok(Followed::Unchanged) => {}
            Ok(Followed::Changed) => tracing::info!(%tenant, %person, "an account follows the log again"),
            Ok(Followed::AddressTaken) => {
                tracing::warn!(%tenant, %person, "two people are to sign in with the same address");
            }
            Err(CommandError::Journal(error)) if error.stuck_at().is_none() => return Err(error.into()),
            Err(error) => tracing::warn!(%tenant, %person, %error, "an account could not follow the log"),
        }
        Ok(())
    }

    /// Records the erasures of people whose keys are gone and of whom the log does not say so.
    async fn record_erasures(&self, which: Unfollowed) -> Result<(), CommandError> {
        let now = self.journal().clock().now();
        let before = if which == Unfollowed::Settled { now - SETTLED } else { now };
        let mut seen: HashSet<(TenantId, PersonId)> = HashSet::new();
        loop {
            let open = self.accounts().unrecorded_erasures(before, ERASURES).await.map_err(JournalError::from)?;
            let new: Vec<_> = open.into_iter().filter(|one| seen.insert(one.clone())).collect();
            if new.is_empty() {
                return Ok(());
            }
            for (tenant, person) in new {
                self.record_erasure(&tenant, person).await?;
            }
        }
    }

    /// Records somebody's erasure, unless the log says it or never knew them.
    async fn record_erasure(&self, tenant: &TenantId, person: PersonId) -> Result<(), CommandError> {
        let customer = self.load_fresh::<Customer>(tenant, person.0).await?;
        if customer.exists() && !customer.erased {
            let by = Invocation::by(tenant.clone(), Actor::SYSTEM);
            let recorded = match customer.merged_into {
                None => self.erase_person(&by, CustomerId(person.0)).await,
                // Whoever they turned out to be is erased if that was asked for, which then is said of them too.
                Some(_) => {
                    self.cache().forget(person);
                    self.execute::<Customer>(&by, person.0, CustomerCommand::Erase).await
                }
            };
            match recorded {
                Ok(_) => tracing::info!(%tenant, %person, "an erasure that had broken off is recorded"),
                Err(CommandError::Rejected(refusal)) => {
                    tracing::warn!(%tenant, %person, %refusal, "an erasure that had broken off cannot be recorded");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self.accounts().note_erasure_recorded(tenant, person).await.map_err(JournalError::from)?)
    }
}

/// Whether an account may be behind after such an event.
fn is_followed(event_type: &str) -> bool {
    matches!(
        event_type,
        "AgentRegistered"
            | "AgentRenamed"
            | "RoleChanged"
            | "AgentDeactivated"
            | "AgentReactivated"
            | "CustomerRegistered"
            | "CustomerDetailsChanged"
            | "AccountOpened"
            | "SignedOutEverywhere"
    )
}
