//! How many requests are worked on at the same time: in all, and of one network.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::address::Network;
use super::problem::Problem;

/// Counts requests while they are worked on.
#[derive(Debug)]
pub struct InFlight {
    most: usize,
    most_of_network: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    of_network: HashMap<Network, usize>,
}

/// A request that is being worked on.
#[derive(Debug)]
pub(crate) struct Working {
    in_flight: Arc<InFlight>,
    network: Option<Network>,
}

impl InFlight {
    /// At most `most` in all, and `most_of_network` of one network.
    pub fn new(most: usize, most_of_network: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_network, counts: Mutex::default() })
    }

    /// How many there are now.
    pub(crate) fn now(&self) -> usize {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).all
    }

    /// Begins a request, or refuses it.
    pub(crate) fn begin(self: &Arc<Self>, network: Option<Network>) -> Result<Working, Problem> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.all >= self.most {
            return Err(Problem::unavailable("too many requests at once; try again"));
        }
        if let Some(network) = network {
            let count = counts.of_network.entry(network).or_default();
            if *count >= self.most_of_network {
                let limit = self.most_of_network;
                return Err(Problem::over_budget(
                    "too_many_requests_at_once",
                    format!("at most {limit} requests of one address at the same time"),
                    limit as u64,
                    1,
                ));
            }
            *count += 1;
        }
        counts.all += 1;
        Ok(Working { in_flight: self.clone(), network })
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let mut counts = self.in_flight.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(network) = self.network
            && let Some(count) = counts.of_network.get_mut(&network)
        {
            *count -= 1;
            if *count == 0 {
                counts.of_network.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all() {
        let in_flight = InFlight::new(3, 2);
        let of = |text: &str| Some(Network::of(text.parse().expect("an address")));
        let first = in_flight.begin(of("192.0.2.1")).expect("room");
        let second = in_flight.begin(of("192.0.2.1")).expect("room");
        let refused = in_flight.begin(of("192.0.2.1")).expect_err("its share is taken");
        assert_eq!((refused.status().as_u16(), refused.code()), (429, "too_many_requests_at_once"));
        let _other = in_flight.begin(of("192.0.2.2")).expect("room for others");
        assert_eq!(in_flight.begin(of("192.0.2.3")).expect_err("all is taken").status(), 503);
        drop((first, second));
        assert!(in_flight.begin(of("192.0.2.1")).is_ok());
    }
}
