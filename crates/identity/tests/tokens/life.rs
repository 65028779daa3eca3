//! The life of a token after it was verified: cache, clock, revocation, rotation, binding; and the local issuer.

use std::{sync::Arc, time::Duration};

use hoagiai_identity::{
    Area, Grant, Role, Via,
    testing::{
        HERE, date,
        forge::{self, CITY, Draft, NOW, RING, at, b64, courts, verifier},
        tokens,
    },
    token::{Issuer, IssuerError, Lifetime, NewToken, Reason, Verifier, VerifierConfig},
};
use serde_json::json;
use uuid::Uuid;

fn reason(verifier: &Verifier, token: &str, second: i64) -> Option<Reason> {
    verifier.verify(token, at(second)).err().map(|rejected| rejected.reason())
}

#[test]
fn a_token_says_what_it_was_given() {
    let verified = verifier().verify(&Draft::courts().token(), at(NOW)).unwrap();
    let who = verified.principal();
    assert_eq!((who.subject.as_str(), who.agency.as_deref(), who.person), ("courts:an", Some("TAND-HN"), None));
    assert_eq!(who.via, Via::Token { issuer: forge::COURTS.into() });
    assert_eq!(
        who.grants,
        [Grant { role: Role::Agency, area: Area::Everywhere, from: None, to: Some(date("2026-12-31")) }]
    );
    assert_eq!(who.scopes.iter().collect::<Vec<_>>(), ["hoagiai:registry", "openid"]);
    assert_eq!((verified.token_id(), verified.expires()), ("t-1", at(NOW + 900)));
    let bare = Draft::ed().without("roles").without("scope").without("agency").without("nbf").token();
    let bare = verifier().verify(&bare, at(NOW)).unwrap();
    assert!(bare.principal().grants.is_empty() && bare.principal().scopes.is_empty());
    let long = Draft::ed().header_with("typ", json!("application/at+jwt")).token();
    assert!(verifier().verify(&long, at(NOW)).is_ok());
}

#[test]
fn every_algorithm_verifies_its_own() {
    for draft in [Draft::ed(), Draft::ec(), Draft::rsa(), Draft::courts()] {
        assert_eq!(reason(&verifier(), &draft.token(), NOW), None);
    }
}

#[test]
fn a_verified_token_is_remembered_until_it_runs_out() {
    let (verifier, token) = (verifier(), Draft::ed().token());
    let first = verifier.verify(&token, at(NOW)).unwrap();
    let second = verifier.verify(&token, at(NOW + 904)).unwrap();
    assert!(Arc::ptr_eq(&first, &second) && verifier.cached() == 1);
    assert_eq!(reason(&verifier, &token, NOW + 905), Some(Reason::Expired));
    assert_eq!(verifier.cached(), 0, "it is dropped, not kept for nothing");
    assert_eq!(reason(&verifier, &token, NOW + 905), Some(Reason::Expired));
}

#[test]
fn the_clock_is_asked_also_of_remembered_tokens() {
    let (verifier, token) = (verifier(), Draft::ed().token());
    assert_eq!(reason(&verifier, &token, NOW), None);
    for (second, expected) in
        [(NOW - 5, None), (NOW - 6, Some(Reason::NotYetValid)), (NOW - 3600, Some(Reason::NotYetValid))]
    {
        assert_eq!(reason(&verifier, &token, second), expected, "the clock went back to {second}");
    }
}

#[test]
fn refused_tokens_are_not_remembered() {
    let verifier = verifier();
    for n in 0..50 {
        let token = Draft::ed().with("aud", json!(format!("other-{n}"))).token();
        assert_eq!(reason(&verifier, &token, NOW), Some(Reason::Audience));
    }
    assert_eq!(verifier.cached(), 0);
}

#[test]
fn the_cache_is_bounded() {
    let verifier = verifier();
    for n in 0..300 {
        assert_eq!(reason(&verifier, &Draft::ed().with("jti", json!(format!("t-{n}"))).token(), NOW), None);
    }
    assert!(verifier.cached() <= 100, "{} of at most 100", verifier.cached());
}

#[test]
fn a_revoked_token_is_refused_at_once_also_when_remembered() {
    let (verifier, token) = (verifier(), Draft::ed().token());
    assert_eq!(reason(&verifier, &token, NOW), None);
    verifier.revocations().revoke_token(forge::COURTS, "t-1", at(NOW + 900));
    assert_eq!(reason(&verifier, &token, NOW), None, "the id of another issuer's token is another id");
    verifier.revocations().revoke_token(CITY, "t-1", at(NOW + 900));
    assert_eq!(reason(&verifier, &token, NOW + 1), Some(Reason::Revoked));
    let other = Draft::ed().with("jti", json!("t-2")).token();
    assert_eq!(reason(&verifier, &other, NOW + 1), None);
}

