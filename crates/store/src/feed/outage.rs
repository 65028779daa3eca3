//! What a broken feed is worth telling.

use std::time::{Duration, Instant};

/// How long a feed may be broken off before anybody is told: a peer that starts, stops or is exchanged is no fault.
const GRACE: Duration = Duration::from_secs(10);

/// What a broken feed is worth telling: nothing at first, once when it lasts, once when it is over.
#[derive(Default)]
pub(super) struct Outage {
    since: Option<Instant>,
    told: bool,
}

impl Outage {
    /// The feed broke off, again or for the first time. Answers whether to tell.
    pub(super) fn failed(&mut self, now: Instant) -> bool {
        let since = *self.since.get_or_insert(now);
        let tell = !self.told && now.duration_since(since) >= GRACE;
        self.told |= tell;
        tell
    }

    /// The feed goes on. Answers whether somebody was told of the opposite.
    pub(super) fn over(&mut self) -> bool {
        std::mem::take(self).told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_heals_soon_is_not_told_and_what_lasts_is_told_once() {
        let (mut outage, start) = (Outage::default(), Instant::now());
        assert!(!outage.failed(start) && !outage.failed(start + GRACE / 2));
        assert!(!outage.over(), "nobody was told, so nobody is told of the end");
        let later = start + GRACE;
        assert!(!outage.failed(later), "a new outage has its own grace");
        assert!(outage.failed(later + GRACE));
        assert!(!outage.failed(later + GRACE * 9), "once");
        assert!(outage.over() && !outage.over());
    }
}
