//! Records of procedures, training and awards on two axes of time: what they were on a day, what was known at an instant
//! (architecture §5). Teams, mediators and units have tests of their own in `history` and `units`.

use std::time::Duration;

use hoagiai_proto::registry::v1 as pb;
use hoagiai_types::Timestamp;
use tonic::Code;

use crate::{successions::merge, training::course_of, world::*};

crate::on_both!(
    a_list_and_its_election_read_as_they_stood,
    a_term_reads_as_it_stood_and_as_it_was_known,
    a_procedure_of_ceasing_reads_without_the_words_of_later_steps,
    time_limits_read_as_known_then,
    absences_of_the_past_are_those_that_were_known_by_then,
    courses_read_as_they_stood_and_lists_agree_with_them,
    certificates_trainers_and_awards_read_as_known_then,
    what_rule_62_asks_reads_as_known_then,
    searches_and_duplicates_read_as_of_then,
    histories_and_lineage_end_where_they_are_asked_to,
    papers_are_of_the_record_as_it_stood,
);

/// The instant of now, and the world a minute later: what is recorded next was not known at it.
fn then(world: &World) -> Option<prost_types::Timestamp> {
    let now = world.clock_now();
    world.clock.advance(Duration::from_secs(60));
    Some(now.to_proto())
}

fn long_ago() -> Option<prost_types::Timestamp> {
    Timestamp::parse("2020-01-01T00:00:00Z").map(Timestamp::to_proto)
}

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

async fn courses_read_as_they_stood_and_lists_agree_with_them(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let officer = city.officer();
    let mut trainings = world.trainings(&officer);
    let (held, sessions) = world.open_course(&officer, &city.ward, &["2026-01-10", "2026-01-20"]).await;
    let opened = then(&world);
    world.attended(&officer, &sessions[0], &[&who[0], &who[1]]).await;
    world.attended(&officer, &sessions[1], &[&who[0]]).await;
    let conclude = pb::ConcludeCourseRequest { course_id: held.clone(), ..Default::default() };
    trainings.conclude_course(conclude).await.unwrap();
    let planned = trainings.plan_course(course_of(&city.ward, "2026-04-01", "2026-04-02")).await.unwrap().into_inner();
    let planned = planned.course.unwrap().course_id;
    let (dropped, _) = world.open_course(&officer, &city.ward, &["2026-02-01"]).await;
    let cancel =
        pb::CancelCourseRequest { course_id: dropped.clone(), reason: "mưa bão".into(), ..Default::default() };
    trainings.cancel_course(cancel).await.unwrap();
    use pb::{TrainingCourseState as Course, TrainingSessionState as Session};
    for (valid_at, known_at, expected) in [
        (None, None, Some((Course::Held, vec![(Session::Held, 2), (Session::Held, 1)]))),
        (day("2026-01-19"), None, Some((Course::Open, vec![(Session::Held, 2), (Session::Scheduled, 0)]))),
        (None, opened, Some((Course::Open, vec![(Session::Scheduled, 0), (Session::Scheduled, 0)]))),
        (day("2026-01-09"), None, None),
        (None, long_ago(), None),
    ] {
        let request = pb::GetCourseRequest { course_id: held.clone(), valid_at, known_at };
        let read = trainings.get_course(request).await.ok().map(|answer| answer.into_inner().course.unwrap());
        let read = read.map(|course| {
            let sessions = course.sessions.iter().map(|one| (one.state(), one.attended_count)).collect::<Vec<_>>();
            (course.state(), sessions)
        });
        assert_eq!(read, expected, "{valid_at:?} {known_at:?}");
    }
    // The list of every state, on every day that matters and as known at every instant, holds what the courses say.
    let all = [&held, &planned, &dropped];
    for on in ["2026-01-09", "2026-01-10", "2026-01-19", "2026-01-20", "2026-03-02", "2026-04-01", "2027-01-01"] {
        for known_at in [None, opened] {
            for state in [Course::Planned, Course::Open, Course::Held, Course::Closed, Course::Cancelled] {
                let mut expected = Vec::new();
                for course in all {
                    let request = pb::GetCourseRequest { course_id: course.clone(), valid_at: day(on), known_at };
                    let read =
                        trainings.get_course(request).await.ok().map(|answer| answer.into_inner().course.unwrap());
                    expected.extend(read.filter(|read| read.state() == state).map(|read| read.course_id));
                }
                expected.sort_unstable();
                let request =
                    pb::ListCoursesRequest { state: state.into(), valid_at: day(on), known_at, ..Default::default() };
                let listed = trainings.list_courses(request).await.unwrap().into_inner().courses;
                let listed: Vec<_> = listed.into_iter().map(|one| one.course_id).collect();
                assert_eq!(listed, expected, "{on} {known_at:?} {state:?}");
            }
        }
    }
    let attendance = |valid_at, known_at| pb::ListAttendanceRequest {
        session_id: sessions[0].clone(),
        valid_at,
        known_at,
        ..Default::default()
    };
    for (valid_at, known_at, expected) in [(None, None, 2), (day("2026-01-09"), None, 0), (None, opened, 0)] {
        let listed = trainings.list_attendance(attendance(valid_at, known_at)).await.unwrap().into_inner();
        assert_eq!(listed.attendances.len(), expected, "{valid_at:?} {known_at:?}");
    }
    let request = pb::ListMediatorTrainingRequest {
        mediator_id: who[0].clone(),
        valid_at: day("2026-01-19"),
        ..Default::default()
    };
    assert_eq!(trainings.list_mediator_training(request).await.unwrap().into_inner().trainings.len(), 1);
}

