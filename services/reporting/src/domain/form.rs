//! The definition of a form and what it compiles to.

use std::collections::HashSet;

use hoagiai_rules::{Expression, ExpressionError, canonical, digest_hex};
use hoagiai_types::Date;
use serde::{Deserialize, Serialize};

use super::{
    CASE_CATEGORIES, CASE_STATES, UnitKind,
    counts::{self, Count, CountId, Groups, Kind},
};

/// A version of a form, as the file under `rules/forms` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Code.
    pub code: String,
    /// Version.
    pub version: String,
    /// Title in Vietnamese.
    pub title: String,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// Where it was read.
    pub source: String,
    /// Kinds of units that it is for.
    pub units: Vec<String>,
    /// What must hold in every row (rule 49).
    #[serde(default)]
    pub identities: Vec<String>,
    /// The target for the ratio of the form, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_percent: Option<i64>,
    /// How cases are grouped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cases: Option<CaseGroups>,
    /// Which assessments are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessments: Option<AssessmentFilter>,
    /// The columns in order.
    pub columns: Vec<FormColumn>,
}

/// The mapping of states and categories to groups of columns, versioned with the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseGroups {
    /// Groups of states.
    pub states: Groups,
    /// Groups of categories.
    pub categories: Groups,
}

/// Which assessments are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessmentFilter {
    /// Code of the criteria set.
    pub criteria_set: String,
}

/// A column: an expression over counts, or a ratio of two columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormColumn {
    /// Code.
    pub code: String,
    /// Number as printed.
    pub number: String,
    /// Heading in Vietnamese.
    pub title: String,
    /// What it counts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expression: String,
    /// For a ratio: the column that is the numerator.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub numerator_column: String,
    /// For a ratio: the column that is the denominator.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub denominator_column: String,
}

/// A form that is ready to be computed.
#[derive(Debug)]
pub struct CompiledForm {
    /// The definition.
    pub definition: Form,
    /// SHA-256 of its canonical text.
    pub digest: String,
    /// The counts that its expressions may name.
    pub counts: Vec<Count>,
    /// The columns in order.
    pub columns: Vec<CompiledColumn>,
    /// The identities in order.
    pub identities: Vec<Expression>,
    /// The kinds of records that it needs.
    pub kinds: Vec<Kind>,
}

/// A column that is ready to be computed.
#[derive(Debug)]
pub struct CompiledColumn {
    /// Code.
    pub code: String,
    /// What it holds.
    pub meaning: Meaning,
}

/// What a column holds.
#[derive(Debug)]
pub enum Meaning {
    /// A count, with the counts that its expression names.
    Count(Expression, Vec<CountId>),
    /// A ratio of two columns by their places (rule 48).
    Ratio(usize, usize),
}

