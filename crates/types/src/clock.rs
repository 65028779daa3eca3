//! Where time and new ids come from. The only file that may read the wall clock, so that tests and replays decide both.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use uuid::{Builder, Uuid};

use crate::{Date, Id, Timestamp};

/// A source of the present instant.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_micros()))
    }

    /// Shows another instant, earlier or later.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_micros(), Ordering::SeqCst);
    }

    /// Moves forward.
    pub fn advance(&self, by: std::time::Duration) {
        self.set(self.now().plus(by));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A source of ids.
pub trait IdSource: Send + Sync {
    /// A new id whose leading bits carry `now`, so that keys of one day lie together in an index.
    fn next_uuid(&self, now: Timestamp) -> Uuid;
}

/// Random UUIDv7.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl IdSource for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that draws random ids")]
    fn next_uuid(&self, now: Timestamp) -> Uuid {
        // Ten of the bytes of a v4 that hold nothing but chance: version and variant stand in bytes 6 and 8.
        let [a, b, c, d, e, f, _, g, _, h, i, j, ..] = *Uuid::new_v4().as_bytes();
        let random = [a, b, c, d, e, f, g, h, i, j];
        Builder::from_unix_timestamp_millis(millis(now), &random).into_uuid()
    }
}

/// UUIDv7 from a seed: the same seed gives the same ids in the same order.
#[derive(Debug)]
pub struct SeededIds(AtomicU64);

impl SeededIds {
    /// Ids of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl IdSource for SeededIds {
    fn next_uuid(&self, now: Timestamp) -> Uuid {
        // SplitMix64: a step of this constant and two mixing rounds give a full-period sequence without a dependency.
        let draw = || {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (z ^ (z >> 31)).to_le_bytes()
        };
        let (a, b) = (draw(), draw());
        let random = [a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1]];
        Builder::from_unix_timestamp_millis(millis(now), &random).into_uuid()
    }
}

fn millis(now: Timestamp) -> u64 {
    u64::try_from(now.as_micros() / 1_000).unwrap_or(0)
}

/// What a use case may know of the world outside its database: the time, and where ids come from.
#[derive(Clone)]
pub struct Env {
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
}

impl Env {
    /// The machine's clock and random ids.
    #[must_use]
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) }
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The present date in Việt Nam.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().date_in_vietnam()
    }

    /// A new id.
    #[must_use]
    pub fn new_id<T>(&self) -> Id<T> {
        Id::from_uuid(self.ids.next_uuid(self.now()))
    }
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env").field("now", &self.now()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(5)));
        let env = Env { clock: clock.clone(), ids: Arc::new(SeededIds::new(1)) };
        assert_eq!((env.now(), env.now()), (Timestamp::from_micros(5), Timestamp::from_micros(5)));
        clock.advance(Duration::from_secs(60 * 60 * 17));
        assert_eq!(env.today().to_string(), "1970-01-02");
    }

    #[test]
    fn seeded_ids_repeat_and_never_collide() {
        let now = Timestamp::from_micros(1_751_328_000_000_000);
        let draw = |seed| {
            let ids = SeededIds::new(seed);
            (0..10_000).map(|_| ids.next_uuid(now)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_eq!(draw(7).iter().collect::<HashSet<_>>().len(), 10_000);
        assert!(draw(7).iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn system_ids_of_a_later_millisecond_sort_later() {
        let earlier = SystemIds.next_uuid(Timestamp::from_micros(1_000_000));
        let later = SystemIds.next_uuid(Timestamp::from_micros(1_001_000));
        assert!(earlier < later);
        assert_eq!(later.get_version_num(), 7);
    }
}