async fn certificates_trainers_and_awards_read_as_known_then(world: World) {
    let city = world.small_city().await;
    let (team, who) = world.recognized(&city, 0, 3).await;
    let officer = city.officer();
    let (mut trainings, mut awards) = (world.trainings(&officer), world.awards(&officer));
    let nothing = then(&world);
    let (course, sessions) = world.open_course(&officer, &city.ward, &["2026-01-10"]).await;
    world.attended(&officer, &sessions[0], &[&who[0]]).await;
    trainings
        .conclude_course(pb::ConcludeCourseRequest { course_id: course.clone(), ..Default::default() })
        .await
        .unwrap();
    let request = pb::IssueCertificatesRequest {
        course_id: course.clone(),
        certificates: vec![pb::CertificateIssue { mediator_id: who[0].clone(), number: "01".into() }],
        issue_date: day("2026-01-20"),
        issuer: "Phòng Tư pháp".into(),
        ..Default::default()
    };
    let issued = trainings.issue_certificates(request).await.unwrap().into_inner().certificates;
    let request = pb::RegisterTrainerRequest {
        unit_id: city.ward.clone(),
        person: Some(pb::TrainerPerson { full_name: "Trần Văn Thầy".into(), phone: String::new() }),
        decision: decision("2026-01-05"),
        ..Default::default()
    };
    let trainer = trainings.register_trainer(request).await.unwrap().into_inner().trainer.unwrap();
    use crate::training::awards::{contest, praise, prize};
    use pb::ContestPrize::First;
    let recorded = awards.record_contest(contest(&city.ward, vec![prize(&who[0], "", First)])).await.unwrap();
    let contest_id = recorded.into_inner().contest.unwrap().contest_id;
    let praised = awards.record_commendations(praise(&[("", &team.team_id)])).await.unwrap().into_inner().commendations;
    let whole = then(&world);

    let request = pb::RevokeCertificateRequest {
        certificate_id: issued[0].certificate_id.clone(),
        revoke_date: day("2026-02-01"),
        reason: "cấp nhầm".into(),
        ..Default::default()
    };
    trainings.revoke_certificate(request).await.unwrap();
    let request =
        pb::EndTrainerRequest { trainer_id: trainer.trainer_id, end_date: day("2026-02-01"), ..Default::default() };
    trainings.end_trainer(request).await.unwrap();
    let request = pb::CorrectContestRequest {
        contest_id,
        results: vec![prize(&who[1], "", First)],
        reason: "công bố lại".into(),
        ..Default::default()
    };
    awards.correct_contest(request).await.unwrap();
    let request = pb::RevokeCommendationRequest {
        commendation_id: praised[0].commendation_id.clone(),
        revoke_date: day("2026-02-01"),
        reason: "ghi nhầm".into(),
        ..Default::default()
    };
    awards.revoke_commendation(request).await.unwrap();

    // Of each: whether it is there, and whether its end or correction shows.
    for (valid_at, known_at, expected) in [
        (None, None, Some(true)),
        (day("2026-02-01"), None, Some(true)),
        (None, whole, Some(false)),
        (day("2026-01-31"), whole, Some(false)),
        (day("2026-01-04"), None, None),
        (None, nothing, None),
    ] {
        let case = format!("{valid_at:?} {known_at:?}");
        let request =
            pb::ListCertificatesRequest { course_id: course.clone(), valid_at, known_at, ..Default::default() };
        let listed = trainings.list_certificates(request).await.map(|answer| answer.into_inner().certificates);
        let shown = listed.unwrap_or_default().first().map(|one| one.revoke_date.is_some());
        assert_eq!(shown, expected, "certificate {case}");
        let request = pb::ListTrainersRequest { valid_at, known_at, ..Default::default() };
        let listed = trainings.list_trainers(request).await.unwrap().into_inner().trainers;
        assert_eq!(listed.first().map(|one| one.end_date.is_some()), expected, "trainer {case}");
        let request = pb::ListContestsRequest { valid_at, known_at, ..Default::default() };
        let listed = awards.list_contests(request).await.unwrap().into_inner().contests;
        let shown = listed.first().map(|one| one.results[0].mediator_id == who[1]);
        // A correction of results carries no day: it holds for every day, and was known only since.
        assert_eq!(shown, expected, "contest {case}");
        let request = pb::ListCommendationsRequest { valid_at, known_at, ..Default::default() };
        let listed = awards.list_commendations(request).await.unwrap().into_inner().commendations;
        assert_eq!(listed.first().map(|one| one.revoke_date.is_some()), expected, "commendation {case}");
    }
    let request = pb::ListCertificatesRequest { course_id: course, valid_at: day("2026-01-31"), ..Default::default() };
    let listed = trainings.list_certificates(request).await.unwrap().into_inner().certificates;
    assert_eq!(listed[0].revoke_date, None, "revoked later");
}