/// Why a definition is no form.
#[derive(Debug, thiserror::Error)]
pub enum InvalidForm {
    /// Not the shape of a form.
    #[error("the form cannot be read")]
    Shape(#[from] toml::de::Error),
    /// No canonical text.
    #[error("the form has no digest")]
    Canonical(#[from] hoagiai_rules::DefinitionError),
    /// An expression is faulty.
    #[error("form {form} is faulty")]
    Expression {
        /// The form.
        form: String,
        /// The fault.
        source: ExpressionError,
    },
    /// Its parts contradict each other.
    #[error("form {form} is faulty: {fault}")]
    Contradiction {
        /// The form.
        form: String,
        /// The fault.
        fault: String,
    },
}

impl Form {
    /// Whether it holds on a day.
    pub fn holds(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|valid_to| day <= valid_to)
    }
}

impl CompiledForm {
    /// Reads and compiles the text of a definition.
    ///
    /// # Errors
    /// [`InvalidForm`].
    pub fn compile(text: &str) -> Result<Self, InvalidForm> {
        let form: Form = toml::from_str(text)?;
        let digest = digest_hex(&canonical(&form)?);
        let name = format!("{}-{}", form.code, form.version);
        let fault = |fault: String| InvalidForm::Contradiction { form: name.clone(), fault };
        if let Some(word) = form.units.iter().find(|word| UnitKind::ALL.iter().all(|kind| kind.word() != *word)) {
            return Err(fault(format!("unknown kind of units {word}")));
        }
        let mut counts = counts::fixed();
        if let Some(groups) = &form.cases {
            each_word_once(&groups.states, &CASE_STATES).map_err(&fault)?;
            each_word_once(&groups.categories, &CASE_CATEGORIES).map_err(&fault)?;
            counts.extend(counts::of_cases(&groups.states, &groups.categories));
        }
        let mut codes = HashSet::new();
        if let Some(column) = form.columns.iter().find(|column| !codes.insert(column.code.as_str())) {
            return Err(fault(format!("column {} stands twice", column.code)));
        }
        let expression = |text: &str, known: &dyn Fn(&str) -> bool| {
            Expression::compile(text, known).map_err(|source| InvalidForm::Expression { form: name.clone(), source })
        };
        let columns = form.columns.iter().map(|column| {
            let code = column.code.clone();
            let place = |of: &str| form.columns.iter().position(|one| one.code == of && !one.expression.is_empty());
            let meaning = if column.expression.is_empty() {
                let ends = place(&column.numerator_column).zip(place(&column.denominator_column));
                let (numerator, denominator) = ends.ok_or_else(|| fault(format!("ratio {code} of no columns")))?;
                Meaning::Ratio(numerator, denominator)
            } else {
                let find = |name: &str| counts.iter().position(|count| count.name == name);
                let compiled = expression(&column.expression, &|name| find(name).is_some())?;
                let named = compiled.names().iter().filter_map(|name| find(name)).collect();
                Meaning::Count(compiled, named)
            };
            Ok(CompiledColumn { code, meaning })
        });
        let columns = columns.collect::<Result<Vec<_>, InvalidForm>>()?;
        let identities = form.identities.iter().map(|text| expression(text, &|name| codes.contains(name)));
        let identities = identities.collect::<Result<Vec<_>, InvalidForm>>()?;
        let mut kinds: Vec<Kind> = Vec::new();
        for column in &columns {
            if let Meaning::Count(_, named) = &column.meaning {
                kinds.extend(named.iter().map(|id| counts[*id].kind));
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.contains(&Kind::Assessment) && form.assessments.is_none() {
            return Err(fault("counts assessments of no criteria set".into()));
        }
        Ok(CompiledForm { digest, counts, columns, identities, kinds, definition: form })
    }

    /// Code and version, which name a form.
    pub fn key(&self) -> (&str, &str) {
        (&self.definition.code, &self.definition.version)
    }

    /// Whether it is for units of a kind.
    pub fn fits(&self, kind: UnitKind) -> bool {
        self.definition.units.iter().any(|word| word == kind.word())
    }

    /// Code of the criteria set whose assessments are counted.
    pub fn criteria_set(&self) -> &str {
        self.definition.assessments.as_ref().map_or("", |filter| &filter.criteria_set)
    }
}

/// Every word stands in exactly one group: a case is counted once and none is lost.
fn each_word_once(groups: &Groups, words: &[&str]) -> Result<(), String> {
    let mut left: HashSet<&str> = words.iter().copied().collect();
    match groups.values().flatten().find(|word| !left.remove(word.as_str())) {
        Some(word) => Err(format!("{word} stands twice or is unknown")),
        None => left.into_iter().min().map_or(Ok(()), |word| Err(format!("{word} has no group"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESULTS: &str = include_str!("../../../../rules/forms/results-2013.toml");

    #[test]
    fn a_faulty_form_is_refused() {
        for (old, new) in [
            ("declined\"]", "declined\", \"paused\"]"),
            ("\"paused\"]", "]"),
            ("civil = [\"civil_dispute\"]", "civil = [\"civil_disputes\"]"),
            ("expression = \"in_progress\"", "expression = \"in_progres\""),
            ("expression = \"in_progress\"", "expression = \"size([1])\""),
            ("denominator_column = \"concluded\"", "denominator_column = \"success_rate\""),
            ("code = \"c2\"", "code = \"c1\""),
            ("c1 == c2 + c3 + c4", "c1 == c2 + c99"),
            ("units = [\"province\"", "units = [\"village\""),
            ("expression = \"in_progress\"", "expression = \"recognized\""),
        ] {
            assert!(RESULTS.contains(old), "{old}");
            assert!(CompiledForm::compile(&RESULTS.replacen(old, new, 1)).is_err(), "{new}");
        }
        assert!(CompiledForm::compile(RESULTS).is_ok());
    }
}
