//! Reads `rules/lookups.toml`: how many identity numbers an account may have compared in a day.

use std::collections::BTreeMap;

use hoagiai_types::Date;
use serde::Deserialize;

use crate::domain::{LookupLimits, LookupRules};

/// The limits that come with the program.
pub(crate) const EMBEDDED: &str = include_str!("../../../rules/lookups.toml");

/// Why limits were refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookupRulesError {
    /// Not TOML of this form.
    #[error("the limits of look-ups are not readable")]
    Unreadable(#[from] toml::de::Error),
    /// A role that is none.
    #[error("set of look-ups {0}: there is no role {1}")]
    Role(String, String),
    /// No set, or two of one day.
    #[error("sets of look-ups need first days, all different")]
    Days,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetText {
    valid_from: Date,
    source: String,
    #[serde(default)]
    limits: Vec<LimitText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitText {
    roles: Vec<String>,
    numbers_a_day: u32,
}

/// Reads limits; `is_role` says which roles there are.
///
/// # Errors
/// When the text is not of the form.
pub(crate) fn parse(text: &str, is_role: impl Fn(&str) -> bool) -> Result<LookupRules, LookupRulesError> {
    let sets: BTreeMap<String, SetText> = toml::from_str(text)?;
    let mut limits = Vec::with_capacity(sets.len());
    for (version, set) in sets {
        if let Some(role) = set.limits.iter().flat_map(|one| &one.roles).find(|role| !is_role(role)) {
            return Err(LookupRulesError::Role(version, role.clone()));
        }
        limits.push(LookupLimits {
            valid_from: set.valid_from,
            source: set.source,
            limits: set.limits.into_iter().map(|one| (one.roles, one.numbers_a_day)).collect(),
            version,
        });
    }
    LookupRules::new(limits).ok_or(LookupRulesError::Days)
}

#[cfg(test)]
mod tests {
    use hoagiai_identity::{Policy, Role};

    use super::*;

    fn is_role(name: &str) -> bool {
        name.parse::<Role>().is_ok()
    }

    /// The methods that take an identity number; a test of the contract finds them by the field.
    const COUNTING: [&str; 4] = ["CorrectMediator", "NominateCandidates", "RecordElection", "SetMediatorProfile"];

    #[test]
    fn who_may_state_an_identity_number_has_a_quota_and_nobody_else() {
        let (rules, policy) = (parse(EMBEDDED, is_role).unwrap(), Policy::embedded().unwrap());
        let methods = hoagiai_rpc::method_rules().unwrap();
        let counting =
            methods.iter().filter(|rule| COUNTING.iter().any(|name| rule.path.ends_with(&format!("/{name}"))));
        let permissions: Vec<_> = counting.filter_map(|rule| rule.permission.as_ref()).collect();
        assert_eq!(permissions.len(), COUNTING.len());
        for role in Role::ALL {
            let states = permissions.iter().any(|name| policy.entry(name.as_str()).unwrap().1.roles.contains(*role));
            let quota = rules.quota("2026-03-02".parse().unwrap(), [role.name()]);
            assert_eq!(quota > 0, states, "{role}: {quota}");
        }
    }

    #[test]
    fn the_embedded_limits_admit_a_commune_in_a_day() {
        let quota = parse(EMBEDDED, is_role).unwrap().quota("2026-03-02".parse().unwrap(), ["commune_justice_officer"]);
        assert!((600..10_000).contains(&quota), "twice 300 mediators, and no enumeration: {quota}");
    }

    #[test]
    fn faulty_limits_are_refused() {
        assert!(parse("", is_role).is_err());
        assert!(parse(&EMBEDDED.replace("front_head", "front_hed"), is_role).is_err());
        assert!(parse(&EMBEDDED.replace("= 200", "= -1"), is_role).is_err());
        assert!(parse(&EMBEDDED.replace("numbers_a_day", "numbers"), is_role).is_err());
    }
}
