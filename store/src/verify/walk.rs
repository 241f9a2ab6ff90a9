//! Following a log event by event: positions, hashes, versions.

use std::collections::HashMap;

use docket_domain::{Position, StreamId};

use super::anchor::Anchor;
use super::damage::Damage;
use super::report::{Check, CheckResult, Found, Verified};
use crate::chain::{GENESIS, Hash, Leaf, link};
use crate::{ChainKind, RecordedEvent};

/// Follows a log event by event. It goes on after damage: what follows is held against what the log itself says there.
#[derive(Debug)]
pub(crate) struct Walk {
    chain: ChainKind,
    dense: bool,
    anchor: Option<Anchor>,
    /// Whether the chain was compared with the anchor at its position.
    compared: bool,
    /// The first position that is looked at follows this one. Where that is the log's beginning, streams begin at version 1.
    begins_after: Position,
    at: Position,
    /// `None` behind an event that could not be read, until the next one says what the hash is.
    hash: Option<Hash>,
    streams: HashMap<StreamId, (u64, Hash)>,
    events: u64,
    leaves: u64,
    positions: Found,
    links: Found,
    versions: Found,
    anchored: Found,
    scratch: Vec<u8>,
}

impl Walk {
    /// Begins after a position where the chain has a hash, which is taken on trust if it is not the log's beginning.
    pub(crate) fn new(chain: ChainKind, dense: bool, anchor: Option<Anchor>, after: Position, hash: Hash) -> Self {
        let mut walk = Self {
            chain,
            dense,
            anchor,
            compared: false,
            begins_after: after,
            at: after,
            hash: Some(hash),
            streams: HashMap::new(),
            events: 0,
            leaves: 0,
            positions: Found::default(),
            links: Found::default(),
            versions: Found::default(),
            anchored: Found::default(),
            scratch: Vec::new(),
        };
        if after == Position::START && hash != GENESIS {
            walk.links.note(after, Damage::Chain);
        }
        walk.arrive(after, Some(hash));
        walk
    }

    /// Where the chain stands.
    pub(crate) const fn stands_at(&self) -> (Position, Option<Hash>) {
        (self.at, self.hash)
    }

    /// Takes an event, and returns its leaf.
    pub(crate) fn event(&mut self, event: &RecordedEvent) -> Hash {
        let (position, stream) = (event.meta.position, &event.meta.stream);
        self.step(position);
        let leaf = Leaf::of(event).hash(&mut self.scratch);
        let known = self.streams.get(stream);
        let before = match self.chain {
            ChainKind::Log => self.hash,
            ChainKind::Stream => Some(known.map_or(GENESIS, |(_, hash)| *hash)),
        };
        if before.is_some_and(|before| link(&before, &leaf) != event.hash) {
            self.links.note(position, Damage::Chain);
        }
        let actual = event.meta.version;
        let expected = match known {
            Some((version, _)) => version + 1,
            None if self.begins_after == Position::START => 1,
            None => actual,
        };
        if actual != expected {
            self.versions.note(position, Damage::Version { stream: stream.clone(), expected, actual });
        }
        match self.streams.get_mut(stream) {
            Some(known) => *known = (actual, event.hash),
            None => drop(self.streams.insert(stream.clone(), (actual, event.hash))),
        }
        self.events += 1;
        self.arrive(position, Some(event.hash));
        leaf
    }

    /// An event of which only the leaf is there. Only where there is one chain for all.
    pub(crate) fn leaf(&mut self, position: Position, leaf: &Hash) {
        self.step(position);
        self.leaves += 1;
        self.arrive(position, self.hash.map(|hash| link(&hash, leaf)));
    }

    /// An event that cannot be read.
    pub(crate) fn unreadable(&mut self, position: Position, detail: String) {
        self.step(position);
        self.links.note(position, Damage::Unreadable(detail));
        self.arrive(position, None);
    }

    /// Something that is no event at all where one should be.
    pub(crate) fn broken_line(&mut self, detail: String) {
        self.links.note(self.at, Damage::Unreadable(detail));
        self.hash = None;
    }

    /// The end of what should be there is missing.
    pub(crate) fn cut(&mut self) {
        self.positions.note(self.at, Damage::Cut);
    }

    /// Something stands behind the last line, and nobody has looked at it.
    pub(crate) fn goes_on_after_its_end(&mut self) {
        self.positions.note(self.at, Damage::AfterEnd);
    }

    fn step(&mut self, position: Position) {
        let expected = Position(self.at.0 + 1);
        if position < expected {
            self.positions.note(position, Damage::Chain);
        } else if self.dense && position > expected {
            self.positions.note(position, Damage::Missing { expected });
        }
    }

    fn arrive(&mut self, position: Position, hash: Option<Hash>) {
        self.at = position;
        self.hash = hash;
        if let Some(anchor) = self.anchor.filter(|anchor| anchor.position == position) {
            if hash != Some(anchor.hash) {
                self.anchored.note(position, Damage::Anchor);
            }
            self.compared = true;
        }
    }

    /// Nothing follows.
    pub(crate) fn end(mut self) -> (Vec<(Check, CheckResult)>, Verified) {
        let (from, to, one_chain) = (self.begins_after.0 + 1, self.at, self.chain == ChainKind::Log);
        let anchor = match self.anchor {
            None => CheckResult::not_checked("no anchor was given: a cut-off end is not noticed by this check"),
            Some(anchor) => {
                let at = anchor.position;
                // Where nothing follows on it, the hash at the beginning is that of the header alone, which anybody can write.
                let by_itself = at == self.begins_after && at != Position::START && self.events + self.leaves == 0;
                if !self.compared || (by_itself && self.anchored.is_empty()) {
                    // A check that was asked for and did not happen is a failure.
                    self.anchored.note(to, if at > to { Damage::Cut } else { Damage::NotCompared { at } });
                }
                self.anchored.result(|| format!("the chain has the hash that was kept of position {}", anchor.position))
            }
        };
        let (events, leaves, streams) = (self.events, self.leaves, self.streams.len() as u64);
        let span = if from > to.0 { "there are no events".to_owned() } else { format!("{from} to {to}") };
        let dense = if self.dense { "without a hole" } else { "in ascending order" };
        let checks = vec![
            (Check::Positions, self.positions.result(|| format!("{span}, {dense}"))),
            (Check::Chain, self.links.result(|| format!("{events} events and {leaves} leaves follow on each other"))),
            (Check::Versions, self.versions.result(|| format!("{streams} streams without a gap"))),
            (Check::Anchor, anchor),
        ];
        let hash = if one_chain { self.hash } else { None };
        (checks, Verified { events, leaves, streams, head: to, hash })
    }
}
