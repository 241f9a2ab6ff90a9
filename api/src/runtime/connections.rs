//! How many connections there may be: in all, and from one network. Where there is no room, one that lies idle makes it.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::http::address::Network;

/// File descriptors kept for databases, the broker and files.
const RESERVED_DESCRIPTORS: u64 = 256;

/// The open connections.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    most_of_network: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    last: u64,
    /// By when they came.
    all: BTreeMap<u64, Connection>,
    of_network: HashMap<Network, usize>,
}

#[derive(Debug)]
struct Connection {
    network: Network,
    busy: Busy,
    evicted: CancellationToken,
}

/// How many requests of a connection are being worked on.
#[derive(Debug, Clone, Default)]
pub(super) struct Busy(Arc<AtomicUsize>);

/// One request that is being worked on, answer included.
#[derive(Debug)]
pub(super) struct Working(Busy);

impl Busy {
    pub(super) fn begin(&self) -> Working {
        self.0.fetch_add(1, Ordering::AcqRel);
        Working(self.clone())
    }

    fn is_idle(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Which limit stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// So many from one network.
    Network(usize),
    /// So many in all.
    Total(usize),
}

/// A connection's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: Arc<Connections>,
    id: u64,
    pub(super) busy: Busy,
    /// Somebody else needs the place, and nothing is being worked on here.
    pub(super) evicted: CancellationToken,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().remove(self.id);
    }
}

impl Connections {
    /// At most `most` in all, as far as the process may open files, and `most_of_network` from one network.
    pub(super) fn new(most: usize, most_of_network: usize) -> Arc<Self> {
        let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024);
        let room = usize::try_from(files.saturating_sub(RESERVED_DESCRIPTORS)).unwrap_or(usize::MAX).max(16);
        if room < most {
            tracing::warn!(
                files,
                connections = room,
                "fewer connections than http.max_connections: the limit of open files (ulimit -n) is low"
            );
        }
        Arc::new(Self { most: most.clamp(1, room), most_of_network: most_of_network.max(1), open: Mutex::default() })
    }

    /// A place for a connection from `address`. `trusted`: a proxy of ours, which many share.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr, trusted: bool) -> Result<Place, Full> {
        let network = Network::of(address);
        let mut open = self.lock();
        let of_network = open.of_network.get(&network).copied().unwrap_or(0);
        if !trusted && of_network >= self.most_of_network && !open.evict(|other| other.network == network) {
            return Err(Full::Network(self.most_of_network));
        }
        if open.all.len() >= self.most && !open.evict(|_| true) {
            return Err(Full::Total(self.most));
        }
        open.last += 1;
        let (id, busy, evicted) = (open.last, Busy::default(), CancellationToken::new());
        open.all.insert(id, Connection { network, busy: busy.clone(), evicted: evicted.clone() });
        *open.of_network.entry(network).or_default() += 1;
        drop(open);
        Ok(Place { connections: self.clone(), id, busy, evicted })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Ends the oldest one that nothing is asked of.
    fn evict(&mut self, may: impl Fn(&Connection) -> bool) -> bool {
        let oldest = self.all.iter().find(|(_, other)| other.busy.is_idle() && may(other)).map(|(id, _)| *id);
        let Some(id) = oldest else { return false };
        if let Some(connection) = self.remove(id) {
            connection.evicted.cancel();
        }
        true
    }

    fn remove(&mut self, id: u64) -> Option<Connection> {
        let connection = self.all.remove(&id)?;
        if let Some(count) = self.of_network.get_mut(&connection.network) {
            *count -= 1;
            if *count == 0 {
                self.of_network.remove(&connection.network);
            }
        }
        Some(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_idle_one_makes_room_and_a_busy_one_does_not() {
        let connections = Connections::new(100, 2);
        let first = connections.admit(ip("192.0.2.1"), false).expect("room");
        let second = connections.admit(ip("192.0.2.1"), false).expect("room");
        let working = first.busy.begin();
        let third = connections.admit(ip("192.0.2.1"), false).expect("the idle one went");
        assert!(second.evicted.is_cancelled() && !first.evicted.is_cancelled());
        let _busy = third.busy.begin();
        assert_eq!(connections.admit(ip("192.0.2.1"), false).err(), Some(Full::Network(2)));
        assert!(connections.admit(ip("192.0.2.2"), false).is_ok(), "others are not concerned");
        assert!(connections.admit(ip("192.0.2.1"), true).is_ok(), "a proxy speaks for many");
        drop(working);
        drop(first);
        assert!(connections.admit(ip("192.0.2.1"), false).is_ok());
    }

    #[test]
    fn a_customer_of_a_provider_is_one_network() {
        let connections = Connections::new(100, 1);
        let first = connections.admit(ip("2001:db8:1:2::1"), false).expect("room");
        let _busy = first.busy.begin();
        assert_eq!(connections.admit(ip("2001:db8:1:2:ffff::9"), false).err(), Some(Full::Network(1)));
        assert!(connections.admit(ip("2001:db8:1:3::1"), false).is_ok());
    }

    #[test]
    fn there_is_an_end_in_all() {
        let connections = Connections::new(2, 2);
        let places: Vec<_> =
            ["192.0.2.1", "192.0.2.2"].map(|address| connections.admit(ip(address), false).expect("room")).into();
        let _busy: Vec<_> = places.iter().map(|place| place.busy.begin()).collect();
        assert_eq!(connections.admit(ip("192.0.2.3"), true).err(), Some(Full::Total(2)));
    }
}
