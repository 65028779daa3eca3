//! The ID token of a sign-in: that the provider has just signed this person in, for us, and for this very request.

use aws_lc_rs::digest;
use hoagiai_types::Timestamp;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use super::{
    Algorithm, Reason,
    claims::{Times, text},
    compact::{self, Compact},
};

/// The longest life of an ID token that is looked at, in seconds. It is used once, at once.
const LONGEST_SECONDS: i64 = 24 * 3600;

/// What an ID token must say.
#[derive(Clone, Copy, Debug)]
pub struct IdTokenTerms<'a> {
    /// The provider, exactly.
    pub issuer: &'a str,
    /// Our name there.
    pub client_id: &'a str,
    /// What was sent with the request.
    pub nonce: &'a str,
    /// The access token that came with it, when it did: they belong together (`at_hash`).
    pub access_token: Option<&'a str>,
    /// How somebody must have signed in (`acr`): one of these; empty: any.
    pub acr_values: &'a [String],
}

/// Who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdToken {
    /// The account, with the prefix of its issuer: as in a [`crate::Principal`].
    pub subject: String,
    /// The session at the provider (`sid`), if it says which: it may tell us later that it has ended.
    pub session_id: Option<String>,
}

pub(super) fn believe(
    compact: &Compact<'_>,
    terms: &IdTokenTerms<'_>,
    subject_prefix: &str,
    now: Timestamp,
) -> Result<IdToken, Reason> {
    let claims = &compact.claims;
    Times::read(claims, LONGEST_SECONDS)?.hold_at(now.as_micros().div_euclid(1_000_000))?;
    audience(claims, terms.client_id)?;
    let required = |name| text(claims, name, 256)?.ok_or(Reason::ClaimMissing(name));
    let subject = required("sub")?;
    if subject.len() > 128 || !subject.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Reason::ClaimMalformed("sub"));
    }
    if !bool::from(required("nonce")?.as_bytes().ct_eq(terms.nonce.as_bytes())) {
        return Err(Reason::ClaimMalformed("nonce"));
    }
    if let (Some(hash), Some(token)) = (text(claims, "at_hash", 64)?, terms.access_token)
        && hash != half_hash(compact.algorithm, token)
    {
        return Err(Reason::ClaimMalformed("at_hash"));
    }
    if !terms.acr_values.is_empty() {
        let acr = required("acr")?;
        terms.acr_values.iter().any(|value| value == acr).then_some(()).ok_or(Reason::ClaimMalformed("acr"))?;
    }
    let session_id = text(claims, "sid", 256)?.map(str::to_owned);
    Ok(IdToken { subject: format!("{subject_prefix}{subject}"), session_id })
}

/// Ours, and where it is others' too, issued to us (`azp`).
pub(super) fn audience(claims: &Map<String, Value>, ours: &str) -> Result<(), Reason> {
    let azp = text(claims, "azp", 256)?;
    let shared = match claims.get("aud") {
        None => return Err(Reason::ClaimMissing("aud")),
        Some(Value::String(one)) => (one == ours).then_some(false),
        Some(Value::Array(list)) if (1..=8).contains(&list.len()) && list.iter().all(Value::is_string) => {
            list.iter().any(|one| one == ours).then_some(list.len() > 1)
        }
        Some(_) => return Err(Reason::ClaimMalformed("aud")),
    };
    match (shared, azp) {
        (None, _) => Err(Reason::Audience),
        (Some(true), None) => Err(Reason::ClaimMissing("azp")),
        (Some(_), Some(azp)) if azp != ours => Err(Reason::ClaimMalformed("azp")),
        _ => Ok(()),
    }
}

/// The left half of the hash that the algorithm signs over (OpenID Connect Core 1.0 §3.1.3.6).
fn half_hash(algorithm: Algorithm, token: &str) -> String {
    let hash = if algorithm == Algorithm::EdDSA { &digest::SHA512 } else { &digest::SHA256 };
    let whole = digest::digest(hash, token.as_bytes());
    compact::encode(&whole.as_ref()[..whole.as_ref().len() / 2])
}
