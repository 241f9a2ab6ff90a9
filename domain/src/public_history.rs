//! Which of a conversation's events customers know of.

/// The public events of a stream. Customers count these alone: the version they are shown, and name again when they
/// change or read something, is the number of public events, so that it tells nothing of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicHistory {
    /// Their versions in the stream, in order.
    versions: Vec<u64>,
}

impl PublicHistory {
    /// Takes in the version of the next public event; those it knows already change nothing.
    pub fn push(&mut self, version: u64) {
        if self.versions.last().is_none_or(|last| *last < version) {
            self.versions.push(version);
        }
    }

    /// How many bytes the versions take.
    pub const fn heap_bytes(&self) -> usize {
        self.versions.capacity() * size_of::<u64>()
    }

    /// How many there are: the public version.
    pub fn version(&self) -> u64 {
        self.versions.len() as u64
    }

    /// The public version at a version of the stream.
    pub fn version_at(&self, stream_version: u64) -> u64 {
        self.versions.partition_point(|version| *version <= stream_version) as u64
    }

    /// The stream's version of the public event with a number: 0 before the first, and that of the last one beyond it.
    pub fn stream_version(&self, public_version: u64) -> u64 {
        let number = usize::try_from(public_version).unwrap_or(usize::MAX).min(self.versions.len());
        number.checked_sub(1).map_or(0, |index| self.versions[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_versions_leave_no_gap_where_something_internal_lies() {
        let history = PublicHistory { versions: vec![1, 4, 6] };
        assert_eq!(history.version(), 3);
        let at: Vec<_> = (0..=7).map(|version| history.version_at(version)).collect();
        assert_eq!(at, [0, 1, 1, 1, 2, 2, 3, 3]);
        let back: Vec<_> = (0..=4).map(|version| history.stream_version(version)).collect();
        assert_eq!(back, [0, 1, 4, 6, 6]);
    }
}
