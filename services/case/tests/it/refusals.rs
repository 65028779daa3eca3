//! Every reason of the contract is produced here.

use hoagiai_case::MIGRATIONS;
use hoagiai_proto::cases::v1 as pb;
use hoagiai_testkit::{engines::TestDb, on_each_engine, served::by};
use hoagiai_types::Uuid;
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, PermissionDenied, Unavailable};

use crate::world::{CEASED, FIRST, SECOND, World, day, failure, no, refused, session, success};

on_each_engine!(MIGRATIONS; receipts_and_books_are_refused, changes_are_refused, what_is_not_there_is_not_found);

fn reason(code: tonic::Code, reason: pb::ErrorReason) -> (tonic::Code, String) {
    (code, reason.as_str_name().trim_start_matches("ERROR_REASON_").to_owned())
}

async fn receipts_and_books_are_refused(db: TestDb) {
    let world = World::new(db).await;
    let receipt = world.receipt("2026-03-01");
    let mut client = world.cases();
    let no_book = client.receive_case(by("leader", receipt.clone())).await;
    assert_eq!(refused(no_book), reason(FailedPrecondition, pb::ErrorReason::NoOpenBook));
    let opened = world.open_book("leader", "2026-02-01").await.unwrap();
    let again = world.open_book("leader", "2026-03-01").await;
    assert_eq!(no(again), reason(FailedPrecondition, pb::ErrorReason::BookAlreadyOpen));
    let cases = [
        ("2026-04-01", reason(InvalidArgument, pb::ErrorReason::DateOutOfOrder)),
        ("2026-01-04", reason(FailedPrecondition, pb::ErrorReason::TeamNotInForce)),
        ("2026-01-31", reason(FailedPrecondition, pb::ErrorReason::NoOpenBook)),
    ];
    for (on, expected) in cases {
        let answer =
            client.receive_case(by("leader", pb::ReceiveCaseRequest { receive_date: day(on), ..receipt.clone() }));
        assert_eq!(refused(answer.await), expected, "{on}");
    }
    let unknown = pb::ReceiveCaseRequest { team_id: Uuid::from_u128(99).to_string(), ..receipt.clone() };
    let answer = client.receive_case(by("auditor", unknown)).await;
    assert_eq!(refused(answer), reason(FailedPrecondition, pb::ErrorReason::TeamNotInForce));
    let early = pb::ReceiveCaseRequest { at_least: world.registry.0.head() + 5, ..receipt };
    let status = client.receive_case(by("leader", early)).await.unwrap_err();
    assert!(tonic_types::StatusExt::get_details_retry_info(&status).is_some());
    assert_eq!(no::<()>(Err(status)), reason(Unavailable, pb::ErrorReason::NotCaughtUp));

    let close = pb::CloseRegisterBookRequest {
        register_book_id: opened.register_book_id,
        close_date: day("2026-03-02"),
        ..pb::CloseRegisterBookRequest::default()
    };
    let mut books = world.books();
    let future = pb::CloseRegisterBookRequest { close_date: day("2026-04-02"), ..close.clone() };
    let future = books.close_register_book(by("leader", future)).await;
    assert_eq!(refused(future), reason(InvalidArgument, pb::ErrorReason::DateOutOfOrder));
    books.close_register_book(by("leader", close.clone())).await.unwrap();
    let twice = books.close_register_book(by("leader", close)).await;
    assert_eq!(refused(twice), reason(FailedPrecondition, pb::ErrorReason::BookClosed));
}

async fn changes_are_refused(db: TestDb) {
    use pb::ErrorReason as R;
    let (world, _) = World::with_book(db).await;
    let case = world.receive("2026-03-01").await.case_id;
    let early = world.assign(&case, &[FIRST], "2026-03-03").await;
    assert_eq!(no(early), reason(FailedPrecondition, R::CaseStateWrong));
    let nowhere = world.decide(&case, pb::ScopeExclusion::Criminal, " ").await;
    assert_eq!(no(nowhere), reason(InvalidArgument, R::ReferralIncomplete));
    world.decide(&case, pb::ScopeExclusion::Unspecified, "").await.unwrap();
    for stranger in [CEASED, Uuid::from_u128(77)] {
        let answer = world.assign(&case, &[FIRST, stranger], "2026-03-03").await;
        assert_eq!(no(answer), reason(FailedPrecondition, R::MediatorNotInForce));
    }
    world.registry.absent(FIRST, hoagiai_types::Date::new(2026, 3, 20).unwrap(), Some(None));
    let head = world.registry.0.head();
    hoagiai_store::wait_for(&world.db, "cases.registry", head, std::time::Duration::from_secs(20)).await.unwrap();
    let away = world.assign(&case, &[FIRST], "2026-03-25").await;
    assert_eq!(no(away), reason(FailedPrecondition, R::MediatorUnavailable));
    world.conflict(&case, SECOND).await.unwrap();
    let conflicted = world.choose(&case, &[SECOND], "2026-03-05").await;
    assert_eq!(no(conflicted), reason(FailedPrecondition, R::ConflictOfInterest));
    world.choose(&case, &[FIRST], "2026-03-03").await.unwrap();
    let other = world.assign(&case, &[FIRST], "2026-03-04").await;
    assert_eq!(no(other), reason(FailedPrecondition, R::PartiesChose));
    let public = pb::RecordSessionRequest { public_session: true, ..session(&case, "2026-03-05") };
    assert_eq!(no(world.meet(public).await), reason(FailedPrecondition, R::PublicSessionNotAgreed));
    let before = world.meet(session(&case, "2026-03-02")).await;
    assert_eq!(no(before), reason(InvalidArgument, R::DateOutOfOrder));
    world.meet(session(&case, "2026-03-05")).await.unwrap();
    let empty = world.conclude(success(&case, "2026-03-06", " ")).await;
    assert_eq!(no(empty), reason(InvalidArgument, R::ConclusionIncomplete));
    let why = world.conclude(failure(&case, "2026-03-06", pb::UnsuccessfulReason::Unspecified)).await;
    assert_eq!(no(why), reason(InvalidArgument, R::ConclusionIncomplete));
    let nobody = world.get("officer", &case, pb::CaseView::Full).await;
    assert_eq!(no(nobody), reason(PermissionDenied, R::PurposeRequired));
    let history: Vec<String> = world.history(&case).await.into_iter().map(|entry| entry.kind).collect();
    let expected = ["CaseReceived", "CaseAccepted", "ConflictDeclared", "MediatorsAssigned", "SessionRecorded"];
    assert_eq!(history, expected, "what was refused left no trace");
}

async fn what_is_not_there_is_not_found(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let nothing = Uuid::from_u128(5).to_string();
    let case = world.get("auditor", &nothing, pb::CaseView::Basic).await;
    assert_eq!(no(case), reason(NotFound, pb::ErrorReason::CaseNotFound));
    let request = pb::ListRegisterEntriesRequest { register_book_id: nothing, ..Default::default() };
    let book = world.books().list_register_entries(by("auditor", request)).await;
    assert_eq!(refused(book), reason(NotFound, pb::ErrorReason::BookNotFound));
}

/// The reasons above are all there are.
#[test]
fn every_reason_of_the_contract_stands_in_a_test() {
    let here = include_str!("refusals.rs");
    for number in 1..=99 {
        let Ok(reason) = pb::ErrorReason::try_from(number) else { continue };
        let name = format!("{reason:?}");
        assert!(here.contains(&format!("R::{name}")) || here.contains(&format!("ErrorReason::{name}")), "{name}");
    }
}
