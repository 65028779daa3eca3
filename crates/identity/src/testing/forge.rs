//! A forger with every key it could wish for: builds tokens field by field, right or wrong.

use std::sync::LazyLock;

use aws_lc_rs::{
    encoding::AsDer as _,
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hoagiai_types::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    Role,
    token::{Algorithm, IssuerConfig, JwksSource, Verifier, VerifierConfig},
};

/// The second in which the untouched tokens are issued: 2026-03-09, 23:46:40 UTC.
pub const NOW: i64 = 1_773_100_000;
/// The `iss` of the city's identity provider.
pub const CITY: &str = "https://id.hanoi.test/realms/hoagiai";
/// The `iss` of an agency's identity provider.
pub const COURTS: &str = "https://id.courts.test";
/// The `aud` that means us.
pub const OURS: &str = "hoagiai";

/// An instant by its second since 1970.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

/// Base64 as tokens use it.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Keys of the issuers of the tests, and of strangers.
pub struct Ring {
    /// `ed-1` of the city.
    pub ed: Ed25519KeyPair,
    /// `courts-1` of the courts.
    pub courts: Ed25519KeyPair,
    /// In nobody's set.
    pub stranger: Ed25519KeyPair,
    /// `ec-1` of the city.
    pub ec: EcdsaKeyPair,
    ec_asn1: EcdsaKeyPair,
    /// `rsa-1` of the city.
    pub rsa: RsaKeyPair,
}

/// The keys, the same in one process.
pub static RING: LazyLock<Ring> = LazyLock::new(|| {
    let seeded = |byte| Ed25519KeyPair::from_seed_unchecked(&[byte; 32]).unwrap();
    let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    Ring {
        ed: seeded(1),
        courts: seeded(2),
        stranger: seeded(3),
        ec_asn1: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, ec.as_ref()).unwrap(),
        ec: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, ec.as_ref()).unwrap(),
        rsa: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
    }
});

/// The public half of an Ed25519 key as a JWK.
pub fn ed_jwk(kid: &str, key: &Ed25519KeyPair) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": b64(key.public_key())})
}

/// The public half of the P-256 key of the ring as a JWK.
pub fn ec_jwk(kid: &str) -> Value {
    let point = RING.ec.public_key().as_ref().to_vec();
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": b64(&point[1..33]), "y": b64(&point[33..])})
}

/// The public half of the RSA key of the ring as a JWK.
pub fn rsa_jwk(kid: &str) -> Value {
    let n = RING.rsa.public_key().modulus().big_endian_without_leading_zero().to_vec();
    json!({"kty": "RSA", "kid": kid, "n": b64(n), "e": "AQAB"})
}

