//! The logout token: the provider tells us that a session there has ended (OpenID Connect Back-Channel Logout 1.0).

use hoagiai_types::Timestamp;
use serde_json::Value;

use super::{
    Reason,
    claims::{Times, text},
    compact::Compact,
    id_token::audience,
};

/// What a logout token is about, and nothing else is (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// The longest life of one, in seconds: §4 asks for two minutes, providers give more.
const LONGEST_SECONDS: i64 = 15 * 60;

/// Whose session has ended: at least one of the two is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// The account, with the prefix of its issuer: without a session, all its sessions have ended.
    pub subject: Option<String>,
    /// The session at the provider (`sid`).
    pub session_id: Option<String>,
}

pub(super) fn believe(
    compact: &Compact<'_>,
    client_id: &str,
    subject_prefix: &str,
    now: Timestamp,
) -> Result<LogoutToken, Reason> {
    let claims = &compact.claims;
    Times::read(claims, LONGEST_SECONDS)?.hold_at(now.as_micros().div_euclid(1_000_000))?;
    audience(claims, client_id)?;
    text(claims, "jti", 256)?.ok_or(Reason::ClaimMissing("jti"))?;
    // An ID token must never be taken for one: that has a nonce, this has an event.
    if claims.contains_key("nonce") {
        return Err(Reason::ClaimMalformed("nonce"));
    }
    let event = claims.get("events").ok_or(Reason::ClaimMissing("events"))?.get(EVENT);
    event.filter(|event| Value::is_object(event)).ok_or(Reason::ClaimMalformed("events"))?;
    let subject = text(claims, "sub", 128)?.map(|subject| format!("{subject_prefix}{subject}"));
    let session_id = text(claims, "sid", 256)?.map(str::to_owned);
    if subject.is_none() && session_id.is_none() {
        return Err(Reason::ClaimMissing("sid"));
    }
    Ok(LogoutToken { subject, session_id })
}
