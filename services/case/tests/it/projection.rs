//! What this service knows of the registry does not depend on how often or how cut the facts arrive.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt as _, stream, stream::BoxStream};
use hoagiai_case::{MIGRATIONS, Registry};
use hoagiai_identity::testing::HERE;
use hoagiai_proto::cases::v1 as pb;
use hoagiai_store::{Entry, FeedError, FeedSource, Position, follow, on, rebuild, wait_for};
use hoagiai_testkit::{engines::TestDb, feeds::ScriptedFeed, on_each_engine};
use tokio_util::sync::CancellationToken;

use crate::world::{CEASED, FIRST, SECOND, World, at, d, no};

on_each_engine!(MIGRATIONS;
    repeated_and_shuffled_delivery_leaves_the_same_state,
    a_projection_is_built_again_from_the_start,
    one_person_with_two_records_is_in_force_once,
    rule_15_in_force_is_asked_for_the_day,
    an_absence_stops_assignment_on_its_days_only,
    a_mediator_who_ceased_is_replaced_by_the_leader,
);

/// Everything known, as text.
async fn known(db: &hoagiai_store::Db) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let teams: Vec<(hoagiai_types::Uuid, Option<String>, Option<String>)> = on!(&mut tx, |c| {
        sqlx::query_as("SELECT id, active_from, dissolved_on FROM known_teams ORDER BY id").fetch_all(c).await
    })
    .unwrap();
    let mediators: Vec<(hoagiai_types::Uuid, String, Option<String>)> = on!(&mut tx, |c| {
        sqlx::query_as("SELECT mediator_id, from_on, to_on FROM known_mediators ORDER BY mediator_id")
            .fetch_all(c)
            .await
    })
    .unwrap();
    let leaders: Vec<(hoagiai_types::Uuid, String, Option<String>)> = on!(&mut tx, |c| {
        sqlx::query_as("SELECT mediator_id, from_on, to_on FROM known_leaders ORDER BY term_id").fetch_all(c).await
    })
    .unwrap();
    let lines = teams.iter().map(|row| format!("{row:?}")).chain(mediators.iter().map(|row| format!("{row:?}")));
    lines.chain(leaders.iter().map(|row| format!("{row:?}"))).collect()
}

async fn repeated_and_shuffled_delivery_leaves_the_same_state(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let registry = &world.registry;
    registry.dissolved(at(&HERE), "Tổ hòa giải số 1", d("2026-01-05"), d("2026-03-20"));
    let limit = Duration::from_secs(20);
    wait_for(&world.db, "cases.registry", registry.0.head(), limit).await.unwrap();
    let straight = known(&world.db).await;
    assert_eq!(straight.len(), 2 + 4 + 1);

    // The same journal to two other databases: every batch twice and always from the start; and in disorder.
    let head = registry.0.head();
    let doubled = world.db.another("doubled", MIGRATIONS).await.unwrap();
    let stuttering = registry.0.clone();
    stuttering.stutter();
    fed(&doubled, stuttering.clone(), head).await;
    assert_eq!(known(&doubled).await, straight);
    let shuffled = world.db.another("shuffled", MIGRATIONS).await.unwrap();
    fed(&shuffled, Disorder { journal: stuttering, opened: Arc::default() }, head).await;
    assert_eq!(known(&shuffled).await, straight);
    doubled.remove().await;
    shuffled.remove().await;
}

/// Follows a source until everything has arrived.
async fn fed(db: &TestDb, source: impl FeedSource + 'static, head: Position) {
    let stop = CancellationToken::new();
    let following = tokio::spawn(follow(db.db.clone(), source, Registry, stop.clone()));
    wait_for(db, "cases.registry", head, Duration::from_secs(20)).await.unwrap();
    stop.cancel();
    following.await.unwrap();
}

/// A journal whose entries come in another order each time it is opened, before they come in theirs.
struct Disorder {
    journal: ScriptedFeed,
    opened: Arc<AtomicUsize>,
}

impl FeedSource for Disorder {
    async fn open(&self, _: Position) -> Result<BoxStream<'static, Result<Vec<Entry>, FeedError>>, FeedError> {
        let mut all = self.journal.open(0).await?.next().await.unwrap_or(Ok(Vec::new()))?;
        match self.opened.fetch_add(1, Ordering::SeqCst) {
            0 => all.reverse(),
            1 => all.truncate(2),
            2 => all.rotate_left(3),
            3 => drop(all.drain(1..3)),
            4 => all.swap(4, 5),
            _ => {}
        }
        let once = stream::iter([Ok(all)]);
        // All but the last end, so that the journal is opened again.
        Ok(if self.opened.load(Ordering::SeqCst) < 6 { once.boxed() } else { once.chain(stream::pending()).boxed() })
    }
}

