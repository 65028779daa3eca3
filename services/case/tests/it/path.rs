//! A case from receipt to conclusion, and the facts it leaves.

use hoagiai_case::MIGRATIONS;
use hoagiai_proto::cases::v1 as pb;
use hoagiai_testkit::{engines::TestDb, on_each_engine, served::by};

use crate::world::{FIRST, LEADER, SECOND, World, day, failure, session, success};

on_each_engine!(MIGRATIONS;
    a_case_goes_from_receipt_to_agreement_and_stands_in_the_book,
    a_case_is_referred_declined_paused_and_ended,
    a_mediator_steps_in_at_once_in_what_was_witnessed,
    a_late_first_session_is_told_in_the_journal,
    a_closed_book_is_followed_by_the_next,
);

async fn a_case_goes_from_receipt_to_agreement_and_stands_in_the_book(db: TestDb) {
    let (world, book) = World::with_book(db).await;
    let case = world.receive("2026-03-01").await;
    assert_eq!((case.register_number, case.state()), (1, pb::CaseState::Received));
    assert_eq!((case.register_book_id.as_str(), case.etag.as_str()), (book.as_str(), "\"1\""));
    assert!(case.content.is_none());
    let ask = pb::AskScopeRequest { case_id: case.case_id.clone(), ..pb::AskScopeRequest::default() };
    let asked = world.cases().ask_scope(by("first", ask)).await.unwrap().into_inner();
    assert_eq!(asked.case.unwrap().state(), pb::CaseState::ScopeQuery);
    assert_eq!(asked.position, 4, "book, entry, case, question");
    world.decide(&case.case_id, pb::ScopeExclusion::Unspecified, "").await.unwrap();
    let assigned = world.assign(&case.case_id, &[FIRST, SECOND], "2026-03-03").await.unwrap();
    assert_eq!((assigned.assignments.len(), assigned.first_session_due_date), (2, day("2026-03-06")));
    world.meet(session(&case.case_id, "2026-03-05")).await.unwrap();
    world.meet(session(&case.case_id, "2026-03-09")).await.unwrap();
    let end = world.conclude(success(&case.case_id, "2026-03-09", "trả lại lối đi")).await.unwrap();
    assert_eq!((end.state(), end.session_count), (pb::CaseState::Successful, 2));
    assert_eq!((end.conclude_date, end.court_due_date), (day("2026-03-09"), day("2026-09-09")));

    let entries = world.entries(&book).await;
    assert_eq!((entries.len(), entries[0].register_number, entries[0].successful), (1, 1, true));
    assert_eq!(entries[0].mediator_ids, [FIRST.to_string(), SECOND.to_string()]);
    let full = world.get("first", &case.case_id, pb::CaseView::Full).await.unwrap().content.unwrap();
    assert_eq!((full.summary.as_str(), full.agreement.as_str()), ("lối đi chung", "trả lại lối đi"));
    let history = world.history(&case.case_id).await;
    let kinds: Vec<&str> = history.iter().map(|entry| entry.kind.as_str()).collect();
    let expected = [
        "CaseReceived",
        "ScopeAsked",
        "CaseAccepted",
        "MediatorsAssigned",
        "SessionRecorded",
        "SessionRecorded",
        "CaseConcluded",
        "CaseContentRead",
    ];
    assert_eq!(kinds, expected);
    assert_eq!((history[6].version, history[7].version, history[7].actor.as_str()), (7, 0, "first"));
    let after = world.get("first", &case.case_id, pb::CaseView::Basic).await.unwrap();
    assert_eq!(after, pb::Case { content: None, ..end }, "a read changes nothing of the case, its etag included");
}

