//! `Date`: a civil date, stored as TEXT `YYYY-MM-DD` on both engines, so that it sorts and reads as itself.

use std::{fmt, str::FromStr};

use jiff::{ToSpan, civil};

/// A day of the civil calendar, years 0001 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

/// The text or numbers name no day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the form YYYY-MM-DD")]
pub struct InvalidDate;

impl Date {
    /// The day `year`-`month`-`day`.
    ///
    /// # Errors
    /// When there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, InvalidDate> {
        if year < 1 {
            return Err(InvalidDate);
        }
        civil::Date::new(year, month, day).map(Self).map_err(|_| InvalidDate)
    }

    /// From jiff's date, the type in which calendars are computed.
    #[must_use]
    pub const fn from_civil(date: civil::Date) -> Self {
        Self(date)
    }

    /// As jiff's date.
    #[must_use]
    pub const fn civil(self) -> civil::Date {
        self.0
    }

    /// Year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// Month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// Day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// Days since 1970-01-01, negative before.
    #[must_use]
    pub fn days_since_epoch(self) -> i64 {
        (self.0 - civil::date(1970, 1, 1)).get_days().into()
    }

    /// The day that lies `days` after 1970-01-01; saturates at the ends of the calendar.
    #[must_use]
    pub fn from_days_since_epoch(days: i64) -> Self {
        Self(civil::date(1970, 1, 1).saturating_add(jiff::Span::new().try_days(days).unwrap_or_default()))
    }

    /// This day moved by `days`, which may be negative; saturates at the ends of the calendar.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// This day moved by whole months; the 31st becomes the last day of a shorter month.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        Self(self.0.saturating_add(months.months()))
    }

    /// Whole days from `earlier` to this day, negative when `earlier` is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.days_since_epoch() - earlier.days_since_epoch()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = InvalidDate;

    /// Accepts `YYYY-MM-DD` alone, because a second spelling of a day would not sort.
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(InvalidDate);
        }
        let number = |range: std::ops::Range<usize>| {
            let digits = &bytes[range];
            let all = digits.iter().all(u8::is_ascii_digit);
            all.then(|| digits.iter().fold(0i16, |n, d| n * 10 + i16::from(d - b'0'))).ok_or(InvalidDate)
        };
        let small = |n: i16| i8::try_from(n).map_err(|_| InvalidDate);
        Self::new(number(0..4)?, small(number(5..7)?)?, small(number(8..10)?)?)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_spelling_of_a_day_is_accepted() {
        assert_eq!("2025-07-01".parse::<Date>().unwrap().to_string(), "2025-07-01");
        assert_eq!("0001-01-01".parse::<Date>().unwrap().to_string(), "0001-01-01");
        for bad in [
            "2025-7-1",
            "2025-02-30",
            "2025/07/01",
            "2025-07-01T00:00",
            "",
            "-025-07-01",
            "0000-01-01",
            "2025-13-01",
            "２０25-07",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn days_and_months_are_counted_on_the_calendar() {
        let d = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(d("2024-02-28").plus_days(2), d("2024-03-01"));
        assert_eq!(d("2025-01-31").plus_months(1), d("2025-02-28"));
        assert_eq!(d("2025-03-01").days_since(d("2025-02-28")), 1);
        assert_eq!(Date::from_days_since_epoch(d("1945-09-02").days_since_epoch()), d("1945-09-02"));
        assert!(d("2025-07-01") > d("2025-06-30"));
    }
}