async fn what_rule_62_asks_reads_as_known_then(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let officer = city.officer();
    let (_, sessions) = world.open_course(&officer, &city.ward, &["2026-01-10"]).await;
    let untrained = then(&world);
    world.attended(&officer, &sessions[0], &[&who[0]]).await;
    let mut trainings = world.trainings(&officer);
    for (valid_at, known_at, due, trained) in [
        (None, None, 2, 1),
        (None, untrained, 3, 0),
        (day("2026-01-09"), None, 3, 0),
        (day("2026-01-10"), None, 2, 1),
        (None, long_ago(), 0, 0),
    ] {
        let duty = pb::TrainingDuty::Yearly.into();
        let request = pb::ListTrainingDueRequest { duty, valid_at, known_at, ..Default::default() };
        let listed = trainings.list_training_due(request).await.unwrap().into_inner().dues;
        assert_eq!(listed.len(), due, "{valid_at:?} {known_at:?}");
        let unit_id = city.ward.clone();
        let request = pb::GetTrainingIndicatorsRequest { unit_id, year: 2026, valid_at, known_at };
        let total = trainings.get_training_indicators(request).await.unwrap().into_inner().total.unwrap();
        assert_eq!((total.mediator_count, total.trained_count), ((due + trained) as i64, trained as i64));
    }
}

async fn searches_and_duplicates_read_as_of_then(world: World) {
    let city = world.small_city().await;
    let before = then(&world);
    let (team, who) = world.active(&city, 0).await;
    let in_force = then(&world);
    let position = world.mediators(&city.chair()).decide_cessation(cease(&who[1])).await.unwrap().into_inner().position;
    let request = pb::GetMediatorRequest { mediator_id: who[1].clone(), ..Default::default() };
    let mut people = world.mediators(&city.officer());
    let person = people.get_mediator(request).await.unwrap().into_inner().mediator.unwrap().person.unwrap();
    for (valid_at, known_at, in_force_date, expected) in [
        (None, None, None, Some(pb::MediatorState::Ceased)),
        (None, None, day("2026-03-02"), None),
        (day("2026-01-11"), None, None, Some(pb::MediatorState::Recognized)),
        (day("2026-01-11"), None, day("2026-01-11"), Some(pb::MediatorState::Recognized)),
        (None, in_force, day("2026-03-02"), Some(pb::MediatorState::Recognized)),
        (day("2025-08-30"), None, None, Some(pb::MediatorState::Submitted)),
        (day("2025-08-01"), None, None, None),
        (None, before, None, None),
    ] {
        let request = pb::SearchMediatorsRequest {
            query: person.full_name.clone(),
            team_id: team.team_id.clone(),
            in_force_date,
            valid_at,
            known_at,
            at_least: position,
            ..Default::default()
        };
        let found = people.search_mediators(request).await.unwrap().into_inner();
        let one = found.matches.iter().filter_map(|hit| hit.mediator.as_ref()).find(|one| one.mediator_id == who[1]);
        assert_eq!(one.map(|one| one.state()), expected, "{valid_at:?} {known_at:?} {in_force_date:?}");
        assert_eq!(found.total_count as usize, found.matches.len());
    }
    // Elsewhere nobody of this team is found, on whichever day.
    let request = pb::SearchMediatorsRequest {
        query: person.full_name.clone(),
        valid_at: day("2026-01-11"),
        at_least: position,
        ..Default::default()
    };
    let elsewhere = world.mediators(&city.other_chair()).search_mediators(request).await.unwrap().into_inner();
    assert_eq!((elsewhere.matches.len(), elsewhere.total_count), (0, 0));
    let asked = |valid_at, known_at| pb::FindDuplicatesRequest {
        unit_id: city.ward.clone(),
        valid_at,
        known_at,
        at_least: position,
        ..Default::default()
    };
    let mut duplicates = world.duplicates(&city.officer());
    assert_eq!(duplicates.find_duplicates(asked(None, before)).await.unwrap().into_inner().total_count, 0);
    let open = duplicates.find_duplicates(asked(None, None)).await.unwrap().into_inner();
    if let Some(pair) = open.candidates.first() {
        let undecided = then(&world);
        let request = pb::MarkDuplicateRequest {
            mediator_id: pair.first.as_ref().unwrap().mediator_id.clone(),
            other_mediator_id: pair.second.as_ref().unwrap().mediator_id.clone(),
            verdict: pb::DuplicateVerdict::Different.into(),
            reason: "hai người".into(),
            ..Default::default()
        };
        duplicates.mark_duplicate(request).await.unwrap();
        let then = duplicates.find_duplicates(asked(None, undecided)).await.unwrap().into_inner();
        let now = duplicates.find_duplicates(asked(None, None)).await.unwrap().into_inner();
        assert_eq!((then.total_count, now.total_count), (open.total_count, open.total_count - 1));
    }
}

