//! The assertion of a gateway in front: it has let somebody in and says whom, signed, in a header of its own. Taken over a
//! connection that is known to be that gateway's; shown by anybody else it is nothing.

use hoagiai_types::Timestamp;
use serde_json::Value;

use super::{
    Reason,
    claims::{Times, audience, plain},
    compact::Compact,
};

/// The longest name of somebody, as of a subject.
const LONGEST: usize = 128;

/// What an assertion must fit.
#[derive(Clone, Copy, Debug)]
pub struct AssertionTerms<'a> {
    /// The issuer that the gateway signs as.
    pub issuer: &'a str,
    /// The claim that says who it is: `sub`, or a name such as `http://wso2.org/claims/applicationid`.
    pub subject_claim: &'a str,
}

/// What the configuration says of the issuer.
pub(super) struct Trust<'a> {
    pub(super) audience: &'a str,
    pub(super) subject_prefix: &'a str,
    pub(super) longest: i64,
}

/// Whom it names, with the prefix of the issuer. Many gateways say neither for whom an assertion is nor which it is; where one
/// says for whom, it must be for us.
pub(super) fn believe(
    compact: &Compact<'_>,
    terms: &AssertionTerms<'_>,
    trust: &Trust<'_>,
    now: Timestamp,
) -> Result<String, Reason> {
    let claims = &compact.claims;
    Times::read(claims, trust.longest)?.hold_at(now.as_micros().div_euclid(1_000_000))?;
    if claims.contains_key("aud") {
        audience(claims, trust.audience)?;
    }
    let subject = match claims.get(terms.subject_claim) {
        None => return Err(Reason::ClaimMissing("sub")),
        // Applications have numbers with some gateways.
        Some(Value::Number(number)) if number.is_u64() => number.to_string(),
        Some(Value::String(text)) if (1..=LONGEST).contains(&text.len()) => plain("sub", text)?,
        Some(_) => return Err(Reason::ClaimMalformed("sub")),
    };
    Ok(format!("{}{subject}", trust.subject_prefix))
}
