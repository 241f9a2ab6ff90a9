//! Proving that the log is what was written.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use docket_domain::{Position, StreamId};

use crate::chain::{GENESIS, Hash, Leaf, link};
use crate::{ChainKind, EventStore, Filter, RecordedEvent, StoreError};

/// Events read at once.
const PAGE: usize = 4096;

/// A hash of the chain that was kept elsewhere, written `position:hash`. With it even a cut-off end is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The position.
    pub position: Position,
    /// The chain's hash there.
    pub hash: Hash,
}

/// The text is not an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is position:hash, the hash in 64 hexadecimal digits")]
pub struct InvalidAnchor;

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, hex::encode(self.hash))
    }
}

impl FromStr for Anchor {
    type Err = InvalidAnchor;

    fn from_str(text: &str) -> Result<Self, InvalidAnchor> {
        let (position, hex) = text.split_once(':').ok_or(InvalidAnchor)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(hex, &mut hash).map_err(|_| InvalidAnchor)?;
        Ok(Self { position: Position(position.parse().map_err(|_| InvalidAnchor)?), hash })
    }
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Events seen whole.
    pub events: u64,
    /// Events of which only the leaf was there.
    pub leaves: u64,
    /// Streams of the events seen whole.
    pub streams: u64,
    /// The last position and, if there is one chain for the whole log, its hash: keep it as an [`Anchor`].
    pub head: Position,
    /// The chain's hash at the head; `None` where each stream has its own chain.
    pub hash: Option<Hash>,
}

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
    /// The event cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
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
    Store(StoreError),
    /// The export could not be read.
    #[error("the export cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

impl From<StoreError> for VerifyError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged { position, detail } => Self::Damaged { position, damage: Damage::Unreadable(detail) },
            error => Self::Store(error),
        }
    }
}

/// Walks the whole log and checks the chain, the positions and every stream's versions.
/// Calls `progress` with each position reached, a few thousand events apart.
///
/// # Errors
/// The first damage, or that the log could not be read.
pub async fn verify(
    store: &dyn EventStore,
    anchor: Option<Anchor>,
    mut progress: impl FnMut(Position) + Send,
) -> Result<Verified, VerifyError> {
    let capabilities = store.capabilities();
    let mut checker = Checker::new(capabilities.chain, capabilities.dense_positions, anchor);
    checker.begin_after(Position::START, GENESIS)?;
    let filter = Filter::default();
    // A log that grows meanwhile is verified up to here at least, and not for ever.
    let head = store.head().await?;
    while checker.scanned < head {
        let page = store.read_all(checker.scanned, &filter, PAGE).await?;
        for event in &page.events {
            checker.event(event)?;
        }
        if page.scanned_to == checker.scanned {
            break;
        }
        checker.scanned = page.scanned_to;
        progress(page.scanned_to);
    }
    checker.end()
}

/// Follows a log event by event.
#[derive(Debug)]
pub(crate) struct Checker {
    chain: ChainKind,
    dense: bool,
    anchor: Option<Anchor>,
    /// Whether the chain was found to have the anchor's hash at its position.
    compared: bool,
    /// Whether the first event seen is the first there is; otherwise a stream may begin at any version.
    from_start: bool,
    at: Position,
    hash: Hash,
    /// How far was looked, which may be beyond the last event.
    scanned: Position,
    streams: HashMap<StreamId, (u64, Hash)>,
    events: u64,
    leaves: u64,
    scratch: Vec<u8>,
}

impl Checker {
    pub(crate) fn new(chain: ChainKind, dense: bool, anchor: Option<Anchor>) -> Self {
        Self {
            chain,
            dense,
            anchor,
            compared: false,
            from_start: true,
            at: Position::START,
            hash: GENESIS,
            scanned: Position::START,
            streams: HashMap::new(),
            events: 0,
            leaves: 0,
            scratch: Vec::new(),
        }
    }

    /// Begins in the middle, on trust.
    pub(crate) fn begin_after(&mut self, position: Position, hash: Hash) -> Result<(), VerifyError> {
        self.from_start = position == Position::START;
        self.arrive(position, hash)
    }

    /// Where the chain stands.
    pub(crate) const fn stands_at(&self) -> (Position, Hash) {
        (self.at, self.hash)
    }

    pub(crate) fn event(&mut self, event: &RecordedEvent) -> Result<(), VerifyError> {
        let position = event.meta.position;
        self.step(position)?;
        let stream = self.streams.get(&event.meta.stream);
        let leaf = Leaf::of(event).hash(&mut self.scratch);
        let hash = match self.chain {
            ChainKind::Log => link(&self.hash, &leaf),
            ChainKind::Stream => link(stream.map_or(&GENESIS, |(_, hash)| hash), &leaf),
        };
        let damaged = |damage| Err(VerifyError::Damaged { position, damage });
        if hash != event.hash {
            return damaged(Damage::Chain);
        }
        let expected = match stream {
            Some((version, _)) => version + 1,
            None if self.from_start => 1,
            None => event.meta.version,
        };
        if event.meta.version != expected {
            let stream = event.meta.stream.clone();
            return damaged(Damage::Version { stream, expected, actual: event.meta.version });
        }
        match self.streams.get_mut(&event.meta.stream) {
            Some(known) => *known = (expected, hash),
            None => {
                self.streams.insert(event.meta.stream.clone(), (expected, hash));
            }
        }
        self.events += 1;
        self.arrive(position, hash)
    }

    /// An event of which only the leaf is there. Only where there is one chain for all.
    pub(crate) fn leaf(&mut self, position: Position, leaf: &Hash) -> Result<(), VerifyError> {
        self.step(position)?;
        self.leaves += 1;
        self.arrive(position, link(&self.hash, leaf))
    }

    fn step(&self, position: Position) -> Result<(), VerifyError> {
        let expected = Position(self.at.0 + 1);
        let damage = if position < expected {
            Damage::Chain
        } else if self.dense && position > expected {
            Damage::Missing { expected }
        } else {
            return Ok(());
        };
        Err(VerifyError::Damaged { position, damage })
    }

    fn arrive(&mut self, position: Position, hash: Hash) -> Result<(), VerifyError> {
        self.at = position;
        self.hash = hash;
        if let Some(anchor) = self.anchor.filter(|anchor| anchor.position == position) {
            if anchor.hash != hash {
                return Err(VerifyError::Damaged { position, damage: Damage::Anchor });
            }
            self.compared = true;
        }
        Ok(())
    }

    /// Nothing follows.
    pub(crate) fn end(self) -> Result<Verified, VerifyError> {
        // A check that did not happen is a failure.
        if let Some(anchor) = self.anchor.filter(|_| !self.compared) {
            let damage =
                if anchor.position > self.at { Damage::Cut } else { Damage::NotCompared { at: anchor.position } };
            return Err(VerifyError::Damaged { position: self.at, damage });
        }
        Ok(Verified {
            events: self.events,
            leaves: self.leaves,
            streams: self.streams.len() as u64,
            head: self.at,
            hash: (self.chain == ChainKind::Log).then_some(self.hash),
        })
    }
}
