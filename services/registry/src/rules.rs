//! Reads `rules/registry.toml`: the numbers of the law with their days and sources.

use std::collections::BTreeMap;

use hoagiai_types::Date;
use serde::Deserialize;

use crate::domain::{FIRST_DAY, RuleSets, Rules, Share};

/// The rules that come with the program.
pub(crate) const EMBEDDED: &str = include_str!("../../../rules/registry.toml");

/// Why rules were refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RulesError {
    /// Not TOML of this form.
    #[error("the rules of the registry are not readable")]
    Unreadable(#[from] toml::de::Error),
    /// A share such as `1/0`.
    #[error("rule set {0}: a share is written as 1/2")]
    Share(String),
    /// A day of the year such as `13-01`.
    #[error("rule set {0}: a day of the year is written as 12-31")]
    DayOfYear(String),
    /// No set, or two beginning on one day.
    #[error("rule sets need first days, all different")]
    Days,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetText {
    valid_from: Option<Date>,
    source: String,
    one_team_per_area: bool,
    min_mediators: u32,
    min_women: u32,
    min_ethnic_minority: u32,
    quorum_over: String,
    elected_over: String,
    leader_elected_over: String,
    recognition_working_days: u16,
    leader_submit_days: u16,
    leader_decide_working_days: u16,
    cessation_verify_days: u16,
    cessation_decide_working_days: u16,
    acting_leader_suffices: bool,
    review_due: String,
}

/// Reads rule sets.
///
/// # Errors
/// When the text is not of the form.
pub(crate) fn parse(text: &str) -> Result<RuleSets, RulesError> {
    let sets: BTreeMap<String, SetText> = toml::from_str(text)?;
    let sets = sets.into_iter().map(|(version, set)| rules(version, set)).collect::<Result<Vec<_>, _>>()?;
    RuleSets::new(sets).ok_or(RulesError::Days)
}

fn rules(version: String, set: SetText) -> Result<Rules, RulesError> {
    let share = |text: &str| {
        let (numerator, denominator) = text.split_once('/')?;
        let share = Share { numerator: numerator.parse().ok()?, denominator: denominator.parse().ok()? };
        (share.denominator > 0).then_some(share)
    };
    let need = |text: &str| share(text).ok_or_else(|| RulesError::Share(version.clone()));
    // 2000 had every day of the year.
    let review_due = format!("2000-{}", set.review_due).parse::<Date>();
    let review_due = review_due.map_err(|_| RulesError::DayOfYear(version.clone()))?;
    Ok(Rules {
        review_due: (review_due.month(), review_due.day()),
        valid_from: set.valid_from.unwrap_or(FIRST_DAY),
        source: set.source,
        one_team_per_area: set.one_team_per_area,
        min_mediators: set.min_mediators,
        min_women: set.min_women,
        min_ethnic_minority: set.min_ethnic_minority,
        quorum: need(&set.quorum_over)?,
        elected_over: need(&set.elected_over)?,
        leader_elected_over: need(&set.leader_elected_over)?,
        recognition_working_days: set.recognition_working_days,
        leader_submit_days: set.leader_submit_days,
        leader_decide_working_days: set.leader_decide_working_days,
        cessation_verify_days: set.cessation_verify_days,
        cessation_decide_working_days: set.cessation_decide_working_days,
        acting_leader_suffices: set.acting_leader_suffices,
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_rules_are_those_of_the_law_of_2013() {
        let sets = parse(EMBEDDED).unwrap();
        let law = sets.on("2025-07-01".parse().unwrap());
        let half = Share { numerator: 1, denominator: 2 };
        assert_eq!((law.quorum, law.elected_over, law.leader_elected_over), (half, half, half));
        assert_eq!((law.min_mediators, law.min_women, law.recognition_working_days), (3, 1, 5));
        assert!(law.one_team_per_area);
        assert_eq!((law.cessation_verify_days, law.cessation_decide_working_days), (10, 5));
        assert!(!law.acting_leader_suffices, "rule 23: the law knows no acting leader");
    }

    #[test]
    fn faulty_rules_are_refused() {
        assert!(parse("").is_err());
        assert!(parse(&EMBEDDED.replace("\"1/2\"", "\"1/0\"")).is_err());
        assert!(parse(&EMBEDDED.replace("min_women", "min_womn")).is_err());
    }
}