/// A JWK set.
pub fn jwks(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

/// How the city's identity provider is trusted: every algorithm, every role.
pub fn city() -> IssuerConfig {
    IssuerConfig {
        issuer: CITY.into(),
        audience: OURS.into(),
        algorithms: vec![Algorithm::EdDSA, Algorithm::ES256, Algorithm::PS256],
        jwks: JwksSource::Inline(jwks(&[ed_jwk("ed-1", &RING.ed), ec_jwk("ec-1"), rsa_jwk("rsa-1")])),
        longest_seconds: 900,
        subject_prefix: String::new(),
        roles: Role::ALL.to_vec(),
        roles_assigned: false,
        asserts: false,
        delegates: false,
    }
}

/// Agencies only, EdDSA only; has an RSA key in its set that it may not sign our tokens with.
pub fn courts() -> IssuerConfig {
    IssuerConfig {
        issuer: COURTS.into(),
        algorithms: vec![Algorithm::EdDSA],
        jwks: JwksSource::Inline(jwks(&[ed_jwk("courts-1", &RING.courts), rsa_jwk("courts-rsa")])),
        subject_prefix: "courts:".into(),
        roles: vec![Role::Agency],
        ..city()
    }
}

/// A verifier that trusts the city and the courts.
pub fn verifier() -> Verifier {
    Verifier::new(VerifierConfig { issuers: vec![city(), courts()], cache: 100 }).unwrap()
}

/// What signs.
#[derive(Clone)]
pub enum Signer {
    /// `ed-1`.
    Ed,
    /// `courts-1`.
    Courts,
    /// A key in nobody's set.
    Stranger,
    /// `ec-1`.
    Ec,
    /// `ec-1`, the signature in DER.
    EcAsn1,
    /// `rsa-1`.
    Pss,
    /// `rsa-1`, padded as PKCS#1 v1.5.
    Pkcs1,
    /// HMAC-SHA-256 with a secret.
    Hmac(Vec<u8>),
    /// No signature: these bytes.
    Bytes(Vec<u8>),
}

/// A token under construction.
#[derive(Clone)]
pub struct Draft {
    /// Its header.
    pub header: Map<String, Value>,
    /// Its claims.
    pub claims: Map<String, Value>,
    /// What signs it.
    pub signer: Signer,
}

/// The fields of a JSON object.
pub fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

impl Draft {
    /// A token that is good if the algorithm, key, issuer and signer go together.
    pub fn new(algorithm: &str, kid: &str, issuer: &str, signer: Signer) -> Draft {
        let role = json!({"role": "agency", "area": "*", "from": null, "to": "2026-12-31"});
        let claims = json!({"iss": issuer, "aud": OURS, "sub": "an", "iat": NOW, "nbf": NOW, "exp": NOW + 900, "jti": "t-1",
            "roles": [role], "scope": "openid hoagiai:registry", "agency": "TAND-HN"});
        let header = json!({"alg": algorithm, "kid": kid, "typ": "at+jwt"});
        Draft { header: map(header), claims: map(claims), signer }
    }

    /// The city's, EdDSA.
    pub fn ed() -> Draft {
        Draft::new("EdDSA", "ed-1", CITY, Signer::Ed)
    }

    /// The city's, ES256.
    pub fn ec() -> Draft {
        Draft::new("ES256", "ec-1", CITY, Signer::Ec)
    }

    /// The city's, PS256.
    pub fn rsa() -> Draft {
        Draft::new("PS256", "rsa-1", CITY, Signer::Pss)
    }

    /// The courts'.
    pub fn courts() -> Draft {
        Draft::new("EdDSA", "courts-1", COURTS, Signer::Courts)
    }

    /// With a field of the header set.
    #[must_use]
    pub fn header_with(mut self, field: &str, value: Value) -> Draft {
        self.header.insert(field.into(), value);
        self
    }

    /// Without a field of the header.
    #[must_use]
    pub fn header_without(mut self, field: &str) -> Draft {
        self.header.remove(field).unwrap();
        self
    }

    /// With a claim set.
    #[must_use]
    pub fn with(mut self, claim: &str, value: Value) -> Draft {
        self.claims.insert(claim.into(), value);
        self
    }

    /// Without a claim.
    #[must_use]
    pub fn without(mut self, claim: &str) -> Draft {
        self.claims.remove(claim).unwrap();
        self
    }

    /// Signed by something else.
    #[must_use]
    pub fn signed_by(mut self, signer: Signer) -> Draft {
        self.signer = signer;
        self
    }

    /// The token.
    pub fn token(&self) -> String {
        self.raw(json!(self.header).to_string(), json!(self.claims).to_string())
    }

    /// Signs texts that need not be JSON.
    pub fn raw(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        self.sign(&format!("{}.{}", b64(header), b64(claims)))
    }

    /// The claims as text, changed as text.
    pub fn edited(&self, from: &str, to: &str) -> String {
        let claims = json!(self.claims).to_string();
        assert!(claims.contains(from), "{from} is not in {claims}");
        self.raw(json!(self.header).to_string(), claims.replacen(from, to, 1))
    }

    /// Signs what is there, encoded however.
    pub fn sign(&self, signed: &str) -> String {
        let (message, random) = (signed.as_bytes(), SystemRandom::new());
        let rsa = |padding: &'static dyn RsaEncoding| {
            let mut signature = vec![0; RING.rsa.public_modulus_len()];
            RING.rsa.sign(padding, &random, message, &mut signature).unwrap();
            signature
        };
        let signature = match &self.signer {
            Signer::Ed => RING.ed.sign(message).as_ref().to_vec(),
            Signer::Courts => RING.courts.sign(message).as_ref().to_vec(),
            Signer::Stranger => RING.stranger.sign(message).as_ref().to_vec(),
            Signer::Ec => RING.ec.sign(&random, message).unwrap().as_ref().to_vec(),
            Signer::EcAsn1 => RING.ec_asn1.sign(&random, message).unwrap().as_ref().to_vec(),
            Signer::Pss => rsa(&RSA_PSS_SHA256),
            Signer::Pkcs1 => rsa(&RSA_PKCS1_SHA256),
            Signer::Hmac(secret) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec(),
            Signer::Bytes(bytes) => bytes.clone(),
        };
        format!("{signed}.{}", b64(signature))
    }
}

/// The public RSA key in DER, the usual secret of an HS256 confusion.
pub fn rsa_public_der() -> Vec<u8> {
    let der: aws_lc_rs::encoding::PublicKeyX509Der<'_> = RING.rsa.public_key().as_der().unwrap();
    der.as_ref().to_vec()
}
