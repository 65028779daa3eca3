//! What is to be sent and does not open any more, because it was altered or its key is gone: it fails by the schedule and is
//! parked, for people to look at, and nothing that comes after it waits for it.

use std::{sync::Arc, time::Duration};

use hoagiai_gateway::MIGRATIONS;
use hoagiai_store::{DatabaseConfig, Db, Keyring, on};
use hoagiai_testkit::{engines::OwnPostgres, server::TestServer};
use hoagiai_types::{Clock as _, Env, ManualClock, SystemIds};
use serde_json::json;

use super::{
    super::{
        agencies::{Door, load_at, text},
        everything, over,
        receiver::{Manner, Receiver},
        spdci::{envelope_of, question},
        until,
        webhooks::open_to_all,
    },
    cast::{DIRECTORY, Follower, Registry, follow},
    long_run::by_hand,
};

/// What is sealed of what waits to be sent: the question, what is followed, and the key that signs.
const ALTERED: [&str; 3] = [
    "UPDATE spdci_transactions SET request_sealed = $1 WHERE next_attempt_time IS NOT NULL",
    "UPDATE spdci_subscriptions SET asked_sealed = $1",
    "UPDATE subscriptions SET key_sealed = $1",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_open_holds_up_nothing_on_sqlite() {
    let court = Receiver::start().await;
    let (clock, env) = by_hand();
    let server = everything().env(env).configuration(&open_to_all(&[&court])).start().await.unwrap();
    let database = DatabaseConfig::sqlite(server.folder().join("gateway.db"));
    what_does_not_open_holds_up_nothing(&server, database, &clock, &court).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_open_holds_up_nothing_on_postgresql() {
    let court = Receiver::start().await;
    let (clock, env) = by_hand();
    let postgres = OwnPostgres::start().unwrap();
    let server = over(&postgres, everything().env(env).configuration(&open_to_all(&[&court]))).await;
    what_does_not_open_holds_up_nothing(&server, DatabaseConfig::at(postgres.url("g")), &clock, &court).await;
    server.stop().await;
}

async fn what_does_not_open_holds_up_nothing(
    server: &TestServer,
    database: DatabaseConfig,
    clock: &Arc<ManualClock>,
    receiver: &Arc<Receiver>,
) {
    let env = Env { clock: clock.clone(), ids: Arc::new(SystemIds) };
    load_at(server, env.clone()).await;
    let door = Door::of(server);
    let registry = Registry::of(&door, server, clock.now().date_in_vietnam());
    let (commune, here) = registry.commune().await;
    let entry = json!({ "method": format!("{DIRECTORY}/GetDirectoryEntry") });
    let court = Follower::connect(&door, "000.11.00.H26", &[&commune], entry, receiver).await;
    let of_commune = [follow("ceased", "MediatorCeased", "Mediator", ("UNIT_ID", &commune))];
    court.subscribe("s1", &of_commune).await;
    let hook = court.hooks(&["registry.MediatorCeased"], "/other-hook").await;

    // Of each kind there is something that has failed and is tried again.
    receiver.behave(Manner::Failing);
    let asks = async |id: &str| {
        let mut asked = envelope_of(court.code, id, &json!([question("one", "Mediator", "MEDIATOR_ID", &here[2])]));
        asked["header"]["sender_uri"] = json!(format!("http://{}/", receiver.address));
        text(&court.send("/registry/search", &asked).await["message"]["correlation_id"])
    };
    let unreadable = asks("q1").await;
    registry.dies(&here[0]).await;
    let deliveries = format!("/v1/subscriptions/{hook}/deliveries?pageSize=100");
    until("a question, a notice and a fact have failed", async || {
        let of_hook = registry.list(&deliveries, "deliveries").await;
        court.in_state("FAILED").await.len() == 2 && of_hook.iter().any(|one| one["state"] == "DELIVERY_STATE_FAILED")
    })
    .await;
    alter(database, env).await;

    // What comes after it is sent, also to the same agency.
    receiver.behave(Manner::Good);
    clock.advance(Duration::from_secs(7_200));
    let readable = asks("q2").await;
    until("the question after it is answered", async || {
        let answers = court.callbacks("/registry/on-search");
        answers.iter().any(|answer| answer["message"]["correlation_id"] == readable.as_str())
    })
    .await;
    let mut again = court.envelope(("subscribe", "s2", 1), json!({ "subscribe_request": of_commune }), true);
    again["header"]["sender_uri"] = json!(format!("http://{}/again", receiver.address));
    court.send("/registry/subscribe", &again).await;
    until("it runs", async || court.followed("").await.iter().any(|one| text(&one["callback"]).ends_with("/again")))
        .await;
    registry.dies(&here[1]).await;
    until("what is followed once more is told", async || court.callbacks("/again/registry/notify").len() == 1).await;
    let of_hook = registry.list(&deliveries, "deliveries").await;
    assert!(of_hook.iter().any(|one| one["lastOutcome"] == "KEY_GONE" && one["attemptCount"] != 1), "{of_hook:?}");

    // It ends where everything ends that cannot be sent.
    let attempts = async || court.ledger().await.iter().filter_map(|one| one["attemptCount"].as_i64()).sum::<i64>();
    while court.in_state("PARKED").await.len() < 3 {
        let before = attempts().await;
        clock.advance(Duration::from_secs(30 * 3_600));
        until("tried", async || attempts().await > before || court.in_state("PARKED").await.len() == 3).await;
    }
    let parked = court.in_state("PARKED").await;
    assert!(parked.iter().all(|one| one["lastOutcome"] == "UNREADABLE"), "{parked:?}");
    assert!(parked.iter().any(|one| one["callbackId"] == unreadable.as_str()), "{parked:?}");
    assert_eq!(court.callbacks("/registry/notify").len(), 0, "nothing is told that was not asked for as it stands");
}

async fn alter(database: DatabaseConfig, env: Env) {
    let db = Db::open(&database, "gateway", MIGRATIONS, Arc::new(Keyring::from_seed(7)), env).await.unwrap();
    let mut tx = db.write().await.unwrap();
    for statement in ALTERED {
        let done = on!(&mut tx, |c| sqlx::query(statement)
            .bind(vec![0_u8; 40])
            .execute(c)
            .await
            .map(|done| done.rows_affected()));
        assert!(done.unwrap() > 0, "{statement}");
    }
    tx.commit().await.unwrap();
    db.close().await;
}