#[test]
fn an_account_is_revoked_up_to_an_instant() {
    let verifier = verifier();
    let issued = |second: i64, jti: &str| {
        let draft = Draft::ed().with("iat", json!(second)).with("nbf", json!(second)).with("exp", json!(second + 300));
        draft.with("jti", json!(jti)).token()
    };
    let (old, same_second, new) = (issued(NOW - 60, "old"), issued(NOW, "same"), issued(NOW + 1, "new"));
    assert_eq!(reason(&verifier, &old, NOW), None);
    verifier.revocations().revoke_subject("an", at(NOW));
    verifier.revocations().revoke_subject("an", at(NOW - 1000));
    assert_eq!(reason(&verifier, &old, NOW + 1), Some(Reason::Revoked));
    assert_eq!(reason(&verifier, &same_second, NOW + 1), Some(Reason::Revoked), "in doubt, refused");
    assert_eq!(reason(&verifier, &new, NOW + 1), None, "a new login works");
    assert_eq!(reason(&verifier, &Draft::courts().token(), NOW + 1), None, "courts:an is another account");
}

#[test]
fn revocations_are_forgotten_only_when_nothing_is_left_to_refuse() {
    let verifier = verifier();
    verifier.revocations().revoke_token(CITY, "t-1", at(NOW + 900));
    verifier.revocations().revoke_subject("an", at(NOW));
    verifier.revocations().forget(at(NOW + 905), 900);
    assert_eq!(verifier.revocations().len(), (1, 1));
    verifier.revocations().forget(at(NOW + 911), 900);
    assert_eq!(verifier.revocations().len(), (0, 0));
}

#[test]
fn a_key_rotated_away_is_refused_at_once_also_when_remembered() {
    let (verifier, token) = (verifier(), Draft::ed().token());
    let courts = Draft::courts().token();
    assert_eq!((reason(&verifier, &token, NOW), reason(&verifier, &courts, NOW)), (None, None));
    // Overlap: both keys serve.
    let both = forge::jwks(&[forge::ed_jwk("ed-1", &RING.ed), forge::ed_jwk("ed-2", &RING.stranger)]);
    verifier.replace_keys(CITY, &both).unwrap();
    let renewed = Draft::new("EdDSA", "ed-2", CITY, forge::Signer::Stranger).token();
    assert_eq!((reason(&verifier, &token, NOW), reason(&verifier, &renewed, NOW)), (None, None));
    verifier.replace_keys(CITY, &forge::jwks(&[forge::ed_jwk("ed-2", &RING.stranger)])).unwrap();
    assert_eq!(reason(&verifier, &token, NOW), Some(Reason::KeyUnknown));
    assert_eq!((reason(&verifier, &renewed, NOW), reason(&verifier, &courts, NOW)), (None, None));
    // The same id with another key: what the old one signed is worth nothing.
    verifier.replace_keys(CITY, &forge::jwks(&[forge::ed_jwk("ed-2", &RING.ed)])).unwrap();
    assert_eq!(reason(&verifier, &renewed, NOW), Some(Reason::Signature));
}

#[test]
fn a_bad_key_set_leaves_the_old_keys() {
    let (verifier, token) = (verifier(), Draft::ed().token());
    for bad in ["", "{}", "<html>", r#"{"keys":[]}"#] {
        assert!(verifier.replace_keys(CITY, bad).is_err());
    }
    assert!(verifier.replace_keys("https://nobody", &forge::jwks(&[forge::ed_jwk("x", &RING.ed)])).is_err());
    assert_eq!(reason(&verifier, &token, NOW), None);
}

#[test]
fn a_flood_of_unknown_keys_asks_for_one_fetch_a_minute() {
    let verifier = verifier();
    let mut fetches = 0;
    for second in 0..180 {
        for n in 0..20 {
            let token = Draft::new("EdDSA", &format!("k{second}-{n}"), CITY, forge::Signer::Stranger).token();
            assert_eq!(reason(&verifier, &token, NOW + second), Some(Reason::KeyUnknown));
        }
        fetches += verifier.due_refreshes(at(NOW + second)).len();
    }
    assert_eq!(fetches, 3);
    let _ = reason(&verifier, &Draft::new("EdDSA", "k", "https://nobody", forge::Signer::Stranger).token(), NOW + 900);
    assert!(verifier.due_refreshes(at(NOW + 900)).is_empty(), "a name we do not know causes no fetch");
}

#[test]
fn a_bound_token_needs_its_certificate_every_time() {
    let verifier = verifier();
    let token = Draft::ed().with("cnf", json!({"x5t#S256": b64([9; 32])})).token();
    assert!(verifier.verify_bound(&token, &[9; 32], at(NOW)).is_ok());
    for attempt in [verifier.verify(&token, at(NOW)), verifier.verify_bound(&token, &[8; 32], at(NOW))] {
        assert_eq!(attempt.err().map(|rejected| rejected.reason()), Some(Reason::NotBound));
    }
    assert!(verifier.verify_bound(&Draft::ed().token(), &[8; 32], at(NOW)).is_ok(), "an unbound token asks for none");
}

