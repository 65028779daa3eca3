//! Elections, lists, terms, ceasings, their time limits and papers: as they stood on a day, as was known at an instant.

use std::time::Duration;

use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use super::{long_ago, then};
use crate::world::*;

crate::on_both!(
    a_list_and_its_election_read_as_they_stood,
    a_term_reads_as_it_stood_and_as_it_was_known,
    a_procedure_of_ceasing_reads_without_the_words_of_later_steps,
    time_limits_read_as_known_then,
    absences_of_the_past_are_those_that_were_known_by_then,
    papers_are_of_the_record_as_it_stood,
);

async fn a_list_and_its_election_read_as_they_stood(world: World) {
    let city = world.small_city().await;
    let (election, list) = world.submitted(&city, 0, 3).await;
    let recorded = then(&world);
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id.clone(),
        decision: decision("2025-09-10"),
        ..Default::default()
    };
    world.mediators(&city.chair()).decide_recognition(request).await.unwrap();
    let mut people = world.mediators(&city.officer());
    use pb::RecognitionListState::{Decided, Submitted};
    for (valid_at, known_at, expected) in [
        (None, None, Ok(Decided)),
        (day("2025-09-10"), None, Ok(Decided)),
        (day("2025-09-09"), None, Ok(Submitted)),
        (day("2025-09-10"), recorded, Ok(Submitted)),
        (day("2025-08-28"), None, Err(Code::NotFound)),
        (None, long_ago(), Err(Code::NotFound)),
    ] {
        let recognition_list_id = list.recognition_list_id.clone();
        let request = pb::GetRecognitionListRequest { recognition_list_id, valid_at, known_at };
        let read = people.get_recognition_list(request).await;
        let read = read.map(|answer| answer.into_inner().recognition_list.unwrap());
        if let Ok(read) = &read {
            assert_eq!(read.mediator_ids, list.mediator_ids, "{valid_at:?} {known_at:?}");
            assert_eq!(read.decision.is_some(), read.state() == Decided);
        }
        assert_eq!(
            read.map(|list| list.state()).map_err(|status| status.code()),
            expected,
            "{valid_at:?} {known_at:?}"
        );
    }
    use pb::MediatorState::{Elected, Recognized};
    for (valid_at, known_at, expected) in [
        (None, None, Some(Recognized)),
        (day("2025-08-28"), None, Some(Elected)),
        (day("2025-09-10"), recorded, Some(pb::MediatorState::Submitted)),
        (day("2025-08-19"), None, None),
        (None, long_ago(), None),
    ] {
        let request = pb::GetElectionRequest { election_id: election.election_id.clone(), valid_at, known_at };
        let read = people.get_election(request).await.ok().map(|answer| answer.into_inner().election.unwrap());
        let states: Option<Vec<_>> = read.map(|read| read.mediators.iter().map(|one| one.state()).collect());
        assert_eq!(states, expected.map(|state| vec![state; 3]), "{valid_at:?} {known_at:?}");
    }
}

async fn a_term_reads_as_it_stood_and_as_it_was_known(world: World) {
    let city = world.small_city().await;
    let (_, _, term) = world.with_leader_submitted(&city, 0).await;
    let submitted = then(&world);
    world.mediators(&city.chair()).decide_leader(decide_leader(&term.leader_term_id)).await.unwrap();
    let in_force = then(&world);
    let request = pb::EndLeaderRequest {
        leader_term_id: term.leader_term_id.clone(),
        ground: pb::LeaderEndGround::Resigned.into(),
        decision: decision("2026-01-12"),
        ..Default::default()
    };
    world.mediators(&city.chair()).end_leader(request).await.unwrap();
    use pb::LeaderTermState::{Elected, Ended, Recognized, Submitted};
    for (valid_at, known_at, expected) in [
        (None, None, Some(Ended)),
        (day("2026-01-12"), None, Some(Ended)),
        (day("2026-01-11"), None, Some(Recognized)),
        (None, in_force, Some(Recognized)),
        (None, submitted, Some(Submitted)),
        (day("2025-09-21"), in_force, Some(Elected)),
        (day("2025-09-01"), None, None),
        (None, long_ago(), None),
    ] {
        let request = pb::GetLeaderTermRequest { leader_term_id: term.leader_term_id.clone(), valid_at, known_at };
        let read = world.mediators(&city.officer()).get_leader_term(request).await;
        let state = read.ok().map(|answer| answer.into_inner().leader_term.unwrap().state());
        assert_eq!(state, expected, "{valid_at:?} {known_at:?}");
    }
    // Whoever may not read it today does not learn that there was one.
    let request = pb::GetLeaderTermRequest { leader_term_id: term.leader_term_id, ..Default::default() };
    let elsewhere = world.mediators(&city.other_chair()).get_leader_term(request).await;
    assert_eq!(refusal(elsewhere).0, Code::PermissionDenied);
}

