//! What a request costs: `cargo nextest run -p hoagiai-case --run-ignored only --no-capture figures`.

use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use hoagiai_case::MIGRATIONS;
use hoagiai_proto::cases::v1 as pb;
use hoagiai_testkit::{
    engines::{self, Engine, TestDb},
    served::by,
};
use hoagiai_types::Uuid;

use crate::world::{FIRST, World, session, success};

/// Processor time of this process, client and server together, in milliseconds.
fn processor() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

async fn measure(db: TestDb) {
    const CASES: u128 = 1_000;
    let engine = db.engine;
    let (world, _) = World::with_book(db).await;
    let report = |what: &str, requests: u128, from: (Instant, u64)| {
        let (wall, cpu) = (from.0.elapsed().as_secs_f64(), processor() - from.1);
        let each = cpu as f64 / requests as f64;
        println!(
            "{engine:?} {what}: {requests} in {wall:.2} s, {:.0}/s, {each:.3} ms CPU each",
            requests as f64 / wall
        );
    };
    let start = || (Instant::now(), processor());
    let from = start();
    let receive = |n: u128| {
        let receipt =
            pb::ReceiveCaseRequest { request_id: Uuid::from_u128(n + 1).to_string(), ..world.receipt("2026-03-01") };
        let mut client = world.cases();
        async move { client.receive_case(by("leader", receipt)).await.unwrap().into_inner().case.unwrap().case_id }
    };
    let ids: Vec<String> = stream::iter(0..CASES).map(receive).buffer_unordered(64).collect().await;
    report("receipts", CASES, from);
    let from = start();
    let whole = |id: String| {
        let world = &world;
        async move {
            world.decide(&id, pb::ScopeExclusion::Unspecified, "").await.unwrap();
            world.assign(&id, &[FIRST], "2026-03-03").await.unwrap();
            world.meet(session(&id, "2026-03-05")).await.unwrap();
            world.conclude(success(&id, "2026-03-06", "đã thống nhất")).await.unwrap();
        }
    };
    stream::iter(ids.clone()).map(whole).buffer_unordered(64).for_each(|()| async {}).await;
    report("scope, assignment, session, conclusion", 4 * CASES, from);
    let from = start();
    let read = |id: String| async { world.get("first", &{ id }, pb::CaseView::Basic).await.unwrap() };
    stream::iter(ids.clone()).map(read).buffer_unordered(64).for_each(|_| async {}).await;
    report("reads", CASES, from);
    let from = start();
    let read = |id: String| async { world.get("first", &{ id }, pb::CaseView::Full).await.unwrap() };
    stream::iter(ids).map(read).buffer_unordered(64).for_each(|_| async {}).await;
    report("reads of content", CASES, from);
}

#[test]
#[ignore = "prints figures"]
fn figures() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        engines::run(engine, MIGRATIONS, measure);
    }
}
