//! An agency that is known by its certificate (RFC 8705 §2), over TLS all the way: no token is needed, and none is given to who
//! shows another certificate or none. A token that is bound to a certificate works with that one alone (§3).

use hoagiai_identity::{Area, Grant, Role, token::NewToken};
use reqwest::{Client, StatusCode};
use serde_json::json;

use crate::tls::{Served, UNIT, authority, hexadecimal, issued, print};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agency_is_known_by_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), authority(), "", "").await;
    let agency = issued(&served.clients, "agency");
    let body = json!({ "kind": "CREDENTIAL_KIND_CERTIFICATE", "certificateSha256": hexadecimal(print(&agency)) });
    let credential = served.agency("000.01.00.H26", 100, body).await;

    let get = async |as_whom: &Client, path: &str| {
        let answer = as_whom.get(served.url(path)).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (known, stranger) = (served.client(Some(&agency)), issued(&served.clients, "another"));
    let (nobody, another) = (served.client(None), served.client(Some(&stranger)));
    let (status, text) = get(&known, "/v1/consumers").await;
    assert!(status == StatusCode::FORBIDDEN && text.contains("METHOD_NOT_ALLOWED_TO_CONSUMER"), "{status} {text}");
    let (status, text) = get(&known, &format!("/v1/units/{UNIT}/directory")).await;
    // The registry itself says so: of a unit that there is not, nothing is told.
    assert!(status == StatusCode::FORBIDDEN && text.contains("DIRECTORY_NOT_DISCLOSED"), "{status} {text}");
    for other in [&nobody, &another] {
        assert_eq!(get(other, "/v1/consumers").await.0, StatusCode::UNAUTHORIZED);
    }
    served.revoke(&credential).await;
    assert_eq!(get(&known, "/v1/consumers").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bound_token_works_with_its_certificate_alone() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), authority(), "", "").await;
    let (own, another) = (issued(&served.clients, "officer"), issued(&served.clients, "another"));
    let grants = vec![Grant::of(Role::Auditor, Area::Everywhere)];
    let bound = NewToken { certificate: Some(print(&own)), ..NewToken::for_subject("auditor", grants) };
    let token = served.server.mint(bound).unwrap();
    let get = async |shown: Option<&crate::tls::Issued>, token: &str| {
        let answer = served.client(shown).get(served.url("/v1/consumers")).bearer_auth(token).send().await.unwrap();
        answer.status()
    };
    assert_eq!(get(Some(&own), &token).await, StatusCode::OK);
    assert_eq!(get(Some(&another), &token).await, StatusCode::UNAUTHORIZED);
    assert_eq!(get(None, &token).await, StatusCode::UNAUTHORIZED);
    // One that is bound to none works with any, and a certificate makes no bad one good.
    assert_eq!(get(Some(&another), served.department()).await, StatusCode::OK);
    assert_eq!(get(Some(&own), "no.token.atall").await, StatusCode::UNAUTHORIZED);
    // It has gone on as somebody with the same role and no other.
    let created = served.client(Some(&own)).post(served.url("/v1/consumers")).bearer_auth(&token);
    let body = json!({ "agencyCodes": [], "displayName": "Tòa án" }).to_string();
    let refused = created.header("content-type", "application/json").body(body).send().await.unwrap();
    assert!([StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST].contains(&refused.status()), "{}", refused.status());
}
