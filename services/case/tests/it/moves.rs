//! A team lies elsewhere after a reorganisation: what is open goes with it, what ended before stays where it was.

use std::{collections::BTreeMap, time::Duration};

use hoagiai_case::MIGRATIONS;
use hoagiai_identity::testing::{ELSEWHERE, HERE};
use hoagiai_store::{on, wait_for};
use hoagiai_testkit::{engines::TestDb, facts::TeamAt, on_each_engine};
use hoagiai_types::{Date, Uuid};

use crate::world::{FIRST, World, at, d, success};

on_each_engine!(MIGRATIONS; rule_54_open_cases_go_with_their_team_and_ended_ones_stay,);

async fn communes(world: &World) -> BTreeMap<String, Uuid> {
    let mut tx = world.db.read().await.unwrap();
    let sql = "SELECT id, commune_id FROM cases";
    let rows: Vec<(Uuid, Uuid)> = on!(&mut tx, |c| sqlx::query_as(sql).fetch_all(c).await).unwrap();
    rows.into_iter().map(|(id, commune)| (id.to_string(), commune)).collect()
}

async fn rule_54_open_cases_go_with_their_team_and_ended_ones_stay(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let mut ended = Vec::new();
    for on in ["2026-03-09", "2026-03-10"] {
        let case = world.in_mediation().await.case_id;
        world.conclude(success(&case, on, "xin lỗi nhau")).await.unwrap();
        ended.push(case);
    }
    let open = world.assigned(FIRST).await.case_id;
    let started: Date = d("2026-01-05");
    let moved = TeamAt { commune: ELSEWHERE.commune, ..at(&HERE) };
    let position = world.registry.moved(at(&HERE), moved, "Tổ hòa giải số 1", (started, d("2026-03-10")));
    wait_for(&world.db, "cases.registry", position, Duration::from_secs(20)).await.unwrap();
    let after = communes(&world).await;
    assert_eq!(after[&ended[0]], HERE.commune, "it ended on the day before");
    assert_eq!([after[&ended[1]], after[&open]], [ELSEWHERE.commune; 2]);
    // What is received from now on lies where the team lies; the book went with it.
    let next = world.receive("2026-03-12").await.case_id;
    assert_eq!(communes(&world).await[&next], ELSEWHERE.commune);
    let mut tx = world.db.read().await.unwrap();
    let sql = "SELECT commune_id FROM register_books";
    let books: Vec<Uuid> = on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_all(c).await).unwrap();
    assert_eq!(books, [ELSEWHERE.commune]);
    drop(tx);
    // And back again.
    let position = world.registry.moved(moved, at(&HERE), "Tổ hòa giải số 1", (started, d("2026-03-20")));
    wait_for(&world.db, "cases.registry", position, Duration::from_secs(20)).await.unwrap();
    let after = communes(&world).await;
    assert_eq!([after[&ended[0]], after[&ended[1]], after[&open]], [HERE.commune, ELSEWHERE.commune, HERE.commune]);
}
