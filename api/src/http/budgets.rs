//! What those may spend whom the desk does not know well: changes, and bytes of them, of one visitor or customer, of one
//! network, and of all strangers of an organisation together. People of the desk are not held to it, but for signing in.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use docket_domain::TenantId;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

use super::address::Network;
use super::problem::Problem;
use crate::config::{BudgetSettings, WidgetSettings};

/// Everybody's budgets, in the memory of this process.
pub struct Budgets {
    person: Spender<(TenantId, Uuid)>,
    network: Spender<Network>,
    tenant: Spender<TenantId>,
    visits: Allowance<(TenantId, Network)>,
}

/// Who pays for a request.
#[derive(Clone)]
pub(crate) struct Payer {
    budgets: Arc<Budgets>,
    tenant: TenantId,
    person: Uuid,
    network: Option<Network>,
}

impl Budgets {
    /// Budgets as configured.
    pub fn new(settings: &BudgetSettings, widget: &WidgetSettings) -> Arc<Self> {
        let s = settings;
        Arc::new(Self {
            person: Spender::new("one person", s.person_changes_per_minute, s.person_kilobytes_per_hour),
            network: Spender::new("one address", s.address_changes_per_minute, s.address_kilobytes_per_hour),
            tenant: Spender::new(
                "all customers together",
                s.organisation_changes_per_minute,
                s.organisation_kilobytes_per_hour,
            ),
            visits: Allowance::new(
                "visits_per_minute",
                "visits a minute from one address",
                widget.visits_per_minute,
                MINUTE,
            ),
        })
    }

    /// Takes a visit that begins from `network`.
    pub(crate) fn begin_visit(&self, tenant: &TenantId, network: Option<Network>) -> Result<(), Problem> {
        network.map_or(Ok(()), |network| self.visits.take(&(tenant.clone(), network), 1))
    }

    /// Who pays for what a visitor or customer changes.
    pub(crate) fn payer(self: &Arc<Self>, tenant: &TenantId, person: Uuid, network: Option<Network>) -> Payer {
        Payer { budgets: self.clone(), tenant: tenant.clone(), person, network }
    }

    /// Takes a sign-in from `network`, from what may be changed from there. Whoever signs in pays, people of the desk too.
    pub(crate) fn sign_in_from(&self, network: Option<Network>) -> Result<(), Problem> {
        network.map_or(Ok(()), |network| self.network.changes.take(&network, 1))
    }

    /// Takes a sign-in of somebody who has shown who they are, from what they may change.
    pub(crate) fn sign_in(&self, tenant: &TenantId, person: Uuid) -> Result<(), Problem> {
        self.person.changes.take(&(tenant.clone(), person), 1)
    }

    /// Forgets whose budgets are whole again.
    pub fn tidy(&self) {
        self.person.tidy();
        self.network.tidy();
        self.tenant.tidy();
        self.visits.limiter.retain_recent();
    }
}

impl Payer {
    /// Takes one change.
    pub(crate) fn change(&self) -> Result<(), Problem> {
        self.pay(1, Of::Changes)
    }

    /// Takes the bytes of a change.
    pub(crate) fn bytes(&self, bytes: usize) -> Result<(), Problem> {
        self.pay(bytes, Of::Bytes)
    }

    /// The narrowest first: whoever has spent their own does not spend others'.
    fn pay(&self, amount: usize, of: Of) -> Result<(), Problem> {
        let budgets = &self.budgets;
        budgets.person.of(of).take(&(self.tenant.clone(), self.person), amount)?;
        if let Some(network) = self.network {
            budgets.network.of(of).take(&network, amount)?;
        }
        budgets.tenant.of(of).take(&self.tenant, amount)
    }
}

#[derive(Debug, Clone, Copy)]
enum Of {
    Changes,
    Bytes,
}

struct Spender<K: Hash + Eq + Clone> {
    changes: Allowance<K>,
    bytes: Allowance<K>,
}

impl<K: Hash + Eq + Clone> Spender<K> {
    fn new(who: &str, changes: u32, kilobytes: u32) -> Self {
        let kib = kilobytes.min(u32::MAX >> 10);
        Self {
            changes: Allowance::new("changes_per_minute", &format!("changes a minute of {who}"), changes, MINUTE),
            bytes: Allowance::new("bytes_per_hour", &format!("bytes an hour of {who}"), kib << 10, MINUTE * 60),
        }
    }

