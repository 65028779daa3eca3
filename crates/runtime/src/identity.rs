//! The seam to crates/identity: what the layers ask of it, and how it is set up from configuration.

use crate::{config::Config, service::BoxError};
use hoagiai_identity::{Caller, Denied, Permission, Policy, Principal};
use hoagiai_types::Env;
use std::sync::Arc;

/// Tells who holds a token.
pub type VerifyToken = dyn Fn(&str) -> Result<Arc<Principal>, String> + Send + Sync;

/// Who may vouch for callers, and what roles permit.
pub struct Identity {
    verify: Box<VerifyToken>,
    policy: Arc<Policy>,
}

impl Identity {
    /// An identity from its two halves.
    #[must_use]
    pub fn new(verify: Box<VerifyToken>, policy: Arc<Policy>) -> Self {
        Self { verify, policy }
    }

    /// What the configuration says.
    pub(crate) fn from_config(_config: &Config, _env: &Env) -> Result<Self, BoxError> {
        let nobody = |_: &str| Err("no issuer is configured".to_owned());
        Ok(Self::new(Box::new(nobody), Policy::embedded()?))
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Arc<Principal>, String> {
        (self.verify)(token)
    }

    pub(crate) fn caller(
        &self,
        principal: Arc<Principal>,
        permission: &Permission,
        today: hoagiai_types::Date,
    ) -> Result<Caller, Denied> {
        self.policy.caller(principal, permission.as_str(), today)
    }
}
