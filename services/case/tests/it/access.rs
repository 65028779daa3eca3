//! Who may see what: permission before existence, content for few, every read recorded.

use hoagiai_case::MIGRATIONS;
use hoagiai_identity::testing::ELSEWHERE;
use hoagiai_proto::cases::v1 as pb;
use hoagiai_testkit::{engines::TestDb, on_each_engine, served::by};
use hoagiai_types::Uuid;
use tonic::Code::{Aborted, PermissionDenied};

use crate::world::{FIRST, SECOND, World, leader, no, refused, session};

on_each_engine!(MIGRATIONS;
    outside_ones_area_nothing_tells_whether_a_record_is_there,
    rule_55_content_is_read_by_few_and_never_unrecorded,
    rule_26_a_conflicted_mediator_neither_reads_nor_mediates,
    a_stale_etag_is_aborted,
);

async fn outside_ones_area_nothing_tells_whether_a_record_is_there(db: TestDb) {
    let (world, book) = World::with_book(db).await;
    let there = world.receive("2026-03-01").await.case_id;
    let missing = Uuid::from_u128(1).to_string();
    for view in [pb::CaseView::Basic, pb::CaseView::Full] {
        let (a, b) = (world.get("neighbour", &there, view).await, world.get("neighbour", &missing, view).await);
        let (a, b) = (a.unwrap_err(), b.unwrap_err());
        assert_eq!((a.code(), a.message(), a.details()), (b.code(), b.message(), b.details()));
        assert_eq!(a.code(), PermissionDenied);
    }
    let ask = |id: &str| pb::AskScopeRequest { case_id: id.to_owned(), ..pb::AskScopeRequest::default() };
    for id in [&there, &missing] {
        assert_eq!(refused(world.cases().ask_scope(by("neighbour", ask(id))).await).0, PermissionDenied);
    }
    let entries = |id: &str| pb::ListRegisterEntriesRequest { register_book_id: id.to_owned(), ..Default::default() };
    for id in [&book, &missing] {
        let answer = world.books().list_register_entries(by("neighbour", entries(id))).await;
        assert_eq!(refused(answer).0, PermissionDenied);
    }
    for team in [ELSEWHERE.team, Uuid::from_u128(9)] {
        let receipt = pb::ReceiveCaseRequest { team_id: team.to_string(), ..world.receipt("2026-03-01") };
        assert_eq!(refused(world.cases().receive_case(by("leader", receipt)).await).0, PermissionDenied);
    }
}

async fn rule_55_content_is_read_by_few_and_never_unrecorded(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let id = world.assigned(FIRST).await.case_id;
    for who in ["leader", "leader as mediator", "first", "officer on duty"] {
        assert!(world.get(who, &id, pb::CaseView::Full).await.unwrap().content.is_some(), "{who}");
    }
    let reads = |history: Vec<pb::CaseHistoryEntry>| -> Vec<(String, String)> {
        let reads = history.into_iter().filter(|entry| entry.kind == "CaseContentRead");
        reads.map(|entry| (entry.actor, entry.purpose)).collect()
    };
    let recorded = reads(world.history(&id).await);
    let why = "giải quyết khiếu nại";
    let expected = [("leader", ""), ("leader", ""), ("first", ""), ("officer", why)];
    assert_eq!(recorded, expected.map(|(who, why)| (who.to_owned(), why.to_owned())));

    assert_eq!(no(world.get("officer", &id, pb::CaseView::Full).await).1, "PURPOSE_REQUIRED");
    assert_eq!(no(world.get("team", &id, pb::CaseView::Full).await).1, "PURPOSE_REQUIRED");
    for who in ["second", "payer", "neighbour"] {
        assert_eq!(no(world.get(who, &id, pb::CaseView::Full).await).0, PermissionDenied, "{who}");
    }
    for who in ["officer", "second", "payer", "team"] {
        assert!(world.get(who, &id, pb::CaseView::Basic).await.unwrap().content.is_none(), "{who}");
    }
    assert_eq!(reads(world.history(&id).await).len(), 4, "what was refused or without content is no read");
    leader(&world.registry, SECOND, "2026-03-01");
    world.open_book("leader", "2026-03-31").await.unwrap_err();
    assert!(world.get("second", &id, pb::CaseView::Full).await.is_ok(), "leader by the registry");
}

async fn rule_26_a_conflicted_mediator_neither_reads_nor_mediates(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let id = world.assigned(SECOND).await.case_id;
    world.conflict(&id, FIRST).await.unwrap();
    assert_eq!(no(world.get("first", &id, pb::CaseView::Full).await).1, "CONFLICT_OF_INTEREST");
    assert_eq!(no(world.meet(session(&id, "2026-03-05")).await).1, "CONFLICT_OF_INTEREST");
    assert!(world.get("second", &id, pb::CaseView::Full).await.is_ok());
}

async fn a_stale_etag_is_aborted(db: TestDb) {
    let (world, book) = World::with_book(db).await;
    let case = world.accepted().await;
    assert_eq!(case.etag, "\"2\"");
    let choose = |etag: &str| pb::ChooseMediatorRequest {
        case_id: case.case_id.clone(),
        mediator_ids: vec![FIRST.to_string()],
        assign_date: crate::world::day("2026-03-03"),
        etag: etag.to_owned(),
        ..pb::ChooseMediatorRequest::default()
    };
    assert_eq!(refused(world.cases().choose_mediator(by("leader", choose("\"1\""))).await).0, Aborted);
    world.cases().choose_mediator(by("leader", choose("\"2\""))).await.unwrap();
    let close = pb::CloseRegisterBookRequest {
        register_book_id: book,
        close_date: crate::world::day("2026-03-30"),
        etag: "\"1\"".to_owned(),
        ..pb::CloseRegisterBookRequest::default()
    };
    assert_eq!(refused(world.books().close_register_book(by("leader", close)).await).0, Aborted);
}
