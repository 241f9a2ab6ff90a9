//! The raw export: the log as lines of JSON that an auditor can verify without Docket. `docs/log-format.md` describes it.

mod lines;

use std::collections::VecDeque;
use std::io::BufRead;

use docket_domain::text::printable_json;
use docket_domain::{Position, TenantId};
use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::chain::{GENESIS, Hash, Leaf};
use crate::signing::{SignedHead, TenantChains, TenantProof};
use crate::verify::{
    Anchor, Check, CheckResult, Contents, Damage, Expectations, Heads, Report, Verified, VerifyError, Walk,
};
use crate::{ChainKind, EventStore, Filter, RecordedEvent, StoreError};
use lines::{Chain, EndLine, HeadLine, HeaderLine, LeafLine, Line, TenantLine};

pub(crate) use lines::micros;

const FORMAT: &str = "docket-log";
/// Version 1 had neither signed heads nor proofs.
const FORMAT_VERSION: u32 = 2;
/// Events read at once.
const PAGE: usize = 2048;

/// An export could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The export could not be written.
    #[error("the export cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// A line could not be written as JSON.
    #[error("a line cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// Writes the log after `after` as lines: events that match `filter` whole, of the others only the leaf; the signed heads; and of one
/// tenant that its events are all there.
/// Calls `progress` with each position reached. Returns the end, to be kept as an anchor.
///
/// # Errors
/// If the log cannot be read or `out` cannot be written; [`StoreError::Unsupported`] for a filter or a beginning in the middle
/// where each stream has its own chain.
pub async fn export_log(
    store: &dyn EventStore,
    after: Position,
    filter: &Filter,
    mut out: impl AsyncWrite + Unpin + Send,
    mut progress: impl FnMut(Position) + Send,
) -> Result<Anchor, ExportError> {
    let one_chain = store.capabilities().chain == ChainKind::Log;
    if !one_chain && (after != Position::START || *filter != Filter::default()) {
        return Err(StoreError::Unsupported("export a part: each stream has its own chain").into());
    }
    let mut end = Anchor { position: after, hash: hash_at(store, after).await? };
    let header = HeaderLine {
        format: FORMAT.into(),
        format_version: FORMAT_VERSION,
        chain: if one_chain { Chain::Log } else { Chain::Stream },
        after: after.0,
        hash: end.hash,
    };
    let mut buffer = Vec::new();
    push(&mut buffer, &header)?;
    let (all, mut scratch, mut scanned) = (Filter::default(), Vec::new(), after);
    let mut signed = SignedPart::new(store, after, filter).await?;
    // A log that grows meanwhile is exported up to here at least, and not for ever.
    let head = store.head().await?;
    loop {
        let page = store.read_all(scanned, &all, PAGE).await?;
        for event in page.events {
            end = Anchor { position: event.meta.position, hash: event.hash };
            let leaf = Leaf::of(&event).hash(&mut scratch);
            signed.tenants.add(&event.meta.stream.tenant, &leaf);
            let line = if matches(filter, &event) {
                Line::Event(Box::new(event.into()))
            } else {
                Line::Leaf(LeafLine { position: event.meta.position.0, leaf })
            };
            push(&mut buffer, &line)?;
            if let Some(head) = signed.head_at(end.position).await? {
                push(&mut buffer, &Line::Head(HeadLine { head: Box::new(head) }))?;
            }
        }
        let finished = page.scanned_to == scanned || page.scanned_to >= head;
        if finished {
            if let Some(tenant_head) = signed.proof() {
                push(&mut buffer, &Line::Tenant(TenantLine { tenant_head }))?;
            }
            push(&mut buffer, &Line::End(EndLine { end: end.position.0, hash: end.hash }))?;
        }
        out.write_all(&buffer).await?;
        buffer.clear();
        scanned = page.scanned_to;
        progress(scanned);
        if finished {
            out.flush().await?;
            return Ok(end);
        }
    }
}

