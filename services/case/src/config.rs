//! The section `[cases]` of the configuration.

use serde::Deserialize;
use std::time::Duration;

/// What an operator may set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How long a request with `at_least` waits for the facts of the registry, at most. Default 2,000 ms.
    pub catch_up_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config { catch_up_ms: 2_000 }
    }
}

impl Config {
    /// How long to wait for the registry.
    pub fn catch_up(&self) -> Duration {
        Duration::from_millis(self.catch_up_ms)
    }
}
