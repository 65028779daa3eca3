//! Criteria sets: their definition, the facts that they are about, claims and results.

use hoagiai_types::{Date, Ratio};
use serde::{Deserialize, Serialize};

/// The definition of a set, as the file under `rules/criteria` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriteriaSet {
    /// Code.
    pub code: String,
    /// Version.
    pub version: String,
    /// Name in Vietnamese.
    pub display_name: String,
    /// Code of the place where it holds.
    pub place_code: String,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Where it was read.
    pub source: String,
    /// How many must be met.
    pub required_count: usize,
    /// Target share of teams.
    pub target_percent: i32,
    /// The criteria.
    pub criteria: Vec<Criterion>,
}

/// One criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Code within the set.
    pub code: String,
    /// Text in Vietnamese.
    pub display_name: String,
    /// Computed or attested.
    pub source: CriterionSource,
    /// For a computed one: when it is met.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expression: String,
    /// For a computed ratio: the fact that is counted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub numerator: String,
    /// For a computed ratio: the fact out of which it is counted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub denominator: String,
    /// For a computed one: when there is nothing to measure.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zero_expression: String,
    /// What holds then (rule 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zero_rule: Option<ZeroRule>,
    /// Whether text or rule must still be confirmed by a jurist.
    pub provisional: bool,
    /// What is not certain about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Where a result comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionSource {
    /// From register data (rule 46).
    Computed,
    /// From the meeting.
    Attested,
}

/// What holds when there is nothing to measure (rule 47).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroRule {
    /// Met.
    Met,
    /// Not met.
    NotMet,
    /// As the team attests.
    Attested,
}

/// What the register says about a team in a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TeamFacts {
    /// Mediators in force on the day of reading.
    pub mediators: i32,
    /// Cases received in the year.
    pub received: i32,
    /// Cases concluded in the year with agreement.
    pub successful: i32,
    /// Cases concluded in the year without.
    pub unsuccessful: i32,
    /// Cases received and not concluded at the end of the year.
    pub in_progress: i32,
}

impl TeamFacts {
    /// The names that expressions may use.
    pub const NAMES: [&str; 6] = ["mediators", "received", "concluded", "successful", "unsuccessful", "in_progress"];

    /// Cases concluded in the year.
    pub const fn concluded(&self) -> i32 {
        self.successful + self.unsuccessful
    }

    pub(super) fn named(&self) -> [(&'static str, i64); 6] {
        let values =
            [self.mediators, self.received, self.concluded(), self.successful, self.unsuccessful, self.in_progress];
        std::array::from_fn(|i| (Self::NAMES[i], i64::from(values[i])))
    }
}

/// What the team says of a criterion that people attest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The criterion.
    pub criterion_code: String,
    /// Met or not.
    pub met: bool,
    /// On what it rests.
    pub evidence: String,
}

/// The result of one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionResult {
    /// The criterion.
    #[serde(rename = "c")]
    pub code: String,
    /// Met or not.
    #[serde(rename = "m")]
    pub met: bool,
    /// What people attested, if they did.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<bool>,
    /// Whether the zero rule decided.
    #[serde(rename = "z", default, skip_serializing_if = "std::ops::Not::not")]
    pub zero_rule_applied: bool,
    /// For a computed ratio, its two numbers.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Ratio>,
}

impl CriteriaSet {
    /// Whether it holds in a place at some time of a year.
    pub fn holds(&self, place_code: &str, first: Date, last: Date) -> bool {
        self.place_code == place_code
            && self.valid_from <= last
            && self.valid_to.is_none_or(|valid_to| first <= valid_to)
    }
}
