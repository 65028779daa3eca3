//! Days of the demo. The figures of 2022 stand on the communes of 2025: these came to be on 1 July 2025, so everything
//! that the population does happens in the second half of that year.

use hoagiai_types::Date;
use jiff::civil::{Weekday, date};

use super::random::Random;

/// First day of the units and of the decisions.
pub const FIRST: Date = Date::from_civil(date(2025, 7, 1));
/// First day of the year that is evaluated and reported.
pub const YEAR_FIRST: Date = Date::from_civil(date(2025, 1, 1));
/// Last day of that year.
pub const YEAR_LAST: Date = Date::from_civil(date(2025, 12, 31));
/// The year.
pub const YEAR: i32 = 2025;

/// First day of the teams' meetings on their evaluation, which must be held by 15 November.
pub const MEETINGS: Date = day(11, 1);
/// First day of their proposals, due by 30 November.
pub const PROPOSALS: Date = day(11, 16);
/// First day of the joint meetings of communes, whose decisions are due by 15 December.
pub const REVIEWS: Date = day(12, 1);

/// The day of that month of 2025.
pub(super) const fn day(month: i8, day: i8) -> Date {
    Date::from_civil(date(2025, month, day))
}

/// The day itself, or the next Monday for one of a weekend.
#[must_use]
pub fn office_day(from: Date) -> Date {
    match from.civil().weekday() {
        Weekday::Saturday => from.plus_days(2),
        Weekday::Sunday => from.plus_days(1),
        _ => from,
    }
}

/// The day that lies so many working days after.
#[must_use]
pub fn working_days_after(from: Date, days: u32) -> Date {
    (0..days).fold(from, |day, _| office_day(day.plus_days(1)))
}

/// A day between the two, both included.
pub(super) fn within(random: &mut Random, first: Date, last: Date) -> Date {
    let days = u32::try_from(last.days_since(first)).unwrap_or_default();
    later(first, random.below(days + 1))
}

/// The day that lies so many days after.
pub(super) fn later(day: Date, days: u32) -> Date {
    day.plus_days(i32::try_from(days).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_rest_on_weekends() {
        assert_eq!(office_day(day(7, 5)), day(7, 7));
        assert_eq!(office_day(day(7, 4)), day(7, 4));
        assert_eq!(working_days_after(day(7, 4), 1), day(7, 7));
        assert_eq!(working_days_after(day(7, 1), 5), day(7, 8));
    }
}
