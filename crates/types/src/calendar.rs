//! Working days in Việt Nam: weekends, public holidays and swapped days, as dated data of `rules/calendar`. Deadlines
//! of the law are computed here and nowhere else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jiff::civil::Weekday;
use serde::Deserialize;

use crate::Date;

/// The calendars that come with the program.
const EMBEDDED: &[&str] = &[
    include_str!("../../../rules/calendar/2024.toml"),
    include_str!("../../../rules/calendar/2025.toml"),
    include_str!("../../../rules/calendar/2026.toml"),
];

/// The holidays that have the same date every year, for years without data.
const FIXED: &[(i8, i8)] = &[(1, 1), (4, 30), (5, 1), (9, 2)];

/// Which days are worked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    off: BTreeMap<Date, String>,
    working_weekends: BTreeSet<Date>,
    proposed: BTreeMap<Date, String>,
    /// Years with data, and whether the yearly notice confirmed them.
    years: BTreeMap<i16, bool>,
}

/// Why the data of a year were refused.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// Not TOML of this form.
    #[error("the calendar is not readable")]
    Unreadable(#[from] toml::de::Error),
    /// The days contradict each other or the year.
    #[error("calendar of {year}: {what} on {date}")]
    Contradiction {
        /// The year of the file.
        year: i16,
        /// What is wrong.
        what: &'static str,
        /// On which day.
        date: Date,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: i16,
    notice: String,
    #[serde(default)]
    days_off: Vec<DaysOff>,
    #[serde(default)]
    working_weekends: Vec<WorkingWeekend>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DaysOff {
    name: String,
    from: Date,
    to: Date,
    #[serde(default)]
    proposed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkingWeekend {
    date: Date,
    instead_of: Date,
}

static VIETNAM: LazyLock<Calendar> = LazyLock::new(embedded);

#[expect(clippy::expect_used, reason = "the files are part of the program and a test reads them")]
fn embedded() -> Calendar {
    Calendar::parse(EMBEDDED).expect("the embedded calendars")
}

impl Calendar {
    /// The calendar that comes with the program.
    #[must_use]
    pub fn vietnam() -> &'static Calendar {
        &VIETNAM
    }

    /// Reads the files of `rules/calendar`, one text a year.
    ///
    /// # Errors
    /// When a text is not of the form, or its days contradict each other.
    pub fn parse(years: &[&str]) -> Result<Self, CalendarError> {
        let mut calendar = Self::default();
        for text in years {
            calendar.add(toml::from_str(text)?)?;
        }
        Ok(calendar)
    }

    fn add(&mut self, file: YearFile) -> Result<(), CalendarError> {
        let year = file.year;
        let refuse = |what, date| Err(CalendarError::Contradiction { year, what, date });
        for days in &file.days_off {
            if days.from.year() != year || days.to.year() != year || days.to < days.from {
                return refuse("days off outside the year", days.from);
            }
            let into = if days.proposed { &mut self.proposed } else { &mut self.off };
            let mut day = days.from;
            while day <= days.to {
                if into.insert(day, days.name.clone()).is_some() {
                    return refuse("a day off named twice", day);
                }
                day = day.plus_days(1);
            }
        }
        for swap in &file.working_weekends {
            if !is_weekend(swap.date) {
                return refuse("a swapped working day that is no weekend", swap.date);
            }
            if is_weekend(swap.instead_of) || !self.off.contains_key(&swap.instead_of) {
                return refuse("a swap for a day that is not off", swap.instead_of);
            }
            self.working_weekends.insert(swap.date);
        }
        self.years.insert(year, !file.notice.is_empty());
        Ok(())
    }

    /// Whether offices work on the day.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        if !self.years.contains_key(&day.year()) {
            return !is_weekend(day) && !FIXED.contains(&(day.month(), day.day()));
        }
        !self.off.contains_key(&day) && (!is_weekend(day) || self.working_weekends.contains(&day))
    }

    /// The last day of a limit of `days` working days. The day of the event itself does not count
    /// (Bộ luật Dân sự 2015, Điều 147).
    #[must_use]
    pub fn plus_working_days(&self, event: Date, days: u16) -> Date {
        let mut day = event;
        for _ in 0..days {
            let mut next = day.plus_days(1);
            // At the end of the calendar `plus_days` stands still.
            while !self.is_working_day(next) && next > day {
                day = next;
                next = next.plus_days(1);
            }
            day = next;
        }
        day
    }

    /// The last day of a limit of `days` calendar days, the day of the event not counted.
    #[must_use]
    pub fn plus_calendar_days(&self, event: Date, days: u16) -> Date {
        event.plus_days(i32::from(days))
    }

    /// Working days after `event` up to and with `until`; 0 when `until` is not later.
    #[must_use]
    pub fn working_days_between(&self, event: Date, until: Date) -> u32 {
        let mut count = 0;
        let mut day = event;
        while day < until {
            day = day.plus_days(1);
            count += u32::from(self.is_working_day(day));
        }
        count
    }

    /// The name of the public holiday, if the day is one.
    #[must_use]
    pub fn holiday(&self, day: Date) -> Option<&str> {
        self.off.get(&day).map(String::as_str)
    }

    /// Whether the days of the year were fixed by the yearly notice; deadlines of other years are provisional.
    #[must_use]
    pub fn is_confirmed(&self, year: i16) -> bool {
        self.years.get(&year).copied().unwrap_or(false)
    }

    /// Days off that were announced but are not law: shown to people, not counted.
    pub fn proposed(&self) -> impl Iterator<Item = (Date, &str)> {
        self.proposed.iter().map(|(day, name)| (*day, name.as_str()))
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.civil().weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn d(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn due(event: &str, days: u16) -> String {
        Calendar::vietnam().plus_working_days(d(event), days).to_string()
    }

    #[test]
    fn five_working_days_skip_the_weekend() {
        assert_eq!(due("2025-07-01", 5), "2025-07-08");
        assert_eq!(due("2025-07-04", 5), "2025-07-11");
        assert_eq!(due("2025-07-05", 5), "2025-07-11", "received on a Saturday");
        assert_eq!(due("2025-07-01", 0), "2025-07-01");
    }

    #[test]
    fn tet_and_national_day_do_not_count() {
        assert_eq!(due("2025-01-24", 5), "2025-02-07");
        assert_eq!(due("2025-08-29", 5), "2025-09-09");
        assert_eq!(due("2024-02-07", 1), "2024-02-15");
        assert_eq!(due("2026-02-13", 1), "2026-02-23");
    }

    #[test]
    fn a_swapped_saturday_is_worked_and_its_friday_is_not() {
        let calendar = Calendar::vietnam();
        assert!(calendar.is_working_day(d("2025-04-26")) && !calendar.is_working_day(d("2025-05-02")));
        assert!(calendar.is_working_day(d("2024-05-04")) && !calendar.is_working_day(d("2024-04-29")));
        assert_eq!(due("2025-04-25", 2), "2025-04-28");
        assert_eq!(calendar.working_days_between(d("2025-04-25"), d("2025-05-05")), 4);
    }

    #[test]
    fn the_law_gives_eleven_days_off_a_year_and_swaps_are_given_back() {
        let calendar = Calendar::vietnam();
        for year in [2024, 2025, 2026] {
            let on_weekdays = calendar.off.keys().filter(|day| day.year() == year && !is_weekend(**day)).count();
            let worked = calendar.working_weekends.iter().filter(|day| day.year() == year).count();
            assert_eq!(on_weekdays - worked, 11, "{year}");
        }
    }

    #[test]
    fn a_proposed_holiday_is_shown_and_not_counted() {
        let calendar = Calendar::vietnam();
        assert!(calendar.is_working_day(d("2026-11-24")));
        assert!(calendar.proposed().any(|(day, _)| day == d("2026-11-24")));
        assert!(calendar.is_confirmed(2025) && !calendar.is_confirmed(2026) && !calendar.is_confirmed(2031));
    }

    #[test]
    fn a_year_without_data_knows_weekends_and_fixed_holidays() {
        assert_eq!(due("2031-04-29", 1), "2031-05-02");
        assert_eq!(due("9999-12-30", 5), "9999-12-31", "the end of the calendar");
    }

    #[test]
    fn contradicting_data_are_refused() {
        let year = |body: &str| Calendar::parse(&[&format!("year = 2025\nnotice = \"\"\n{body}")]);
        assert!(year("").is_ok());
        assert!(year("[[days_off]]\nname = \"x\"\nfrom = \"2024-01-01\"\nto = \"2024-01-01\"").is_err());
        assert!(year("[[working_weekends]]\ndate = \"2025-04-25\"\ninstead_of = \"2025-05-02\"").is_err());
        assert!(year("[[working_weekends]]\ndate = \"2025-04-26\"\ninstead_of = \"2025-05-05\"").is_err());
        assert!(year("holiday = 1").is_err());
    }

    proptest! {
        #[test]
        fn a_limit_ends_on_a_working_day_and_is_as_long_as_it_says(start in 0i32..1_095, days in 1u16..40) {
            let calendar = Calendar::vietnam();
            let event = d("2024-01-01").plus_days(start);
            let end = calendar.plus_working_days(event, days);
            prop_assert!(calendar.is_working_day(end));
            prop_assert_eq!(calendar.working_days_between(event, end), u32::from(days));
        }
    }
}
