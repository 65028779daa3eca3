//! The dated rule sets of this service, from `rules/cases.toml`: embedded, so that a binary without files works.

use hoagiai_types::Date;
use serde::Deserialize;

use crate::domain::{Terms, Timetable};

const EMBEDDED: &str = include_str!("../../../rules/cases.toml");

/// Text that is no set of rules.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not the shape of rules/cases.toml.
    #[error("the rules of cases are malformed")]
    Malformed(#[from] toml::de::Error),
    /// No set, or days that do not rise.
    #[error("the rules of cases need sets whose first days rise")]
    Order,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rules: Vec<Set>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    valid_from: Date,
    first_session_days: i32,
    court_months: Option<i32>,
    #[serde(rename = "place")]
    _place: String,
    // Every number names its source, or it is not taken.
    #[serde(rename = "source")]
    _source: String,
}

/// The rules that the binary carries.
///
/// # Errors
/// The file is not what it should be; a test reads it, so this stops a build and not a service.
pub fn embedded() -> Result<Timetable, RulesError> {
    parse(EMBEDDED)
}

fn parse(text: &str) -> Result<Timetable, RulesError> {
    let file: File = toml::from_str(text)?;
    let terms = file.rules.into_iter().map(|set| Terms {
        valid_from: set.valid_from,
        first_session_days: set.first_session_days,
        court_months: set.court_months,
    });
    Timetable::new(terms.collect()).ok_or(RulesError::Order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_rules_hold_what_the_law_says() {
        let rules = embedded().unwrap();
        let on = |day: &str| rules.on(day.parse().unwrap());
        assert_eq!((on("2026-01-01").first_session_days, on("2026-01-01").court_months), (3, Some(6)));
        assert_eq!(on("2015-01-01").court_months, None);
    }

    #[test]
    fn sets_out_of_order_or_without_a_source_are_refused() {
        let set =
            |day: &str| format!("[[rules]]\nvalid_from=\"{day}\"\nplace=\"VN\"\nfirst_session_days=3\nsource=\"x\"\n");
        assert!(parse(&(set("2014-01-01") + &set("2015-01-01"))).is_ok());
        assert!(matches!(parse(&(set("2015-01-01") + &set("2014-01-01"))), Err(RulesError::Order)));
        assert!(parse("").is_err() && parse(&set("2014-01-01").replace("source", "origin")).is_err());
    }
}
