//! Many at once: numbers without gaps, requests answered once.

use futures_util::future::join_all;
use hoagiai_case::MIGRATIONS;
use hoagiai_proto::cases::v1 as pb;
use hoagiai_testkit::{engines::TestDb, on_each_engine, served::by};
use hoagiai_types::Uuid;
use tonic::Code::{Aborted, AlreadyExists};

use crate::world::{FIRST, SECOND, World, refused, session};

on_each_engine!(MIGRATIONS;
    rule_32_fifty_receipts_at_once_are_numbered_without_gaps,
    ten_times_the_same_request_is_one_case,
    a_repeated_verb_is_answered_and_not_done_again,
    of_two_that_change_one_version_one_is_aborted,
    reads_at_once_are_all_recorded,
);

async fn rule_32_fifty_receipts_at_once_are_numbered_without_gaps(db: TestDb) {
    let (world, book) = World::with_book(db).await;
    let receive = |_| async {
        let answer = world.cases().receive_case(by("leader", world.receipt("2026-03-01"))).await.unwrap();
        answer.into_inner().case.unwrap().register_number
    };
    let mut numbers = join_all((0..50).map(receive)).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=50).collect::<Vec<i32>>());
    let entries = world.entries(&book).await;
    assert_eq!(entries.iter().map(|entry| entry.register_number).collect::<Vec<_>>(), numbers);
    assert_eq!(world.db.head(), 1 + 2 * 50);
}

async fn ten_times_the_same_request_is_one_case(db: TestDb) {
    let (world, book) = World::with_book(db).await;
    let request_id = Uuid::from_u128(0x77).to_string();
    let receipt = pb::ReceiveCaseRequest { request_id, ..world.receipt("2026-03-01") };
    let receive = |_| async {
        let answer = world.cases().receive_case(by("leader", receipt.clone())).await.unwrap();
        let case = answer.into_inner().case.unwrap();
        (case.case_id, case.register_number)
    };
    let mut answers = join_all((0..10).map(receive)).await;
    answers.dedup();
    assert_eq!((answers.len(), answers[0].1), (1, 1));
    assert_eq!(world.entries(&book).await.len(), 1);
    let other = pb::ReceiveCaseRequest { category: pb::CaseCategory::FamilyDispute.into(), ..receipt };
    let reused = refused(world.cases().receive_case(by("leader", other)).await);
    assert_eq!(reused, (AlreadyExists, "REQUEST_ID_REUSED".to_owned()));
}

async fn a_repeated_verb_is_answered_and_not_done_again(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let id = world.assigned(FIRST).await.case_id;
    let session =
        pb::RecordSessionRequest { request_id: Uuid::from_u128(0x78).to_string(), ..session(&id, "2026-03-05") };
    for _ in 0..3 {
        assert_eq!(world.meet(session.clone()).await.unwrap().session_count, 1);
    }
}

async fn of_two_that_change_one_version_one_is_aborted(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let case = world.accepted().await;
    let choose = |who: Uuid| {
        let request = pb::ChooseMediatorRequest {
            case_id: case.case_id.clone(),
            mediator_ids: vec![who.to_string()],
            assign_date: crate::world::day("2026-03-03"),
            etag: case.etag.clone(),
            ..pb::ChooseMediatorRequest::default()
        };
        let mut client = world.cases();
        async move { client.choose_mediator(by("leader", request)).await }
    };
    let answers = join_all([choose(FIRST), choose(SECOND)]).await;
    let (done, failed): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), failed.len()), (1, 1));
    assert_eq!(failed.into_iter().map(refused).next().unwrap().0, Aborted);
}

async fn reads_at_once_are_all_recorded(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let id = world.assigned(FIRST).await.case_id;
    let read = |_| async { world.get("first", &id, pb::CaseView::Full).await.unwrap().content.is_some() };
    assert!(join_all((0..20).map(read)).await.into_iter().all(|seen| seen));
    let reads = world.history(&id).await.into_iter().filter(|entry| entry.kind == "CaseContentRead").count();
    assert_eq!(reads, 20);
}
