//! Signed heads held against the log.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::{Position, TenantId};

use super::damage::Damage;
use super::report::{Check, CheckResult, Found};
use crate::chain::{GENESIS, Hash};
use crate::signing::{PublicKey, SignedHead, TenantChain, TenantChains, TenantProof};

/// Who may have signed, and how recently.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signers {
    /// Keys whose signatures count. None: nothing is known of who signed.
    pub keys: Vec<PublicKey>,
    /// The last head has to be younger than this, and the moment from which that counts.
    pub within: Option<(TimeDelta, DateTime<Utc>)>,
}

/// Follows the signed heads along the log.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    signers: Signers,
    /// Heads further on, in order, and why one cannot be read.
    waiting: VecDeque<(Position, Result<SignedHead, String>)>,
    known_to: Position,
    /// The chain's hash at position 1, once it was met.
    installation: Option<Hash>,
    last: Option<SignedHead>,
    /// Whether one before the next could not be read: then nobody knows what that one follows on.
    is_broken: bool,
    heads: u64,
    tenants: TenantChains,
    /// The tenants' chains at the last head.
    at_last: TenantChains,
    /// Whether every event was seen whole, so that all tenants' chains are known.
    is_whole: bool,
    /// Whether the log's beginning is not there.
    begins_later: bool,
    proof: Option<TenantProof>,
    found: Found,
    /// Whether nothing was found of the heads.
    hold: bool,
}

impl Heads {
    pub(crate) fn new(signers: Signers, is_whole: bool) -> Self {
        Self { signers, is_whole, ..Self::default() }
    }

    /// The log's beginning, and heads of it, are not there.
    pub(crate) fn begin_later(&mut self) {
        (self.is_whole, self.begins_later) = (false, true);
    }

    /// The last head that is known of, met or not.
    pub(crate) const fn known_to(&self) -> Position {
        self.known_to
    }

    /// More heads, which follow those known.
    pub(crate) fn expect(&mut self, heads: impl IntoIterator<Item = SignedHead>) {
        for head in heads {
            self.known_to = head.position;
            self.waiting.push_back((head.position, Ok(head)));
        }
    }

    /// A head that cannot be read follows those known.
    pub(crate) fn expect_unreadable(&mut self, position: Position, why: String) {
        self.known_to = position;
        self.waiting.push_back((position, Err(why)));
    }

    /// The chain has got to a position, by an event of which this is the leaf.
    pub(crate) fn event(&mut self, position: Position, hash: Hash, tenant: &TenantId, leaf: &Hash) {
        self.tenants.add(tenant, leaf);
        self.arrive(position, Some(hash));
    }

    /// The same by an event of which only the leaf is there.
    pub(crate) fn leaf(&mut self, position: Position, hash: Option<Hash>) {
        self.is_whole = false;
        self.arrive(position, hash);
    }

    fn arrive(&mut self, position: Position, hash: Option<Hash>) {
        if position == Position(1) {
            self.installation = hash;
        }
        while self.waiting.front().is_some_and(|(at, _)| *at <= position) {
            match self.waiting.pop_front() {
                Some((_, Ok(head))) => self.head(head, position, hash),
                Some((at, Err(why))) => self.unreadable(at, why),
                None => break,
            }
        }
    }

    fn unreadable(&mut self, at: Position, why: String) {
        self.found.note(at, Damage::HeadUnreadable(why));
        self.is_broken = true;
    }

    /// A head whose position the chain has just got to, of an export.
    pub(crate) fn head(&mut self, head: SignedHead, at: Position, hash: Option<Hash>) {
        let hash = hash.filter(|_| head.position == at);
        self.compare(head, hash);
    }

    /// Holds a head against the chain's hash at its position; `None` where that is not known.
    fn compare(&mut self, head: SignedHead, hash: Option<Hash>) {
        let at = head.position;
        let follows = match &self.last {
            _ if self.is_broken => true,
            Some(last) => head.previous == last.digest() && at > last.position,
            // An export that begins later has no earlier heads.
            None => head.previous == GENESIS || self.begins_later,
        };
        if !head.is_genuine() {
            self.found.note(at, Damage::HeadForged);
        } else if !self.signers.keys.is_empty() && !self.signers.keys.contains(&head.public_key) {
            self.found.note(at, Damage::HeadOfAnother { public_key: head.public_key });
        } else if !follows {
            self.found.note(at, Damage::HeadsMissing);
        } else if hash != Some(head.hash) || self.installation.is_some_and(|first| first != head.installation) {
            self.found.note(at, Damage::HeadDiffers);
        } else if self.is_whole && self.tenants.root() != head.tenants {
            self.found.note(at, Damage::HeadTenants);
        }
        self.heads += 1;
        self.is_broken = false;
        self.at_last = self.tenants.clone();
        self.last = Some(head);
    }

