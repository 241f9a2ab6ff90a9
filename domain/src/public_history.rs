//! Which of a conversation's events customers know of.

/// The public events of a stream. Customers count these alone: the version they are shown, and name again when they
/// change or read something, is the number of public events, so that it tells nothing of the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicHistory {
    /// Events without one between them that is not public; most streams are few such runs, however long they are.
    runs: Vec<Run>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    /// The versions in the stream of its first and last event.
    first: u64,
    last: u64,
    /// How many public events come before it.
    before: u64,
}

impl Run {
    /// The public version at its last event.
    const fn end(&self) -> u64 {
        self.before + (self.last - self.first) + 1
    }
}

impl PublicHistory {
    /// Takes in the version of the next public event; those it knows already change nothing.
    pub fn push(&mut self, version: u64) {
        match self.runs.last_mut() {
            Some(run) if version <= run.last => {}
            Some(run) if version == run.last + 1 => run.last = version,
            run => {
                let before = run.map_or(0, |run| run.end());
                self.runs.push(Run { first: version, last: version, before });
            }
        }
    }

    /// How many bytes the versions take.
    pub const fn heap_bytes(&self) -> usize {
        self.runs.capacity() * size_of::<Run>()
    }

    /// How many there are: the public version.
    pub fn version(&self) -> u64 {
        self.runs.last().map_or(0, Run::end)
    }

    /// The public version at a version of the stream.
    pub fn version_at(&self, stream_version: u64) -> u64 {
        let runs = &self.runs[..self.runs.partition_point(|run| run.first <= stream_version)];
        runs.last().map_or(0, |run| run.before + (run.last.min(stream_version) - run.first) + 1)
    }

    /// The stream's version of the public event with a number: 0 before the first, and that of the last one beyond it.
    pub fn stream_version(&self, public_version: u64) -> u64 {
        let number = public_version.min(self.version());
        let runs = &self.runs[..self.runs.partition_point(|run| run.before < number)];
        runs.last().map_or(0, |run| run.first + (number - run.before) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_versions_leave_no_gap_where_something_internal_lies() {
        let mut history = PublicHistory::default();
        for version in [1, 4, 6, 7, 6, 7] {
            history.push(version);
        }
        assert_eq!(history.version(), 4);
        let at: Vec<_> = (0..=8).map(|version| history.version_at(version)).collect();
        assert_eq!(at, [0, 1, 1, 1, 2, 2, 3, 4, 4]);
        let back: Vec<_> = (0..=5).map(|version| history.stream_version(version)).collect();
        assert_eq!(back, [0, 1, 4, 6, 7, 7]);
        assert_eq!(PublicHistory::default().version_at(3), 0);
        assert_eq!(PublicHistory::default().stream_version(3), 0);
    }
}