#[test]
fn the_local_issuer_makes_its_key_once_and_keeps_it_private() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys/token.pem");
    let first = Issuer::open(&file, "https://local", "hoagiai").unwrap();
    let second = Issuer::open(&file, "https://local", "hoagiai").unwrap();
    assert_eq!((first.key_id(), first.jwks()), (second.key_id(), second.jwks()));
    assert_eq!(first.key_id().len(), 43);
    assert_eq!(std::fs::read_dir(folder.path().join("keys")).unwrap().count(), 1, "no draft of a key stays behind");
    let other = Issuer::open(&folder.path().join("other.pem"), "https://local", "hoagiai").unwrap();
    assert_ne!(first.key_id(), other.key_id());
    assert!(!format!("{first:?}").contains("PRIVATE"));
    for rubbish in
        ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN RSA PRIVATE KEY-----"]
    {
        let bad = folder.path().join("bad.pem");
        std::fs::write(&bad, rubbish).unwrap();
        restrict(&bad, 0o600);
        assert!(matches!(Issuer::open(&bad, "x", "y"), Err(IssuerError::NotAKey(_))), "{rubbish:?}");
    }
}

#[cfg(unix)]
fn restrict(file: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token.pem");
    Issuer::open(&file, "https://local", "hoagiai").unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o660, 0o644] {
        restrict(&file, mode);
        assert!(
            matches!(Issuer::open(&file, "x", "y"), Err(IssuerError::Exposed(_, found)) if found == mode),
            "{mode:o}"
        );
    }
}

#[test]
fn two_processes_that_start_at_once_share_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token.pem");
    let ids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
        let open = || Issuer::open(&file, "https://local", "hoagiai").map(|issuer| issuer.key_id().to_owned());
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
    });
    assert_eq!(ids.len(), 1);
}

#[test]
fn a_long_life_is_for_the_sandbox_alone() {
    let issuer = tokens::issuer();
    let token = |lifetime| {
        let token = NewToken {
            lifetime,
            ..NewToken::for_subject("dev", vec![Grant::of(Role::CommuneChair, Area::Unit(HERE.commune))])
        };
        issuer.mint(&token, at(NOW), Uuid::from_u128(1))
    };
    let hours = Duration::from_secs(8 * 3600);
    for refused in [
        Lifetime::Short(Duration::ZERO),
        Lifetime::Short(Duration::from_secs(901)),
        Lifetime::Sandbox(Duration::ZERO),
        Lifetime::Sandbox(Duration::MAX),
    ] {
        assert!(matches!(token(refused), Err(IssuerError::Lifetime)), "{refused:?}");
    }
    let standard = token(Lifetime::Standard).unwrap();
    assert_eq!(standard.expires, at(NOW + 900));
    assert!(!format!("{standard:?}").contains(&standard.token), "a token is not printed");
    assert_eq!(reason(&tokens::verifier(), &standard.token, NOW), None);
    let sandbox = token(Lifetime::Sandbox(hours)).unwrap();
    assert_eq!(reason(&tokens::verifier(), &sandbox.token, NOW), Some(Reason::LifetimeTooLong));
    let lenient = Verifier::new(VerifierConfig { issuers: vec![issuer.as_trusted(8 * 3600)], cache: 1 }).unwrap();
    assert_eq!(reason(&lenient, &sandbox.token, NOW + 7 * 3600), None);
}

#[test]
fn a_token_too_large_to_be_accepted_is_not_minted() {
    let grants = (0..200).map(|n| Grant::of(Role::Mediator, Area::Team(Uuid::from_u128(n + 1)))).collect();
    let minted = tokens::issuer().mint(&NewToken::for_subject("many", grants), at(NOW), Uuid::from_u128(1));
    assert!(matches!(minted, Err(IssuerError::TooLong)));
}

#[test]
fn the_builders_of_other_crates_tests_agree_with_the_verifier() {
    let chair =
        hoagiai_identity::testing::account("chair-1").holds(Role::CommuneChair, Area::Unit(HERE.commune)).build();
    let token = tokens::token_for(&chair, at(NOW));
    let verified = tokens::verifier().verify(&token, at(NOW)).unwrap();
    assert_eq!((&verified.principal().subject, &verified.principal().grants), (&chair.subject, &chair.grants));
    let config = VerifierConfig { issuers: vec![courts()], cache: 10 };
    assert_eq!(reason(&Verifier::new(config).unwrap(), &token, NOW), Some(Reason::IssuerUnknown));
}
