//! Courses, certificates, trainers and awards: as they stood on a day, as was known at an instant.

use hoagiai_proto::registry::v1 as pb;

use super::{long_ago, then};
use crate::{training::course_of, world::*};

crate::on_both!(
    courses_read_as_they_stood_and_lists_agree_with_them,
    certificates_trainers_and_awards_read_as_known_then,
    what_rule_62_asks_reads_as_known_then,
);

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
