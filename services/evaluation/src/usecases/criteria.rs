//! Criteria sets of the release.

use std::sync::Arc;

use super::Evaluation;
use crate::{
    domain::{CompiledSet, Refusal},
    error::Error,
};

impl Evaluation {
    /// Gets a set by code and version.
    pub fn criteria_set(&self, code: &str, version: &str) -> Result<Arc<CompiledSet>, Error> {
        let not_found = || Refusal::CriteriaSetNotFound { code: code.to_owned(), version: version.to_owned() };
        Ok(self.0.rules.set(code, version).ok_or_else(not_found)?)
    }

    /// Sets after a code and version, at most `limit`, in that order.
    pub fn criteria_sets(&self, after: Option<&(String, String)>, limit: usize) -> Vec<Arc<CompiledSet>> {
        let after = after.map(|(code, version)| (code.as_str(), version.as_str()));
        let sets = self.0.rules.sets.iter().filter(|set| after.is_none_or(|after| set.key() > after));
        sets.take(limit).cloned().collect()
    }
}