async fn a_projection_is_built_again_from_the_start(db: TestDb) {
    let scripted = hoagiai_testkit::facts::RegistryScript::default();
    scripted.team(at(&HERE), "Tổ hòa giải số 1", d("2026-01-05"));
    scripted.mediator(FIRST, HERE.team, d("2026-01-05"), (1, 1, 1));
    scripted.ceased(FIRST, HERE.team, d("2026-02-05"));
    let mut reached = 0;
    for _ in 0..2 {
        rebuild(&db.db, &scripted.0, &Registry, scripted.0.head(), |position| reached = position).await.unwrap();
        assert_eq!((reached, known(&db).await.len()), (3, 2));
    }
}

async fn one_person_with_two_records_is_in_force_once(db: TestDb) {
    let scripted = hoagiai_testkit::facts::RegistryScript::default();
    scripted.mediator(FIRST, HERE.team, d("2026-01-05"), (1, 1, 1));
    scripted.merged(FIRST, CEASED, HERE.team, d("2026-01-05"), d("2026-01-04"), d("2026-02-01"));
    let now = async || {
        rebuild(&db.db, &scripted.0, &Registry, scripted.0.head(), |_| {}).await.unwrap();
        known(&db).await.concat()
    };
    assert!(now().await.ends_with("\"2026-01-05\", Some(\"2026-01-04\"))"));
    scripted.unmerged(FIRST, HERE.team, d("2026-01-05"), d("2026-02-02"));
    assert!(now().await.ends_with("\"2026-01-05\", None)"));
}

async fn rule_15_in_force_is_asked_for_the_day(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let case = world.receive("2026-02-20").await.case_id;
    let accept = pb::DecideScopeRequest {
        case_id: case.clone(),
        decide_date: crate::world::day("2026-02-20"),
        ..pb::DecideScopeRequest::default()
    };
    world.cases().decide_scope(hoagiai_testkit::served::by("leader", accept)).await.unwrap();
    assert_eq!(no(world.assign(&case, &[CEASED], "2026-03-01").await).1, "MEDIATOR_NOT_IN_FORCE");
    world.assign(&case, &[CEASED], "2026-02-28").await.unwrap();
}

/// An accepted case.
async fn accepted(world: &World, on: &str) -> String {
    let case = world.receive(on).await.case_id;
    let accept = pb::DecideScopeRequest {
        case_id: case.clone(),
        decide_date: crate::world::day(on),
        ..pb::DecideScopeRequest::default()
    };
    world.cases().decide_scope(hoagiai_testkit::served::by("leader", accept)).await.unwrap();
    case
}

async fn an_absence_stops_assignment_on_its_days_only(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let case = accepted(&world, "2026-03-01").await;
    let limit = Duration::from_secs(20);
    let registry = &world.registry;
    registry.absent(FIRST, d("2026-03-02"), Some(Some(d("2026-03-20"))));
    wait_for(&world.db, "cases.registry", registry.0.head(), limit).await.unwrap();
    let unavailable = (tonic::Code::FailedPrecondition, "MEDIATOR_UNAVAILABLE".to_owned());
    assert_eq!(no(world.assign(&case, &[FIRST], "2026-03-02").await), unavailable);
    assert_eq!(no(world.assign(&case, &[FIRST], "2026-03-20").await), unavailable);
    world.assign(&case, &[FIRST], "2026-03-01").await.unwrap();
    // Back earlier than was said: the days before are kept, those after are free.
    registry.absent(FIRST, d("2026-03-10"), None);
    wait_for(&world.db, "cases.registry", registry.0.head(), limit).await.unwrap();
    let other = accepted(&world, "2026-03-01").await;
    assert_eq!(no(world.assign(&other, &[FIRST], "2026-03-09").await), unavailable);
    world.assign(&other, &[FIRST], "2026-03-10").await.unwrap();
    // The right of the parties is of the law, the absence is not.
    let third = accepted(&world, "2026-03-01").await;
    world.choose(&third, &[FIRST], "2026-03-05").await.unwrap();
}

async fn a_mediator_who_ceased_is_replaced_by_the_leader(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let case = accepted(&world, "2026-02-20").await;
    world.choose(&case, &[FIRST], "2026-02-21").await.unwrap();
    assert_eq!(no(world.assign(&case, &[SECOND], "2026-02-22").await).1, "PARTIES_CHOSE");
    world.registry.ceased(FIRST, hoagiai_identity::testing::HERE.team, d("2026-02-28"));
    wait_for(&world.db, "cases.registry", world.registry.0.head(), Duration::from_secs(20)).await.unwrap();
    // Rule 15: up to the last day in force, and no later.
    assert_eq!(no(world.meet(crate::world::session(&case, "2026-03-01")).await).1, "MEDIATOR_NOT_IN_FORCE");
    world.meet(crate::world::session(&case, "2026-02-28")).await.unwrap();
    world.assign(&case, &[SECOND], "2026-03-01").await.unwrap();
}
