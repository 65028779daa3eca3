//! Sessions lie in the database: they survive a restart, every gateway of the database knows them, and who has the database alone
//! has nothing.

use std::{collections::BTreeMap, path::Path, time::Instant};

use hoagiai_gateway::{
    MIGRATIONS,
    store::sessions::{self, NewSession, SessionRow},
};
use hoagiai_testkit::engines::{OwnPostgres, TestDb};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    provider::until,
    world::{BEGUN, Browser, OURS, SESSION, Settings, World, host, location, world},
};

hoagiai_testkit::on_each_engine!(MIGRATIONS; a_lease_is_one_processes_and_runs_out, sessions_that_have_ended_are_removed_a_few_at_a_time);

async fn on_postgres(postgres: &OwnPostgres) -> Settings {
    let databases = [postgres.create_database("r").await.unwrap(), postgres.create_database("g").await.unwrap()];
    Settings { databases: Some(databases), ..Settings::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_ends_no_session_on_sqlite() {
    a_kill_ends_no_session(Settings::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_ends_no_session_on_postgresql() {
    let postgres = OwnPostgres::start().unwrap();
    a_kill_ends_no_session(on_postgres(&postgres).await).await;
}

async fn a_kill_ends_no_session(settings: Settings) {
    let world = World::new(settings).await;
    let mut browser = world.signed_in("an").await;
    let mut out = world.signed_in("an").await;
    assert_eq!(out.send(Method::POST, &world.at("/sign-out"), &[OURS], "").await.status(), StatusCode::OK);
    // And one that is under way.
    let mut under_way = Browser::new();
    let callback = world.begun(&mut under_way, "an").await;
    let world = world.killed_and_started_again().await;
    assert_eq!(world.units(&mut browser, &[OURS]).await, StatusCode::OK);
    assert!(under_way.has(&world.url, BEGUN));
    assert_eq!(under_way.get(callback.as_str(), &[]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.units(&mut under_way, &[OURS]).await, StatusCode::OK);
    assert_eq!(world.units(&mut out, &[OURS]).await, StatusCode::UNAUTHORIZED);
    // What it renews with was kept too.
    world.provider.control("mode", json!({ "ttl": 30 })).await;
    let mut short = world.signed_in("an").await;
    let world = world.killed_and_started_again().await;
    let asked = async || world.provider.control("counts", json!({})).await["token"].as_u64().unwrap();
    let before = asked().await;
    assert_eq!(world.units(&mut short, &[OURS]).await, StatusCode::OK);
    assert_eq!(asked().await, before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_of_the_database_hold_no_token() {
    let world = world("").await;
    let mut browser = world.signed_in("an").await;
    let answer = world.provider.control("last", json!({})).await;
    let secrets = ["access_token", "refresh_token", "id_token"].map(|name| answer[name].as_str().unwrap().to_owned());
    let secret = browser.cookie(&world.url, SESSION).clone();
    let mut files = 0;
    let mut look = |name: &str, bytes: &[u8]| {
        files += 1;
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(secrets.iter().chain([&secret]).all(|text| !holds(text)), "{name} holds a secret");
        // No part of a token either, nor the account.
        assert!(
            secrets.iter().flat_map(|token| token.split('.')).all(|part| !holds(&part[..part.len().min(24)])),
            "{name}"
        );
        assert!(!holds("city:an"), "{name} says who has signed in");
    };
    each_file(world.folder.path(), "gateway.db", &mut look);
    world.server.stop().await;
    each_file(world.folder.path(), "gateway.db", &mut look);
    assert!(files >= 3, "database and log, and once more");
}

fn each_file(folder: &Path, beginning: &str, look: &mut impl FnMut(&str, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            each_file(&path, beginning, look);
        } else if name.starts_with(beginning) {
            // The write-ahead log may go when the last connection does.
            std::fs::read(&path).iter().for_each(|bytes| look(&name, bytes));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_of_one_database_know_the_same_sessions_and_renew_one_once() {
    let postgres = OwnPostgres::start().unwrap();
    let world = World::new(on_postgres(&postgres).await).await;
    let (_other, there) = world.another().await;
    let asked = async || world.provider.control("counts", json!({})).await["token"].as_u64().unwrap();
    // Near its end, and over: in both cases many calls on both make one renewal, and none is refused.
    for ttl in [30, 1] {
        world.provider.control("mode", json!({ "ttl": ttl })).await;
        let mut browser = world.signed_in("an").await;
        let secret = browser.cookie(&world.url, SESSION).clone();
        browser.jars.insert(host(&there), BTreeMap::from([(SESSION.to_owned(), secret)]));
        let began = Instant::now();
        until("the token of a second has run out", async || ttl > 1 || began.elapsed().as_secs() >= 2).await;
        world.provider.control("mode", json!({ "ttl": 600 })).await;
        let before = asked().await;
        let calls = (0..10).map(|call| {
            let mut copy = Browser::new();
            copy.jars.clone_from(&browser.jars);
            let url = format!("{}/v1/units", if call % 2 == 0 { &world.url } else { &there });
            tokio::spawn(async move { copy.get(&url, &[OURS]).await.status() })
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.unwrap(), StatusCode::OK, "a token of {ttl} s");
        }
        assert_eq!(asked().await, before + 1, "a token of {ttl} s");
        // Signed out at one is signed out at the other.
        let out = browser.send(Method::POST, &format!("{there}/sign-out"), &[OURS], "").await.status();
        assert_eq!((out, world.units(&mut browser, &[OURS]).await), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_nobody_uses_ends_and_none_outlives_the_longest() {
    let world = world("idle = \"2s\"\nlongest = \"6s\"").await;
    let (mut idle, mut busy) = (world.signed_in("an").await, world.signed_in("an").await);
    let began = Instant::now();
    until("nobody used it for two seconds", async || {
        assert_eq!(world.units(&mut busy, &[OURS]).await, StatusCode::OK, "it is used");
        began.elapsed().as_secs() >= 3
    })
    .await;
    assert_eq!(world.units(&mut idle, &[OURS]).await, StatusCode::UNAUTHORIZED);
    until("the longest is over", async || world.units(&mut busy, &[OURS]).await == StatusCode::UNAUTHORIZED).await;
    assert!(began.elapsed().as_secs() >= 5, "not before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_at_the_provider_ends_here_at_once() {
    let world = world("").await;
    let (mut browser, mut other) = (world.signed_in("an").await, world.signed_in("an").await);
    // Somebody who signs out there, in the browser of one of the two.
    let page = browser.get(&format!("{}/session/end", world.provider.issuer()), &[]).await.text().await.unwrap();
    let xsrf = page.split("name=\"xsrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let confirm = format!("{}/session/end/confirm", world.provider.issuer());
    let done = browser.send(Method::POST, &confirm, &[], &format!("xsrf={xsrf}&logout=yes")).await;
    assert!(done.status().is_redirection(), "{}", done.status());
    until("the provider has told", async || world.units(&mut browser, &[OURS]).await == StatusCode::UNAUTHORIZED).await;
    assert_eq!(world.units(&mut other, &[OURS]).await, StatusCode::OK, "another session of the account");
    // Who is not the provider ends nothing; of the account, all.
    let told = async |token: String| {
        let form = format!("logout_token={token}");
        Browser::new().send(Method::POST, &world.at("/sign-in/back-channel-logout"), &[], &form).await.status()
    };
    let claims = |more: Value| {
        let now = crate::now();
        let mut claims = json!({ "sub": "an", "aud": "hoagiai-page", "iat": now, "exp": now + 100, "jti": "1",
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} } });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims
    };
    let kind = json!({ "typ": "logout+jwt" });
    let for_another = world.provider.mint(kind.clone(), claims(json!({ "aud": "another-page" }))).await;
    let with_nonce = world.provider.mint(kind.clone(), claims(json!({ "nonce": "n" }))).await;
    for refused in [for_another, with_nonce, "no.token.atall".to_owned(), String::new()] {
        assert_eq!(told(refused).await, StatusCode::BAD_REQUEST);
    }
    assert_eq!(world.units(&mut other, &[OURS]).await, StatusCode::OK);
    let good = world.provider.mint(kind, claims(json!({}))).await;
    assert_eq!(told(good).await, StatusCode::OK);
    assert_eq!(world.units(&mut other, &[OURS]).await, StatusCode::UNAUTHORIZED);
    // Whoever ended it there signs in anew.
    let response = browser.get(&world.at("/sign-in"), &[]).await;
    assert!(location(&response).starts_with(&world.provider.issuer()));
}

fn session(byte: u8, end: hoagiai_types::Timestamp) -> NewSession {
    NewSession {
        secret: [byte; 32],
        tokens_sealed: vec![byte],
        subject_index: vec![1],
        provider_session_index: None,
        renew_after_time: hoagiai_types::Timestamp::default(),
        last_time: end,
        end_time: end,
    }
}

async fn a_lease_is_one_processes_and_runs_out(test: TestDb) {
    let seconds = |count: u64| test.db.env().now().plus(std::time::Duration::from_secs(count));
    let (now, later, end) = (seconds(0), seconds(31), seconds(3_600));
    let one = session(1, end);
    let of = (&one.secret, 1);
    let mut tx = test.db.write().await.unwrap();
    sessions::insert(&mut tx, &one).await.unwrap();
    assert!(sessions::lease(&mut tx, of, now, seconds(30)).await.unwrap());
    tx.commit().await.unwrap();
    // Another process, then the same one after the holder was killed.
    let other = test.open_again().await.unwrap();
    let mut tx = other.write().await.unwrap();
    assert!(!sessions::lease(&mut tx, of, now, seconds(30)).await.unwrap(), "somebody has it");
    assert!(sessions::lease(&mut tx, of, later, seconds(60)).await.unwrap(), "it has run out");
    let row = sessions::find(&mut tx, &one.secret, later).await.unwrap().unwrap();
    assert_eq!((row.generation, row.tokens_sealed.as_slice()), (1, [1].as_slice()), "nothing of the session is lost");
    let new = SessionRow { tokens_sealed: vec![2], renew_after_time: later, ..row.clone() };
    assert!(sessions::replace(&mut tx, &one.secret, &new).await.unwrap());
    // Whoever was slow comes with tokens of a generation that is over.
    assert!(!sessions::replace(&mut tx, &one.secret, &row).await.unwrap());
    assert!(!sessions::lease(&mut tx, of, later, seconds(90)).await.unwrap());
    let kept = sessions::find(&mut tx, &one.secret, later).await.unwrap().unwrap();
    assert_eq!((kept.generation, kept.tokens_sealed.as_slice()), (2, [2].as_slice()));
    // The provider is left alone for a while after a failure.
    sessions::release(&mut tx, (&one.secret, 2), seconds(40)).await.unwrap();
    assert!(!sessions::lease(&mut tx, (&one.secret, 2), seconds(39), end).await.unwrap());
    assert!(sessions::lease(&mut tx, (&one.secret, 2), seconds(40), end).await.unwrap());
    tx.commit().await.unwrap();
}

async fn sessions_that_have_ended_are_removed_a_few_at_a_time(test: TestDb) {
    let now = test.db.env().now();
    let mut tx = test.db.write().await.unwrap();
    for byte in 1..=5 {
        let end = now.plus(std::time::Duration::from_secs(byte.into()));
        sessions::insert(&mut tx, &session(byte, end)).await.unwrap();
    }
    let then = now.plus(std::time::Duration::from_secs(4));
    let found = async |tx: &mut hoagiai_store::Tx, byte: u8| sessions::find(tx, &[byte; 32], then).await.unwrap();
    assert!(
        found(&mut tx, 4).await.is_none() && found(&mut tx, 5).await.is_some(),
        "ended is ended before it is removed"
    );
    let mut swept = Vec::new();
    for _ in 0..3 {
        swept.push(sessions::sweep(&mut tx, then, 3).await.unwrap());
    }
    assert_eq!(swept, [3, 1, 0]);
    assert!(found(&mut tx, 5).await.is_some());
    assert_eq!(sessions::delete_of_subject(&mut tx, &[1]).await.unwrap(), 1);
    tx.commit().await.unwrap();
}
