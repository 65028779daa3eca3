//! Reads `rules/training.toml`: programmes in their versions and the numbers of rule 62, with their days and sources.

use std::collections::BTreeMap;

use hoagiai_types::Date;
use serde::Deserialize;

use crate::domain::{
    Decision,
    training::{Programme, Programmes, Target, TrainingRuleSets, TrainingRules},
};

/// The rules that come with the program.
pub(crate) const EMBEDDED: &str = include_str!("../../../rules/training.toml");

/// What training is held to.
#[derive(Debug, Clone)]
pub(crate) struct TrainingData {
    /// Programmes.
    pub(crate) programmes: Programmes,
    /// Numbers of rule 62.
    pub(crate) sets: TrainingRuleSets,
}

/// Why rules were refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrainingRulesError {
    /// Not TOML of this form.
    #[error("the rules of training are not readable")]
    Unreadable(#[from] toml::de::Error),
    /// A share such as `1/0`, or months out of range.
    #[error("training set {0}: a share is written as 90/100, months are 1 to 120")]
    Numbers(String),
    /// Two of one day.
    #[error("sets and versions of a programme need first days, all different")]
    Days,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesText {
    #[serde(default)]
    programmes: Vec<ProgrammeText>,
    #[serde(default)]
    sets: BTreeMap<String, SetText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgrammeText {
    code: String,
    version: String,
    title: String,
    decision: DecisionText,
    valid_from: Date,
    #[expect(dead_code, reason = "for the reader of the file, who must say where it stands")]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionText {
    number: String,
    issue_date: Date,
    issuer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetText {
    valid_from: Date,
    source: String,
    new_mediator_months: i32,
    yearly_share: String,
}

/// Reads programmes and sets.
///
/// # Errors
/// When the text is not of the form.
pub(crate) fn parse(text: &str) -> Result<TrainingData, TrainingRulesError> {
    let RulesText { programmes, sets } = toml::from_str(text)?;
    let programmes = Programmes::new(programmes.into_iter().map(programme).collect());
    let sets = sets.into_iter().map(|(version, set)| rules(version, set)).collect::<Result<Vec<_>, _>>()?;
    Ok(TrainingData {
        programmes: programmes.ok_or(TrainingRulesError::Days)?,
        sets: TrainingRuleSets::new(sets).ok_or(TrainingRulesError::Days)?,
    })
}

fn programme(text: ProgrammeText) -> Programme {
    let DecisionText { number, issue_date, issuer } = text.decision;
    Programme {
        code: text.code,
        version: text.version,
        title: text.title,
        decision: Decision { number, issue_date, issuer },
        valid_from: text.valid_from,
        valid_to: None,
    }
}

fn rules(version: String, set: SetText) -> Result<TrainingRules, TrainingRulesError> {
    let share = |text: &str| {
        let (numerator, denominator) = text.split_once('/')?;
        let share = Target { numerator: numerator.parse().ok()?, denominator: denominator.parse().ok()? };
        (share.numerator >= 0 && share.denominator > 0).then_some(share)
    };
    match share(&set.yearly_share) {
        Some(yearly_share) if (1..=120).contains(&set.new_mediator_months) => Ok(TrainingRules {
            version,
            valid_from: set.valid_from,
            source: set.source,
            new_mediator_months: set.new_mediator_months,
            yearly_share,
        }),
        _ => Err(TrainingRulesError::Numbers(version)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_62_the_embedded_rules_are_those_of_the_plan_of_the_city() {
        let data = parse(EMBEDDED).unwrap();
        let day = |text: &str| text.parse::<Date>().unwrap();
        let set = data.sets.on(day("2026-01-01")).unwrap();
        assert_eq!((set.new_mediator_months, set.yearly_share), (6, Target { numerator: 90, denominator: 100 }));
        assert!(data.sets.on(day("2025-07-09")).is_none());
        let version = |text: &str| data.programmes.on("mediator_framework", day(text)).map(|one| one.version.clone());
        assert_eq!(version("2025-07-17").as_deref(), Some("4077-2014"));
        assert_eq!(version("2025-07-18").as_deref(), Some("2372-2025"));
    }

    #[test]
    fn faulty_rules_are_refused() {
        assert!(parse(&EMBEDDED.replace("90/100", "90/0")).is_err());
        assert!(parse(&EMBEDDED.replace("new_mediator_months = 6", "new_mediator_months = 0")).is_err());
        assert!(parse(&EMBEDDED.replace("valid_from = \"2025-07-18\"", "valid_from = \"2014-12-31\"")).is_err());
        assert!(parse(&EMBEDDED.replace("yearly_share", "yearly")).is_err());
    }
}
