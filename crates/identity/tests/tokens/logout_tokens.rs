//! Logout tokens: the provider says that a session there has ended; of no use as a credential, and no ID token is one.

use hoagiai_identity::{
    testing::forge::{CITY, COURTS, Draft, NOW, OURS, at, verifier},
    token::{LogoutToken, Reason},
};
use serde_json::json;

const PAGE: &str = "hoagiai-page";

fn good() -> Draft {
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let draft = Draft::ed().header_with("typ", json!("logout+jwt")).with("aud", json!(PAGE)).without("roles");
    draft.with("events", event).with("sid", json!("s-1"))
}

fn read(draft: &Draft) -> Result<LogoutToken, Reason> {
    verifier().verify_logout_token(&draft.token(), (CITY, PAGE), at(NOW)).map_err(|refused| refused.reason())
}

#[test]
fn a_logout_token_says_which_session_or_whose_have_ended() {
    for (draft, subject, session) in [
        (good(), Some("an"), Some("s-1")),
        (good().without("sub"), None, Some("s-1")),
        (good().without("sid"), Some("an"), None),
        (good().header_with("typ", json!("JWT")), Some("an"), Some("s-1")),
        (good().header_without("typ"), Some("an"), Some("s-1")),
    ] {
        let said = read(&draft).unwrap();
        assert_eq!((said.subject.as_deref(), said.session_id.as_deref()), (subject, session));
        assert!(verifier().verify(&draft.token(), at(NOW)).is_err(), "it is no credential");
    }
}

#[test]
fn what_is_no_logout_token_of_this_provider_for_us_ends_nothing() {
    for (draft, reason) in [
        (good().with("nonce", json!("n")), Reason::ClaimMalformed("nonce")),
        (good().without("events"), Reason::ClaimMissing("events")),
        (good().with("events", json!({})), Reason::ClaimMalformed("events")),
        (good().with("events", json!([])), Reason::ClaimMalformed("events")),
        (
            good().with("events", json!({ "http://schemas.openid.net/event/backchannel-logout": 1 })),
            Reason::ClaimMalformed("events"),
        ),
        (good().with("aud", json!(OURS)), Reason::Audience),
        (good().without("jti"), Reason::ClaimMissing("jti")),
        (good().without("sub").without("sid"), Reason::ClaimMissing("sid")),
        (good().with("exp", json!(NOW - 100)).with("iat", json!(NOW - 200)).without("nbf"), Reason::Expired),
        (good().without("exp"), Reason::ClaimMissing("exp")),
        (good().header_with("typ", json!("at+jwt")), Reason::Type),
    ] {
        assert_eq!(read(&draft), Err(reason));
    }
    let elsewhere = verifier().verify_logout_token(&good().token(), (COURTS, PAGE), at(NOW));
    assert_eq!(elsewhere.unwrap_err().reason(), Reason::IssuerUnknown);
    let token = good().token();
    let forged = format!("{}AAAA", &token[..token.len() - 4]);
    assert!(verifier().verify_logout_token(&forged, (CITY, PAGE), at(NOW)).is_err());
}
