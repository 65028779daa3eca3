//! Signed tokens for tests: an issuer with a fixed key and a verifier that trusts it.

use aws_lc_rs::signature::Ed25519KeyPair;
use hoagiai_types::Timestamp;
use uuid::Uuid;

use crate::{
    Principal,
    token::{Issuer, NewToken, STANDARD_LIFETIME_SECONDS, Verifier, VerifierConfig},
};

/// The `iss` of [`issuer`].
pub const ISSUER: &str = "https://hoagiai.test";

/// The `aud` of [`issuer`] and [`verifier`].
pub const AUDIENCE: &str = "hoagiai";

/// An issuer whose key is the same in every run.
pub fn issuer() -> Issuer {
    let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes are a seed");
    Issuer::with_key(key, ISSUER, AUDIENCE)
}

/// A verifier that trusts [`issuer`] with every role, for tokens of the standard life.
pub fn verifier() -> Verifier {
    let issuers = vec![issuer().as_trusted(STANDARD_LIFETIME_SECONDS)];
    Verifier::new(VerifierConfig { issuers, cache: 1000 }).expect("a good configuration")
}

/// A token of [`issuer`] that says what `principal` says.
pub fn token_for(principal: &Principal, now: Timestamp) -> String {
    let mut token = NewToken::for_subject(principal.subject.clone(), principal.grants.clone());
    token.agency.clone_from(&principal.agency);
    token.person = principal.person;
    token.scopes.clone_from(&principal.scopes);
    token.purpose.clone_from(&principal.purpose);
    issuer().mint(&token, now, Uuid::from_u128(now.as_micros().unsigned_abs().into())).expect("a small token").token
}
