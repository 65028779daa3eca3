//! Assertions of a gateway in front: whom it has let in; of use over its own connection alone, and no credential.

use hoagiai_identity::{
    testing::forge::{CITY, COURTS, Draft, NOW, at, city, courts},
    token::{AssertionTerms, IssuerConfig, Reason, Verifier, VerifierConfig, VerifierError},
};
use serde_json::json;

const APPLICATION: &str = "http://wso2.org/claims/applicationid";

fn verifier() -> Verifier {
    let bus = IssuerConfig { asserts: true, roles: vec![], subject_prefix: "bus:".into(), ..city() };
    Verifier::new(VerifierConfig { issuers: vec![bus, courts()], cache: 10 }).unwrap()
}

fn good() -> Draft {
    Draft::ed().header_without("typ").without("roles").without("aud").without("jti").with(APPLICATION, json!("7"))
}

fn read(draft: &Draft, subject_claim: &str) -> Result<String, Reason> {
    let terms = AssertionTerms { issuer: CITY, subject_claim };
    verifier().verify_assertion(&draft.token(), &terms, at(NOW)).map_err(|refused| refused.reason())
}

#[test]
fn an_assertion_names_whom_the_gateway_has_let_in() {
    for (draft, claim, subject) in [
        (good(), "sub", "bus:an"),
        (good(), APPLICATION, "bus:7"),
        (good().with(APPLICATION, json!(7)), APPLICATION, "bus:7"),
        (good().header_with("typ", json!("JWT")), "sub", "bus:an"),
        (Draft::ed(), "sub", "bus:an"),
    ] {
        assert_eq!(read(&draft, claim).as_deref(), Ok(subject));
        assert!(verifier().verify(&draft.token(), at(NOW)).is_err(), "it is no credential, whatever its type");
    }
}

#[test]
fn what_is_no_assertion_of_this_gateway_names_nobody() {
    for (draft, claim, reason) in [
        (good().with("aud", json!("https://elsewhere.test")), "sub", Reason::Audience),
        (good().with("exp", json!(NOW - 100)).with("iat", json!(NOW - 200)).without("nbf"), "sub", Reason::Expired),
        (good().without("exp"), "sub", Reason::ClaimMissing("exp")),
        (good().without("sub"), "sub", Reason::ClaimMissing("sub")),
        (good(), "http://wso2.org/claims/subscriber", Reason::ClaimMissing("sub")),
        (good().with(APPLICATION, json!("Ứng dụng")), APPLICATION, Reason::ClaimMalformed("sub")),
        (good().with(APPLICATION, json!("")), APPLICATION, Reason::ClaimMalformed("sub")),
        (good().with(APPLICATION, json!(-7)), APPLICATION, Reason::ClaimMalformed("sub")),
        (good().with(APPLICATION, json!(["7"])), APPLICATION, Reason::ClaimMalformed("sub")),
        (good().header_with("typ", json!("logout+jwt")), "sub", Reason::Type),
        (Draft::courts(), "sub", Reason::IssuerUnknown),
    ] {
        assert_eq!(read(&draft, claim), Err(reason));
    }
    // An issuer of credentials makes no assertions.
    let terms = AssertionTerms { issuer: COURTS, subject_claim: "sub" };
    let refused = verifier().verify_assertion(&Draft::courts().token(), &terms, at(NOW)).unwrap_err();
    assert_eq!(refused.reason(), Reason::IssuerUnknown);
    let token = good().token();
    let forged = format!("{}AAAA", &token[..token.len() - 4]);
    let terms = AssertionTerms { issuer: CITY, subject_claim: "sub" };
    assert!(verifier().verify_assertion(&forged, &terms, at(NOW)).is_err());
}

#[test]
fn assertions_go_with_no_roles() {
    for issuer in [
        IssuerConfig { asserts: true, ..city() },
        IssuerConfig { asserts: true, roles: vec![], roles_assigned: true, ..city() },
    ] {
        let refused = Verifier::new(VerifierConfig { issuers: vec![issuer], cache: 10 }).unwrap_err();
        assert!(matches!(refused, VerifierError::AssertsRoles(_)), "{refused}");
    }
}
