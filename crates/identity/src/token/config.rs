//! The configuration that says whose tokens are accepted, and why one is refused.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Algorithm, JwksError, STANDARD_LIFETIME_SECONDS, metadata};
use crate::Role;

/// The section of the configuration that says whose tokens are accepted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierConfig {
    /// The issuers.
    pub issuers: Vec<IssuerConfig>,
    /// How many verified tokens are remembered.
    #[serde(default = "ten_thousand")]
    pub cache: usize,
}

/// One issuer and what it is trusted with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// The exact `iss`.
    pub issuer: String,
    /// The exact `aud` that means us.
    pub audience: String,
    /// The algorithms that it signs with.
    pub algorithms: Vec<Algorithm>,
    /// Where its keys are.
    pub jwks: JwksSource,
    /// The longest life of its tokens.
    #[serde(default = "standard")]
    pub longest_seconds: u32,
    /// Put before its subjects, so that two issuers never name the same account. One issuer at most goes without.
    pub subject_prefix: String,
    /// The roles that it may vouch for. None: a claim `roles` of its tokens is its own affair and is not read.
    pub roles: Vec<Role>,
    /// Whether the roles of its accounts are assigned here (`RoleAssignmentService`) and put on by the gateway: it vouches for
    /// who somebody is, and `roles` is empty then.
    #[serde(default)]
    pub roles_assigned: bool,
    /// Whether its tokens are assertions of a gateway in front, taken over that gateway's connection alone and no credential by
    /// themselves. `roles` is empty then.
    #[serde(default)]
    pub asserts: bool,
    /// Whether its tokens may name accounts of other issuers, for whom somebody acts (`act`, RFC 8693 §4.1): the
    /// installation's own issuer alone, by which the gateway passes calls on.
    #[serde(default)]
    pub delegates: bool,
}

/// Where keys come from.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JwksSource {
    /// A file, read at start and when told.
    File(PathBuf),
    /// In the configuration.
    Inline(String),
    /// A JWK set at this address: https, or http on this machine. Whoever fetches calls
    /// [`Verifier::replace_keys`](super::Verifier::replace_keys); until then the issuer's tokens are refused.
    Uri(String),
    /// Where the issuer's own metadata say (OpenID Connect Discovery 1.0, RFC 8414).
    Discovery,
}

impl JwksSource {
    /// Whether somebody must fetch the keys.
    pub fn is_remote(&self) -> bool {
        matches!(self, JwksSource::Uri(_) | JwksSource::Discovery)
    }
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// The file of keys cannot be read.
    #[error("keys of issuer {0:?}")]
    File(String, #[source] std::io::Error),
    /// The keys are not usable.
    #[error("keys of issuer {0:?}")]
    Keys(String, #[source] JwksError),
    /// Two issuers with one name, or subjects that could be the same.
    #[error("issuer {0:?}: name or subject prefix is another's, or a beginning of it")]
    Ambiguous(String),
    /// Nothing is allowed, or something is empty.
    #[error("issuer {0:?}: name, audience, algorithms and longest life must be given")]
    Incomplete(String),
    /// Its roles would come from two places.
    #[error("issuer {0:?}: `roles_assigned` and `roles` exclude each other")]
    RolesTwice(String),
    /// Assertions say who, and nothing of roles.
    #[error("issuer {0:?}: `asserts` goes with no roles")]
    AssertsRoles(String),
    /// Not configured.
    #[error("unknown issuer {0:?}")]
    Unknown(String),
    /// Keys would come over a connection that anybody on the way may change.
    #[error("issuer {0:?}: its keys are fetched over https, or http on this machine; this is no such address")]
    Address(String),
}

const fn ten_thousand() -> usize {
    10_000
}

const fn standard() -> u32 {
    STANDARD_LIFETIME_SECONDS
}

impl IssuerConfig {
    /// What would make the issuer trusted with nothing, or its keys anybody's.
    pub(super) fn check(&self) -> Result<(), VerifierError> {
        let name = || self.issuer.clone();
        if self.issuer.is_empty() || self.audience.is_empty() || self.algorithms.is_empty() || self.longest_seconds == 0
        {
            return Err(VerifierError::Incomplete(name()));
        }
        if self.asserts && (self.roles_assigned || !self.roles.is_empty()) {
            return Err(VerifierError::AssertsRoles(name()));
        }
        if self.roles_assigned && !self.roles.is_empty() {
            return Err(VerifierError::RolesTwice(name()));
        }
        let fetched_from = match &self.jwks {
            JwksSource::File(_) | JwksSource::Inline(_) => return Ok(()),
            JwksSource::Uri(uri) => uri,
            JwksSource::Discovery => &self.issuer,
        };
        metadata::is_fetchable(fetched_from).then_some(()).ok_or_else(|| VerifierError::Address(name()))
    }
}
