//! Lines out of bytes that come in pieces.

use super::format::LINE_BYTES;

/// A line that is not blank, or what is left of one that was too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawLine {
    /// Its bytes, without the line end.
    Complete(Vec<u8>),
    /// It was longer than a line may be, and was skipped.
    TooLong,
}

/// Cuts bytes into lines, and gives those that are not blank with their numbers, from 1. Holds one line at most.
#[derive(Debug, Default)]
pub struct LineSplitter {
    rest: Vec<u8>,
    skipping: bool,
    lines: u64,
}

impl LineSplitter {
    /// Takes a piece and returns the lines that end in it.
    pub fn push(&mut self, mut piece: &[u8]) -> Vec<(u64, RawLine)> {
        let mut lines = Vec::new();
        loop {
            if self.rest.is_empty() && !self.skipping {
                piece = self.pass_blank(piece);
            }
            let Some(end) = piece.iter().position(|byte| *byte == b'\n') else { break };
            self.take(&piece[..end]);
            lines.extend(self.end());
            piece = &piece[end + 1..];
        }
        self.take(piece);
        lines
    }

    /// Ends the input: the last line, if it had no end.
    pub fn finish(&mut self) -> Option<(u64, RawLine)> {
        if self.rest.is_empty() && !self.skipping { None } else { self.end() }
    }

    /// Drops what is left of a line, and returns the number of the one at which it ends.
    pub fn break_off(&mut self) -> u64 {
        self.rest = Vec::new();
        self.skipping = false;
        self.lines += 1;
        self.lines
    }

    /// How many lines there were, blank ones among them.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Counts the blank lines a piece begins with, and returns what is behind them. Here and not line by line like the others,
    /// since nothing but line ends is soon sent, and would be millions of lines.
    fn pass_blank<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let mut behind = 0;
        for (at, byte) in piece.iter().enumerate() {
            if *byte == b'\n' {
                self.lines += 1;
                behind = at + 1;
            } else if !byte.is_ascii_whitespace() {
                break;
            }
        }
        &piece[behind..]
    }

    fn end(&mut self) -> Option<(u64, RawLine)> {
        self.lines += 1;
        if std::mem::take(&mut self.skipping) {
            return Some((self.lines, RawLine::TooLong));
        }
        let mut line = std::mem::take(&mut self.rest);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let blank = line.iter().all(u8::is_ascii_whitespace);
        (!blank).then_some((self.lines, RawLine::Complete(line)))
    }

    fn take(&mut self, piece: &[u8]) {
        if self.skipping || self.rest.len() + piece.len() > LINE_BYTES {
            self.skipping = true;
            self.rest = Vec::new();
        } else {
            self.rest.extend_from_slice(piece);
        }
    }
}