async fn histories_and_lineage_end_where_they_are_asked_to(world: World) {
    let city = world.small_city().await;
    let (one, _) = world.active(&city, 0).await;
    let (two, _) = world.active(&city, 1).await;
    let apart = then(&world);
    let request = pb::MergeTeamsRequest { target_size: 9, ..merge(&[&two], &one.team_id, "2026-02-01") };
    world.teams(&city.chair()).merge_teams(request).await.unwrap();
    let mut teams = world.teams(&city.officer());
    for (valid_at, known_at, expected) in
        [(None, None, 1), (day("2026-02-01"), None, 1), (day("2026-01-31"), None, 0), (None, apart, 0)]
    {
        let request = pb::GetTeamLineageRequest { team_id: one.team_id.clone(), valid_at, known_at };
        let read = teams.get_team_lineage(request).await.unwrap().into_inner();
        assert_eq!(read.predecessor_team_ids.len(), expected, "{valid_at:?} {known_at:?}");
    }
    let whole = pb::GetTeamHistoryRequest { team_id: two.team_id.clone(), page_size: 1000, ..Default::default() };
    let all = teams.get_team_history(whole.clone()).await.unwrap().into_inner().entries;
    let until = pb::GetTeamHistoryRequest { known_at: apart, ..whole.clone() };
    let known = teams.get_team_history(until).await.unwrap().into_inner().entries;
    assert!(known.len() < all.len() && all.starts_with(&known), "{} of {}", known.len(), all.len());
    let until = pb::GetTeamHistoryRequest { valid_at: day("2025-09-10"), ..whole };
    let valid = teams.get_team_history(until).await.unwrap().into_inner().entries;
    assert!(!valid.is_empty() && valid.len() < all.len());
    assert!(valid.iter().all(|entry| entry.valid_date.is_some_and(|on| on.year == 2025)));
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

/// Reads that answer for no record in time, and why.
const TIMELESS: &[(&str, &str)] = &[
    ("GetRosterTemplate", "an empty form"),
    ("ListLookups", "what accounts asked, by day: counted as it happened, never corrected"),
    ("ListDocumentKinds", "wordings are part of the program: by day alone"),
    ("ListProgrammes", "programmes are dated data of the program: by day alone"),
];

#[test]
fn every_read_of_the_registry_takes_valid_at_and_known_at() {
    let services = hoagiai_proto::pool().services().filter(|one| one.package_name() == "hoagiai.registry.v1");
    let (mut reads, mut missing) = (0, Vec::new());
    for method in services.flat_map(|service| service.methods().collect::<Vec<_>>()) {
        let input = method.input();
        let name = method.name().to_owned();
        // What changes something can be repeated, or streams a file in.
        let changes = input.get_field_by_name("request_id").is_some() || method.is_client_streaming();
        if changes || TIMELESS.iter().any(|(timeless, _)| *timeless == name) {
            continue;
        }
        reads += 1;
        let of = |field: &str| {
            input.get_field_by_name(field).and_then(|field| Some(field.kind().as_message()?.full_name().to_owned()))
        };
        let takes = (of("valid_at"), of("known_at"));
        let wanted = (Some("google.type.Date".to_owned()), Some("google.protobuf.Timestamp".to_owned()));
        if takes != wanted {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
    assert!(reads > 35, "{reads}");
}
