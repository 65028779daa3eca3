//! The steps of a cycle and their last days: dated rule data (rule 44).

use std::str::FromStr;

use hoagiai_types::{Date, InvalidDate};
use serde::{Deserialize, Deserializer};

/// A day of every year, written `11-15`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthDay {
    month: i8,
    day: i8,
}

impl MonthDay {
    /// The day in a year.
    ///
    /// # Errors
    /// For 29 February of a common year.
    pub fn in_year(self, year: i32) -> Result<Date, InvalidDate> {
        Date::new(i16::try_from(year).map_err(|_| InvalidDate)?, self.month, self.day)
    }
}

impl FromStr for MonthDay {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        // Read through a leap year, so that every day of the calendar passes and nothing else.
        let date: Date = format!("2024-{text}").parse()?;
        Ok(MonthDay { month: date.month(), day: date.day() })
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One version of the steps.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Code of the place where it holds.
    pub place_code: String,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Option<Date>,
    /// Where it was read.
    pub source: String,
    /// Last day for self-assessment.
    pub self_assess_due: MonthDay,
    /// Last day for the proposal.
    pub propose_due: MonthDay,
    /// Last day for the decision.
    pub decide_due: MonthDay,
    /// In favour must be more than this share of the members.
    pub majority_over_percent: i64,
}

impl Steps {
    /// Whether it holds in a place when the year ends.
    pub fn holds(&self, place_code: &str, year_end: Date) -> bool {
        self.place_code == place_code
            && self.valid_from <= year_end
            && self.valid_to.is_none_or(|valid_to| year_end <= valid_to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_the_year_is_a_day_of_the_calendar() {
        let day: MonthDay = "11-15".parse().unwrap();
        assert_eq!(day.in_year(2025).unwrap().to_string(), "2025-11-15");
        assert!("02-29".parse::<MonthDay>().unwrap().in_year(2025).is_err());
        for bad in ["13-01", "1-1", "02-30", "", "11-15x"] {
            assert!(bad.parse::<MonthDay>().is_err(), "{bad}");
        }
    }
}
