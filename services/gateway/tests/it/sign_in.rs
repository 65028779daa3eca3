//! Officers sign in with a browser at a certified provider; and everything that somebody else may try meanwhile.

use std::collections::BTreeMap;

use hoagiai_runtime::Part;
use hoagiai_testkit::server;
use http::{Method, StatusCode, header};
use reqwest::Url;
use serde_json::{Value, json};

use crate::{
    provider::until,
    world::{BEGUN, Browser, OURS, SESSION, World, host, location, world},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_signs_in_calls_and_signs_out() {
    let world = world("").await;
    let mut browser = Browser::new();
    let response = browser.get(&world.at("/sign-in?return=/docs/"), &[]).await;
    let sent: BTreeMap<String, String> = Url::parse(&location(&response)).unwrap().query_pairs().into_owned().collect();
    assert_eq!((sent["response_type"].as_str(), sent["code_challenge_method"].as_str()), ("code", "S256"));
    assert!(sent["state"].len() == 43 && sent["nonce"].len() == 43 && sent["state"] != sent["nonce"]);
    let callback = browser.at_provider(location(&response), "an").await;
    let response = browser.get(callback.as_str(), &[]).await;
    assert_eq!(location(&response), "/docs/");
    let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect();
    let session = cookies.iter().find(|line| line.starts_with("__Host-hoagiai=")).unwrap();
    assert!(session.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{session}");
    assert!(!browser.has(&world.url, BEGUN) && session.len() < 200);

    let who: Value =
        serde_json::from_str(&browser.get(&world.at("/sign-in/who"), &[OURS]).await.text().await.unwrap()).unwrap();
    assert_eq!(who["subject"], "city:an");
    assert_eq!(who["roles"][0]["title"], "Người kiểm toán, thanh tra");
    assert!(who["ends"].as_str().is_some_and(|ends| ends.ends_with('Z')), "{who}");
    assert_eq!(world.units(&mut browser, &[OURS]).await, StatusCode::OK);
    // Somebody without a role here is known, and may nothing.
    let mut other = world.signed_in("binh").await;
    assert_eq!(world.units(&mut other, &[OURS]).await, StatusCode::FORBIDDEN);
    assert_eq!(world.units(&mut Browser::new(), &[]).await, StatusCode::UNAUTHORIZED);

    let secret = browser.cookie(&world.url, SESSION).clone();
    let out = browser.send(Method::POST, &world.at("/sign-out"), &[OURS], "").await;
    assert_eq!(out.status(), StatusCode::OK);
    let out: Value = serde_json::from_str(&out.text().await.unwrap()).unwrap();
    assert!(out["signOutAt"].as_str().unwrap().starts_with(&world.provider.issuer()), "{out}");
    assert!(!browser.has(&world.url, SESSION));
    // Whoever has a copy of the cookie has nothing.
    let mut thief = Browser::new();
    thief.jars.insert(host(&world.url), BTreeMap::from([(SESSION.to_owned(), secret)]));
    assert_eq!(world.units(&mut thief, &[OURS]).await, StatusCode::UNAUTHORIZED);
    assert!(!thief.has(&world.url, SESSION), "and is told to forget it");
    assert_eq!(world.units(&mut other, &[OURS]).await, StatusCode::FORBIDDEN, "others stay signed in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_otherwise_than_sent_is_not_signed_in() {
    let world = world("").await;
    let changed = |callback: &Url, name: &str, value: Option<&str>| {
        let mut url = callback.clone();
        let pairs: Vec<(String, String)> = callback.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
        url.query_pairs_mut().clear().extend_pairs(pairs).extend_pairs(value.map(|value| (name, value)));
        url
    };
    for (name, value, status) in [
        ("state", Some("x"), StatusCode::BAD_REQUEST),
        ("state", None, StatusCode::BAD_REQUEST),
        ("code", Some("x"), StatusCode::BAD_REQUEST),
        ("code", None, StatusCode::BAD_REQUEST),
        ("iss", Some("https://id.elsewhere.test"), StatusCode::BAD_GATEWAY),
        ("error", Some("access_denied"), StatusCode::FORBIDDEN),
    ] {
        let mut browser = Browser::new();
        let callback = changed(&world.begun(&mut browser, "an").await, name, value);
        let response = browser.get(callback.as_str(), &[]).await;
        assert_eq!(response.status(), status, "{name} = {value:?}");
        assert!(!browser.has(&world.url, SESSION), "{name} = {value:?}");
    }
    // Another's sign-in, brought into this browser; and one that was begun nowhere.
    let (mut victim, mut attacker) = (Browser::new(), Browser::new());
    let theirs = world.begun(&mut attacker, "binh").await;
    let own = world.begun(&mut victim, "an").await;
    assert_eq!(victim.get(theirs.as_str(), &[]).await.status(), StatusCode::BAD_REQUEST);
    let code = theirs.query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned();
    let mut victim = Browser::new();
    let mixed = changed(&world.begun(&mut victim, "an").await, "code", Some(&code));
    let status = victim.get(mixed.as_str(), &[]).await.status();
    assert_eq!((status, victim.has(&world.url, SESSION)), (StatusCode::BAD_REQUEST, false), "PKCE binds the code");
    assert_eq!(Browser::new().get(own.as_str(), &[]).await.status(), StatusCode::BAD_REQUEST);
    // A code is good once, also with the cookie of before.
    let mut browser = Browser::new();
    let callback = world.begun(&mut browser, "an").await;
    let sealed = browser.cookie(&world.url, BEGUN).clone();
    assert_eq!(browser.get(callback.as_str(), &[]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(browser.get(callback.as_str(), &[]).await.status(), StatusCode::BAD_REQUEST);
    let mut again = Browser::new();
    again.jars.insert(host(&world.url), BTreeMap::from([(BEGUN.to_owned(), sealed.clone())]));
    assert_eq!(again.get(callback.as_str(), &[]).await.status(), StatusCode::BAD_REQUEST);
    // What was sealed is not changed.
    let mut tampered = Browser::new();
    let callback = world.begun(&mut tampered, "an").await;
    *tampered.cookie(&world.url, BEGUN) = sealed;
    assert_eq!(tampered.get(callback.as_str(), &[]).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_token_that_is_not_of_this_sign_in_signs_nobody_in() {
    let world = world("").await;
    for tampered in [
        json!({ "nonce": "another" }),
        json!({ "aud": "another-page" }),
        json!({ "azp": "another-page" }),
        json!({ "sub": "binh" }),
        json!({ "exp": 1_700_000_000, "iat": 1_699_999_000 }),
        json!({ "at_hash": "AAAA" }),
        json!({ "iss": "https://id.elsewhere.test" }),
    ] {
        let mut browser = Browser::new();
        let callback = world.begun(&mut browser, "an").await;
        world.provider.control("mode", json!({ "tamper": tampered })).await;
        let response = browser.get(callback.as_str(), &[]).await;
        assert_eq!(
            (response.status(), browser.has(&world.url, SESSION)),
            (StatusCode::BAD_GATEWAY, false),
            "{tampered}"
        );
        world.provider.control("mode", json!({ "tamper": null })).await;
    }
    // Tampering itself does not break it: the same road with nothing changed.
    let mut browser = Browser::new();
    let callback = world.begun(&mut browser, "an").await;
    world.provider.control("mode", json!({ "tamper": {} })).await;
    assert_eq!(browser.get(callback.as_str(), &[]).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_sent_elsewhere_and_pkce_is_not_dropped() {
    let world = world("").await;
    for path in
        ["//evil.test", "https://evil.test/", "/%5Cevil.test", "/%09/evil.test", "javascript:alert(1)", "%0d%0aa:b"]
    {
        let mut browser = Browser::new();
        let response = browser.get(&world.at(&format!("/sign-in?return={path}")), &[]).await;
        let callback = browser.at_provider(location(&response), "an").await;
        assert_eq!(location(&browser.get(callback.as_str(), &[]).await), "/", "{path}");
    }
    // Somebody on the way to the provider takes the challenge off, or makes it plain.
    for change in ["", "plain"] {
        let mut browser = Browser::new();
        let response = browser.get(&world.at("/sign-in"), &[]).await;
        let mut url = Url::parse(&location(&response)).unwrap();
        let pairs: Vec<(String, String)> =
            url.query_pairs().into_owned().filter(|(key, _)| !key.starts_with("code_challenge")).collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        if change == "plain" {
            url.query_pairs_mut().append_pair("code_challenge", "x").append_pair("code_challenge_method", "plain");
        }
        let callback = browser.at_provider(url.into(), "an").await;
        let response = browser.get(callback.as_str(), &[]).await;
        assert!(response.status().is_client_error() && !browser.has(&world.url, SESSION), "{}", response.status());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_counts_for_calls_of_our_own_pages_alone() {
    let world = world("").await;
    let mut browser = world.signed_in("an").await;
    let evil = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.test")];
    let sibling = [("sec-fetch-site", "same-site"), ("origin", "https://portal.test")];
    let old = [("origin", "https://evil.test")];
    let own = [("origin", world.url.as_str())];
    for (headers, reads, writes) in [
        (&evil[..], false, false),
        (&sibling[..], false, false),
        (&old[..], false, false),
        (&own[..], true, true),
        (&[OURS][..], true, true),
        (&[][..], true, false),
    ] {
        let read = world.units(&mut browser, headers).await;
        assert_eq!(read == StatusCode::OK, reads, "{headers:?}: {read}");
        // An auditor plans no team: refused as such is called as such.
        let headers: Vec<_> = headers.iter().copied().chain([("content-type", "application/json")]).collect();
        let plan = world.at("/v1/communes/00000000-0000-4000-8000-000000000001/teams:plan");
        let write = browser.send(Method::POST, &plan, &headers, "").await.status();
        assert_eq!(write != StatusCode::UNAUTHORIZED, writes, "{headers:?}: {write}");
        let out = browser.send(Method::POST, &world.at("/sign-out"), &evil, "").await.status();
        assert_eq!(out, StatusCode::UNAUTHORIZED);
    }
    // Credentials of the call's own go first, and a cookie that is none is refused and forgotten.
    let with_token = [OURS, ("authorization", "Bearer no.token.atall")];
    assert_eq!(world.units(&mut browser, &with_token).await, StatusCode::UNAUTHORIZED);
    assert_eq!(world.units(&mut browser, &[OURS]).await, StatusCode::OK);
    let secret = browser.cookie(&world.url, SESSION);
    let last = if secret.ends_with('A') { "B" } else { "A" };
    secret.replace_range(secret.len() - 1.., last);
    assert_eq!(world.units(&mut browser, &[OURS]).await, StatusCode::UNAUTHORIZED);
    assert!(!browser.has(&world.url, SESSION));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_renewed_once_and_lives_through_an_outage_of_the_provider() {
    let mut world = world("").await;
    // Less is left of the token than the margin: every sign-in is due at once.
    world.provider.control("mode", json!({ "ttl": 30 })).await;
    let browser = world.signed_in("an").await;
    let asked = async |world: &World| world.provider.control("counts", json!({})).await["token"].as_u64().unwrap();
    let before = asked(&world).await;
    // Refresh tokens are used once: ten calls at once make one renewal, or everything would end.
    let calls = (0..10).map(|_| {
        let mut copy = Browser::new();
        copy.jars.clone_from(&browser.jars);
        let url = world.at("/v1/units");
        tokio::spawn(async move { copy.get(&url, &[OURS]).await.status() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(asked(&world).await, before + 1);
    // Down: what is left of the token is used, then calls wait for the provider; the session is not lost.
    world.provider.control("mode", json!({ "ttl": 3, "token": "ok" })).await;
    let mut short = world.signed_in("an").await;
    world.provider.control("mode", json!({ "token": "down" })).await;
    assert_eq!(world.units(&mut short, &[OURS]).await, StatusCode::OK);
    until("the token has run out", async || world.units(&mut short, &[OURS]).await == StatusCode::SERVICE_UNAVAILABLE)
        .await;
    assert!(short.has(&world.url, SESSION));
    world.provider.control("mode", json!({ "ttl": 600, "token": "ok" })).await;
    until("the session goes on", async || world.units(&mut short, &[OURS]).await == StatusCode::OK).await;
    // Nobody signs in while it is away, and is told so.
    world.provider.control("mode", json!({ "token": "down" })).await;
    let mut new = Browser::new();
    let callback = world.begun(&mut new, "an").await;
    assert_eq!(new.get(callback.as_str(), &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    world.provider.kill();
    assert_eq!(world.units(&mut short, &[OURS]).await, StatusCode::OK, "a token that is good needs no provider");
    assert!(browser.has(&world.url, SESSION) && !world.server.server().metrics().contains("city:an"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_the_provider_ended_ends_here() {
    let mut world = world("").await;
    world.provider.control("mode", json!({ "ttl": 3 })).await;
    let mut browser = world.signed_in("an").await;
    // It forgets its grants, as when an administrator ends a session there.
    world.provider.kill();
    world.provider.restart();
    until("the session has ended", async || world.units(&mut browser, &[OURS]).await == StatusCode::UNAUTHORIZED).await;
    assert!(!browser.has(&world.url, SESSION));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_somebody_must_sign_in_is_asked_for_and_checked() {
    let world = world("acr_values = [\"urn:high\"]").await;
    let mut browser = Browser::new();
    let callback = world.begun(&mut browser, "an").await;
    assert_eq!(browser.get(callback.as_str(), &[]).await.status(), StatusCode::BAD_GATEWAY);
    let mut browser = Browser::new();
    let callback = world.begun(&mut browser, "an").await;
    world.provider.control("mode", json!({ "tamper": { "acr": "urn:high" } })).await;
    assert_eq!(browser.get(callback.as_str(), &[]).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_that_cannot_work_keeps_the_gateway_from_starting() {
    let section = "[gateway.sign_in]\nissuer = \"https://id.test\"\nclient_id = \"page\"\n";
    for (public_url, more, key) in [
        ("", "", "public_url"),
        ("public_url = \"http://api.test\"\n", "", "public_url"),
        ("public_url = \"https://api.test\"\n", "scopes = [\"profile\"]\n", "sign_in.scopes"),
        ("public_url = \"https://api.test\"\n", "longest = \"0s\"\n", "sign_in.longest"),
    ] {
        let text = format!(
            "[gateway]\nlisten = \"127.0.0.1:0\"\n{public_url}{section}{more}[peers]\nregistry = \"http://127.0.0.1:1\""
        );
        let started = server::of([Part::new("gateway", hoagiai_gateway::service)]).configuration(&text).start().await;
        let error = format!("{:#}", started.err().unwrap());
        assert!(error.contains(&format!("gateway.{key}")), "{error}");
    }
}
