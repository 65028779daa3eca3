//! One request, one effect, one answer.

use std::time::Duration;

use hoagiai_store::{Claim, Db, RequestKey, StoreError};
use hoagiai_testkit::{engines::TestDb, on_each_engine};
use hoagiai_types::Uuid;

use crate::support::{TEAMS, count, event, insert, origin, request, run};

on_each_engine!(TEAMS;
    a_repeated_request_answers_the_first_resource,
    ten_at_once_have_one_effect_and_one_answer,
    the_same_id_with_another_body_or_method_is_refused,
    another_callers_equal_id_is_another_request,
    a_request_rolled_back_was_never_made,
    a_claim_that_is_not_settled_does_not_commit,
    without_a_request_id_every_call_is_new,
    old_requests_are_forgotten,
    the_journal_refuses_change_and_deletion,
);

async fn plan(db: &Db, request: &RequestKey) -> Result<Uuid, StoreError> {
    let mut tx = db.write().await?;
    if let Claim::Repeat { resource } = tx.claim(request).await? {
        return Ok(resource);
    }
    let id = db.env().new_id::<()>().uuid();
    insert(&mut tx, id.as_u128(), "x", 0, db.env().now()).await?;
    tx.append(hoagiai_store::Stream::new("team", id), 0, &origin(db), &[event(b"planned")]).await?;
    tx.settle(request, id).await?;
    tx.commit().await?;
    Ok(id)
}

async fn a_repeated_request_answers_the_first_resource(db: TestDb) {
    let first = plan(&db, &request("an", 1, 1)).await.unwrap();
    assert_eq!(plan(&db, &request("an", 1, 1)).await.unwrap(), first);
    assert_ne!(plan(&db, &request("an", 2, 1)).await.unwrap(), first);
    let again = db.open_again().await.unwrap();
    assert_eq!(plan(&again, &request("an", 1, 1)).await.unwrap(), first);
    assert_eq!((count(&db, "SELECT count(*) FROM teams").await, db.entries(0, 9).await.unwrap().len()), (2, 2));
}

async fn ten_at_once_have_one_effect_and_one_answer(db: TestDb) {
    for round in 0..5 {
        let key = request("an", round, 1);
        let answers = futures_util::future::join_all((0..10).map(|_| {
            let (db, key) = (db.db.clone(), key.clone());
            tokio::spawn(async move { plan(&db, &key).await.unwrap() })
        }))
        .await;
        let first = answers[0].as_ref().unwrap();
        assert!(answers.iter().all(|a| a.as_ref().unwrap() == first));
        assert_eq!(count(&db, "SELECT count(*) FROM teams").await, i64::try_from(round).unwrap() + 1);
    }
    assert_eq!(db.head(), 5);
}

async fn the_same_id_with_another_body_or_method_is_refused(db: TestDb) {
    plan(&db, &request("an", 1, 1)).await.unwrap();
    assert!(matches!(plan(&db, &request("an", 1, 2)).await, Err(StoreError::RequestIdReused)));
    let other = RequestKey { method: "registry.Merge", ..request("an", 1, 1) };
    assert!(matches!(plan(&db, &other).await, Err(StoreError::RequestIdReused)));
}

async fn another_callers_equal_id_is_another_request(db: TestDb) {
    let an = plan(&db, &request("an", 1, 1)).await.unwrap();
    assert_ne!(plan(&db, &request("binh", 1, 2)).await.unwrap(), an);
}

async fn a_request_rolled_back_was_never_made(db: TestDb) {
    let key = request("an", 1, 1);
    let mut tx = db.write().await.unwrap();
    assert_eq!(tx.claim(&key).await.unwrap(), Claim::New);
    tx.settle(&key, Uuid::from_u128(1)).await.unwrap();
    drop(tx);
    let mut tx = db.write().await.unwrap();
    assert_eq!(tx.claim(&key).await.unwrap(), Claim::New);
}

async fn a_claim_that_is_not_settled_does_not_commit(db: TestDb) {
    let mut tx = db.write().await.unwrap();
    tx.claim(&request("an", 1, 1)).await.unwrap();
    assert!(matches!(tx.commit().await, Err(StoreError::Misuse(_))));
}

async fn without_a_request_id_every_call_is_new(db: TestDb) {
    let key = RequestKey { request_id: None, ..request("an", 1, 1) };
    assert_ne!(plan(&db, &key).await.unwrap(), plan(&db, &key).await.unwrap());
}

async fn old_requests_are_forgotten(db: TestDb) {
    plan(&db, &request("an", 1, 1)).await.unwrap();
    let week = Duration::from_secs(7 * 24 * 3600);
    db.clock.advance(week);
    plan(&db, &request("an", 2, 1)).await.unwrap();
    let mut tx = db.write().await.unwrap();
    assert_eq!(tx.purge_requests(db.env().now()).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(count(&db, "SELECT count(*) FROM requests").await, 1);
}

async fn the_journal_refuses_change_and_deletion(db: TestDb) {
    plan(&db, &request("an", 1, 1)).await.unwrap();
    db.checkpoint().await.unwrap();
    let statements: &[&'static str] = if db.is_sqlite() {
        &[
            "UPDATE journal SET actor = 'x'",
            "DELETE FROM journal",
            "DELETE FROM journal_checkpoints",
            "UPDATE journal_checkpoints SET number = 7",
        ]
    } else {
        &[
            "UPDATE journal_entry SET actor = 'x'",
            "DELETE FROM journal_entry",
            "TRUNCATE journal_entry",
            "DELETE FROM journal_position",
            "UPDATE journal_position SET position = 9",
            "DELETE FROM journal_checkpoints",
        ]
    };
    for statement in statements {
        assert!(run(&db, statement).await.is_err(), "{statement}");
    }
}
