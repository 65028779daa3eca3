//! Key sets and the configuration of issuers: a fault is found at start.

use hoagiai_identity::{
    testing::forge::{Draft, NOW, RING, at, b64, city, courts, ec_jwk, ed_jwk, jwks, rsa_jwk},
    token::{IssuerConfig, JwksError, JwksSource, Verifier, VerifierConfig, VerifierError},
};
use serde_json::{Value, json};

fn with_keys(text: impl Into<String>) -> Result<Verifier, VerifierError> {
    let issuer = IssuerConfig { jwks: JwksSource::Inline(text.into()), ..city() };
    Verifier::new(VerifierConfig { issuers: vec![issuer], cache: 10 })
}

fn with(mut jwk: Value, field: &str, value: Value) -> Value {
    jwk[field] = value;
    jwk
}

fn without(mut jwk: Value, field: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(field);
    jwk
}

#[test]
fn a_key_set_with_a_fault_is_refused_whole() {
    let ed = || ed_jwk("ed-1", &RING.ed);
    let bad = |kid: &str| JwksError::BadKey(kid.into());
    let cases = [
        ("no keys", jwks(&[]), JwksError::Empty),
        ("only a key for encryption", jwks(&[with(ed(), "use", json!("enc"))]), JwksError::Empty),
        (
            "only a key of another kind",
            jwks(&[json!({"kty": "OKP", "crv": "X25519", "kid": "x", "x": b64([1; 32])})]),
            JwksError::Empty,
        ),
        ("only an RSA key for RS256", jwks(&[with(rsa_jwk("r"), "alg", json!("RS256"))]), JwksError::Empty),
        ("only a key that may not verify", jwks(&[with(ed(), "key_ops", json!(["sign"]))]), JwksError::Empty),
        (
            "a symmetric key",
            jwks(&[ed(), json!({"kty": "oct", "kid": "s", "k": "AAAA"})]),
            JwksError::Private("s".into()),
        ),
        ("a private key", jwks(&[with(ed(), "d", json!(b64([1; 32])))]), JwksError::Private("ed-1".into())),
        ("a private RSA key", jwks(&[with(rsa_jwk("r"), "p", json!("AQAB"))]), JwksError::Private("r".into())),
        ("one id twice", jwks(&[ed(), ec_jwk("ed-1")]), JwksError::Duplicate("ed-1".into())),
        ("no id", jwks(&[without(ed(), "kid")]), bad("")),
        ("an odd id", jwks(&[with(ed(), "kid", json!("../x"))]), bad("../x")),
        ("a short Ed25519 key", jwks(&[with(ed(), "x", json!(b64([1; 31])))]), bad("ed-1")),
        ("a padded Ed25519 key", jwks(&[with(ed(), "x", json!(b64([1; 32]) + "="))]), bad("ed-1")),
        ("no x", jwks(&[without(ed(), "x")]), bad("ed-1")),
        ("a point off the curve", jwks(&[with(ec_jwk("e"), "y", json!(b64([1; 32])))]), bad("e")),
        (
            "the point at infinity",
            jwks(&[with(with(ec_jwk("e"), "x", json!(b64([0; 32]))), "y", json!(b64([0; 32])))]),
            bad("e"),
        ),
        ("an RSA key of 1,024 bits", jwks(&[with(rsa_jwk("r"), "n", json!(b64([0xff; 128])))]), bad("r")),
        ("an RSA key with exponent 1", jwks(&[with(rsa_jwk("r"), "e", json!("AQ"))]), bad("r")),
        ("an RSA key with exponent 3", jwks(&[with(rsa_jwk("r"), "e", json!("Aw"))]), bad("r")),
        ("not a set", "[]".into(), JwksError::Malformed),
        ("keys is no list", r#"{"keys":{}}"#.into(), JwksError::Malformed),
        ("a key is no object", r#"{"keys":["x"]}"#.into(), JwksError::Malformed),
        ("a field twice", r#"{"keys":[],"keys":[]}"#.into(), JwksError::Malformed),
        ("an error page", "<html>502</html>".into(), JwksError::Malformed),
    ];
    for (name, text, expected) in cases {
        match with_keys(text) {
            Err(VerifierError::Keys(_, found)) => assert_eq!(found, expected, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn keys_of_other_kinds_stand_beside_ours_without_harm() {
    let set = jwks(&[
        json!({"kty": "EC", "crv": "P-384", "kid": "p384", "x": "AA", "y": "AA"}),
        with(rsa_jwk("enc"), "use", json!("enc")),
        with(with(ed_jwk("ed-1", &RING.ed), "use", json!("sig")), "key_ops", json!(["verify"])),
    ]);
    assert!(with_keys(set).unwrap().verify(&Draft::ed().token(), at(NOW)).is_ok());
}

#[test]
fn a_configuration_that_could_confuse_two_accounts_is_refused() {
    let with_prefix =
        |issuer: &str, prefix: &str| IssuerConfig { issuer: issuer.into(), subject_prefix: prefix.into(), ..courts() };
    let start = |issuers| Verifier::new(VerifierConfig { issuers, cache: 10 }).map(|_| ());
    for (a, b) in [("", ""), ("x:", "x:"), ("x:", "x:y:"), ("x:y:", "x:")] {
        let issuers = vec![with_prefix("https://a", a), with_prefix("https://b", b)];
        assert!(matches!(start(issuers), Err(VerifierError::Ambiguous(_))), "{a:?} beside {b:?}");
    }
    assert!(matches!(
        start(vec![with_prefix("https://a", "a:"), with_prefix("https://a", "b:")]),
        Err(VerifierError::Ambiguous(_))
    ));
    assert!(
        start(vec![with_prefix("https://a", ""), with_prefix("https://b", "b:"), with_prefix("https://c", "c:")])
            .is_ok()
    );
    for incomplete in [
        IssuerConfig { issuer: String::new(), ..city() },
        IssuerConfig { audience: String::new(), ..city() },
        IssuerConfig { algorithms: vec![], ..city() },
        IssuerConfig { longest_seconds: 0, ..city() },
    ] {
        assert!(matches!(start(vec![incomplete]), Err(VerifierError::Incomplete(_))));
    }
}

#[test]
fn the_configuration_file_names_algorithms_and_roles_and_nothing_unknown() {
    let good = format!(
        "[[issuers]]\nissuer = \"https://a\"\naudience = \"hoagiai\"\nalgorithms = [\"ES256\", \"PS256\", \"EdDSA\"]\n\
         subject_prefix = \"a:\"\nroles = [\"agency\", \"auditor\"]\njwks = {{ inline = '{}' }}\n",
        jwks(&[ec_jwk("ec-1")])
    );
    let config: VerifierConfig = toml::from_str(&good).unwrap();
    assert_eq!((config.cache, config.issuers[0].longest_seconds), (10_000, 900));
    assert!(Verifier::new(config).is_ok());
    for (from, to) in [
        ("\"ES256\"", "\"none\""),
        ("\"ES256\"", "\"HS256\""),
        ("\"ES256\"", "\"RS256\""),
        ("\"agency\"", "\"admin\""),
        ("audience", "audiences"),
        ("inline", "url"),
        ("subject_prefix", "prefix"),
    ] {
        assert!(toml::from_str::<VerifierConfig>(&good.replacen(from, to, 1)).is_err(), "{from} as {to}");
    }
}

#[test]
fn keys_in_a_file_are_read_again_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jwks.json");
    let issuer = IssuerConfig { jwks: JwksSource::File(file.clone()), ..city() };
    let config = VerifierConfig { issuers: vec![issuer], cache: 10 };
    assert!(matches!(Verifier::new(config.clone()), Err(VerifierError::File(..))), "a missing file is found at start");
    std::fs::write(&file, jwks(&[ec_jwk("ec-1")])).unwrap();
    let verifier = Verifier::new(config).unwrap();
    assert!(verifier.verify(&Draft::ed().token(), at(NOW)).is_err());
    std::fs::write(&file, jwks(&[ed_jwk("ed-1", &RING.ed)])).unwrap();
    verifier.reload_files().unwrap();
    assert!(verifier.verify(&Draft::ed().token(), at(NOW)).is_ok());
}
