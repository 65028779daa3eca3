//! Lists page exactly once, and show what is both asked for and the caller's.

use std::collections::BTreeSet;

use hoagiai_case::MIGRATIONS;
use hoagiai_identity::testing::{ELSEWHERE, HERE};
use hoagiai_proto::cases::v1 as pb;
use hoagiai_testkit::{engines::TestDb, on_each_engine, served::by};
use hoagiai_types::Uuid;
use tonic::Code::InvalidArgument;

use crate::world::{World, day, refused};

on_each_engine!(MIGRATIONS; every_case_is_listed_once, entries_are_listed_once_by_number, a_token_is_of_one_list);

/// Seven cases here, three elsewhere.
async fn ten_cases(db: TestDb) -> (World, String) {
    let (world, book) = World::with_book(db).await;
    for _ in 0..7 {
        world.receive("2026-03-01").await;
    }
    let there = pb::OpenRegisterBookRequest {
        team_id: ELSEWHERE.team.to_string(),
        open_date: day("2026-01-05"),
        ..pb::OpenRegisterBookRequest::default()
    };
    world.books().open_register_book(by("neighbour", there)).await.unwrap();
    for _ in 0..3 {
        let receipt = pb::ReceiveCaseRequest { team_id: ELSEWHERE.team.to_string(), ..world.receipt("2026-03-01") };
        world.cases().receive_case(by("neighbour", receipt)).await.unwrap();
    }
    (world, book)
}

/// The size of a list of cases, read page by page, none of them twice.
async fn count(world: &World, who: &'static str, filter: &pb::ListCasesRequest) -> usize {
    let (mut seen, mut token) = (BTreeSet::new(), String::new());
    loop {
        let request = pb::ListCasesRequest { page_size: 2, page_token: token, ..filter.clone() };
        let page = world.cases().list_cases(by(who, request)).await.unwrap().into_inner();
        assert!(page.cases.len() <= 2 && page.cases.iter().all(|case| case.content.is_none()));
        for case in page.cases {
            assert!(seen.last().is_none_or(|last| *last < case.case_id), "in the order of ids");
            assert!(seen.insert(case.case_id));
        }
        token = page.next_page_token;
        if token.is_empty() {
            return seen.len();
        }
    }
}

async fn every_case_is_listed_once(db: TestDb) {
    let (world, _) = ten_cases(db).await;
    let all = pb::ListCasesRequest::default();
    let of_unit = |unit: Uuid| pb::ListCasesRequest { unit_id: unit.to_string(), ..pb::ListCasesRequest::default() };
    let of_team = |team: Uuid| pb::ListCasesRequest { team_id: team.to_string(), ..pb::ListCasesRequest::default() };
    let expected = [
        ("auditor", all.clone(), 10),
        ("city", all.clone(), 10),
        ("officer", all.clone(), 7),
        ("first", all.clone(), 7),
        ("neighbour", all.clone(), 3),
        ("city", of_unit(HERE.commune), 7),
        ("city", of_unit(ELSEWHERE.area_unit), 3),
        ("officer", of_unit(HERE.province), 7),
        ("officer", of_unit(ELSEWHERE.commune), 0),
        ("officer", of_team(HERE.team), 7),
        ("officer", of_team(ELSEWHERE.team), 0),
        ("auditor", of_team(ELSEWHERE.team), 3),
        ("auditor", of_unit(Uuid::from_u128(3)), 0),
        ("auditor", pb::ListCasesRequest { team_id: HERE.team.to_string(), ..of_unit(ELSEWHERE.commune) }, 0),
        ("auditor", pb::ListCasesRequest { state: pb::CaseState::Received.into(), ..all.clone() }, 10),
        ("auditor", pb::ListCasesRequest { state: pb::CaseState::Paused.into(), ..all }, 0),
    ];
    for (who, filter, size) in expected {
        assert_eq!(count(&world, who, &filter).await, size, "{who} {filter:?}");
    }
}

async fn entries_are_listed_once_by_number(db: TestDb) {
    let (world, book) = ten_cases(db).await;
    let (mut numbers, mut token) = (Vec::new(), String::new());
    loop {
        let request =
            pb::ListRegisterEntriesRequest { register_book_id: book.clone(), page_size: 3, page_token: token };
        let page = world.books().list_register_entries(by("officer", request)).await.unwrap().into_inner();
        numbers.extend(page.register_entries.iter().map(|entry| entry.register_number));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(numbers, (1..=7).collect::<Vec<i32>>());
}

async fn a_token_is_of_one_list(db: TestDb) {
    let (world, _) = ten_cases(db).await;
    let first = pb::ListCasesRequest { page_size: 2, ..pb::ListCasesRequest::default() };
    let token = world.cases().list_cases(by("auditor", first)).await.unwrap().into_inner().next_page_token;
    let other = pb::ListCasesRequest { state: 1, page_token: token, ..pb::ListCasesRequest::default() };
    assert_eq!(refused(world.cases().list_cases(by("auditor", other)).await).0, InvalidArgument);
    let negative = pb::ListCasesRequest { page_size: -1, ..pb::ListCasesRequest::default() };
    assert_eq!(refused(world.cases().list_cases(by("auditor", negative)).await).0, InvalidArgument);
}
