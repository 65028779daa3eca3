//! Why a token is refused: one answer for the client, the detail for the log alone.

use std::fmt;

/// The detailed reason; never sent to a client, which could use it to probe. `name()` is a label for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No Authorization header.
    Missing,
    /// More than one Authorization header.
    SeveralHeaders,
    /// Not `Bearer` and one token.
    NotBearer,
    /// Longer than [`super::MAX_BYTES`].
    Oversized,
    /// Not three parts with something in each.
    Parts,
    /// A part is not canonical base64url without padding.
    Base64,
    /// The header is not a JSON object.
    HeaderJson,
    /// The payload is not a JSON object.
    PayloadJson,
    /// A key stands twice in one object.
    DuplicateKey,
    /// The header has a field that is not on the list (`jku`, `jwk`, `x5u`, `crit`, `zip` …).
    HeaderField,
    /// `typ` is not an access token's.
    Type,
    /// `alg` is missing, not a string or not one of ours (`none`, `HS256` …).
    AlgorithmUnknown,
    /// `alg` is one of ours, but not this issuer's.
    AlgorithmNotAllowed,
    /// `alg` belongs to another kind of key than the one named.
    AlgorithmOfOtherKey,
    /// `kid` is missing, too long or has odd characters.
    KeyIdMalformed,
    /// The issuer has no such key (now).
    KeyUnknown,
    /// Nobody we trust has this `iss`.
    IssuerUnknown,
    /// The signature does not match.
    Signature,
    /// A required claim is missing.
    ClaimMissing(&'static str),
    /// A claim has the wrong type or value.
    ClaimMalformed(&'static str),
    /// Meant for somebody else.
    Audience,
    /// Past `exp`.
    Expired,
    /// Before `nbf`.
    NotYetValid,
    /// `iat` lies in the future.
    IssuedInFuture,
    /// `exp` is not after `iat` and `nbf`.
    TimesInverted,
    /// Lives longer than its issuer may grant.
    LifetimeTooLong,
    /// Names a role that this issuer may not vouch for.
    RoleNotVouched,
    /// Bound to a client certificate that was not shown.
    NotBound,
    /// Revoked, or issued before the account's tokens were.
    Revoked,
}

impl Reason {
    /// A short label.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Missing => "missing",
            Reason::SeveralHeaders => "several_headers",
            Reason::NotBearer => "not_bearer",
            Reason::Oversized => "oversized",
            Reason::Parts => "parts",
            Reason::Base64 => "base64",
            Reason::HeaderJson => "header_json",
            Reason::PayloadJson => "payload_json",
            Reason::DuplicateKey => "duplicate_key",
            Reason::HeaderField => "header_field",
            Reason::Type => "type",
            Reason::AlgorithmUnknown => "algorithm_unknown",
            Reason::AlgorithmNotAllowed => "algorithm_not_allowed",
            Reason::AlgorithmOfOtherKey => "algorithm_of_other_key",
            Reason::KeyIdMalformed => "key_id_malformed",
            Reason::KeyUnknown => "key_unknown",
            Reason::IssuerUnknown => "issuer_unknown",
            Reason::Signature => "signature",
            Reason::ClaimMissing(_) => "claim_missing",
            Reason::ClaimMalformed(_) => "claim_malformed",
            Reason::Audience => "audience",
            Reason::Expired => "expired",
            Reason::NotYetValid => "not_yet_valid",
            Reason::IssuedInFuture => "issued_in_future",
            Reason::TimesInverted => "times_inverted",
            Reason::LifetimeTooLong => "lifetime_too_long",
            Reason::RoleNotVouched => "role_not_vouched",
            Reason::NotBound => "not_bound",
            Reason::Revoked => "revoked",
        }
    }

    /// The claim it is about, if it is about one.
    pub const fn claim(self) -> Option<&'static str> {
        match self {
            Reason::ClaimMissing(claim) | Reason::ClaimMalformed(claim) => Some(claim),
            _ => None,
        }
    }
}

/// A refused token. Prints the same words whatever the reason; [`Rejected::reason`] is for the log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rejected(Reason);

impl Rejected {
    /// The detail, for the log and for metrics.
    pub const fn reason(self) -> Reason {
        self.0
    }
}

impl From<Reason> for Rejected {
    fn from(reason: Reason) -> Self {
        Rejected(reason)
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the credentials are missing or not accepted")
    }
}

impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rejected({:?})", self.0)
    }
}

impl std::error::Error for Rejected {}
