//! The outside of a token: three parts, a header with three fields that are read, nothing else that could matter.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{Algorithm, MAX_BYTES, Reason, json};

/// The longest id of a key. WSO2, which much of the public sector has, names keys with 92 characters.
const MAX_KEY_ID: usize = 128;

/// A token taken apart, nothing of it believed yet.
pub(super) struct Compact<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: String,
    pub(super) claims: Map<String, Value>,
    pub(super) signed: &'a str,
    pub(super) signature: Vec<u8>,
}

/// Decodes base64url in its one canonical form: no padding, no spare bits, no other alphabet.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Encodes as [`decode`] reads.
pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a key id may be looked up: short, and no character that means anything to a path, a query or a log.
pub(super) fn is_key_id(id: &str) -> bool {
    (1..=MAX_KEY_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// What a token is for, as its header says it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RFC 9068 §4: both spellings, so that an ID token or a plain JWT is never taken for an access token.
    Access,
    /// An ID token has the type of any JWT, or none.
    Id,
    /// An assertion has the type of any JWT, or none; some gateways pass on an access token.
    Assertion,
    /// A logout token: its own type, or that of any JWT (Back-Channel Logout 1.0 §2.4).
    Logout,
}

impl Kind {
    fn is(self, said: Option<&Value>) -> bool {
        match self {
            Kind::Access => matches!(said.and_then(Value::as_str), Some("at+jwt" | "application/at+jwt")),
            Kind::Id => said.is_none_or(|said| said == "JWT"),
            Kind::Assertion => said.is_none_or(|said| said == "JWT") || Kind::Access.is(said),
            Kind::Logout => said.is_none_or(|said| said == "logout+jwt" || said == "JWT"),
        }
    }
}

impl<'a> Compact<'a> {
    pub(super) fn parse(token: &'a str, kind: Kind) -> Result<Self, Reason> {
        if token.len() > MAX_BYTES {
            return Err(Reason::Oversized);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Reason::Parts)?;
        let (header, payload) = signed.split_once('.').ok_or(Reason::Parts)?;
        // A JWE has five parts; an unsecured token has an empty third one.
        if payload.contains('.') || header.is_empty() || payload.is_empty() || signature.is_empty() {
            return Err(Reason::Parts);
        }
        let [header, payload, signature] = [header, payload, signature].map(|part| decode(part).ok_or(Reason::Base64));
        let (algorithm, key_id) = read_header(json::object(&header?, Reason::HeaderJson)?, kind)?;
        let (claims, signature) = (json::object(&payload?, Reason::PayloadJson)?, signature?);
        Ok(Compact { algorithm, key_id, claims, signed, signature })
    }
}

fn read_header(mut header: Map<String, Value>, kind: Kind) -> Result<(Algorithm, String), Reason> {
    let (algorithm, key_id, said) = (header.remove("alg"), header.remove("kid"), header.remove("typ"));
    // Thumbprints of the key's certificate, which some providers send beside `kid`: names, which we do not look up.
    for thumbprint in ["x5t", "x5t#S256"] {
        header.remove(thumbprint);
    }
    if !header.is_empty() {
        return Err(Reason::HeaderField);
    }
    if !kind.is(said.as_ref()) {
        return Err(Reason::Type);
    }
    let algorithm = algorithm.as_ref().and_then(Value::as_str).and_then(|name| name.parse().ok());
    let algorithm = algorithm.ok_or(Reason::AlgorithmUnknown)?;
    match key_id {
        Some(Value::String(id)) if is_key_id(&id) => Ok((algorithm, id)),
        _ => Err(Reason::KeyIdMalformed),
    }
}
