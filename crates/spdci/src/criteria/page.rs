//! Pages. The standard numbers them from 1.

use crate::codes::SearchReason::{self, PaginationInvalid};
use crate::fault::{Fault, Faults};
use crate::limits::MAX_PAGE_SIZE;
use crate::object::Object;

/// Which records of those found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Records of a page, 1 to [`MAX_PAGE_SIZE`].
    pub size: u32,
    /// Which page, from 1. A page beyond the end is empty.
    pub number: u32,
}

impl Default for Page {
    /// The first and largest page: what is answered when no page is asked for.
    fn default() -> Self {
        Self { size: MAX_PAGE_SIZE, number: 1 }
    }
}

impl Page {
    /// Where the page lies in a list of so many records.
    #[must_use]
    pub fn range(self, total: usize) -> std::ops::Range<usize> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let before = usize::try_from(self.number.saturating_sub(1)).unwrap_or(usize::MAX);
        let start = before.saturating_mul(size).min(total);
        start..start.saturating_add(size).min(total)
    }
}

/// Reads `pagination`.
pub(crate) fn read(criteria: &Object<'_>, faults: &mut Faults<SearchReason>) -> Option<Page> {
    let Some(pagination) = faults.take(PaginationInvalid, criteria.object("pagination"))? else {
        return Some(Page::default());
    };
    let size = pagination.whole("page_size").and_then(|size| size.ok_or_else(|| pagination.missing("page_size")));
    let size = size.and_then(|size| positive(size, || pagination.place("page_size")));
    let size = size.and_then(|size| {
        // Taken as a smaller one, the pages that the sender counts on would leave records out.
        let fits = size <= MAX_PAGE_SIZE;
        let wrong = || pagination.fault("page_size", format!("at most {MAX_PAGE_SIZE} records are on a page"));
        fits.then_some(size).ok_or_else(wrong)
    });
    let number = pagination.whole("page_number").map(|number| number.unwrap_or(1));
    let number = number.and_then(|number| positive(number, || pagination.place("page_number")));
    let (size, number) = (faults.take(PaginationInvalid, size), faults.take(PaginationInvalid, number));
    Some(Page { size: size?, number: number? })
}

/// 1 to what 32 bits hold, the standard's `int32`.
fn positive(number: i64, place: impl Fn() -> String) -> Result<u32, Fault> {
    i32::try_from(number)
        .ok()
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| Fault::new(place(), "a whole number from 1 to 2147483647 is expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_the_records_once_and_end() {
        let range = |size, number, total| Page { size, number }.range(total);
        assert_eq!(range(10, 1, 25), 0..10);
        assert_eq!(range(10, 3, 25), 20..25);
        assert_eq!(range(10, 4, 25), 25..25);
        assert_eq!(range(1000, u32::MAX, 25), 25..25);
        assert_eq!(range(10, 1, 0), 0..0);
    }
}
