//! What became of an import.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// Refused lines told one by one; beyond, they are only counted.
pub const TOLD: usize = 1000;

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Tickets that came in.
    pub tickets: u64,
    /// Chats that came in.
    pub chats: u64,
    /// Agents, customers and departments that came in, and streams told event by event.
    pub others: u64,
    /// Events recorded for all of these.
    pub events: u64,
    /// Steps that would have been refused live. They are recorded and marked.
    pub irregular: u64,
    /// Lines whose ticket, chat or stream was here before; nothing was changed.
    pub unchanged: u64,
    /// Tickets that asked for a number somebody has, and got another.
    pub renumbered: u64,
    /// Lines refused.
    pub refused_count: u64,
    /// The first of them, and why.
    pub refused: Vec<Refusal>,
    /// How long it took.
    pub seconds: f64,
}

/// A refused line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// How far an import is, for whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    /// Lines done with.
    pub lines: AtomicU64,
    /// Events recorded.
    pub events: AtomicU64,
}

impl Progress {
    pub(super) fn add(&self, lines: u64, events: u64) {
        self.lines.fetch_add(lines, Ordering::Relaxed);
        self.events.fetch_add(events, Ordering::Relaxed);
    }
}
