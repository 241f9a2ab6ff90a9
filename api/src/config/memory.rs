//! `[memory]`: one number, shared out among everything that keeps what it could read again.

use docket_projections::ReadCache;
use docket_store::{LOG_READERS, PageCache};
use serde::{Deserialize, Serialize};

/// `[memory]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "documented in docket.default.toml")]
pub struct MemorySettings {
    pub cache_bytes: usize,
}

/// Parts the whole is shared out in.
const PARTS: usize = 8;

impl MemorySettings {
    fn parts(&self, parts: usize) -> usize {
        self.cache_bytes / PARTS * parts
    }

    /// States of aggregates that commands are decided on.
    pub fn aggregates(&self) -> usize {
        self.parts(2)
    }

    /// Pages of the log's file: as much for the writer as for all readers, since what is read is mostly read once.
    pub fn log_pages(&self) -> PageCache {
        PageCache { writer: self.parts(1), reader: self.parts(1) / LOG_READERS }
    }

    /// Rows of the read models, and pages of their file. While they are made anew, which ends, rows may take twice the whole.
    pub fn read_models(&self) -> ReadCache {
        let pages = PageCache { writer: self.parts(1), reader: self.parts(1) / docket_projections::READERS };
        ReadCache { rows: self.parts(2), rebuilding: 2 * self.cache_bytes, pages }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_the_whole() {
        for cache_bytes in [16 << 20, 128 << 20, 1 << 30] {
            let memory = MemorySettings { cache_bytes };
            let (log, read) = (memory.log_pages(), memory.read_models());
            let pages = log.writer
                + LOG_READERS * log.reader
                + read.pages.writer
                + docket_projections::READERS * read.pages.reader;
            assert_eq!(memory.aggregates() + read.rows + pages, cache_bytes);
        }
    }

    #[test]
    fn the_default_is_what_each_takes_by_itself() {
        let memory = MemorySettings { cache_bytes: 128 << 20 };
        assert_eq!(memory.log_pages(), PageCache::default());
        assert_eq!(memory.read_models(), ReadCache::default());
        assert_eq!(memory.aggregates(), docket_commands::Settings::default().cached_bytes);
    }
}
