//! The rule data that the release carries: criteria sets and steps of `rules/criteria`, compiled once.

use std::sync::{Arc, LazyLock};

use crate::domain::{CompiledSet, InvalidSet, Steps};

const SETS: [&str; 2] = [
    include_str!("../../../rules/criteria/five_good_team-2021.toml"),
    include_str!("../../../rules/criteria/five_good_team-2023.toml"),
];
const STEPS: [&str; 1] = [include_str!("../../../rules/criteria/steps-2019.toml")];

/// Rule data, ready for use.
#[derive(Debug, Default)]
pub struct Rules {
    /// Criteria sets by code and version.
    pub sets: Vec<Arc<CompiledSet>>,
    /// Steps of a cycle, by place and date.
    pub steps: Vec<Steps>,
}

static BUILTIN: LazyLock<Result<Arc<Rules>, InvalidSet>> = LazyLock::new(|| load(&SETS, &STEPS).map(Arc::new));

/// The rule data of the release.
///
/// # Errors
/// If a file of the release is faulty: the service does not start, and a test keeps that from being released.
pub fn load_builtin() -> Result<Arc<Rules>, &'static InvalidSet> {
    BUILTIN.as_ref().cloned()
}

fn load(sets: &[&str], steps: &[&str]) -> Result<Rules, InvalidSet> {
    let mut sets = sets.iter().map(|text| CompiledSet::compile(text).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    sets.sort_by(|a, b| a.key().cmp(&b.key()));
    let steps = steps.iter().map(|text| toml::from_str(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(Rules { sets, steps })
}

impl CompiledSet {
    /// Code and version, which name a set.
    pub fn key(&self) -> (&str, &str) {
        (&self.definition.code, &self.definition.version)
    }
}

impl Rules {
    /// The set of a code and version.
    pub fn set(&self, code: &str, version: &str) -> Option<Arc<CompiledSet>> {
        self.sets.iter().find(|set| set.key() == (code, version)).cloned()
    }
}

#[cfg(test)]
pub(crate) fn builtin() -> Arc<Rules> {
    load_builtin().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_data_of_the_release_is_sound() {
        let rules = builtin();
        assert_eq!(rules.sets.len(), SETS.len());
        assert!(rules.sets.iter().all(|set| set.definition.criteria.len() == 5));
        assert!(rules.sets.is_sorted_by_key(|set| set.key()));
    }
}