async fn a_procedure_of_ceasing_reads_without_the_words_of_later_steps(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let ground = pb::CessationGround::StandardLost.into();
    let request = pb::ProposeCessationRequest { ground, ..propose(&mediators[1]) };
    let begun = world.mediators(&leader_of(&team)).propose_cessation(request).await.unwrap();
    let file = begun.into_inner().cessation.unwrap();
    let proposed = then(&world);
    let mut disagree = submit(&mediators[1]);
    disagree.front_agrees = false;
    disagree.disagreement_reason = "chưa đủ căn cứ".into();
    disagree.leader_told_date = disagree.verify_date;
    world.mediators(&city.front()).submit_cessation(disagree.clone()).await.unwrap();
    let verified = disagree.verify_date.unwrap();
    let eve = hoagiai_proto::google::Date { day: verified.day - 1, ..verified };
    use pb::CessationState::{Proposed, Submitted};
    for (valid_at, known_at, expected) in [
        (None, None, (Submitted, "chưa đủ căn cứ")),
        (Some(eve), None, (Proposed, "")),
        (None, proposed, (Proposed, "")),
    ] {
        let request = pb::GetCessationRequest { cessation_id: file.cessation_id.clone(), valid_at, known_at };
        let read = world.mediators(&city.officer()).get_cessation(request).await.unwrap().into_inner();
        let (read, words) = (read.cessation.unwrap(), read.reasons.unwrap());
        assert!(!words.reason.is_empty(), "why it was proposed was said from the first day");
        assert_eq!((read.state(), words.disagreement_reason.as_str()), expected, "{valid_at:?} {known_at:?}");
    }
}

async fn time_limits_read_as_known_then(world: World) {
    let city = world.small_city().await;
    let (_, list) = world.submitted(&city, 0, 3).await;
    let open = then(&world);
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id,
        decision: decision("2025-11-03"),
        ..Default::default()
    };
    world.mediators(&city.chair()).decide_recognition(request).await.unwrap();
    use pb::DeadlineState::{MetLate, Overdue};
    let mut deadlines = world.deadlines(&city.officer());
    for (valid_at, known_at, expected) in [
        (None, None, vec![MetLate]),
        (None, open, vec![Overdue]),
        (day("2025-11-03"), open, vec![Overdue]),
        (day("2025-11-03"), None, vec![MetLate]),
        (day("2025-08-28"), None, vec![]),
        (None, long_ago(), vec![]),
    ] {
        let request = pb::ListDeadlinesRequest { valid_at, known_at, ..Default::default() };
        let listed = deadlines.list_deadlines(request).await.unwrap().into_inner().deadlines;
        assert_eq!(listed.iter().map(|one| one.state()).collect::<Vec<_>>(), expected, "{valid_at:?} {known_at:?}");
        let request = pb::ListOverdueProceduresRequest { valid_at, known_at, ..Default::default() };
        let standings = deadlines.list_overdue_procedures(request).await.unwrap().into_inner().standings;
        let overdue: i64 = standings.iter().map(|one| one.overdue_count).sum();
        assert_eq!(overdue, i64::from(expected == [Overdue]), "{valid_at:?} {known_at:?}");
    }
}

async fn absences_of_the_past_are_those_that_were_known_by_then(world: World) {
    let city = world.small_city().await;
    let (_, mediators) = world.active(&city, 0).await;
    let nothing = then(&world);
    let away = |available: bool, from: &str| pb::SetAvailabilityRequest {
        mediator_id: mediators[1].clone(),
        available,
        from_date: day(from),
        ..Default::default()
    };
    let mut leader = world.mediators(&city.officer());
    leader.set_availability(away(false, "2026-03-02")).await.unwrap();
    let absent = then(&world);
    world.clock.advance(Duration::from_secs(3 * 86_400));
    leader.set_availability(away(true, "2026-03-01")).await.unwrap();
    for (valid_at, known_at, expected) in [
        (None, None, None),
        (None, nothing, None),
        (None, absent, day("2026-03-02")),
        (day("2026-03-03"), None, day("2026-03-02")),
    ] {
        let request = pb::GetMediatorRequest { mediator_id: mediators[1].clone(), valid_at, known_at };
        let read = leader.get_mediator(request).await.unwrap().into_inner().mediator.unwrap();
        assert_eq!(read.unavailable_from_date, expected, "{valid_at:?} {known_at:?}");
    }
}

async fn papers_are_of_the_record_as_it_stood(world: World) {
    let city = world.small_city().await;
    let (_, list) = world.submitted(&city, 0, 3).await;
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id.clone(),
        decision: decision("2025-09-10"),
        ..Default::default()
    };
    world.mediators(&city.chair()).decide_recognition(request).await.unwrap();
    for (on, draft) in [(None, Some(false)), (day("2025-09-09"), Some(true)), (day("2025-08-01"), None)] {
        let request = pb::RenderDocumentRequest {
            kind: pb::DocumentKind::RecognitionDecision.into(),
            record: Some(pb::render_document_request::Record::RecognitionListId(list.recognition_list_id.clone())),
            valid_at: on,
            ..Default::default()
        };
        let rendered = world.documents(&city.officer()).render_document(request).await;
        assert_eq!(rendered.ok().map(|paper| paper.into_inner().draft), draft, "{on:?}");
    }
}
