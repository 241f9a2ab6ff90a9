//! The rules of an append, without a database: who conflicts, who is a replay, and which rows are written.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use docket_domain::{Position, StreamId, TenantId};

use crate::chain::{GENESIS, Hash, Leaf, link};
use crate::{Append, Appended, Expected, IdempotencyKey, NewEvent, StoreError, StreamVersion};

/// Streams whose version is remembered between batches.
const REMEMBERED: usize = 1 << 17;

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) position: u64,
    pub(crate) hash: Hash,
    pub(crate) recorded_at: DateTime<Utc>,
}

impl Head {
    /// Of an empty log.
    pub(crate) const EMPTY: Self = Self { position: 0, hash: GENESIS, recorded_at: DateTime::<Utc>::MIN_UTC };
}

/// Versions of streams as of a head.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    as_of: Option<Head>,
    known: HashMap<StreamId, u64>,
}

impl Versions {
    /// Forgets everything unless the log still ends where it did: another process may have appended.
    pub(crate) fn stand_at(&mut self, head: Head) {
        if self.as_of != Some(head) || self.known.len() > REMEMBERED {
            self.known.clear();
            self.as_of = Some(head);
        }
    }

    /// Forgets everything: what was planned did not happen, or nobody knows.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
        self.as_of = None;
    }

    /// The streams of these appends whose versions have to be read first.
    pub(crate) fn missing<'a>(&self, appends: impl Iterator<Item = &'a Append>) -> Vec<&'a StreamId> {
        let mut missing: Vec<_> = appends
            .flat_map(|append| &append.streams)
            .map(|part| &part.stream)
            .filter(|stream| !self.known.contains_key(*stream))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Remembers a version that was read inside the transaction.
    pub(crate) fn learn(&mut self, stream: &StreamId, version: u64) {
        self.known.insert(stream.clone(), version);
    }

    fn of(&self, stream: &StreamId) -> u64 {
        self.known.get(stream).copied().unwrap_or(0)
    }
}

/// The first use of an idempotency key.
#[derive(Debug, Clone)]
pub(crate) struct Used {
    pub(crate) fingerprint: [u8; 32],
    pub(crate) answer: Appended,
}

impl Used {
    /// What somebody gets who comes with the same key.
    pub(crate) fn answer(&self, key: &IdempotencyKey) -> Result<Appended, StoreError> {
        if self.fingerprint == key.fingerprint { Ok(self.answer.clone()) } else { Err(StoreError::KeyReused) }
    }
}

/// Keys that were used, as far as a batch asks.
pub(crate) type UsedKeys<'a> = HashMap<(&'a TenantId, &'a str), Used>;

/// An event's row.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) position: u64,
    pub(crate) stream: &'a StreamId,
    pub(crate) version: u64,
    pub(crate) hash: Hash,
    pub(crate) event: &'a NewEvent,
}

/// A used key's row.
#[derive(Debug)]
pub(crate) struct KeyRow<'a> {
    pub(crate) key: &'a IdempotencyKey,
    pub(crate) stream: &'a StreamId,
    pub(crate) version: u64,
    pub(crate) position: u64,
    /// Whether anything happened under it.
    pub(crate) changed: bool,
}

/// What a batch comes to.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// Where the log ends afterwards.
    pub(crate) head: Head,
    /// When the batch is recorded.
    pub(crate) recorded_at: DateTime<Utc>,
    /// The events to insert, all recorded at `head.recorded_at`.
    pub(crate) rows: Vec<Row<'a>>,
    /// The keys to insert.
    pub(crate) keys: Vec<KeyRow<'a>>,
    /// Each append's answer, once this is committed.
    pub(crate) outcomes: Vec<Result<Appended, StoreError>>,
}

/// Decides a batch. `versions` must know every stream it touches and `used` every key that was used before;
/// `versions` then stands after the batch, so that it has to [`forget`](Versions::forget) if the commit fails.
pub(crate) fn plan<'a>(
    appends: impl Iterator<Item = &'a Append>,
    head: Head,
    now: DateTime<Utc>,
    versions: &mut Versions,
    mut used: UsedKeys<'a>,
) -> Plan<'a> {
    // The clock of another machine, or this one set back, must not make the log's time run backwards.
    let recorded_at = now.max(head.recorded_at);
    let mut plan = Plan { head, recorded_at, rows: Vec::new(), keys: Vec::new(), outcomes: Vec::new() };
    let mut scratch = Vec::new();
    for append in appends {
        let outcome = decide(append, recorded_at, &mut plan, versions, &mut used, &mut scratch);
        plan.outcomes.push(outcome);
    }
    if !plan.rows.is_empty() {
        plan.head.recorded_at = recorded_at;
    }
    versions.as_of = Some(plan.head);
    plan
}

fn decide<'a>(
    append: &'a Append,
    recorded_at: DateTime<Utc>,
    plan: &mut Plan<'a>,
    versions: &mut Versions,
    used: &mut UsedKeys<'a>,
    scratch: &mut Vec<u8>,
) -> Result<Appended, StoreError> {
    if let Some(key) = &append.idempotency
        && let Some(first) = used.get(&(&key.tenant, key.key.as_str()))
    {
        return first.answer(key);
    }
    for part in &append.streams {
        let actual = versions.of(&part.stream);
        if let Expected::Version(expected) = part.expected
            && expected != actual
        {
            return Err(StoreError::Conflict { stream: part.stream.clone(), expected, actual });
        }
    }
    let mut streams = Vec::with_capacity(append.streams.len());
    for part in &append.streams {
        let stream = &part.stream;
        let mut version = versions.of(stream);
        for event in &part.events {
            version += 1;
            plan.head.position += 1;
            plan.head.hash = link(&plan.head.hash, &Leaf::of_new(event, stream, version, recorded_at).hash(scratch));
            plan.rows.push(Row { position: plan.head.position, stream, version, hash: plan.head.hash, event });
        }
        versions.learn(stream, version);
        streams.push(StreamVersion { stream: stream.clone(), version });
    }
    let changed = append.unchanged_at.is_none();
    let position = append.unchanged_at.unwrap_or(Position(plan.head.position));
    let note = append.idempotency.as_ref().map(|key| key.note.clone());
    let answer = Appended { position, changed, recorded_at, streams, note, replayed: false };
    if let Some(key) = &append.idempotency {
        // An append has at least one stream; `check` refused it otherwise.
        let first = &answer.streams[0];
        let part = &append.streams[0];
        plan.keys.push(KeyRow { key, stream: &part.stream, version: first.version, position: position.0, changed });
        let replay = Appended { streams: vec![first.clone()], replayed: true, ..answer.clone() };
        used.insert((&key.tenant, &key.key), Used { fingerprint: key.fingerprint, answer: replay });
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
