//! A connection to an address that the guard has passed, and to no other: the name is resolved once, and what was
//! judged is what is connected to.

use std::{net::IpAddr, time::Duration};

use tokio::{net::TcpStream, time::timeout};

use super::{Fault, Resolve};
use crate::guard::{Guard, Target};

/// Addresses of a host that are tried.
const ADDRESSES: usize = 4;

/// The time for one address: one that leads nowhere must leave time for the next.
const ADDRESS_TIME: Duration = Duration::from_secs(5);

pub(super) async fn connect(guard: &Guard, resolver: &dyn Resolve, target: &Target) -> Result<TcpStream, Fault> {
    let mut fault = Fault::Dns;
    for address in admitted(guard, resolver, target).await?.into_iter().take(ADDRESSES) {
        match timeout(ADDRESS_TIME, TcpStream::connect((address, target.port()))).await {
            Ok(Ok(stream)) => {
                // A request is written at once; waiting to fill a packet only delays it. If it cannot be set, it is slower.
                stream.set_nodelay(true).ok();
                return Ok(stream);
            }
            Ok(Err(_)) => fault = Fault::Connect,
            Err(_) => fault = Fault::TimedOut,
        }
    }
    Err(fault)
}

/// The addresses that may be connected to; if there are none, why not.
async fn admitted(guard: &Guard, resolver: &dyn Resolve, target: &Target) -> Result<Vec<IpAddr>, Fault> {
    let found = match target.literal() {
        Some(address) => vec![address],
        None => resolver.resolve(&target.host()).await.map_err(|_| Fault::Dns)?,
    };
    let mut fault = Fault::Dns;
    let mut admitted = Vec::new();
    for address in found {
        match guard.admits(address) {
            Ok(()) => admitted.push(address),
            Err(refusal) => fault = Fault::Refused(refusal),
        }
    }
    if admitted.is_empty() { Err(fault) } else { Ok(admitted) }
}
