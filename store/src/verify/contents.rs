//! What the events say, held against each other: whether they are understood, and in the order of time.

use chrono::{DateTime, Utc};
use docket_domain::{Event, Position};

use super::damage::Damage;
use super::numbers::{Given, Numbers};
use super::people::People;
use super::report::{Check, CheckResult, Found};
use crate::{JournalError, RecordedEvent};

/// Follows what the events say.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    payloads: Found,
    times: Found,
    last: Option<DateTime<Utc>>,
    understood: u64,
    pub(super) people: People,
    numbers: Numbers,
}

impl Contents {
    /// Takes an event as it was recorded.
    pub(crate) fn recorded(&mut self, event: &RecordedEvent) {
        let (at, recorded_at) = (event.meta.position, event.meta.recorded_at);
        if let Some(before) = self.last.filter(|before| recorded_at < *before) {
            self.times.note(at, Damage::TimeWentBack { recorded_at, before });
        }
        self.last = Some(recorded_at);
        self.people.recorded(event);
    }

    /// Takes the same event as it was understood.
    pub(crate) fn understood(&mut self, at: Position, event: Result<Event, JournalError>) {
        match event {
            Ok(event) => {
                self.understood += 1;
                self.people.understood(&event);
                self.numbers.understood(&event);
            }
            Err(JournalError::Unreadable(unreadable)) => {
                self.payloads.note(at, Damage::NotUnderstood(unreadable.source.to_string()));
            }
            Err(error) => self.payloads.note(at, Damage::NotUnderstood(error.to_string())),
        }
    }

    /// Nothing follows. `keys` is what came of looking for everybody's key, `before` and `after` are the sequences of numbers
    /// as they were before the log was read and are now, where they are at hand.
    pub(crate) fn end(
        mut self,
        keys: CheckResult,
        before: Option<&Given>,
        after: Option<&Given>,
    ) -> Vec<(Check, CheckResult)> {
        let understood = self.understood;
        let payloads = self.payloads.result(|| format!("{understood} events are understood"));
        vec![
            (Check::Payloads, payloads),
            (Check::Keys, keys),
            (Check::Times, self.times.result(|| "no event was recorded before the one it follows".to_owned())),
            (Check::TicketNumbers, self.numbers.check(after)),
            (Check::AllTickets, self.numbers.missing(before)),
        ]
    }
}
