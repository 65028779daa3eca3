//! Access tokens (RFC 9068 `at+jwt`): minting by the local issuer, verification for every configured one.
//! Parsing is written here rather than taken from a JWT library because each leniency of the usual ones (missing
//! audience, unknown headers, repeated keys) is an attack; the cryptography is aws-lc's.

mod assertion;
mod bearer;
mod claims;
mod compact;
mod config;
mod id_token;
mod issuer;
mod json;
mod keys;
mod logout;
pub mod metadata;
mod reason;
mod revocations;
mod verifier;

pub use assertion::AssertionTerms;
pub use bearer::bearer;
pub use claims::{Lifetime, NewToken};
pub use config::{IssuerConfig, JwksSource, VerifierConfig, VerifierError};
pub use id_token::{IdToken, IdTokenTerms};
pub use issuer::{Issuer, IssuerError, Minted};
pub use json::json_object;
pub use keys::{Algorithm, JwksError};
pub use logout::LogoutToken;
pub use reason::{Reason, Rejected};
pub use revocations::Revocations;
pub use verifier::{Verified, Verifier};

/// Longest token that is looked at.
pub const MAX_BYTES: usize = 8 * 1024;

/// How far apart two clocks may be, in seconds.
pub const LEEWAY_SECONDS: i64 = 5;

/// The usual longest life of a token, in seconds.
pub const STANDARD_LIFETIME_SECONDS: u32 = 15 * 60;
