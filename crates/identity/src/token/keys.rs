//! Keys of an issuer, read from a JWK set (RFC 7517). One kind of key serves one algorithm and no other.

use std::{collections::BTreeMap, str::FromStr};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Reason, compact, json};

/// The signature algorithms that exist here. There is no `none` and no shared secret to be confused with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Algorithm {
    /// Ed25519.
    EdDSA,
    /// ECDSA over P-256 with SHA-256.
    ES256,
    /// RSASSA-PSS with SHA-256, 2,048 to 8,192 bits.
    PS256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2,048 to 8,192 bits: what RFC 9068 §2.1 asks everybody to support and many
    /// providers have alone. For an issuer that is configured with it, and never for another.
    RS256,
}

impl FromStr for Algorithm {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "EdDSA" => Ok(Algorithm::EdDSA),
            "ES256" => Ok(Algorithm::ES256),
            "PS256" => Ok(Algorithm::PS256),
            "RS256" => Ok(Algorithm::RS256),
            _ => Err(()),
        }
    }
}

/// Why a key set is refused whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// Not a JSON object with a list `keys`.
    #[error("not a JWK set")]
    Malformed,
    /// A key that we would use is broken.
    #[error("key {0:?} cannot be read")]
    BadKey(String),
    /// Somebody published a private key: it is burnt, and must not be trusted for a minute.
    #[error("key {0:?} has private parts")]
    Private(String),
    /// Two keys with one id.
    #[error("key id {0:?} stands twice")]
    Duplicate(String),
    /// Nothing in it that we can use.
    #[error("no usable signature key")]
    Empty,
}

/// A verification key and the one algorithm it is for.
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    public: ParsedPublicKey,
    /// What it was made of, to see that another is the same.
    bytes: Vec<u8>,
}

impl Key {
    pub(super) fn ed25519(public: &[u8]) -> Option<Key> {
        let parsed = ParsedPublicKey::new(&ED25519, public).ok()?;
        Some(Key { algorithm: Algorithm::EdDSA, public: parsed, bytes: public.to_owned() })
    }

    pub(super) fn verify(&self, signed: &str, signature: &[u8]) -> bool {
        self.public.verify_sig(signed.as_bytes(), signature).is_ok()
    }
}

/// The keys of one issuer by id.
pub(super) type Keys = BTreeMap<String, Key>;

/// Reads a key set of an issuer that signs with `algorithms`. Keys of other kinds or for encryption are passed over; a
/// broken one of ours is an error, so that a typing mistake is seen at start and not at the first call.
pub(super) fn parse(text: &str, algorithms: &[Algorithm]) -> Result<Keys, JwksError> {
    let set = json::object(text.as_bytes(), Reason::PayloadJson).map_err(|_| JwksError::Malformed)?;
    let list = set.get("keys").and_then(Value::as_array).ok_or(JwksError::Malformed)?;
    let mut keys = Keys::new();
    for jwk in list {
        let jwk = jwk.as_object().ok_or(JwksError::Malformed)?;
        let id = field(jwk, "kid").unwrap_or_default().to_owned();
        if ["d", "p", "q", "dp", "dq", "qi", "k"].iter().any(|part| jwk.contains_key(*part)) {
            return Err(JwksError::Private(id));
        }
        let Some(algorithm) = usable_as(jwk, algorithms) else { continue };
        let key =
            read(jwk, algorithm).filter(|_| compact::is_key_id(&id)).ok_or_else(|| JwksError::BadKey(id.clone()))?;
        if keys.insert(id.clone(), key).is_some() {
            return Err(JwksError::Duplicate(id));
        }
    }
    if keys.is_empty() { Err(JwksError::Empty) } else { Ok(keys) }
}

fn field<'a>(jwk: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    jwk.get(name).and_then(Value::as_str)
}

/// The algorithm a key serves; none when it is of another kind or meant for something else. An RSA key that names no
/// algorithm serves the one of its issuer: PS256 where both are configured.
fn usable_as(jwk: &Map<String, Value>, algorithms: &[Algorithm]) -> Option<Algorithm> {
    let (algorithm, name) = match (field(jwk, "kty")?, field(jwk, "crv")) {
        ("OKP", Some("Ed25519")) => (Algorithm::EdDSA, "EdDSA"),
        ("EC", Some("P-256")) => (Algorithm::ES256, "ES256"),
        ("RSA", None) => {
            let names_pkcs1 = jwk.get("alg").map(|alg| alg == "RS256");
            let pkcs1 = names_pkcs1.unwrap_or_else(|| !algorithms.contains(&Algorithm::PS256));
            if pkcs1 && algorithms.contains(&Algorithm::RS256) {
                (Algorithm::RS256, "RS256")
            } else {
                (Algorithm::PS256, "PS256")
            }
        }
        _ => return None,
    };
    let fits = |field: &str, expected: &str| jwk.get(field).is_none_or(|value| value == expected);
    let may_verify =
        jwk.get("key_ops").is_none_or(|ops| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op == "verify")));
    (fits("use", "sig") && fits("alg", name) && may_verify).then_some(algorithm)
}

fn read(jwk: &Map<String, Value>, algorithm: Algorithm) -> Option<Key> {
    let bytes = |name| compact::decode(field(jwk, name)?);
    let (public, bytes) = match algorithm {
        Algorithm::EdDSA => return Key::ed25519(&bytes("x").filter(|x| x.len() == 32)?),
        Algorithm::ES256 => {
            let (x, y) = (bytes("x").filter(|x| x.len() == 32)?, bytes("y").filter(|y| y.len() == 32)?);
            let point = [&[4][..], &x, &y].concat();
            (ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).ok()?, point)
        }
        Algorithm::PS256 | Algorithm::RS256 => {
            // Sizes are asked here: the library asks only when it verifies, and then every token would fail.
            let n = bytes("n").filter(|n| (256..=1024).contains(&n.len()))?;
            let e = bytes("e").filter(|e| *e == [1, 0, 1])?;
            let parts = RsaPublicKeyComponents { n: &n, e: &e };
            let padding =
                if algorithm == Algorithm::RS256 { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PSS_2048_8192_SHA256 };
            (parts.to_parsed_public_key(padding).ok()?, n)
        }
    };
    Some(Key { algorithm, public, bytes })
}

/// Whether two sets have the same keys under the same ids.
pub(super) fn same(a: &Keys, b: &Keys) -> bool {
    let equal = |((id_a, a), (id_b, b)): ((&String, &Key), (&String, &Key))| {
        id_a == id_b && a.algorithm == b.algorithm && a.bytes == b.bytes
    };
    a.len() == b.len() && a.iter().zip(b).all(equal)
}
