//! The next due time of many streams.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use docket_domain::StreamId;

/// At most one moment for each stream, the earliest at hand.
#[derive(Debug, Default)]
pub(crate) struct Wheel {
    order: BTreeSet<(DateTime<Utc>, StreamId)>,
    at: HashMap<StreamId, DateTime<Utc>>,
}

impl Wheel {
    /// Sets, moves or (`None`) takes away a stream's moment.
    pub(crate) fn set(&mut self, stream: StreamId, at: Option<DateTime<Utc>>) {
        let before = match at {
            Some(at) => self.at.insert(stream.clone(), at),
            None => self.at.remove(&stream),
        };
        match (before, at) {
            (before, Some(at)) if before != Some(at) => {
                if let Some(before) = before {
                    self.order.remove(&(before, stream.clone()));
                }
                self.order.insert((at, stream));
            }
            (Some(before), None) => {
                self.order.remove(&(before, stream));
            }
            _ => {}
        }
    }

    /// Takes out what is due, the longest overdue first, at most `most`.
    pub(crate) fn take_due(&mut self, now: DateTime<Utc>, most: usize) -> Vec<StreamId> {
        let mut due = Vec::new();
        while due.len() < most && self.order.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, stream)) = self.order.pop_first() {
                self.at.remove(&stream);
                due.push(stream);
            }
        }
        due
    }

    /// The earliest moment.
    pub(crate) fn next(&self) -> Option<DateTime<Utc>> {
        self.order.first().map(|(at, _)| *at)
    }

    /// How many streams have one.
    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use docket_domain::{Category, TenantId};
    use docket_store::new_id;

    use super::*;

    #[test]
    fn moments_are_set_moved_taken_away_and_due_in_order() {
        let stream = || StreamId::new(TenantId::new("acme").unwrap(), Category::Ticket, new_id());
        let (a, b, c) = (stream(), stream(), stream());
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let mut wheel = Wheel::default();
        wheel.set(a.clone(), Some(at(30)));
        wheel.set(b.clone(), Some(at(20)));
        wheel.set(c.clone(), Some(at(10)));
        wheel.set(a.clone(), Some(at(5)));
        wheel.set(a.clone(), Some(at(5)));
        wheel.set(c.clone(), None);
        assert_eq!((wheel.next(), wheel.len()), (Some(at(5)), 2));
        assert_eq!(wheel.take_due(at(4), 10), []);
        assert_eq!(wheel.take_due(at(20), 1), [a]);
        assert_eq!(wheel.take_due(at(20), 10), [b]);
        assert_eq!((wheel.next(), wheel.len()), (None, 0));
    }
}