    /// What an export says of its tenant.
    pub(crate) fn proof(&mut self, proof: TenantProof) {
        self.proof = Some(proof);
    }

    /// Whether all events are here that the last head counts: those of the tenant the proof is of, or all.
    fn tenant(&mut self, wanted: Option<&TenantId>, end: Position) -> CheckResult {
        let unknown = |why: &str| tenant_unknown(wanted, end, why);
        let Some(last) = self.last.clone() else { return unknown("there is no signed head") };
        if !self.hold {
            return unknown("the signed heads do not hold");
        }
        if self.is_whole && self.proof.is_none() {
            let (tenants, at) = (self.at_last.len(), last.position);
            return self.genuine(format!("all events of all {tenants} organisations up to position {at} are here"));
        }
        let Some(proof) = self.proof.take() else { return unknown("the export has no proof for an organisation") };
        let (at, tenant) = (last.position, proof.tenant.clone());
        if wanted.is_some_and(|wanted| *wanted != tenant) {
            return unknown(&format!("the export has a proof for {tenant} alone"));
        }
        let here = self.at_last.get(&tenant).unwrap_or(TenantChain { events: 0, hash: GENESIS });
        if proof.root() != last.tenants {
            return CheckResult::Failed { at, damage: Damage::TenantProof { tenant }, more: 0 };
        }
        if (here.events, here.hash) != (proof.events, proof.hash) {
            let damage = Damage::TenantLeftOut { tenant, signed: proof.events, here: here.events };
            return CheckResult::Failed { at, damage, more: 0 };
        }
        self.genuine(format!("all {} events of {tenant} up to position {at} are here", proof.events))
    }

    /// Proved, if it is known who may sign.
    fn genuine(&self, what: String) -> CheckResult {
        if self.signers.keys.is_empty() {
            let why = "whether the heads are genuine is not known: name the signer's public key with --signer";
            return CheckResult::not_checked(format!("{what}; {why}"));
        }
        CheckResult::proved(what)
    }

    /// Nothing follows. `end` is where the log ends, `tenant` whose events must all be there.
    pub(crate) fn end(
        mut self,
        end: Position,
        tenant: Option<&TenantId>,
    ) -> (Vec<(Check, CheckResult)>, Option<SignedHead>) {
        for (at, head) in std::mem::take(&mut self.waiting) {
            match head {
                Ok(head) => {
                    self.found.note(at, Damage::HeadBeyond { end });
                    self.last = Some(head);
                }
                Err(why) => self.unreadable(at, why),
            }
        }
        let last = self.last.clone();
        let asked = !self.signers.keys.is_empty() || self.signers.within.is_some();
        let found = std::mem::take(&mut self.found);
        self.hold = found.is_empty();
        let to_end = match &last {
            Some(head) if self.is_late(head) => {
                CheckResult::Failed { at: end, damage: Damage::SignedLate { last: head.signed_at }, more: 0 }
            }
            _ if !self.hold => CheckResult::not_checked("the signed heads do not hold"),
            Some(head) if head.position >= end => self.genuine("nothing follows the last signed head".to_owned()),
            Some(head) => CheckResult::not_checked(format!(
                "nothing was signed after position {}: what follows is not proven",
                head.position
            )),
            None => CheckResult::not_checked("nothing was signed"),
        };
        let heads = match &last {
            // That what is left of them holds says nothing.
            _ if !self.hold => found.result(String::new),
            None if asked => CheckResult::Failed { at: end, damage: Damage::NothingSigned, more: 0 },
            None => CheckResult::not_checked(
                "nothing was signed: that the log was rewritten as a whole or cut off is not noticed by this check",
            ),
            Some(head) => {
                let said = format!(
                    "the log is what {} heads say, the last of position {}, signed {} by {}",
                    self.heads,
                    head.position,
                    head.signed_at.format("%Y-%m-%d %H:%M:%S UTC"),
                    head.public_key
                );
                self.genuine(said)
            }
        };
        let tenants = self.tenant(tenant, end);
        (vec![(Check::SignedHeads, heads), (Check::SignedToTheEnd, to_end), (Check::Tenants, tenants)], last)
    }

    fn is_late(&self, head: &SignedHead) -> bool {
        self.signers.within.is_some_and(|(within, now)| now - head.signed_at > within)
    }
}

/// Nobody can say whether all events are here: a failure, if it was asked of a tenant by name.
fn tenant_unknown(wanted: Option<&TenantId>, end: Position, why: &str) -> CheckResult {
    match wanted {
        None => CheckResult::not_checked(format!("{why}: whether any event was left out is not known")),
        Some(tenant) => {
            let damage = Damage::TenantNotCompared { tenant: tenant.clone(), why: why.to_owned() };
            CheckResult::Failed { at: end, damage, more: 0 }
        }
    }
}
