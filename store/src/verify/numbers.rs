//! Ticket numbers in a log: none twice, none from nowhere, and which are missing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use docket_domain::ticket::{TicketEvent, TicketNumber};
use docket_domain::{DomainEvent, Event, Position, TenantId};

use super::damage::Damage;
use super::report::{CheckResult, Found};

/// The sequence of ticket numbers.
pub(super) const SEQUENCE: &str = "ticket";

/// An organisation's sequence.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sequence {
    /// The number it gives next.
    pub(super) next: u64,
    /// What it passed over for imports, in order: they use of that what their files ask for.
    pub(super) aside: Vec<RangeInclusive<u64>>,
}

/// Each organisation's sequence.
pub(crate) type Given = HashMap<TenantId, Sequence>;

/// The ticket numbers in a log.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    used: BTreeMap<TenantId, BTreeMap<u64, Position>>,
    twice: Found,
}

impl Numbers {
    pub(super) fn understood(&mut self, event: &Event) {
        let DomainEvent::Ticket(TicketEvent::TicketOpened(opened)) = &event.body else { return };
        let (tenant, at, number) = (&event.meta.stream.tenant, event.meta.position, opened.number.0);
        if !self.used.contains_key(tenant) {
            self.used.insert(tenant.clone(), BTreeMap::new());
        }
        if let Some(used) = self.used.get_mut(tenant)
            && used.insert(number, at).is_some()
        {
            self.twice.note(at, Damage::NumberTwice { tenant: tenant.clone(), number });
        }
    }

    /// Numbers used twice or never given out. `given`: the sequences as they are now; `None` where they are not at hand.
    pub(super) fn check(&mut self, given: Option<&Given>) -> CheckResult {
        let mut found = std::mem::take(&mut self.twice);
        for (tenant, used) in self.used.iter().filter(|_| given.is_some()) {
            let next = given.and_then(|given| given.get(tenant)).map_or(1, |sequence| sequence.next);
            for (&number, &at) in used.range(next..) {
                found.note(at, Damage::NumberNeverGiven { tenant: tenant.clone(), number });
            }
        }
        let tickets: usize = self.used.values().map(BTreeMap::len).sum();
        found.result(|| match given {
            Some(_) => format!("{tickets} tickets, no number twice, and none that was not given out"),
            None => format!("{tickets} tickets, no number twice; what was given out is not at hand"),
        })
    }

    /// Numbers without a ticket. They prove nothing by themselves: whoever reserves numbers and ends leaves some unused. Those
    /// set aside for imports are counted apart, so that they do not hide the others. `given`: the sequences as they were
    /// before the log was read, where they are at hand.
    pub(super) fn missing(&self, given: Option<&Given>) -> CheckResult {
        let tenants: BTreeSet<&TenantId> =
            self.used.keys().chain(given.into_iter().flat_map(|given| given.keys())).collect();
        let (mut missing, mut first, mut aside, mut idle) = (0, None, 0, 0);
        let (none, new) = (BTreeMap::new(), Sequence::default());
        for tenant in tenants {
            let used = self.used.get(tenant).unwrap_or(&none);
            let sequence = given.and_then(|given| given.get(tenant)).unwrap_or(&new);
            let last = used.last_key_value().map_or(0, |(number, _)| *number);
            let next = sequence.next.max(last + 1);
            let (mut given, mut used_aside) = (next - 1, 0);
            for range in sequence.aside.iter().filter(|range| !range.is_empty() && *range.end() < next) {
                let length = range.end() - range.start() + 1;
                let used = used.range(range.clone()).count() as u64;
                (aside, idle) = (aside + length, idle + length - used);
                (given, used_aside) = (given.saturating_sub(length), used_aside + used);
            }
            missing += given.saturating_sub(used.len() as u64 - used_aside);
            if first.is_none() {
                first = first_gap(used, &sequence.aside, next)
                    .map(|number| format!("{} of {tenant}", TicketNumber(number)));
            }
        }
        let imports = match aside {
            0 => String::new(),
            _ => format!("; of {aside} set aside for imports {idle} have none, as is to be expected"),
        };
        match first {
            None => CheckResult::proved(format!("every number up to the last one given out has its ticket{imports}")),
            Some(first) => CheckResult::not_checked(format!(
                "{missing} numbers have no ticket, the first is {first}: a process that ended before it used them leaves such, \
                 and so does a ticket that was removed before anything was signed{imports}"
            )),
        }
    }
}

/// The first number below `next` that is neither used nor set aside.
fn first_gap(used: &BTreeMap<u64, Position>, aside: &[RangeInclusive<u64>], next: u64) -> Option<u64> {
    let mut at = 1;
    let aside = aside.iter().filter(|range| !range.is_empty() && *range.end() < next).cloned();
    for range in aside.chain([next..=next]) {
        for number in used.range(at.min(*range.start())..*range.start()).map(|(number, _)| *number) {
            if number != at {
                return Some(at);
            }
            at += 1;
        }
        if at < *range.start() {
            return Some(at);
        }
        at = at.max(range.end() + 1);
    }
    None
}
