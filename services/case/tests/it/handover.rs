//! Open cases and books go along when their team ends or lies elsewhere: once, and counted once.

use std::time::Duration;

use hoagiai_case::{MIGRATIONS, Registry};
use hoagiai_identity::testing::{ELSEWHERE, HERE, Place};
use hoagiai_proto::cases::v1 as pb;
use hoagiai_rpc::convert;
use hoagiai_store::{on, rebuild, wait_for};
use hoagiai_testkit::{engines::TestDb, on_each_engine, served::by};
use hoagiai_types::Uuid;

use crate::world::{FIRST, LEADER, SECOND, World, at, d, session, success};

on_each_engine!(MIGRATIONS;
    open_cases_and_the_book_of_a_merged_team_go_to_the_successor,
    a_handover_happens_once_also_when_the_registry_is_read_again,
    open_cases_of_a_transferred_team_lie_where_it_lies,
    what_a_dissolved_team_leaves_to_nobody_stays,
);

async fn caught_up(world: &World) {
    wait_for(&world.db, "cases.registry", world.registry.0.head(), Duration::from_secs(30)).await.unwrap();
}

/// A concluded case and two open ones; the team is merged into its neighbour.
async fn merged(db: TestDb) -> (World, String, [pb::Case; 3]) {
    let (world, book) = World::with_book(db).await;
    let open = world.in_mediation().await;
    let waiting = world.receive("2026-03-10").await;
    let done = world.in_mediation().await;
    let done = world.conclude(success(&done.case_id, "2026-03-12", "rào lại lối đi")).await.unwrap();
    world.registry.team_merged(at(&HERE), at(&ELSEWHERE), d("2026-01-05"), d("2026-03-20"), &[LEADER, FIRST, SECOND]);
    caught_up(&world).await;
    (world, book, [open, waiting, done])
}

async fn count(world: &World, sql: &'static str) -> i64 {
    let mut tx = world.db.read().await.unwrap();
    on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
}

const MOVED: &str = "SELECT CAST(coalesce(sum(case_count), 0) AS BIGINT) FROM handovers";
const BOOKS: &str = "SELECT count(*) FROM register_books WHERE keeper_team_id IS NOT NULL";
const REVISIONS: &str = "SELECT CAST(sum(revision) AS BIGINT) FROM cases";
const ENTRIES: &str = "SELECT count(*) FROM cases";

async fn open_cases_and_the_book_of_a_merged_team_go_to_the_successor(db: TestDb) {
    let (world, book, [open, waiting, done]) = merged(db).await;
    for case in [&open, &waiting] {
        let found = world.get("auditor", &case.case_id, pb::CaseView::Basic).await.unwrap();
        assert_eq!(found.team_id, ELSEWHERE.team.to_string());
        assert_eq!((&found.register_book_id, found.register_number), (&book, case.register_number), "one entry");
        assert_eq!(found.state, case.state);
    }
    let kept = world.get("auditor", &done.case_id, pb::CaseView::Basic).await.unwrap();
    assert_eq!(kept.team_id, HERE.team.to_string(), "what was concluded was concluded by the team that was");
    assert_eq!((count(&world, MOVED).await, count(&world, BOOKS).await, count(&world, ENTRIES).await), (2, 1, 3));
    // The leader of the successor keeps the book now; it takes no entry.
    let request = pb::ListRegisterEntriesRequest { register_book_id: book.clone(), ..Default::default() };
    let entries = world.books().list_register_entries(by("neighbour", request)).await.unwrap().into_inner();
    assert_eq!(entries.register_entries.len(), 3);
    let again = world.open_book("leader", "2026-03-25").await;
    assert!(again.is_err(), "a team that ended opens no book");
    // The mediator goes on with the case in the team that is now his or hers.
    let mut tx = world.db.read().await.unwrap();
    let sql = "SELECT count(*) FROM known_mediators WHERE mediator_id = $1 AND from_on <= $2
        AND (to_on IS NULL OR to_on >= $2)";
    for on in ["2026-03-19", "2026-03-20"] {
        let teams: i64 = on!(&mut tx, |c| sqlx::query_scalar(sql).bind(FIRST).bind(on).fetch_one(c).await).unwrap();
        assert_eq!(teams, 1, "in one team on {on}");
    }
}

async fn a_handover_happens_once_also_when_the_registry_is_read_again(db: TestDb) {
    let (world, _, _) = merged(db).await;
    let before = (count(&world, MOVED).await, count(&world, BOOKS).await, count(&world, REVISIONS).await);
    let (source, head) = (&world.registry.0, world.registry.0.head());
    rebuild(&world.db, source, &Registry, head, |_| {}).await.unwrap();
    caught_up(&world).await;
    let after = (count(&world, MOVED).await, count(&world, BOOKS).await, count(&world, REVISIONS).await);
    assert_eq!(before, after);
}

async fn open_cases_of_a_transferred_team_lie_where_it_lies(db: TestDb) {
    let (world, book) = World::with_book(db).await;
    let open = world.in_mediation().await;
    let place = Place { commune: ELSEWHERE.commune, area_unit: Uuid::from_u128(0x77), ..HERE };
    world.registry.transferred(at(&place), d("2026-01-05"), d("2026-03-20"));
    caught_up(&world).await;
    let found = world.get("auditor", &open.case_id, pb::CaseView::Basic).await.unwrap();
    assert_eq!((found.team_id, found.commune_unit_id), (HERE.team.to_string(), ELSEWHERE.commune.to_string()));
    assert_eq!(found.register_book_id, book);
    let next = world.meet(session(&open.case_id, "2026-03-21")).await.unwrap();
    assert_eq!(next.session_count, 2, "the team goes on with it");
    let after = world.receive("2026-03-22").await;
    assert_eq!((after.register_book_id, after.receive_date), (book, Some(convert::date(d("2026-03-22")))));
}

async fn what_a_dissolved_team_leaves_to_nobody_stays(db: TestDb) {
    let (world, book) = World::with_book(db).await;
    let open = world.in_mediation().await;
    world.registry.dissolved(at(&HERE), "Tổ hòa giải số 1", d("2026-01-05"), d("2026-03-20"));
    caught_up(&world).await;
    let found = world.get("auditor", &open.case_id, pb::CaseView::Basic).await.unwrap();
    assert_eq!((found.team_id, found.register_book_id), (HERE.team.to_string(), book));
    assert_eq!(count(&world, "SELECT count(*) FROM register_books WHERE closed_on IS NOT NULL").await, 1);
    assert_eq!((count(&world, MOVED).await, count(&world, BOOKS).await), (0, 0));
}
