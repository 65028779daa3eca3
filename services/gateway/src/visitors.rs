//! How much visitors may ask: what is public page by page must not leave as a whole by it (rule 57).

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock as _, DefaultClock},
};

/// Addresses that have not called for a while are forgotten every so many calls.
const FORGET_EVERY: u32 = 1_024;

/// A limit on the calls of each address.
#[derive(Clone)]
pub(crate) struct VisitorLimit {
    limiter: Option<Arc<DefaultKeyedRateLimiter<IpAddr>>>,
    calls: Arc<AtomicU32>,
}

impl VisitorLimit {
    /// So many calls a minute, as many at once; 0: no limit.
    pub(crate) fn per_minute(calls: u32) -> Self {
        let limiter =
            NonZeroU32::new(calls).map(|calls| Arc::new(DefaultKeyedRateLimiter::keyed(Quota::per_minute(calls))));
        Self { limiter, calls: Arc::default() }
    }

    /// Counts a call.
    ///
    /// # Errors
    /// How long to wait before the next.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.calls.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            limiter.retain_recent();
        }
        let refused = limiter.check_key(&whose(address)).err();
        refused.map_or(Ok(()), |until| Err(until.wait_time_from(DefaultClock::default().now())))
    }
}

/// One visitor: an address, of IPv6 the network that a household or an office has.
fn whose(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_visitor_has_a_limit_of_its_own() {
        let limit = VisitorLimit::per_minute(3);
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for _ in 0..3 {
            limit.admit(ip("192.0.2.1")).unwrap();
        }
        let wait = limit.admit(ip("192.0.2.1")).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(20), "{wait:?}");
        limit.admit(ip("::ffff:192.0.2.1")).unwrap_err();
        limit.admit(ip("192.0.2.2")).unwrap();
        for last in 1..=3 {
            limit.admit(ip(&format!("2001:db8::{last}"))).unwrap();
        }
        limit.admit(ip("2001:db8::4")).unwrap_err();
        limit.admit(ip("2001:db8:0:1::4")).unwrap();
        let none = VisitorLimit::per_minute(0);
        assert!((0..100).all(|_| none.admit(ip("192.0.2.1")).is_ok()));
    }

    #[test]
    fn visitors_of_long_ago_are_forgotten() {
        let limit = VisitorLimit::per_minute(60_000_000);
        for n in 0..FORGET_EVERY * 4 {
            limit.admit(IpAddr::from(n.to_be_bytes())).unwrap();
        }
        let kept = limit.limiter.as_ref().unwrap().len();
        assert!(kept <= FORGET_EVERY as usize * 2, "{kept}");
    }
}