    fn of(&self, of: Of) -> &Allowance<K> {
        match of {
            Of::Changes => &self.changes,
            Of::Bytes => &self.bytes,
        }
    }

    fn tidy(&self) {
        self.changes.limiter.retain_recent();
        self.bytes.limiter.retain_recent();
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// So much in a time, which comes back evenly; all of it may be spent at once.
struct Allowance<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
    name: &'static str,
    what: String,
    most: NonZeroU32,
    time: Duration,
}

impl<K: Hash + Eq + Clone> Allowance<K> {
    fn new(name: &'static str, what: &str, most: u32, time: Duration) -> Self {
        let most = NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN);
        // A replenishment is never shorter than a nanosecond: `most` has 32 bits and a minute 36.
        let each = (time / most.get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(each).unwrap_or(Quota::per_minute(most)).allow_burst(most);
        Self {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            name,
            what: what.to_owned(),
            most,
            time,
        }
    }

    fn take(&self, key: &K, amount: usize) -> Result<(), Problem> {
        let Some(amount) = u32::try_from(amount).ok().and_then(NonZeroU32::new) else {
            return if amount == 0 { Ok(()) } else { Err(self.refuse(self.time)) };
        };
        match self.limiter.check_key_n(key, amount) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => Err(self.refuse(not_until.wait_time_from(self.clock.now()))),
            Err(_never) => Err(self.refuse(self.time)),
        }
    }

    fn refuse(&self, wait: Duration) -> Problem {
        metrics::counter!("docket_budget_refused_total", "budget" => self.name).increment(1);
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let detail = format!("at most {} {}; try again in {seconds} s", self.most, self.what);
        Problem::over_budget("over_budget", detail, u64::from(self.most.get()), seconds).with("budget", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budgets() -> Arc<Budgets> {
        let settings = BudgetSettings {
            person_changes_per_minute: 2,
            person_kilobytes_per_hour: 1,
            address_changes_per_minute: 3,
            address_kilobytes_per_hour: 10,
            organisation_changes_per_minute: 4,
            organisation_kilobytes_per_hour: 10,
        };
        let widget =
            WidgetSettings { visit_days: 1, visit_idle_days: 1, visits_per_minute: 1, waiting_chats_per_address: 1 };
        Budgets::new(&settings, &widget)
    }

    fn network(text: &str) -> Option<Network> {
        Some(Network::of(text.parse().expect("an address")))
    }

    #[test]
    fn each_has_their_own_and_all_have_an_end() {
        let (budgets, shop) = (budgets(), TenantId::new("shop").expect("a tenant"));
        let payer = |person, address| budgets.payer(&shop, Uuid::from_u128(person), network(address));
        let (first, second) = (payer(1, "2001:db8::1"), payer(2, "2001:db8::2"));
        assert!(first.change().is_ok() && first.change().is_ok());
        let refused = first.change().expect_err("their own is spent");
        assert_eq!((refused.status().as_u16(), refused.code()), (429, "over_budget"));
        assert_eq!(refused.document()["limit"], 2);
        assert!(second.change().is_ok());
        assert_eq!(second.change().expect_err("the /64's is spent").document()["limit"], 3);
        let third = payer(3, "192.0.2.1");
        assert!(third.change().is_ok());
        assert_eq!(third.change().expect_err("the organisation's is spent").document()["limit"], 4);
        let other = TenantId::new("other").expect("a tenant");
        assert!(budgets.payer(&other, Uuid::from_u128(3), network("192.0.2.9")).change().is_ok());
    }

    #[test]
    fn what_never_fits_is_refused_like_what_does_not_fit_now() {
        let (budgets, shop) = (budgets(), TenantId::new("shop").expect("a tenant"));
        let payer = budgets.payer(&shop, Uuid::from_u128(1), None);
        assert!(payer.bytes(1000).is_ok());
        assert_eq!(payer.bytes(1000).expect_err("too much").document()["budget"], "bytes_per_hour");
        assert!(payer.bytes(20).is_ok(), "what was refused was not taken");
        assert_eq!(payer.bytes(1 << 40).expect_err("far too much").status().as_u16(), 429);
        assert!(payer.bytes(0).is_ok());
    }
}
