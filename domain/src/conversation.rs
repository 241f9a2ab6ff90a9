//! Who wrote how much of a conversation and who has read how far: what unread figures are subtracted from.

use crate::{Actor, ActorKind};

/// The messages of a ticket or chat, without their text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Version and side of each public message, in order.
    messages: Vec<(u64, ActorKind)>,
    reads: Vec<ReadMark>,
    customer_messages: u32,
    agent_messages: u32,
}

/// How far somebody has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadMark {
    /// Who.
    pub reader: Actor,
    /// The stream's version up to which they have read.
    pub up_to_version: u64,
    /// Public customer messages up to there.
    pub customer_messages: u32,
    /// Public agent messages up to there.
    pub agent_messages: u32,
}

impl Conversation {
    /// How many bytes the messages and marks take.
    pub const fn heap_bytes(&self) -> usize {
        self.messages.capacity() * size_of::<(u64, ActorKind)>() + self.reads.capacity() * size_of::<ReadMark>()
    }

    /// Public messages of the customer, a ticket's description included.
    pub fn customer_messages(&self) -> u32 {
        self.customer_messages
    }

    /// Public messages of agents.
    pub fn agent_messages(&self) -> u32 {
        self.agent_messages
    }

    /// How far everybody has read.
    pub fn reads(&self) -> &[ReadMark] {
        &self.reads
    }

    /// The version of the last of the first `count` messages; `None` if there are none, or not as many.
    pub fn version_of(&self, count: usize) -> Option<u64> {
        self.messages.get(count.checked_sub(1)?).map(|(version, _)| *version)
    }

    /// How far `reader` would have read at `up_to_version`; `None` if they have read as much already.
    pub fn reading(&self, reader: Actor, up_to_version: u64) -> Option<ReadMark> {
        let seen = self.messages.partition_point(|(version, _)| *version <= up_to_version);
        let (mut customer_messages, mut agent_messages) = (0, 0);
        for (_, kind) in &self.messages[..seen] {
            match kind {
                ActorKind::Customer => customer_messages += 1,
                ActorKind::Agent => agent_messages += 1,
                ActorKind::System => {}
            }
        }
        let before = self.reads.iter().find(|mark| mark.reader == reader);
        let (customer_before, agent_before) =
            before.map_or((0, 0), |mark| (mark.customer_messages, mark.agent_messages));
        (customer_messages > customer_before || agent_messages > agent_before).then_some(ReadMark {
            reader,
            up_to_version,
            customer_messages,
            agent_messages,
        })
    }

    pub(crate) fn post(&mut self, version: u64, side: ActorKind) {
        self.messages.push((version, side));
        match side {
            ActorKind::Customer => self.customer_messages += 1,
            ActorKind::Agent => self.agent_messages += 1,
            ActorKind::System => {}
        }
    }

    pub(crate) fn read(&mut self, mark: ReadMark) {
        match self.reads.iter_mut().find(|known| known.reader == mark.reader) {
            Some(known) => *known = mark,
            None => self.reads.push(mark),
        }
    }
}
