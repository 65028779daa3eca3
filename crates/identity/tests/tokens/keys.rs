//! Key sets and the configuration of issuers: a fault is found at start.

use hoagiai_identity::{
    testing::forge::{CITY, Draft, NOW, RING, Signer, at, b64, city, courts, ec_jwk, ed_jwk, jwks, rsa_jwk},
    token::{Algorithm, IssuerConfig, JwksError, JwksSource, Reason, Verifier, VerifierConfig, VerifierError},
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
        ("\"ES256\"", "\"RS512\""),
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

#[test]
fn rs256_is_for_issuers_that_are_configured_with_it_and_one_key_has_one_algorithm() {
    let draft = |alg, signer| Draft::new(alg, "rsa-1", CITY, signer);
    let (pkcs1, pss) = (draft("RS256", Signer::Pkcs1), draft("PS256", Signer::Pss));
    let (rs, ps) = (Algorithm::RS256, Algorithm::PS256);
    let names = |alg: &str| with(rsa_jwk("rsa-1"), "alg", json!(alg));
    let (not_allowed, other_key) = (Some(Reason::AlgorithmNotAllowed), Some(Reason::AlgorithmOfOtherKey));
    for (algorithms, key, of_pkcs1, of_pss) in [
        (vec![rs], rsa_jwk("rsa-1"), None, not_allowed),
        (vec![rs], names("RS256"), None, not_allowed),
        (vec![ps], rsa_jwk("rsa-1"), not_allowed, None),
        (vec![rs, ps], rsa_jwk("rsa-1"), other_key, None),
        (vec![rs, ps], names("RS256"), None, other_key),
        (vec![rs, ps], names("PS256"), other_key, None),
    ] {
        let jwks = JwksSource::Inline(jwks(std::slice::from_ref(&key)));
        let issuer = IssuerConfig { algorithms: algorithms.clone(), jwks, ..city() };
        let verifier = Verifier::new(VerifierConfig { issuers: vec![issuer], cache: 10 }).unwrap();
        let answer = |draft: &Draft| verifier.verify(&draft.token(), at(NOW)).err().map(|rejected| rejected.reason());
        assert_eq!((answer(&pkcs1), answer(&pss)), (of_pkcs1, of_pss), "{algorithms:?} {key}");
        let confused = pkcs1.clone().signed_by(Signer::Hmac(hoagiai_identity::testing::forge::rsa_public_der()));
        assert!(answer(&confused).is_some() && answer(&pkcs1.clone().signed_by(Signer::Pss)).is_some());
    }
}

#[test]
fn keys_that_are_fetched_come_later_and_may_be_forgotten() {
    let remote = |jwks| Verifier::new(VerifierConfig { issuers: vec![IssuerConfig { jwks, ..city() }], cache: 10 });
    for address in ["http://id.hanoi.test/jwks", "jwks.json", "https://u@id.hanoi.test/"] {
        assert!(matches!(remote(JwksSource::Uri(address.into())), Err(VerifierError::Address(_))), "{address}");
    }
    for source in [JwksSource::Discovery, JwksSource::Uri("https://id.hanoi.test/jwks".into())] {
        let verifier = remote(source).unwrap();
        assert_eq!(verifier.remote().map(|(issuer, _)| issuer).collect::<Vec<_>>(), [CITY]);
        let token = Draft::ed().token();
        assert!(verifier.due_refreshes(at(NOW)).is_empty());
        assert_eq!(verifier.verify(&token, at(NOW)).unwrap_err().reason(), Reason::KeyUnknown);
        assert_eq!(verifier.due_refreshes(at(NOW)), [CITY]);
        let keys = jwks(&[ed_jwk("ed-1", &RING.ed)]);
        assert!(verifier.replace_keys(CITY, &keys).unwrap());
        assert!(verifier.verify(&token, at(NOW)).is_ok() && verifier.cached() == 1);
        assert!(!verifier.replace_keys(CITY, &keys).unwrap());
        assert_eq!(verifier.cached(), 1, "the same keys cost no verification anew");
        assert!(verifier.replace_keys(CITY, "<html>").is_err() && verifier.verify(&token, at(NOW)).is_ok());
        verifier.forget_keys(CITY).unwrap();
        assert_eq!(verifier.verify(&token, at(NOW)).unwrap_err().reason(), Reason::KeyUnknown);
        assert!(verifier.forget_keys("https://other").is_err());
    }
}

#[test]
fn a_provider_without_our_claims_vouches_for_an_account_with_nothing() {
    let issuer = IssuerConfig { roles: vec![], subject_prefix: "city:".into(), ..city() };
    let verifier = Verifier::new(VerifierConfig { issuers: vec![issuer], cache: 10 }).unwrap();
    let bare = Draft::ed().without("roles").without("scope").without("agency").without("nbf");
    for draft in [
        bare.clone().with("client_id", json!("one-stop")),
        // Roles of its own, in whatever form; a thumbprint beside the key id.
        bare.clone().with("client_id", json!("one-stop")).with("roles", json!(["justice_officer"])),
        Draft::ed().with("client_id", json!("one-stop")).without("agency").without("scope"),
        bare.with("client_id", json!("one-stop")).header_with("x5t", json!("abc")).header_with("x5t#S256", json!("d")),
    ] {
        let verified = verifier.verify(&draft.token(), at(NOW)).unwrap();
        let who = verified.principal();
        assert_eq!((who.subject.as_str(), who.client_id.as_deref()), ("city:an", Some("one-stop")));
        assert!(who.grants.is_empty() && who.agency.is_none());
    }
    for odd in [json!(1), json!(""), json!("a b"), json!("é"), json!(["x"]), json!("c".repeat(129))] {
        let refused = verifier.verify(&Draft::ed().with("client_id", odd.clone()).token(), at(NOW)).unwrap_err();
        assert_eq!(refused.reason(), Reason::ClaimMalformed("client_id"), "{odd}");
    }
}

#[test]
fn an_issuer_whose_roles_are_assigned_here_vouches_for_none() {
    let assigned = IssuerConfig { roles: vec![], roles_assigned: true, subject_prefix: "city:".into(), ..city() };
    let both = IssuerConfig { roles_assigned: true, ..city() };
    let refused = Verifier::new(VerifierConfig { issuers: vec![both], cache: 10 }).unwrap_err();
    assert!(matches!(refused, VerifierError::RolesTwice(_)), "{refused}");
    let verifier = Verifier::new(VerifierConfig { issuers: vec![assigned], cache: 10 }).unwrap();
    assert!(verifier.issuer(CITY).unwrap().roles_assigned && verifier.issuer("https://other.test").is_none());
    assert!(verifier.verify(&Draft::ed().token(), at(NOW)).unwrap().principal().grants.is_empty());
}

#[test]
fn only_the_installations_own_issuer_acts_for_accounts_of_others() {
    let own = Draft::ed().with("sub", json!("courts:clerk"));
    let acting = own.clone().with("act", json!({ "sub": "service:gateway" }));
    for (delegates, draft, taken) in [(true, &acting, true), (true, &own, false), (false, &acting, false)] {
        let issuers = vec![IssuerConfig { delegates, ..city() }, courts()];
        let verifier = Verifier::new(VerifierConfig { issuers, cache: 10 }).unwrap();
        let verified = verifier.verify(&draft.token(), at(NOW));
        assert_eq!(verified.is_ok(), taken, "{delegates}: {verified:?}");
    }
}
