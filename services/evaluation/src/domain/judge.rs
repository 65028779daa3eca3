//! A criteria set that is ready to judge a team.

use std::collections::HashMap;

use hoagiai_rules::{EvaluationError, Expression, ExpressionError, Numbers, canonical, digest_hex};
use hoagiai_types::Ratio;

use super::{Claim, CriteriaSet, Criterion, CriterionResult, CriterionSource, Refusal, TeamFacts, ZeroRule};

/// A set that is ready to judge.
#[derive(Debug)]
pub struct CompiledSet {
    /// The definition.
    pub definition: CriteriaSet,
    /// Its canonical text, which a cycle freezes.
    pub canonical: String,
    /// SHA-256 of that text.
    pub digest: String,
    rules: HashMap<String, Rule>,
}

#[derive(Debug)]
struct Rule {
    met: Expression,
    zero: Option<(Expression, ZeroRule)>,
    ratio: Option<(usize, usize)>,
}

/// Why a definition cannot judge.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSet {
    /// Not the form of a set.
    #[error("the criteria set cannot be read")]
    Form(#[from] toml::de::Error),
    /// No canonical text.
    #[error("the criteria set cannot be frozen")]
    Canonical(#[from] hoagiai_rules::DefinitionError),
    /// An expression is faulty.
    #[error("criterion {code} is faulty")]
    Expression {
        /// The criterion.
        code: String,
        /// The fault.
        source: ExpressionError,
    },
    /// Fields contradict each other.
    #[error("criterion {code} is faulty: {fault}")]
    Contradiction {
        /// The criterion or the set.
        code: String,
        /// The fault.
        fault: &'static str,
    },
}

impl CompiledSet {
    /// Reads and compiles the text of a definition: a file of `rules/criteria` or what a cycle froze.
    ///
    /// # Errors
    /// [`InvalidSet`].
    pub fn compile(text: &str) -> Result<Self, InvalidSet> {
        let definition: CriteriaSet = toml::from_str(text)?;
        let canonical = canonical(&definition)?;
        let mut rules = HashMap::new();
        let mut codes = std::collections::HashSet::new();
        for criterion in &definition.criteria {
            if !codes.insert(&criterion.code) {
                return Err(criterion.contradicts("stands twice"));
            }
            if let Some(rule) = criterion.compile()? {
                rules.insert(criterion.code.clone(), rule);
            }
        }
        if definition.required_count > definition.criteria.len() || definition.criteria.is_empty() {
            let code = definition.code.clone();
            return Err(InvalidSet::Contradiction { code, fault: "asks for more criteria than it has" });
        }
        Ok(CompiledSet { digest: digest_hex(&canonical), canonical, rules, definition })
    }

    /// Judges a team: computed criteria by the facts (rule 46), attested ones by what people said.
    ///
    /// # Errors
    /// If an expression overflows, which no number of cases can make it do.
    pub fn judge(
        &self,
        facts: &TeamFacts,
        attested: impl Fn(&str) -> Option<bool>,
    ) -> Result<Vec<CriterionResult>, EvaluationError> {
        let named = facts.named();
        let numbers = Numbers::of(named);
        let judge = |criterion: &Criterion| {
            let code = criterion.code.clone();
            let attested = attested(&code);
            let Some(rule) = self.rules.get(&code) else {
                let met = attested.unwrap_or(false);
                return Ok(CriterionResult { code, met, attested, zero_rule_applied: false, ratio: None });
            };
            let zero = match &rule.zero {
                Some((nothing, zero_rule)) if numbers.truth(nothing)? => Some(*zero_rule),
                _ => None,
            };
            let met = match zero {
                None => numbers.truth(&rule.met)?,
                Some(ZeroRule::Met) => true,
                Some(ZeroRule::NotMet) => false,
                Some(ZeroRule::Attested) => attested.unwrap_or(false),
            };
            let ratio = rule.ratio.map(|(numerator, denominator)| Ratio::new(named[numerator].1, named[denominator].1));
            Ok(CriterionResult { code, met, attested, zero_rule_applied: zero.is_some(), ratio })
        };
        self.definition.criteria.iter().map(judge).collect()
    }

    /// Whether results pass the set (rule 45).
    pub fn passes(&self, results: &[CriterionResult]) -> bool {
        results.iter().filter(|result| result.met).count() >= self.definition.required_count
    }

    /// One claim for each attested criterion and no other (a computed one only where its zero rule asks people).
    ///
    /// # Errors
    /// [`Refusal::ClaimsIncomplete`] naming the first at fault.
    pub fn check_claims(&self, claims: &[Claim]) -> Result<(), Refusal> {
        let incomplete = |code: &str| Refusal::ClaimsIncomplete { criterion_code: code.to_owned() };
        let mut open: HashMap<&str, CriterionSource> = self
            .definition
            .criteria
            .iter()
            .filter(|c| c.source == CriterionSource::Attested || c.zero_rule == Some(ZeroRule::Attested))
            .map(|c| (c.code.as_str(), c.source))
            .collect();
        if let Some(claim) = claims.iter().find(|claim| open.remove(claim.criterion_code.as_str()).is_none()) {
            return Err(incomplete(&claim.criterion_code));
        }
        let left = open.into_iter().filter(|(_, source)| *source == CriterionSource::Attested).map(|(code, _)| code);
        left.min().map_or(Ok(()), |code| Err(incomplete(code)))
    }

    /// The criteria of a refusal are of the set, each once.
    ///
    /// # Errors
    /// [`Refusal::ClaimsIncomplete`] naming the first at fault.
    pub fn check_codes<'c>(&self, codes: impl IntoIterator<Item = &'c str>) -> Result<(), Refusal> {
        let mut open: Vec<&str> = self.definition.criteria.iter().map(|criterion| criterion.code.as_str()).collect();
        for code in codes {
            let Some(place) = open.iter().position(|one| *one == code) else {
                return Err(Refusal::ClaimsIncomplete { criterion_code: code.to_owned() });
            };
            open.swap_remove(place);
        }
        Ok(())
    }
}

