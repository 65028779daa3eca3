//! `Etag`: the revision of a resource as clients see and return it (AIP-154).

use std::fmt;

/// A revision, printed in double quotes as HTTP asks: `"3"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Etag(i64);

/// Why an etag was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EtagError {
    /// The text is no etag of ours.
    #[error("not an etag")]
    Malformed,
    /// The resource has moved on since the caller read it.
    #[error("the resource has changed since it was read")]
    Stale,
}

impl Etag {
    /// The etag of a revision.
    #[must_use]
    pub const fn new(revision: i64) -> Self {
        Self(revision)
    }

    /// The revision.
    #[must_use]
    pub const fn revision(self) -> i64 {
        self.0
    }

    /// Reads an etag as a client sends it; empty text means that the client stated none.
    ///
    /// # Errors
    /// [`EtagError::Malformed`].
    pub fn parse(text: &str) -> Result<Option<Self>, EtagError> {
        if text.is_empty() {
            return Ok(None);
        }
        let digits = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).ok_or(EtagError::Malformed)?;
        let plain = !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        if !plain {
            return Err(EtagError::Malformed);
        }
        digits.parse().map(|n| Some(Self(n))).map_err(|_| EtagError::Malformed)
    }

    /// Whether a change stated against `wanted` may go on; no etag admits every revision.
    ///
    /// # Errors
    /// [`EtagError::Stale`].
    pub fn admits(self, wanted: Option<Self>) -> Result<(), EtagError> {
        if wanted.is_none_or(|w| w == self) { Ok(()) } else { Err(EtagError::Stale) }
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_prints_in_quotes_and_parses_only_so() {
        assert_eq!(Etag::new(3).to_string(), "\"3\"");
        assert_eq!(Etag::parse("\"3\""), Ok(Some(Etag::new(3))));
        assert_eq!(Etag::parse(""), Ok(None));
        for bad in ["3", "\"\"", "\"-3\"", "\"+3\"", "\"03\"", "\"3", "W/\"3\"", "\"99999999999999999999\""] {
            assert_eq!(Etag::parse(bad), Err(EtagError::Malformed), "{bad}");
        }
    }

    #[test]
    fn a_stale_etag_is_refused_and_none_is_not() {
        assert_eq!(Etag::new(3).admits(None), Ok(()));
        assert_eq!(Etag::new(3).admits(Some(Etag::new(3))), Ok(()));
        assert_eq!(Etag::new(3).admits(Some(Etag::new(2))), Err(EtagError::Stale));
    }
}
