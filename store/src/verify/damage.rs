//! What can be wrong with a log.

use chrono::{DateTime, Utc};
use docket_domain::{PersonId, Position, StreamId, TenantId};

use crate::StoreError;
use crate::signing::PublicKey;

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The event, or one before it, was changed, moved or replaced.
    #[error("the chain breaks: this event was changed, moved or inserted")]
    Chain,
    /// Events before this position are gone.
    #[error("position {expected} is missing")]
    Missing {
        /// The position that should have followed.
        expected: Position,
    },
    /// The stream's versions are not 1, 2, 3 …
    #[error("{stream} goes on with version {actual} instead of {expected}")]
    Version {
        /// The stream.
        stream: StreamId,
        /// The version that should have followed.
        expected: u64,
        /// The version found.
        actual: u64,
    },
    /// The chain does not have the anchor's hash at its position.
    #[error("the chain's hash here is not the one that was kept")]
    Anchor,
    /// What is verified begins after the anchor, or there is no event at its position: it was compared with nothing.
    #[error("the anchor at position {at} was compared with nothing: what is verified here does not hold that position")]
    NotCompared {
        /// The anchor's position.
        at: Position,
    },
    /// The log ends before the anchor, or the file before its last line.
    #[error("the end was cut off")]
    Cut,
    /// Something follows the export's last line.
    #[error("something follows the last line of the export")]
    AfterEnd,
    /// The event cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// The event can be read, but not understood, or what is sealed in it does not open.
    #[error("it is not understood: {0}")]
    NotUnderstood(String),
    /// The event is understood, and yet left out of everything that people read.
    #[error("it is understood, but in quarantine since {since}, so that nobody sees what it says: {reason}")]
    LeftOut {
        /// Since when.
        since: DateTime<Utc>,
        /// Why, as whoever put it there says.
        reason: String,
    },
    /// The log took the event earlier than the one before it.
    #[error("recorded at {recorded_at}, earlier than the event before it, which was recorded at {before}")]
    TimeWentBack {
        /// When it was recorded.
        recorded_at: DateTime<Utc>,
        /// When the one before it was.
        before: DateTime<Utc>,
    },
    /// What is sealed for a person cannot be opened, and no event says that they were erased.
    #[error("the key of person {person} of {tenant} is gone or does not open, and no PersonalDataErased event says why", person = person.0)]
    KeyGone {
        /// Whose person.
        tenant: TenantId,
        /// The person.
        person: PersonId,
    },
    /// The log says that a person was erased, and their key is still there.
    #[error("person {person} of {tenant} was erased, but their key is still there", person = person.0)]
    KeyKept {
        /// Whose person.
        tenant: TenantId,
        /// The person.
        person: PersonId,
    },
    /// Two tickets have one number.
    #[error("{tenant} has two tickets with the number {number}")]
    NumberTwice {
        /// Whose tickets.
        tenant: TenantId,
        /// The number.
        number: u64,
    },
    /// A ticket has a number that the sequence never gave out.
    #[error("a ticket of {tenant} has the number {number}, which was never given out")]
    NumberNeverGiven {
        /// Whose ticket.
        tenant: TenantId,
        /// The number.
        number: u64,
    },
    /// A signed head is not what is kept of one.
    #[error("the signed head cannot be read: {0}")]
    HeadUnreadable(String),
    /// The signature of a head does not hold.
    #[error("the signature does not hold: the signed head was changed")]
    HeadForged,
    /// A head is somebody else's.
    #[error("the head was signed by {public_key}, who is not named as a signer")]
    HeadOfAnother {
        /// Whose it is.
        public_key: PublicKey,
    },
    /// Heads are a chain, and this one does not follow on the one before it.
    #[error("signed heads before this one are missing or were replaced")]
    HeadsMissing,
    /// The log at this position is not what was signed.
    #[error("the log is not what was signed: it was rewritten at or before this position")]
    HeadDiffers,
    /// The chain is what was signed, the tenants' chains are not.
    #[error("the organisations' own chains are not what was signed")]
    HeadTenants,
    /// A position was signed that is not there.
    #[error("this position was signed, but the log ends at {end}: its end was cut off")]
    HeadBeyond {
        /// Where the log ends.
        end: Position,
    },
    /// There is no signed head.
    #[error("nothing was signed: there is no head to hold against the log")]
    NothingSigned,
    /// The last head is older than it may be.
    #[error("the last head was signed at {last}, longer ago than asked for")]
    SignedLate {
        /// When.
        last: DateTime<Utc>,
    },
    /// The proof does not lead to what was signed.
    #[error("the proof for {tenant} does not lead to what was signed")]
    TenantProof {
        /// Whose proof.
        tenant: TenantId,
    },
    /// Not all of a tenant's events are here.
    #[error(
        "{tenant} had {signed} events, as was signed, and those here ({here}) are not they: some were left out or replaced"
    )]
    TenantLeftOut {
        /// Whose events.
        tenant: TenantId,
        /// How many there were.
        signed: u64,
        /// How many are here.
        here: u64,
    },
    /// Nothing says how many events a tenant had.
    #[error("whether all events of {tenant} are here was compared with nothing: {why}")]
    TenantNotCompared {
        /// Whose events.
        tenant: TenantId,
        /// Why.
        why: String,
    },
    /// Something made from the log is not what the log makes.
    #[error("{0}")]
    Differs(String),
}

impl Damage {
    /// Whether only what was asked for is not proven: nothing shows that the log is not what was written.
    pub const fn is_unproven(&self) -> bool {
        matches!(self, Self::NothingSigned | Self::SignedLate { .. } | Self::TenantNotCompared { .. })
    }
}

/// The log did not verify.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The first damage.
    #[error("at position {position}: {damage}")]
    Damaged {
        /// Where it shows.
        position: Position,
        /// What it is.
        damage: Damage,
    },
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The export could not be read.
    #[error("the export cannot be read: {0}")]
    Io(#[from] std::io::Error),
}
