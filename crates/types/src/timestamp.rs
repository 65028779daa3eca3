//! `Timestamp`: an instant in microseconds, the precision that both engines keep (SQLite INTEGER, PostgreSQL TIMESTAMPTZ).

use std::{fmt, time::Duration};

use crate::Date;

/// Seconds that Việt Nam is ahead of UTC. Fixed: the country has had no other offset since 1975 and no summer time.
const VIETNAM_SECONDS: i64 = 7 * 3600;

/// Microseconds since 1970-01-01T00:00:00Z. Prints as RFC 3339 in UTC with six decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970 UTC.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970 UTC.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The civil date in Việt Nam at this instant: what the law means by "day".
    #[must_use]
    pub fn date_in_vietnam(self) -> Date {
        Date::from_days_since_epoch((self.0.div_euclid(1_000_000) + VIETNAM_SECONDS).div_euclid(86_400))
    }

    /// The instant at which `date` begins in Việt Nam.
    #[must_use]
    pub fn start_of_day_in_vietnam(date: Date) -> Self {
        Self((date.days_since_epoch() * 86_400 - VIETNAM_SECONDS) * 1_000_000)
    }

    /// This instant moved later; saturates at the ends of time.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Time passed since `earlier`; zero when `earlier` is later, because a stepped clock must not make a negative age.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// As the protobuf well-known type.
    #[must_use]
    pub fn to_proto(self) -> prost_types::Timestamp {
        prost_types::Timestamp {
            seconds: self.0.div_euclid(1_000_000),
            nanos: i32::try_from(self.0.rem_euclid(1_000_000) * 1_000).unwrap_or(0),
        }
    }

    /// From the protobuf well-known type; nanoseconds are cut to microseconds. `None` when outside years 1 to 9999.
    #[must_use]
    pub fn from_proto(proto: &prost_types::Timestamp) -> Option<Self> {
        let in_range =
            (-62_135_596_800..=253_402_300_799).contains(&proto.seconds) && (0..1_000_000_000).contains(&proto.nanos);
        in_range.then(|| Self(proto.seconds * 1_000_000 + i64::from(proto.nanos) / 1_000))
    }

    /// Parses RFC 3339 with any offset; digits after microseconds are cut.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_microsecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(t) => write!(f, "{t:.6}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventeen_o_clock_utc_is_the_next_day_in_vietnam() {
        let at = |text| Timestamp::parse(text).unwrap().date_in_vietnam().to_string();
        assert_eq!(at("2025-06-30T16:59:59.999999Z"), "2025-06-30");
        assert_eq!(at("2025-06-30T17:00:00Z"), "2025-07-01");
        assert_eq!(at("1969-12-31T16:59:59Z"), "1969-12-31");
        assert_eq!(at("1969-12-31T17:00:00Z"), "1970-01-01");
        let date = Date::new(2025, 7, 1).unwrap();
        assert_eq!(Timestamp::start_of_day_in_vietnam(date).to_string(), "2025-06-30T17:00:00.000000Z");
        assert_eq!(Timestamp::start_of_day_in_vietnam(date).date_in_vietnam(), date);
    }

    #[test]
    fn protobuf_round_trips_also_before_1970() {
        for micros in [0, 1, -1, -1_000_001, 1_751_328_000_123_456] {
            let t = Timestamp::from_micros(micros);
            assert_eq!(Timestamp::from_proto(&t.to_proto()), Some(t));
        }
        assert_eq!(Timestamp::from_proto(&prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), None);
        assert_eq!(Timestamp::from_proto(&prost_types::Timestamp { seconds: 0, nanos: -1 }), None);
    }

    #[test]
    fn printing_round_trips_and_ages_are_never_negative() {
        let t = Timestamp::from_micros(1_751_328_000_500_000);
        assert_eq!(t.to_string(), "2025-07-01T00:00:00.500000Z");
        assert_eq!(Timestamp::parse(&t.to_string()), Some(t));
        assert_eq!(t.since(t.plus(Duration::from_secs(1))), Duration::ZERO);
        assert_eq!(t.plus(Duration::from_secs(1)).since(t), Duration::from_secs(1));
    }
}