impl Criterion {
    fn contradicts(&self, fault: &'static str) -> InvalidSet {
        InvalidSet::Contradiction { code: self.code.clone(), fault }
    }

    fn compile(&self) -> Result<Option<Rule>, InvalidSet> {
        let fields = [&self.expression, &self.zero_expression, &self.numerator, &self.denominator];
        if self.source == CriterionSource::Attested {
            let bare = fields.iter().all(|field| field.is_empty()) && self.zero_rule.is_none();
            return if bare { Ok(None) } else { Err(self.contradicts("is attested and computed at once")) };
        }
        let compile = |text: &str| {
            Expression::compile(text, |name| TeamFacts::NAMES.contains(&name))
                .map_err(|source| InvalidSet::Expression { code: self.code.clone(), source })
        };
        let zero = match (self.zero_expression.as_str(), self.zero_rule) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(self.contradicts("has half a zero rule")),
            (text, Some(zero_rule)) => Some((compile(text)?, zero_rule)),
        };
        let place = |name: &str| TeamFacts::NAMES.iter().position(|known| *known == name);
        let ratio = match (self.numerator.as_str(), self.denominator.as_str()) {
            ("", "") => None,
            (numerator, denominator) => match (place(numerator), place(denominator)) {
                (Some(numerator), Some(denominator)) => Some((numerator, denominator)),
                _ => return Err(self.contradicts("has a ratio of facts that do not exist")),
            },
        };
        Ok(Some(Rule { met: compile(&self.expression)?, zero, ratio }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    fn set(version: &str) -> std::sync::Arc<CompiledSet> {
        rules::builtin().set("five_good_team", version).unwrap()
    }

    fn cases(successful: i32, unsuccessful: i32, in_progress: i32) -> TeamFacts {
        let received = successful + unsuccessful + in_progress;
        TeamFacts { mediators: 7, received, successful, unsuccessful, in_progress }
    }

    fn not_met(set: &CompiledSet, facts: &TeamFacts) -> Vec<String> {
        let results = set.judge(facts, |_| Some(true)).unwrap();
        results.into_iter().filter(|result| !result.met).map(|result| result.code).collect()
    }

    #[test]
    fn rule_45_the_version_of_2023_asks_for_all_five_and_ninety_per_cent_of_the_concluded() {
        let set = set("2023");
        assert!(not_met(&set, &cases(9, 1, 5)).is_empty(), "cases in progress do not count");
        assert_eq!(not_met(&set, &cases(8, 1, 0)), ["c1"]);
        assert_eq!(not_met(&set, &cases(0, 1, 0)), ["c1"], "all or nothing with one case");
        let results = set.judge(&cases(9, 1, 0), |code| Some(code != "c4")).unwrap();
        assert!(!set.passes(&results));
        assert!(set.passes(&set.judge(&cases(9, 1, 0), |_| Some(true)).unwrap()));
    }

    #[test]
    fn rule_46_the_threshold_of_2021_is_eighty_per_cent_of_the_received() {
        let set = set("2021");
        assert!(not_met(&set, &cases(8, 2, 0)).is_empty());
        assert_eq!(not_met(&set, &cases(8, 1, 2)), ["c3"], "8 of 11");
    }

    #[test]
    fn rule_47_without_a_case_the_zero_rule_of_the_version_decides() {
        let result = |zero_rule: &str, claim| {
            let text = set("2023").canonical.replace("zero_rule = \"met\"", &format!("zero_rule = \"{zero_rule}\""));
            let set = CompiledSet::compile(&text).unwrap();
            set.judge(&cases(0, 0, 3), |_| claim).unwrap()[0].clone()
        };
        assert!(result("met", None).met && result("met", None).zero_rule_applied);
        assert!(!result("not_met", Some(true)).met);
        assert!(result("attested", Some(true)).met && !result("attested", None).met);
    }

    #[test]
    fn rule_48_a_ratio_keeps_its_two_numbers() {
        let results = set("2023").judge(&cases(9, 1, 4), |_| Some(true)).unwrap();
        assert_eq!(results[0].ratio, Some(Ratio::new(9, 10)));
        assert_eq!(results[1].ratio, None);
    }

    #[test]
    fn claims_are_one_for_each_attested_criterion() {
        let set = set("2023");
        let check = |codes: &[&str]| {
            let claim = |code: &&str| Claim { criterion_code: (*code).to_owned(), met: true, evidence: String::new() };
            set.check_claims(&codes.iter().map(claim).collect::<Vec<_>>())
        };
        let at_fault = |code: &str| Err(Refusal::ClaimsIncomplete { criterion_code: code.to_owned() });
        assert_eq!(check(&["c5", "c4", "c3", "c2"]), Ok(()));
        assert_eq!(check(&["c2", "c3", "c4"]), at_fault("c5"));
        assert_eq!(check(&["c2", "c2", "c3", "c4", "c5"]), at_fault("c2"));
        assert_eq!(check(&["c1", "c2", "c3", "c4", "c5"]), at_fault("c1"), "computed");
        assert_eq!(check(&["c2", "c3", "c4", "c5", "c9"]), at_fault("c9"));
        assert_eq!(set.check_codes(["c1", "c5"]), Ok(()));
        assert!(set.check_codes(["c1", "c1"]).is_err() && set.check_codes(["x"]).is_err());
    }

    #[test]
    fn what_was_frozen_reads_back_to_the_same_digest() {
        for version in ["2021", "2023"] {
            let set = set(version);
            let again = CompiledSet::compile(&set.canonical).unwrap();
            assert_eq!((again.digest, again.definition), (set.digest.clone(), set.definition.clone()));
        }
        assert_ne!(set("2021").digest, set("2023").digest);
    }

    #[test]
    fn a_faulty_definition_is_refused() {
        let text = &set("2023").canonical;
        for (old, new) in [
            ("100 * successful >= 90 * concluded", "now() > 1"),
            ("numerator = \"successful\"", "numerator = \"x\""),
            ("zero_rule = \"met\"", "note = \"\""),
            ("required_count = 5", "required_count = 6"),
            ("code = \"c2\"", "code = \"c1\""),
            ("source = \"attested\"", "source = \"attested\"\nexpression = \"1 == 1\""),
        ] {
            assert!(text.contains(old), "{old}");
            assert!(CompiledSet::compile(&text.replacen(old, new, 1)).is_err(), "{new}");
        }
    }
}
