//! The section `[reporting]` of the configuration, without its database, which is the runtime's.

use std::time::Duration;

/// What an operator may decide.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How long a call waits for the projections to reach the positions that the caller asks for. Default 2,000 ms.
    pub catch_up_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config { catch_up_ms: 2_000 }
    }
}

impl Config {
    /// How long a call waits for a projection.
    pub fn catch_up(&self) -> Duration {
        Duration::from_millis(self.catch_up_ms)
    }
}
