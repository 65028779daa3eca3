//! When the keys of an issuer are fetched next, and for how long the ones that are there may be used. No I/O.

use hoagiai_types::Timestamp;
use std::time::Duration;

/// The first pause after a failure; it doubles up to a minute.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The times of one issuer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    confirmed: Option<Timestamp>,
    next: Timestamp,
    failures: u32,
}

impl Schedule {
    /// Due at once. `confirmed`: when the keys that are there were fetched.
    pub(super) fn new(confirmed: Option<Timestamp>, now: Timestamp) -> Self {
        Self { confirmed, next: now, failures: 0 }
    }

    /// Whether to fetch. A clock that was set back must not put it off for ever.
    pub(super) fn is_due(&self, now: Timestamp, every: Duration) -> bool {
        now >= self.next || self.next.since(now) > every.max(LONGEST_PAUSE)
    }

    pub(super) fn fetched(&mut self, now: Timestamp, every: Duration) {
        *self = Self { confirmed: Some(now), next: now.plus(every), failures: 0 };
    }

    pub(super) fn failed(&mut self, now: Timestamp) {
        let pause = FIRST_PAUSE.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
        self.next = now.plus(pause.min(LONGEST_PAUSE));
        self.failures = self.failures.saturating_add(1).min(16);
    }

    /// Whether the keys have not been confirmed for too long. Also when they claim to be from the future: then one of the
    /// two clocks was wrong, and nobody knows how old they are.
    pub(super) fn is_stale(&self, now: Timestamp, keep: Duration) -> bool {
        self.confirmed.is_some_and(|confirmed| is_stale(confirmed, now, keep))
    }

    /// There are no keys to become stale any more.
    pub(super) fn forgotten(&mut self) {
        self.confirmed = None;
    }

    pub(super) fn has_keys(&self) -> bool {
        self.confirmed.is_some()
    }
}

/// Whether keys fetched then are too old now.
pub(super) fn is_stale(fetched: Timestamp, now: Timestamp, keep: Duration) -> bool {
    now.since(fetched) > keep || fetched.since(now) > keep
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(600);
    const KEEP: Duration = Duration::from_secs(86_400);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    #[test]
    fn keys_are_fetched_at_once_and_then_from_time_to_time() {
        let mut schedule = Schedule::new(None, at(1_000));
        assert!(schedule.is_due(at(1_000), EVERY) && !schedule.has_keys());
        schedule.fetched(at(1_000), EVERY);
        assert!(!schedule.is_due(at(1_599), EVERY) && schedule.is_due(at(1_600), EVERY));
        assert!(schedule.is_due(at(-90_000), EVERY), "the clock went back");
    }

    #[test]
    fn who_is_down_is_asked_more_and_more_seldom() {
        let mut schedule = Schedule::new(Some(at(0)), at(0));
        let mut now = 0;
        let pauses: Vec<i64> = (0..40)
            .map(|_| {
                schedule.failed(at(now));
                let pause = (1..200).find(|pause| schedule.is_due(at(now + pause), EVERY)).unwrap();
                now += pause;
                pause
            })
            .collect();
        assert_eq!(pauses[..7], [2, 4, 8, 16, 32, 60, 60]);
        assert!(pauses[7..].iter().all(|pause| *pause == 60));
    }

    #[test]
    fn keys_are_kept_while_they_are_not_too_old() {
        let mut schedule = Schedule::new(Some(at(0)), at(0));
        schedule.failed(at(10));
        assert!(!schedule.is_stale(at(86_400), KEEP) && schedule.is_stale(at(86_401), KEEP));
        assert!(schedule.is_stale(at(-86_401), KEEP), "from the future");
        schedule.forgotten();
        assert!(!schedule.is_stale(at(86_401), KEEP) && !schedule.has_keys());
    }
}
