//! Ticket numbers in a log: none twice, none from nowhere, and which are missing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use docket_domain::ticket::{TicketEvent, TicketNumber};
use docket_domain::{DomainEvent, Event, Position, TenantId};

use super::damage::Damage;
use super::report::{CheckResult, Found};

/// The sequence of ticket numbers.
pub(super) const SEQUENCE: &str = "ticket";

/// The next number of each organisation's sequence.
pub(super) type Next = HashMap<TenantId, u64>;

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
    pub(super) fn check(&mut self, given: Option<&Next>) -> CheckResult {
        let mut found = std::mem::take(&mut self.twice);
        for (tenant, used) in self.used.iter().filter(|_| given.is_some()) {
            let next = given.and_then(|given| given.get(tenant)).copied().unwrap_or(1);
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

    /// Numbers without a ticket. They prove nothing by themselves: whoever reserves numbers and ends leaves some unused.
    /// `given`: the sequences as they were before the log was read, where they are at hand.
    pub(super) fn missing(&self, given: Option<&Next>) -> CheckResult {
        let tenants: BTreeSet<&TenantId> =
            self.used.keys().chain(given.into_iter().flat_map(|given| given.keys())).collect();
        let (mut missing, mut first) = (0, None);
        let none = BTreeMap::new();
        for tenant in tenants {
            let used = self.used.get(tenant).unwrap_or(&none);
            let last = used.last_key_value().map_or(0, |(number, _)| *number);
            let next = given.and_then(|given| given.get(tenant)).copied().unwrap_or(0).max(last + 1);
            let unused = (next - 1) - used.len() as u64;
            missing += unused;
            if unused > 0 && first.is_none() {
                let gap = (1..next).find(|number| !used.contains_key(number));
                first = gap.map(|number| format!("{} of {tenant}", TicketNumber(number)));
            }
        }
        match first {
            None => CheckResult::proved("every number up to the last one given out has its ticket"),
            Some(first) => CheckResult::not_checked(format!(
                "{missing} numbers have no ticket, the first is {first}: a process that ended before it used them leaves such, \
                 and so does a ticket that was removed before anything was signed"
            )),
        }
    }
}
