//! Proving that the log is what was written, and saying what was not proven.
//!
//! Each [`Check`] comes to a [`CheckResult`]: it holds, it does not, or it was not looked at and why. One that fails stops
//! no other.

mod anchor;
mod aside;
mod contents;
mod damage;
mod heads;
mod numbers;
mod people;
mod report;
mod walk;

use docket_domain::{Position, TenantId};

pub use anchor::{Anchor, InvalidAnchor};
pub use damage::{Damage, VerifyError};
pub(crate) use heads::Heads;
pub use heads::Signers;
pub use report::{Check, CheckResult, Report, Verified};

use crate::chain::GENESIS;
use crate::{EventStore, Filter, Journal, JournalError, Page, StoreError};
use aside::Aside;
pub(crate) use contents::Contents;
use numbers::{Given, Sequence};
pub(crate) use walk::Walk;

/// Events read at once.
const PAGE: usize = 4096;
/// Signed heads read at once.
const HEADS: usize = 1000;

/// What a verification is held against beside the log itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectations {
    /// A hash that was kept elsewhere.
    pub anchor: Option<Anchor>,
    /// Who signed.
    pub signers: Signers,
    /// Of an export: the tenant whose events must all be there.
    pub tenant: Option<TenantId>,
}

/// Walks the whole log and checks the chain, the positions and every stream's versions: what [`prove`] does first, for whoever has
/// no keys. Calls `progress` with each position reached, a few thousand events apart.
///
/// # Errors
/// The first damage, or that the log could not be read.
pub async fn verify(
    store: &dyn EventStore,
    anchor: Option<Anchor>,
    mut progress: impl FnMut(Position) + Send,
) -> Result<Verified, VerifyError> {
    let mut walk = begin(store, anchor);
    let mut reader = Reader::new(store).await?;
    while let Some(page) = reader.next(&mut walk).await? {
        for event in &page.events {
            walk.event(event);
        }
        progress(page.scanned_to);
    }
    let (checks, verified) = walk.end();
    Report { checks, verified, last_signed: None }.into_result()
}

/// Walks the whole log and checks all that can be checked with the log and its keys. Calls `progress` with each position reached, a few
/// thousand events apart.
///
/// # Errors
/// If the log or the keys cannot be asked. Damage is no error; the [`Report`] has it.
pub async fn prove(
    journal: &Journal,
    expected: &Expectations,
    mut progress: impl FnMut(Position) + Send,
) -> Result<Report, JournalError> {
    let store = &**journal.store();
    let mut walk = begin(store, expected.anchor);
    let mut contents = Contents::default();
    let mut heads = Heads::new(expected.signers.clone(), true);
    // In this order: what is signed is in the log already, and what is signed later is not waited for.
    let last_head = last_head(store).await?;
    let before = given_numbers(store).await?;
    let mut aside = Aside::of(store).await?;
    let mut reader = Reader::new(store).await?;
    while let Some(page) = reader.next(&mut walk).await? {
        expect_heads(store, &mut heads, page.scanned_to, last_head).await?;
        for event in &page.events {
            let leaf = walk.event(event);
            heads.event(event.meta.position, event.hash, &event.meta.stream.tenant, &leaf);
            contents.recorded(event);
        }
        let positions: Vec<Position> = page.events.iter().map(|event| event.meta.position).collect();
        for (position, event) in positions.into_iter().zip(journal.open_all(page.events).await?) {
            if !aside.leaves_out(position, event.is_ok()) {
                contents.understood(position, event);
            }
        }
        progress(page.scanned_to);
    }
    expect_heads(store, &mut heads, last_head, last_head).await?;
    let (mut checks, verified) = walk.end();
    let (signed, last_signed) = heads.end(verified.head, expected.tenant.as_ref());
    checks.extend(signed);
    let keys = std::mem::take(&mut contents.people).check(store, &**journal.keys()).await?;
    let after = given_numbers(store).await?;
    checks.extend(contents.end(keys, before.as_ref(), after.as_ref()));
    checks.push(aside.end());
    Ok(Report { checks, verified, last_signed })
}

fn begin(store: &dyn EventStore, anchor: Option<Anchor>) -> Walk {
    let capabilities = store.capabilities();
    Walk::new(capabilities.chain, capabilities.dense_positions, anchor, Position::START, GENESIS)
}

/// Makes the heads up to a position known; none beyond `last` is asked for.
async fn expect_heads(
    store: &dyn EventStore,
    heads: &mut Heads,
    through: Position,
    last: Position,
) -> Result<(), StoreError> {
    while heads.known_to() < through.min(last) {
        match store.heads_after(heads.known_to(), HEADS).await {
            Ok(more) if more.is_empty() => break,
            Ok(more) => heads.expect(more.into_iter().filter(|head| head.position <= last)),
            Err(StoreError::Damaged { position, detail }) => heads.expect_unreadable(position, detail),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Where the last signed head is, also one that cannot be read.
async fn last_head(store: &dyn EventStore) -> Result<Position, StoreError> {
    match store.heads_before(None, 1).await {
        Ok(mut heads) => Ok(heads.pop().map_or(Position::START, |head| head.position)),
        Err(StoreError::Damaged { position, .. }) => Ok(position),
        Err(error) => Err(error),
    }
}

/// The sequences of ticket numbers, where the log can tell them.
async fn given_numbers(store: &dyn EventStore) -> Result<Option<Given>, StoreError> {
    let next = match store.next_numbers(numbers::SEQUENCE).await {
        Ok(next) => next,
        Err(StoreError::Unsupported(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut given = Given::with_capacity(next.len());
    for (tenant, next) in next {
        let aside = store.numbers_aside(&tenant, numbers::SEQUENCE).await?;
        given.insert(tenant, Sequence { next, aside });
    }
    Ok(Some(given))
}

/// Reads a log from its beginning to where it ended at the start, or a little further: one that grows meanwhile is not read
/// for ever.
struct Reader<'a> {
    store: &'a dyn EventStore,
    head: Position,
    scanned: Position,
    filter: Filter,
}

impl<'a> Reader<'a> {
    async fn new(store: &'a dyn EventStore) -> Result<Self, StoreError> {
        Ok(Self { store, head: store.head().await?, scanned: Position::START, filter: Filter::default() })
    }

    /// The next part; `None` at the end. Events that cannot be read are told to `walk` and gone past.
    async fn next(&mut self, walk: &mut Walk) -> Result<Option<Page>, StoreError> {
        while self.scanned < self.head {
            match self.store.read_all(self.scanned, &self.filter, PAGE).await {
                Ok(page) if page.scanned_to == self.scanned => break,
                Ok(page) => {
                    self.scanned = page.scanned_to;
                    return Ok(Some(page));
                }
                Err(StoreError::Damaged { position, detail }) => {
                    walk.unreadable(position, detail);
                    self.scanned = position;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