/// The signed heads along an export, and what they say of its tenant.
struct SignedPart<'a> {
    store: &'a dyn EventStore,
    waiting: VecDeque<SignedHead>,
    /// Heads up to here were read, and up to there are to be.
    known_to: Position,
    through: Position,
    tenants: TenantChains,
    at_last: Option<TenantChains>,
    /// The tenant all of whose events are in the export.
    whole: Option<TenantId>,
}

impl<'a> SignedPart<'a> {
    async fn new(store: &'a dyn EventStore, after: Position, filter: &Filter) -> Result<Self, StoreError> {
        let through = store.heads_before(None, 1).await?.pop().map_or(Position::START, |head| head.position);
        let whole = filter.tenant.clone().filter(|_| after == Position::START && filter.categories.is_empty());
        let (waiting, tenants) = (VecDeque::new(), TenantChains::default());
        Ok(Self { store, waiting, known_to: after, through, tenants, at_last: None, whole })
    }

    /// The head that was signed at this position.
    async fn head_at(&mut self, position: Position) -> Result<Option<SignedHead>, StoreError> {
        if self.waiting.is_empty() && self.known_to < self.through {
            self.waiting.extend(self.store.heads_after(self.known_to, PAGE).await?);
            self.known_to = self.waiting.back().map_or(self.through, |head| head.position);
        }
        // One at a position the log does not have says so at the next it has.
        if self.waiting.front().is_none_or(|head| head.position > position) {
            return Ok(None);
        }
        self.at_last = Some(self.tenants.clone());
        Ok(self.waiting.pop_front())
    }

    fn proof(&self) -> Option<TenantProof> {
        self.at_last.as_ref()?.prove(self.whole.as_ref()?)
    }
}

fn push(buffer: &mut Vec<u8>, line: &impl Serialize) -> Result<(), serde_json::Error> {
    buffer.extend_from_slice(printable_json(&serde_json::to_string(line)?).as_bytes());
    buffer.push(b'\n');
    Ok(())
}

fn matches(filter: &Filter, event: &RecordedEvent) -> bool {
    let stream = &event.meta.stream;
    filter.tenant.as_ref().is_none_or(|tenant| *tenant == stream.tenant)
        && (filter.categories.is_empty() || filter.categories.contains(&stream.category))
}

/// The chain's hash at a position where an event lies.
async fn hash_at(store: &dyn EventStore, position: Position) -> Result<Hash, StoreError> {
    let Some(before) = position.0.checked_sub(1) else { return Ok(GENESIS) };
    let page = store.read_all(Position(before), &Filter::default(), 1).await?;
    match page.events.first() {
        Some(event) if event.meta.position == position => Ok(event.hash),
        _ => Err(StoreError::Malformed("there is no event at the position after which to begin")),
    }
}

/// Verifies the chain of an export without the log it came from. Blocks while reading.
/// Calls `progress` with each position reached, a few thousand events apart.
///
/// # Errors
/// The first damage, or that `lines` cannot be read.
pub fn verify_export(
    lines: impl BufRead,
    anchor: Option<Anchor>,
    progress: impl FnMut(Position),
) -> Result<Verified, VerifyError> {
    let (walk, _) = read_export(lines, anchor, Heads::default(), |_| (), progress)?;
    let (checks, verified) = walk.end();
    Report { checks, verified, last_signed: None }.into_result()
}

