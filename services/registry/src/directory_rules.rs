//! Reads `rules/directory.toml`: what each consumer of the directory is told.

use std::collections::BTreeMap;

use hoagiai_types::Date;
use serde::Deserialize;

use crate::domain::directory::{Consumer, DirectoryField, DirectoryPolicies, DirectoryPolicy};

/// The policies that come with the program.
pub(crate) const EMBEDDED: &str = include_str!("../../../rules/directory.toml");

/// Why policies were refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DirectoryRulesError {
    /// Not TOML of this form.
    #[error("the policies of the directory are not readable")]
    Unreadable(#[from] toml::de::Error),
    /// A field that no entry has, a role that is none, an age below 0.
    #[error("directory set {0}: consumer {1}: {2}")]
    Consumer(String, String, String),
    /// Two of one day.
    #[error("sets need first days, all different")]
    Days,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetText {
    valid_from: Date,
    source: String,
    #[serde(default)]
    consumers: Vec<ConsumerText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsumerText {
    name: String,
    roles: Vec<String>,
    fields: Vec<String>,
    history: bool,
    by_name: bool,
    max_age_seconds: i32,
}

/// Reads policies; `is_role` says which roles there are.
///
/// # Errors
/// When the text is not of the form.
pub(crate) fn parse(text: &str, is_role: impl Fn(&str) -> bool) -> Result<DirectoryPolicies, DirectoryRulesError> {
    let sets: BTreeMap<String, SetText> = toml::from_str(text)?;
    let mut policies = Vec::with_capacity(sets.len());
    for (version, set) in sets {
        let consumers = set.consumers.into_iter().map(|one| consumer(&version, one, &is_role));
        policies.push(DirectoryPolicy {
            consumers: consumers.collect::<Result<_, _>>()?,
            valid_from: set.valid_from,
            source: set.source,
            version,
        });
    }
    DirectoryPolicies::new(policies).ok_or(DirectoryRulesError::Days)
}

fn consumer(
    version: &str,
    text: ConsumerText,
    is_role: impl Fn(&str) -> bool,
) -> Result<Consumer, DirectoryRulesError> {
    let wrong = |what: &str| DirectoryRulesError::Consumer(version.into(), text.name.clone(), what.into());
    if let Some(role) = text.roles.iter().find(|role| !is_role(role)) {
        return Err(wrong(&format!("no role {role}")));
    }
    if text.max_age_seconds < 0 {
        return Err(wrong("max_age_seconds is 0 or more"));
    }
    let field = |word: &String| DirectoryField::from_word(word).ok_or_else(|| wrong(&format!("no field {word}")));
    let fields = text.fields.iter().map(field).collect::<Result<_, _>>()?;
    let ConsumerText { name, roles, history, by_name, max_age_seconds, .. } = text;
    Ok(Consumer { name, roles, fields, history, by_name, max_age_seconds })
}

#[cfg(test)]
mod tests {
    use hoagiai_identity::Role;

    use super::*;
    use crate::domain::directory::Reach;

    fn is_role(name: &str) -> bool {
        name.parse::<Role>().is_ok()
    }

    #[test]
    fn rule_57_the_embedded_policies_tell_the_public_the_present_alone() {
        let policies = parse(EMBEDDED, is_role).unwrap();
        let day: Date = "2026-03-02".parse().unwrap();
        let of = |role: &str| policies.consumer(day, [role]).unwrap().0;
        let (public, agency) = (of("service"), of("agency"));
        assert!(!public.sees(DirectoryField::Decision) && public.sees(DirectoryField::FullName));
        for reach in [
            Reach { history: true, ..Reach::default() },
            Reach { by_name: true, ..Reach::default() },
            Reach { decision: true, ..Reach::default() },
        ] {
            assert!(!public.may(reach) && agency.may(reach), "{reach:?}");
        }
        for role in Role::ALL {
            assert!(policies.consumer(day, [role.name()]).is_some(), "{role} belongs to a consumer");
            assert!(policies.consumer("2025-12-31".parse().unwrap(), [role.name()]).is_none());
        }
    }

    #[test]
    fn faulty_policies_are_refused() {
        assert!(parse(&EMBEDDED.replace("\"full_name\"", "\"birth_year\""), is_role).is_err());
        assert!(parse(&EMBEDDED.replace("\"party\"", "\"passer_by\""), is_role).is_err());
        assert!(parse(&EMBEDDED.replace("max_age_seconds = 300", "max_age_seconds = -1"), is_role).is_err());
        assert!(parse(&EMBEDDED.replace("by_name", "by_nick"), is_role).is_err());
    }
}
