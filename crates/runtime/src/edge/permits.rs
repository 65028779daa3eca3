//! How many connections there may be: in all, and from one address, so that one host cannot take every place.

use std::{collections::HashMap, net::IpAddr, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Counts connections by address. A place is given back when the permit is dropped.
#[derive(Debug)]
pub(super) struct Permits {
    all: Arc<Semaphore>,
    per_address: usize,
    addresses: std::sync::Mutex<HashMap<IpAddr, usize>>,
}

/// One place, held as long as the connection lives.
#[derive(Debug)]
pub(super) struct Permit {
    _all: OwnedSemaphorePermit,
    address: IpAddr,
    permits: Arc<Permits>,
}

impl Permits {
    pub(super) fn new(all: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self { all: Arc::new(Semaphore::new(all)), per_address, addresses: Default::default() })
    }

    /// Waits for a place among all. Taken before accepting: while full, connections queue in the kernel and cost
    /// no file descriptor.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// Turns a place into a permit of an address; none is left when the address has its share.
    pub(super) fn admit(self: &Arc<Self>, place: OwnedSemaphorePermit, address: IpAddr) -> Option<Permit> {
        let mut addresses = self.addresses.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let count = addresses.entry(address).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        Some(Permit { _all: place, address, permits: self.clone() })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut addresses = self.permits.addresses.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

/// The soft limit of open files of this process, if the system tells it.
pub(crate) fn open_file_limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_address_cannot_take_every_place() {
        let permits = Permits::new(10, 2);
        let (a, b): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let place = || async { permits.place().await.unwrap() };
        let first = permits.admit(place().await, a);
        let second = permits.admit(place().await, a);
        assert!(first.is_some() && second.is_some());
        assert!(permits.admit(place().await, a).is_none());
        assert!(permits.admit(place().await, b).is_some());
        drop(first);
        assert!(permits.admit(place().await, a).is_some());
        drop(second);
        assert_eq!(permits.all.available_permits(), 10);
        assert!(permits.addresses.lock().unwrap().is_empty(), "no address is remembered for nothing");
    }

    #[test]
    fn the_limit_of_open_files_is_known() {
        assert!(open_file_limit().is_some_and(|limit| limit > 0));
    }
}
