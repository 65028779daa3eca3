//! `PageSize`: how many items a list answers at once (AIP-158).

/// What a client asked for, made safe: 0 becomes 50, more than 1,000 becomes 1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u16);

/// A negative page size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("page_size must not be negative")]
pub struct PageSizeError;

impl PageSize {
    /// Size when the client states none.
    pub const DEFAULT: u16 = 50;
    /// The most that one page holds.
    pub const MAX: u16 = 1_000;

    /// Reads a `page_size` field.
    ///
    /// # Errors
    /// When it is negative.
    pub fn new(asked: i32) -> Result<Self, PageSizeError> {
        match u16::try_from(asked.min(i32::from(Self::MAX))) {
            Ok(0) => Ok(Self(Self::DEFAULT)),
            Ok(n) => Ok(Self(n)),
            Err(_) => Err(PageSizeError),
        }
    }

    /// The number of items.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The `LIMIT` of a query that fetches one more row than the page, to see whether another page follows.
    #[must_use]
    pub fn limit(self) -> i64 {
        i64::from(self.0) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_means_fifty_large_is_capped_negative_is_refused() {
        let size = |n| PageSize::new(n).map(PageSize::get);
        assert_eq!((size(0), size(1), size(1_000), size(i32::MAX)), (Ok(50), Ok(1), Ok(1_000), Ok(1_000)));
        assert_eq!(size(-1), Err(PageSizeError));
        assert_eq!(PageSize::new(0).unwrap().limit(), 51);
    }
}
