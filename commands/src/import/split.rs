//! Lines out of bytes that come in pieces.

use super::format::LINE_BYTES;

/// A line, or what is left of one that was too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawLine {
    /// Its bytes, without the line end.
    Complete(Vec<u8>),
    /// It was longer than a line may be, and was skipped.
    TooLong,
}

/// Cuts bytes into lines. Holds one line at most.
#[derive(Debug, Default)]
pub struct LineSplitter {
    rest: Vec<u8>,
    skipping: bool,
}

impl LineSplitter {
    /// Takes a piece and returns the lines that end in it.
    pub fn push(&mut self, mut piece: &[u8]) -> Vec<RawLine> {
        let mut lines = Vec::new();
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            self.take(&piece[..end]);
            lines.extend(self.finish());
            piece = &piece[end + 1..];
        }
        self.take(piece);
        lines
    }

    /// Ends the input: the last line, if it had no end.
    pub fn finish(&mut self) -> Option<RawLine> {
        if std::mem::take(&mut self.skipping) {
            return Some(RawLine::TooLong);
        }
        let mut line = std::mem::take(&mut self.rest);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(RawLine::Complete(line))
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
