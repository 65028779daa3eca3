//! The section `[registry]` of the configuration, the database left out: that part is the runtime's.

use std::path::PathBuf;

/// What an operator may decide about the registry.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Rule sets in place of those of the program: a file of the form of `rules/registry.toml`.
    pub rules: Option<PathBuf>,
    /// Programmes and numbers of training in place of those of the program: of the form of `rules/training.toml`.
    pub training_rules: Option<PathBuf>,
    /// What the directory tells to whom, in place of what the program has: of the form of `rules/directory.toml`.
    pub directory_rules: Option<PathBuf>,
    /// How many identity numbers an account may have compared in a day, in place of what the program has: of the form of
    /// `rules/lookups.toml`.
    pub lookup_rules: Option<PathBuf>,
    /// Wordings of papers in place of those of the program: a folder of the form of `rules/documents`.
    pub documents: Option<PathBuf>,
}
