//! ID tokens: who has just signed in, for us and for this request; of no use as a credential.

use aws_lc_rs::digest;
use hoagiai_identity::token::{IdTokenTerms, Reason};
use serde_json::json;

use hoagiai_identity::testing::forge::{CITY, COURTS, Draft, NOW, OURS, Signer, at, b64, verifier};

const PAGE: &str = "hoagiai-page";

fn terms() -> IdTokenTerms<'static> {
    IdTokenTerms { issuer: CITY, client_id: PAGE, nonce: "n-1", access_token: Some("the-token"), acr_values: &[] }
}

fn half(hash: &'static digest::Algorithm) -> String {
    let whole = digest::digest(hash, b"the-token");
    b64(&whole.as_ref()[..whole.as_ref().len() / 2])
}

fn good(draft: Draft) -> Draft {
    draft.header_without("typ").with("aud", json!(PAGE)).with("nonce", json!("n-1")).without("roles")
}

#[test]
fn an_id_token_says_who_has_signed_in() {
    let ec = good(Draft::ec()).with("at_hash", json!(half(&digest::SHA256)));
    let ed = good(Draft::ed()).with("at_hash", json!(half(&digest::SHA512)));
    for draft in [
        good(Draft::ed()),
        ec,
        ed,
        good(Draft::rsa()).header_with("typ", json!("JWT")),
        good(Draft::ed()).with("azp", json!(PAGE)),
        good(Draft::ed()).with("aud", json!([PAGE])),
        good(Draft::ed()).with("aud", json!([PAGE, "other"])).with("azp", json!(PAGE)),
        good(Draft::ed()).without("jti").without("nbf"),
    ] {
        assert_eq!(verifier().verify_id_token(&draft.token(), &terms(), at(NOW)).unwrap().subject, "an");
        assert!(verifier().verify(&draft.token(), at(NOW)).is_err(), "it is no credential");
    }
    let acr = ["substantial".to_owned(), "high".to_owned()];
    let strict = IdTokenTerms { acr_values: &acr, ..terms() };
    let with_acr = |acr| good(Draft::ed()).with("acr", json!(acr)).token();
    assert!(verifier().verify_id_token(&with_acr("high"), &strict, at(NOW)).is_ok());
    let reason = |token: &str| verifier().verify_id_token(token, &strict, at(NOW)).unwrap_err().reason();
    assert_eq!(reason(&with_acr("low")), Reason::ClaimMalformed("acr"));
    assert_eq!(reason(&good(Draft::ed()).token()), Reason::ClaimMissing("acr"));
}

#[test]
fn an_id_token_for_somebody_else_or_another_request_is_refused() {
    use Reason::{Audience, ClaimMalformed, ClaimMissing, Expired, IssuerUnknown, Signature, Type};
    let draft = || good(Draft::ed());
    let courts = Draft::courts().header_without("typ").with("aud", json!(PAGE)).with("nonce", json!("n-1"));
    for (name, token, expected) in [
        ("an access token", Draft::ed().with("aud", json!(PAGE)).with("nonce", json!("n-1")).token(), Type),
        ("another issuer that is trusted too", courts.token(), IssuerUnknown),
        ("another's key", draft().signed_by(Signer::Stranger).token(), Signature),
        ("for the API", draft().with("aud", json!(OURS)).token(), Audience),
        ("for nobody", draft().without("aud").token(), ClaimMissing("aud")),
        ("for several, issued to nobody", draft().with("aud", json!([PAGE, "other"])).token(), ClaimMissing("azp")),
        ("issued to another", draft().with("azp", json!("other")).token(), ClaimMalformed("azp")),
        ("another nonce", draft().with("nonce", json!("n-2")).token(), ClaimMalformed("nonce")),
        ("no nonce", draft().without("nonce").token(), ClaimMissing("nonce")),
        ("a nonce that is no text", draft().with("nonce", json!(["n-1"])).token(), ClaimMalformed("nonce")),
        (
            "with another access token",
            draft().with("at_hash", json!(half(&digest::SHA256))).token(),
            ClaimMalformed("at_hash"),
        ),
        ("no subject", draft().without("sub").token(), ClaimMissing("sub")),
        ("a subject with a space", draft().with("sub", json!("a b")).token(), ClaimMalformed("sub")),
        (
            "run out",
            draft().with("iat", json!(NOW - 60)).with("nbf", json!(NOW - 60)).with("exp", json!(NOW - 6)).token(),
            Expired,
        ),
        ("no iat", draft().without("iat").token(), ClaimMissing("iat")),
        ("no exp", draft().without("exp").token(), ClaimMissing("exp")),
    ] {
        let refused = verifier().verify_id_token(&token, &terms(), at(NOW)).unwrap_err().reason();
        assert_eq!(refused, expected, "{name} beside {COURTS}");
    }
}
