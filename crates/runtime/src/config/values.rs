//! Values as they stand in configuration: times with a unit, secrets that do not print.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de::Error};
use std::{fmt, time::Duration};

/// A length of time: `250ms`, `5s`, `10m`, `2h`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(Duration);

impl Span {
    pub(crate) const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    pub(crate) const fn millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// The duration.
    #[must_use]
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let number: u64 = digits.trim().parse().map_err(|_| D::Error::custom("expected a time such as \"5s\""))?;
        let millis = match &text[digits.len()..] {
            "ms" => Some(number),
            "s" => number.checked_mul(1000),
            "m" => number.checked_mul(60_000),
            "h" => number.checked_mul(3_600_000),
            _ => return Err(D::Error::custom("expected a time with its unit: ms, s, m or h")),
        };
        millis.map(Self::millis).ok_or_else(|| D::Error::custom("the time is too long"))
    }
}

/// A secret: prints as `***`, is wiped when dropped.
#[derive(Clone, Deserialize)]
pub struct Secret(SecretString);

impl Secret {
    /// Shows the secret, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Option<Duration> {
        #[derive(Deserialize)]
        struct Holder {
            span: Span,
        }
        toml::from_str::<Holder>(&format!("span = \"{text}\"")).ok().map(|holder| holder.span.get())
    }

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(span("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(span("10m"), Some(Duration::from_secs(600)));
        for bad in ["5", "s", "-5s", "5 minutes", "1.5s", "99999999999999999999s", "18446744073709551615h"] {
            assert_eq!(span(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), "***");
    }
}
