//! Tokens of a provider elsewhere, whose keys are fetched: rotation, a provider that is down, one that misbehaves.

use hoagiai_runtime::Part;
use hoagiai_testkit::server::{self, TestServer};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    get, now,
    provider::{AUDIENCE, Provider, until},
};

const CALLBACK: &str = "http://127.0.0.1:1/sign-in/callback";
/// The provider vouches for an account that has no role here: known, and not allowed.
const KNOWN: StatusCode = StatusCode::FORBIDDEN;
const UNKNOWN: StatusCode = StatusCode::UNAUTHORIZED;

async fn started(configuration: &str) -> TestServer {
    let both = [Part::new("registry", hoagiai_registry::service), Part::new("gateway", hoagiai_gateway::service)];
    let key = "[gateway]\nlisten = \"127.0.0.1:0\"\n";
    server::of(both).configuration(key).configuration(configuration).start().await.unwrap()
}

fn identity(folder: &std::path::Path, more: &str) -> String {
    format!("[identity]\nlocal_key = {:?}\n{more}\n", folder.join("issuer.pem"))
}

async fn asked(server: &TestServer, token: &str) -> StatusCode {
    get(server, "/v1/units", Some(token)).await.0
}

/// How often keys were fetched with this outcome.
fn fetched(server: &TestServer, outcome: &str) -> f64 {
    let metrics = server.server().metrics();
    let of_keys = |line: &&str| line.starts_with("hoagiai_identity_key_fetches_total") && line.contains(outcome);
    metrics.lines().filter(of_keys).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

fn claims() -> Value {
    json!({ "aud": AUDIENCE, "sub": "an", "client_id": "one-stop", "iat": now(), "exp": now() + 300, "jti": "t-1" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_of_a_certified_provider_are_taken_and_its_keys_may_change() {
    let (folder, provider, other) =
        (tempfile::tempdir().unwrap(), Provider::start(CALLBACK), Provider::start(CALLBACK));
    let both = provider.trusted("\"discovery\"") + &other.trusted("\"discovery\"").replace("\"city:\"", "\"other:\"");
    let server = started(&(identity(folder.path(), "") + &both)).await;
    let first = provider.token("one-stop").await;
    assert_eq!(asked(&server, &first).await, KNOWN);
    assert_eq!(asked(&server, &provider.token("one-stop-rsa").await).await, KNOWN, "RS256");
    // What the provider says of roles counts as far as it may vouch for them.
    let with = |role: &str| {
        let mut claims = claims();
        claims["roles"] = json!([{ "role": role, "area": "*" }]);
        claims
    };
    assert_eq!(asked(&server, &provider.mint(json!({}), with("auditor")).await).await, StatusCode::OK);
    assert_eq!(asked(&server, &provider.mint(json!({}), with("operator")).await).await, UNKNOWN);
    // A new key signs at once: the first token that names it has it fetched.
    assert_eq!(provider.key_fetches().await, 1);
    provider.control("rotate", json!({ "overlap": true })).await;
    let second = provider.token("one-stop").await;
    assert_eq!(asked(&server, &second).await, UNKNOWN);
    until("the new key is known", async || asked(&server, &second).await == KNOWN).await;
    assert_eq!((asked(&server, &first).await, provider.key_fetches().await), (KNOWN, 2), "the old key is still good");
    // Key ids that nobody knows: one fetch a minute, however many.
    for n in 0..200 {
        let token = provider.mint(json!({ "kid": format!("unknown-{n}") }), claims()).await;
        assert_eq!(asked(&server, &token).await, UNKNOWN);
    }
    // Another provider's new key is fetched after them: by then whoever fetches has looked at what those asked for.
    other.control("rotate", json!({ "overlap": true })).await;
    let third = other.token("one-stop").await;
    until("a key of the other is known", async || asked(&server, &third).await == KNOWN).await;
    assert_eq!((provider.key_fetches().await, other.key_fetches().await), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_taken_back_is_trusted_until_the_next_fetch_and_no_longer() {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Provider::start(CALLBACK));
    let jwks = format!("{{ uri = \"{}/jwks\" }}", provider.issuer());
    let server = started(&(identity(folder.path(), "keys_refresh = \"1s\"") + &provider.trusted(&jwks))).await;
    let token = provider.token("one-stop").await;
    assert_eq!(asked(&server, &token).await, KNOWN);
    provider.control("rotate", json!({ "overlap": false })).await;
    until("the old key is gone", async || asked(&server, &token).await == UNKNOWN).await;
    assert_eq!(asked(&server, &provider.token("one-stop").await).await, KNOWN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_down_stops_nobody() {
    let (folder, mut provider) = (tempfile::tempdir().unwrap(), Provider::start(CALLBACK));
    let token = provider.token("one-stop").await;
    let data = format!("[data]\nfolder = {:?}\n", folder.path().join("data"));
    let trusted = provider.trusted("\"discovery\"");
    let with = |more: &str| format!("{data}{}{trusted}", identity(folder.path(), more));
    provider.kill();
    let server = started(&with("")).await;
    let own = server.token(
        "auditor",
        vec![hoagiai_identity::Grant::of(hoagiai_identity::Role::Auditor, hoagiai_identity::Area::Everywhere)],
    );
    assert_eq!(asked(&server, &own.unwrap()).await, StatusCode::OK, "the local issuer serves");
    assert_eq!(asked(&server, &token).await, UNKNOWN);
    assert!(fetched(&server, "unreachable") >= 1.0);
    provider.restart();
    until("the keys have come", async || asked(&server, &token).await == KNOWN).await;
    server.stop().await;
    // A restart while it is down goes on with the keys that were kept.
    provider.kill();
    let server = started(&with("keys_refresh = \"1s\"")).await;
    assert_eq!(asked(&server, &token).await, KNOWN);
    until("a fetch has failed", async || fetched(&server, "unreachable") >= 1.0).await;
    assert_eq!(asked(&server, &token).await, KNOWN);
    server.stop().await;
    // But not for ever.
    let server = started(&with("keys_keep = \"1s\"")).await;
    until("the kept keys are too old", async || asked(&server, &token).await == UNKNOWN).await;
    server.stop().await;
    provider.restart();
    let server = started(&with("keys_refresh = \"1s\"\nkeys_keep = \"3s\"")).await;
    assert_eq!(asked(&server, &token).await, KNOWN);
    provider.kill();
    until("the keys are too old", async || asked(&server, &token).await == UNKNOWN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_set_of_keys_is_not_taken_and_harms_nothing() {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Provider::start(CALLBACK));
    let token = provider.token("one-stop").await;
    let configuration = identity(folder.path(), "keys_refresh = \"1s\"") + &provider.trusted("\"discovery\"");
    for (mode, word) in [
        (json!({ "jwks": "500" }), "status"),
        (json!({ "jwks": "html" }), "no_keys"),
        (json!({ "jwks": "redirect" }), "redirect"),
        (json!({ "jwks": "large" }), "too_large"),
        (json!({ "jwks": "twice" }), "no_keys"),
        (json!({ "jwks": "empty" }), "no_keys"),
        (json!({ "jwks": "cut" }), "unreachable"),
        (json!({ "jwks": "ok", "issuer": "https://id.elsewhere.test" }), "metadata"),
    ] {
        provider.control("mode", json!({ "jwks": "ok", "issuer": null })).await;
        let server = started(&configuration).await;
        assert_eq!(asked(&server, &token).await, KNOWN);
        provider.control("mode", mode.clone()).await;
        until(&format!("{mode} is noticed"), async || fetched(&server, word) >= 1.0).await;
        assert_eq!(asked(&server, &token).await, KNOWN, "{mode}: the old keys stay");
        let fresh = started(&configuration).await;
        assert_eq!((asked(&fresh, &token).await, fetched(&fresh, word) >= 1.0), (UNKNOWN, true), "{mode}");
        assert!(!fresh.server().metrics().contains(&token));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_the_provider_that_is_not_for_us_is_refused() {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Provider::start(CALLBACK));
    let server = started(&(identity(folder.path(), "") + &provider.trusted("\"discovery\""))).await;
    assert_eq!(asked(&server, &provider.mint(json!({}), claims()).await).await, KNOWN);
    for (field, value) in [
        ("aud", json!("urn:elsewhere")),
        ("aud", Value::Null),
        ("iss", json!("https://id.elsewhere.test")),
        ("exp", json!(now() - 10)),
        ("exp", json!(now() + 100_000)),
        ("iat", json!(now() + 60)),
        ("sub", Value::Null),
        ("jti", Value::Null),
    ] {
        let mut claims = claims();
        claims[field] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(field);
        }
        let token = provider.mint(json!({}), claims).await;
        assert_eq!(asked(&server, &token).await, UNKNOWN, "{field} = {value}");
    }
    for header in [json!({ "typ": "JWT" }), json!({ "typ": "id_token" }), json!({ "jku": "https://elsewhere.test" })] {
        assert_eq!(asked(&server, &provider.mint(header.clone(), claims()).await).await, UNKNOWN, "{header}");
    }
    let good = provider.mint(json!({}), claims()).await;
    let parts: Vec<&str> = good.split('.').collect();
    // {"alg":"none","typ":"at+jwt","kid":"x"}, with the signature and without.
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoieCJ9";
    for token in [format!("{none}.{}.{}", parts[1], parts[2]), format!("{none}.{}.", parts[1])] {
        assert_eq!(asked(&server, &token).await, UNKNOWN);
    }
}
