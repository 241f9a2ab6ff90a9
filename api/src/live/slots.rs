//! How many streams and sockets one person, and one address, may keep open.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use docket_domain::{PersonId, TenantId};

/// Whose connections are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    Person(TenantId, PersonId),
    /// An IPv6 network counts as one: whoever has one address of it has them all.
    Address(IpAddr),
}

type Counts = Arc<Mutex<HashMap<Holder, usize>>>;

/// The places there are.
#[derive(Debug, Clone)]
pub struct Slots {
    taken: Counts,
    per_person: usize,
    per_address: usize,
}

/// A place taken, until it is dropped.
#[derive(Debug)]
pub struct Slot {
    taken: Counts,
    holders: Vec<Holder>,
}

/// There is no place left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// Of whom: `person` or `address`.
    pub of: &'static str,
    /// How many there may be.
    pub limit: usize,
}

impl Slots {
    /// So many for each person and each address.
    pub fn new(per_person: usize, per_address: usize) -> Self {
        Self { taken: Arc::default(), per_person, per_address }
    }

    /// Takes a place for one more connection.
    ///
    /// # Errors
    /// [`Full`] if the person or the address has as many as there may be.
    pub fn take(&self, tenant: &TenantId, person: PersonId, address: Option<IpAddr>) -> Result<Slot, Full> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut holders = vec![Holder::Person(tenant.clone(), person)];
        holders.extend(address.map(|address| Holder::Address(network(address))));
        for holder in &holders {
            let (of, limit) = match holder {
                Holder::Person(..) => ("person", self.per_person),
                Holder::Address(_) => ("address", self.per_address),
            };
            if taken.get(holder).copied().unwrap_or(0) >= limit {
                return Err(Full { of, limit });
            }
        }
        for holder in &holders {
            *taken.entry(holder.clone()).or_default() += 1;
        }
        drop(taken);
        Ok(Slot { taken: Arc::clone(&self.taken), holders })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for holder in &self.holders {
            if let Some(count) = taken.get_mut(holder) {
                *count -= 1;
                if *count == 0 {
                    taken.remove(holder);
                }
            }
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_and_an_address_have_so_many_and_no_more() {
        let slots = Slots::new(2, 3);
        let tenant = TenantId::new("acme").expect("a tenant");
        let (ada, bob) = (PersonId(uuid::Uuid::from_u128(1)), PersonId(uuid::Uuid::from_u128(2)));
        let one: IpAddr = "2001:db8::1".parse().expect("an address");
        let same_network: IpAddr = "2001:db8::ffff:1".parse().expect("an address");
        let first = slots.take(&tenant, ada, Some(one)).expect("a place");
        let _second = slots.take(&tenant, ada, Some(one)).expect("a place");
        assert_eq!(slots.take(&tenant, ada, Some(one)).expect_err("full"), Full { of: "person", limit: 2 });
        let _third = slots.take(&tenant, bob, Some(same_network)).expect("a place");
        assert_eq!(slots.take(&tenant, bob, Some(same_network)).expect_err("full"), Full { of: "address", limit: 3 });
        // The same id of another tenant is somebody else.
        let other = TenantId::new("other").expect("a tenant");
        let _fourth = slots.take(&other, ada, None).expect("a place");
        drop(first);
        let _fifth = slots.take(&tenant, ada, Some(one)).expect("a place that was given back");
    }
}
