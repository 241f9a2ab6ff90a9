//! What a verification proved, what it found wrong, and what it could not look at.

use docket_domain::Position;

use super::VerifyError;
use super::damage::Damage;
use crate::chain::Hash;
use crate::signing::SignedHead;

/// Something a verification looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Positions are 1, 2, 3 … without holes.
    Positions,
    /// Every hash follows from the one before it and the event.
    Chain,
    /// The versions of every stream are 1, 2, 3 …
    Versions,
    /// The chain has a hash that was kept elsewhere.
    Anchor,
    /// The log is what the signed heads say.
    SignedHeads,
    /// Nothing follows the last signed head.
    SignedToTheEnd,
    /// All events of an organisation are there.
    Tenants,
    /// Every event is understood, and what is sealed in it opens.
    Payloads,
    /// No event that is understood is left out of what people read.
    LeftOut,
    /// Whoever has something sealed in the log has a key, or was erased.
    Keys,
    /// The log's time never goes back.
    Times,
    /// No two tickets of an organisation have one number, and none has one that was never given out.
    TicketNumbers,
    /// Every number that was given out has a ticket.
    AllTickets,
    /// The read models are what the log makes.
    ReadModels,
}

impl Check {
    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Positions => "positions",
            Self::Chain => "chain",
            Self::Versions => "versions",
            Self::Anchor => "anchor",
            Self::SignedHeads => "signed_heads",
            Self::SignedToTheEnd => "signed_to_the_end",
            Self::Tenants => "tenants",
            Self::Payloads => "payloads",
            Self::LeftOut => "left_out",
            Self::Keys => "keys",
            Self::Times => "times",
            Self::TicketNumbers => "ticket_numbers",
            Self::AllTickets => "all_tickets",
            Self::ReadModels => "read_models",
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckResult {
    /// It holds.
    Proved {
        /// What was looked at, in words.
        what: String,
    },
    /// It does not hold.
    Failed {
        /// Where it first shows.
        at: Position,
        /// What is wrong there.
        damage: Damage,
        /// In how many more places.
        more: u64,
    },
    /// Nobody knows: it was not, or could not be, looked at.
    NotChecked {
        /// Why, in words.
        why: String,
    },
}

impl CheckResult {
    /// It holds.
    pub fn proved(what: impl Into<String>) -> Self {
        Self::Proved { what: what.into() }
    }

    /// It was not looked at.
    pub fn not_checked(why: impl Into<String>) -> Self {
        Self::NotChecked { why: why.into() }
    }

    /// Its stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Proved { .. } => "proved",
            Self::Failed { .. } => "failed",
            Self::NotChecked { .. } => "not_checked",
        }
    }

    /// More of it, in words.
    pub fn describe(&self) -> String {
        match self {
            Self::Proved { what } => what.clone(),
            Self::Failed { at, damage, more: 0 } => format!("at position {at}: {damage}"),
            Self::Failed { at, damage, more } => format!("at position {at}: {damage}; and in {more} more places"),
            Self::NotChecked { why } => why.clone(),
        }
    }
}

/// How much was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Events seen whole.
    pub events: u64,
    /// Events of which only the leaf was there.
    pub leaves: u64,
    /// Streams of the events seen whole.
    pub streams: u64,
    /// The last position and, if there is one chain for the whole log, its hash: keep it as an [`Anchor`](super::Anchor).
    pub head: Position,
    /// The chain's hash at the head; `None` where each stream has its own chain.
    pub hash: Option<Hash>,
}

/// What a verification found, check by check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The checks.
    pub checks: Vec<(Check, CheckResult)>,
    /// How much was looked at.
    pub verified: Verified,
    /// The last signed head: worth keeping elsewhere, like an anchor.
    pub last_signed: Option<SignedHead>,
}

impl Report {
    /// What came of a check; `None` if it is not part of this verification.
    pub fn of(&self, check: Check) -> Option<&CheckResult> {
        self.checks.iter().find(|(each, _)| *each == check).map(|(_, result)| result)
    }

    /// Whether any check failed.
    pub fn has_failed(&self) -> bool {
        self.checks.iter().any(|(_, result)| matches!(result, CheckResult::Failed { .. }))
    }

    /// The first damage as an error: by position, and where several checks fail at one, by the order of the checks.
    ///
    /// # Errors
    /// [`VerifyError::Damaged`] if any check failed.
    pub fn into_result(self) -> Result<Verified, VerifyError> {
        let failed = self.checks.into_iter().filter_map(|(check, result)| match result {
            CheckResult::Failed { at, damage, .. } => Some((at, check, damage)),
            _ => None,
        });
        // That the end is missing is the last thing to be said of a place.
        match failed.min_by_key(|(at, check, damage)| (*at, *damage == Damage::Cut, *check)) {
            Some((position, _, damage)) => Err(VerifyError::Damaged { position, damage }),
            None => Ok(self.verified),
        }
    }
}

/// The damage a check has found so far: the first is kept, the others are counted.
#[derive(Debug, Default)]
pub(super) struct Found {
    first: Option<(Position, Damage)>,
    more: u64,
}

impl Found {
    pub(super) fn note(&mut self, at: Position, damage: Damage) {
        match self.first {
            None => self.first = Some((at, damage)),
            Some(_) => self.more += 1,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The check's result; what was looked at is said where nothing was found.
    pub(super) fn result(self, proved: impl FnOnce() -> String) -> CheckResult {
        match self.first {
            Some((at, damage)) => CheckResult::Failed { at, damage, more: self.more },
            None => CheckResult::proved(proved()),
        }
    }
}