async fn a_case_is_referred_declined_paused_and_ended(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let referred = world.receive("2026-03-01").await;
    let referred = world.decide(&referred.case_id, pb::ScopeExclusion::Criminal, "Công an phường").await.unwrap();
    assert_eq!(referred.state(), pb::CaseState::OutOfScope);

    let declined = pb::DeclineCaseRequest {
        case_id: world.assigned(FIRST).await.case_id,
        decline_date: day("2026-03-04"),
        ..pb::DeclineCaseRequest::default()
    };
    let declined = world.cases().decline_case(by("first", declined)).await.unwrap().into_inner().case.unwrap();
    assert_eq!(declined.state(), pb::CaseState::Declined);

    let id = world.in_mediation().await.case_id;
    let pause = pb::PauseCaseRequest { case_id: id.clone(), pause_date: day("2026-03-06"), ..Default::default() };
    let paused = world.cases().pause_case(by("first", pause.clone())).await.unwrap().into_inner().case.unwrap();
    assert_eq!(paused.state(), pb::CaseState::Paused);
    let resume = pb::ResumeCaseRequest { case_id: id.clone(), resume_date: day("2026-03-06"), ..Default::default() };
    let resumed = world.cases().resume_case(by("first", resume)).await.unwrap().into_inner().case.unwrap();
    assert_eq!(resumed.state(), pb::CaseState::InMediation);
    world.cases().pause_case(by("first", pause)).await.unwrap();
    let ended = world.conclude(failure(&id, "2026-03-06", pb::UnsuccessfulReason::PartyRequest)).await.unwrap();
    assert_eq!(
        (ended.state(), ended.unsuccessful_reason()),
        (pb::CaseState::Unsuccessful, pb::UnsuccessfulReason::PartyRequest)
    );
    assert_eq!(ended.court_due_date, None);
}

async fn a_mediator_steps_in_at_once_in_what_was_witnessed(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let case = world.accepted().await;
    let at_once = pb::RecordSessionRequest {
        immediate: true,
        mediator_id: LEADER.to_string(),
        ..session(&case.case_id, "2026-03-01")
    };
    let case = world.meet(at_once).await.unwrap();
    assert_eq!(
        (case.state(), case.assignments[0].mediator_id.clone()),
        (pb::CaseState::InMediation, LEADER.to_string())
    );
    assert_eq!(case.assignments[0].source(), pb::AssignmentSource::Witness);
}

async fn a_late_first_session_is_told_in_the_journal(db: TestDb) {
    let (world, _) = World::with_book(db).await;
    let case = world.assigned(FIRST).await;
    let late = pb::RecordSessionRequest {
        late_reason: "các bên xin lùi ngày".to_owned(),
        ..session(&case.case_id, "2026-03-10")
    };
    world.meet(late).await.unwrap();
    let journal = world.db.entries(0, 100).await.unwrap();
    let recorded = journal.iter().find(|entry| entry.kind == "SessionRecorded").unwrap();
    let event = <pb::CaseEvent as prost::Message>::decode(recorded.payload.as_slice()).unwrap();
    let Some(pb::case_event::Fact::SessionRecorded(fact)) = event.fact else { panic!("{event:?}") };
    assert!(fact.late && fact.session_number == 1);
}

async fn a_closed_book_is_followed_by_the_next(db: TestDb) {
    let (world, first) = World::with_book(db).await;
    world.receive("2026-02-10").await;
    world.receive("2026-02-09").await;
    let close = pb::CloseRegisterBookRequest {
        register_book_id: first.clone(),
        close_date: day("2026-02-28"),
        etag: "\"3\"".to_owned(),
        ..pb::CloseRegisterBookRequest::default()
    };
    let closed = world.books().close_register_book(by("leader", close)).await.unwrap().into_inner();
    let closed = closed.register_book.unwrap();
    assert_eq!((closed.entry_count, closed.close_date, closed.etag.as_str()), (2, day("2026-02-28"), "\"4\""));
    let second = world.open_book("leader", "2026-03-01").await.unwrap();
    assert_eq!(second.book_number, 2);
    let case = world.receive("2026-03-02").await;
    assert_eq!((case.register_book_id, case.register_number), (second.register_book_id, 1));
}