/// Checks all that can be checked of an export without the log and its keys. Blocks while reading.
/// Calls `progress` with each position reached, a few thousand events apart.
///
/// # Errors
/// If `lines` cannot be read, or are no export. Other damage is no error; the [`Report`] has it.
pub fn prove_export(
    lines: impl BufRead,
    expected: &Expectations,
    progress: impl FnMut(Position),
) -> Result<Report, VerifyError> {
    let mut contents = Contents::default();
    let mut has_wanted = expected.tenant.is_none();
    let take = |event: RecordedEvent| {
        has_wanted |= expected.tenant.as_ref().is_some_and(|wanted| *wanted == event.meta.stream.tenant);
        contents.recorded(&event);
        contents.understood(event.meta.position, event.understand());
    };
    let heads = Heads::new(expected.signers.clone(), true);
    let (walk, heads) = read_export(lines, expected.anchor, heads, take, progress)?;
    let (mut checks, verified) = walk.end();
    let (signed, last_signed) = heads.end(verified.head, expected.tenant.as_ref());
    checks.extend(signed);
    if let Some(unknown) = expected.tenant.clone().filter(|_| !has_wanted) {
        // All of nothing is there in any export: a name that was mistyped is no organisation.
        let why = format!("there is no event of {unknown} in the export");
        let damage = Damage::TenantNotCompared { tenant: unknown, why };
        let tenants = checks
            .iter_mut()
            .filter(|(check, result)| *check == Check::Tenants && !matches!(result, CheckResult::Failed { .. }));
        tenants.for_each(|(_, result)| {
            *result = CheckResult::Failed { at: verified.head, damage: damage.clone(), more: 0 };
        });
    }
    let keys = CheckResult::not_checked("an export holds no keys: what is sealed in it was not opened");
    checks.extend(contents.end(keys, None, None));
    let left_out = CheckResult::not_checked("an export does not say which events are in quarantine");
    checks.push((Check::LeftOut, left_out));
    Ok(Report { checks, verified, last_signed })
}

/// Follows an export line by line; `take` gets the events that are there whole.
fn read_export(
    lines: impl BufRead,
    anchor: Option<Anchor>,
    mut heads: Heads,
    mut take: impl FnMut(RecordedEvent),
    mut progress: impl FnMut(Position),
) -> Result<(Walk, Heads), VerifyError> {
    let mut lines = lines.lines();
    let header = lines.next().transpose()?.unwrap_or_default();
    let unreadable =
        |what: String| VerifyError::Damaged { position: Position::START, damage: Damage::Unreadable(what) };
    let header: HeaderLine = serde_json::from_str(&header).map_err(|error| unreadable(format!("header: {error}")))?;
    if header.format != FORMAT || !(1..=FORMAT_VERSION).contains(&header.format_version) {
        let what = format!("format {} version {} is not known", header.format, header.format_version);
        return Err(unreadable(what));
    }
    let one_chain = header.chain == Chain::Log;
    let chain = if one_chain { ChainKind::Log } else { ChainKind::Stream };
    let mut walk = Walk::new(chain, one_chain, anchor, Position(header.after), header.hash);
    if header.after != 0 {
        heads.begin_later();
    }
    let mut count = 0_u64;
    while let Some(line) = lines.next() {
        match Line::read(&line?) {
            Ok(Line::Event(event)) => {
                let event = RecordedEvent::from(*event);
                let leaf = walk.event(&event);
                heads.event(event.meta.position, event.hash, &event.meta.stream.tenant, &leaf);
                take(event);
            }
            Ok(Line::Leaf(LeafLine { position, leaf })) if one_chain => {
                walk.leaf(Position(position), &leaf);
                heads.leaf(Position(position), walk.stands_at().1);
            }
            Ok(Line::Head(HeadLine { head })) => {
                let (at, hash) = walk.stands_at();
                heads.head(*head, at, hash);
            }
            Ok(Line::Tenant(TenantLine { tenant_head })) => heads.proof(tenant_head),
            Ok(Line::Leaf(_)) => walk.broken_line("a bare leaf where each stream has its own chain".into()),
            Ok(Line::End(EndLine { end, hash })) => {
                let (at, stands) = walk.stands_at();
                if end != at.0 || stands.is_some_and(|stands| stands != hash) {
                    walk.cut();
                }
                if lines.next().transpose()?.is_some() {
                    walk.goes_on_after_its_end();
                }
                return Ok((walk, heads));
            }
            Err(error) => walk.broken_line(format!("the line after it: {error}")),
        }
        count += 1;
        if count.is_multiple_of(PAGE as u64) {
            progress(walk.stands_at().0);
        }
    }
    walk.cut();
    Ok((walk, heads))
}
