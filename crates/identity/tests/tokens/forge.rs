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
use hoagiai_identity::{
    Role,
    token::{Algorithm, IssuerConfig, JwksSource, Verifier, VerifierConfig},
};
use hoagiai_types::Timestamp;
use serde_json::{Map, Value, json};

pub(crate) const NOW: i64 = 1_773_100_000;
pub(crate) const CITY: &str = "https://id.hanoi.test/realms/hoagiai";
pub(crate) const COURTS: &str = "https://id.courts.test";
pub(crate) const OURS: &str = "hoagiai";

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Keys of the issuers of the tests, and of strangers.
pub(crate) struct Ring {
    pub(crate) ed: Ed25519KeyPair,
    pub(crate) courts: Ed25519KeyPair,
    pub(crate) stranger: Ed25519KeyPair,
    pub(crate) ec: EcdsaKeyPair,
    ec_asn1: EcdsaKeyPair,
    pub(crate) rsa: RsaKeyPair,
}

pub(crate) static RING: LazyLock<Ring> = LazyLock::new(|| {
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

pub(crate) fn ed_jwk(kid: &str, key: &Ed25519KeyPair) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": b64(key.public_key())})
}

pub(crate) fn ec_jwk(kid: &str) -> Value {
    let point = RING.ec.public_key().as_ref().to_vec();
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": b64(&point[1..33]), "y": b64(&point[33..])})
}

pub(crate) fn rsa_jwk(kid: &str) -> Value {
    let n = RING.rsa.public_key().modulus().big_endian_without_leading_zero().to_vec();
    json!({"kty": "RSA", "kid": kid, "n": b64(n), "e": "AQAB"})
}

pub(crate) fn jwks(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

pub(crate) fn city() -> IssuerConfig {
    IssuerConfig {
        issuer: CITY.into(),
        audience: OURS.into(),
        algorithms: vec![Algorithm::EdDSA, Algorithm::ES256, Algorithm::PS256],
        jwks: JwksSource::Inline(jwks(&[ed_jwk("ed-1", &RING.ed), ec_jwk("ec-1"), rsa_jwk("rsa-1")])),
        longest_seconds: 900,
        subject_prefix: String::new(),
        roles: Role::ALL.to_vec(),
    }
}

/// Agencies only, EdDSA only; has an RSA key in its set that it may not sign our tokens with.
pub(crate) fn courts() -> IssuerConfig {
    IssuerConfig {
        issuer: COURTS.into(),
        algorithms: vec![Algorithm::EdDSA],
        jwks: JwksSource::Inline(jwks(&[ed_jwk("courts-1", &RING.courts), rsa_jwk("courts-rsa")])),
        subject_prefix: "courts:".into(),
        roles: vec![Role::Agency],
        ..city()
    }
}

pub(crate) fn verifier() -> Verifier {
    Verifier::new(VerifierConfig { issuers: vec![city(), courts()], cache: 100 }).unwrap()
}

/// What signs.
#[derive(Clone)]
pub(crate) enum Signer {
    Ed,
    Courts,
    Stranger,
    Ec,
    EcAsn1,
    Pss,
    Pkcs1,
    Hmac(Vec<u8>),
    Bytes(Vec<u8>),
}

/// A token under construction.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) signer: Signer,
}

pub(crate) fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

impl Draft {
    pub(crate) fn new(algorithm: &str, kid: &str, issuer: &str, signer: Signer) -> Draft {
        let role = json!({"role": "agency", "area": "*", "from": null, "to": "2026-12-31"});
        let claims = json!({"iss": issuer, "aud": OURS, "sub": "an", "iat": NOW, "nbf": NOW, "exp": NOW + 900, "jti": "t-1",
            "roles": [role], "scope": "openid hoagiai:registry", "agency": "TAND-HN"});
        let header = json!({"alg": algorithm, "kid": kid, "typ": "at+jwt"});
        Draft { header: map(header), claims: map(claims), signer }
    }

    pub(crate) fn ed() -> Draft {
        Draft::new("EdDSA", "ed-1", CITY, Signer::Ed)
    }

    pub(crate) fn ec() -> Draft {
        Draft::new("ES256", "ec-1", CITY, Signer::Ec)
    }

    pub(crate) fn rsa() -> Draft {
        Draft::new("PS256", "rsa-1", CITY, Signer::Pss)
    }

    pub(crate) fn courts() -> Draft {
        Draft::new("EdDSA", "courts-1", COURTS, Signer::Courts)
    }

    pub(crate) fn header_with(mut self, field: &str, value: Value) -> Draft {
        self.header.insert(field.into(), value);
        self
    }

    pub(crate) fn header_without(mut self, field: &str) -> Draft {
        self.header.remove(field).unwrap();
        self
    }

    pub(crate) fn with(mut self, claim: &str, value: Value) -> Draft {
        self.claims.insert(claim.into(), value);
        self
    }

    pub(crate) fn without(mut self, claim: &str) -> Draft {
        self.claims.remove(claim).unwrap();
        self
    }

    pub(crate) fn signed_by(mut self, signer: Signer) -> Draft {
        self.signer = signer;
        self
    }

    pub(crate) fn token(&self) -> String {
        self.raw(json!(self.header).to_string(), json!(self.claims).to_string())
    }

    /// Signs texts that need not be JSON.
    pub(crate) fn raw(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        self.sign(&format!("{}.{}", b64(header), b64(claims)))
    }

    /// The claims as text, changed as text.
    pub(crate) fn edited(&self, from: &str, to: &str) -> String {
        let claims = json!(self.claims).to_string();
        assert!(claims.contains(from), "{from} is not in {claims}");
        self.raw(json!(self.header).to_string(), claims.replacen(from, to, 1))
    }

    /// Signs what is there, encoded however.
    pub(crate) fn sign(&self, signed: &str) -> String {
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
pub(crate) fn rsa_public_der() -> Vec<u8> {
    let der: aws_lc_rs::encoding::PublicKeyX509Der<'_> = RING.rsa.public_key().as_der().unwrap();
    der.as_ref().to_vec()
}
