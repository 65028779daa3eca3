//! Courses from plan to certificate; trainers; access.

use hoagiai_proto::registry::v1 as pb;
use hoagiai_store::{KeySubject, on};
use hoagiai_types::Uuid;
use tonic::Code;

use super::{came, course_of, session_of};
use crate::world::*;

crate::on_both!(
    rule_62_a_course_runs_from_its_plan_to_its_certificates,
    rule_62_the_version_of_a_programme_is_that_of_the_first_day,
    rule_62_courses_are_seen_and_kept_in_their_areas_only,
    rule_62_trainers_are_sealed_and_can_be_erased,
    every_change_of_training_answers_a_repeat_with_its_first_effect,
);

async fn rule_62_a_course_runs_from_its_plan_to_its_certificates(world: World) {
    let city = world.small_city().await;
    let (_, mediators) = world.recognized(&city, 0, 3).await;
    let (who, officer) = (mediators.iter().map(String::as_str).collect::<Vec<_>>(), city.officer());
    let mut trainings = world.trainings(&officer);
    let planned = trainings.plan_course(course_of(&city.ward, "2026-02-10", "2026-02-11")).await.unwrap().into_inner();
    let course = planned.course.unwrap();
    assert_eq!((course.state(), course.programme_version.as_str()), (pb::TrainingCourseState::Planned, "2372-2025"));
    assert_eq!((&course.province_unit_id, &course.commune_unit_id), (&city.city, &city.ward));
    let id = course.course_id.clone();
    let mut sessions = Vec::new();
    for on in ["2026-02-10", "2026-02-11", "2026-02-14"] {
        let done = trainings.schedule_session(session_of(&id, on, &[])).await.unwrap().into_inner();
        sessions.push(done.session_id);
    }
    trainings.open_course(pb::OpenCourseRequest { course_id: id.clone(), ..Default::default() }).await.unwrap();
    let session = world.attended(&officer, &sessions[0], &who).await;
    assert_eq!((session.attended_count, session.material_count), (3, 3));
    let mut part = vec![came(who[0]), came(who[1])];
    part[1].minutes = 60;
    part.push(super::line(who[2], pb::TrainingPresence::Excused, 0));
    let request =
        pb::RecordAttendanceRequest { session_id: sessions[1].clone(), attendances: part, ..Default::default() };
    let session = trainings.record_attendance(request).await.unwrap().into_inner().session.unwrap();
    assert_eq!((session.attended_count, session.absent_count, session.state()), (2, 1, pb::TrainingSessionState::Held));
    let request =
        pb::CancelSessionRequest { session_id: sessions[2].clone(), reason: "mưa bão".into(), ..Default::default() };
    trainings.cancel_session(request).await.unwrap();
    trainings.conclude_course(pb::ConcludeCourseRequest { course_id: id.clone(), ..Default::default() }).await.unwrap();
    let one = |who: &str, number: &str| pb::CertificateIssue { mediator_id: who.into(), number: number.into() };
    let request = pb::IssueCertificatesRequest {
        course_id: id.clone(),
        certificates: vec![one(who[0], "01/GCN"), one(who[1], "02/GCN")],
        issue_date: day("2026-02-20"),
        issuer: "Sở Tư pháp".into(),
        ..Default::default()
    };
    let issued = trainings.issue_certificates(request).await.unwrap().into_inner().certificates;
    assert_eq!(issued.iter().map(|c| c.number.as_str()).collect::<Vec<_>>(), ["01/GCN", "02/GCN"]);
    let request = pb::RevokeCertificateRequest {
        certificate_id: issued[1].certificate_id.clone(),
        revoke_date: day("2026-02-25"),
        reason: "in sai".into(),
        ..Default::default()
    };
    trainings.revoke_certificate(request).await.unwrap();
    let request = pb::ListCertificatesRequest { course_id: id.clone(), ..Default::default() };
    let listed = trainings.list_certificates(request).await.unwrap().into_inner().certificates;
    assert_eq!((listed.len(), listed.iter().filter(|c| c.revoke_date.is_some()).count()), (2, 1));
    trainings.close_course(pb::CloseCourseRequest { course_id: id.clone(), ..Default::default() }).await.unwrap();
    let course = trainings
        .get_course(pb::GetCourseRequest { course_id: id, ..Default::default() })
        .await
        .unwrap()
        .into_inner()
        .course
        .unwrap();
    assert_eq!(
        (course.state(), course.total_minutes, course.sessions.len()),
        (pb::TrainingCourseState::Closed, 420, 3)
    );
    assert_eq!(course.last_date, day("2026-02-14"), "a later session moved it");
    let request = pb::ListMediatorTrainingRequest { mediator_id: who[2].into(), ..Default::default() };
    let record = trainings.list_mediator_training(request).await.unwrap().into_inner().trainings;
    let told: Vec<_> = record.iter().map(|t| (t.presence(), t.minutes)).collect();
    assert_eq!(told, [(pb::TrainingPresence::Attended, 210), (pb::TrainingPresence::Excused, 0)]);
}

async fn rule_62_the_version_of_a_programme_is_that_of_the_first_day(world: World) {
    let city = world.small_city().await;
    let mut trainings = world.trainings(&city.officer());
    for (first, version) in [("2025-07-17", "4077-2014"), ("2025-07-18", "2372-2025")] {
        let planned = trainings.plan_course(course_of(&city.ward, first, "2025-08-01")).await.unwrap().into_inner();
        assert_eq!(planned.course.unwrap().programme_version, version);
    }
    let all = pb::ListProgrammesRequest { page_size: 1, ..Default::default() };
    let first = trainings.list_programmes(all.clone()).await.unwrap().into_inner();
    assert_eq!((first.programmes[0].version.as_str(), first.programmes[0].valid_to), ("4077-2014", day("2025-07-17")));
    let next = pb::ListProgrammesRequest { page_token: first.next_page_token, ..all };
    let next = trainings.list_programmes(next).await.unwrap().into_inner();
    assert_eq!((next.programmes[0].version.as_str(), next.next_page_token.as_str()), ("2372-2025", ""));
    let on = pb::ListProgrammesRequest { valid_at: day("2026-01-01"), ..Default::default() };
    let on = trainings.list_programmes(on).await.unwrap().into_inner().programmes;
    assert_eq!(on.iter().map(|p| p.version.as_str()).collect::<Vec<_>>(), ["2372-2025"]);
}

async fn rule_62_courses_are_seen_and_kept_in_their_areas_only(world: World) {
    let city = world.small_city().await;
    let days = ["2026-02-10"];
    let (ours, sessions) = world.open_course(&city.officer(), &city.ward, &days).await;
    let (of_city, _) = world.open_course(&city.department(), &city.city, &days).await;
    let other = format!("commune_justice_officer~{}", city.other_ward);
    let get = |course_id: &str| pb::GetCourseRequest { course_id: course_id.into(), ..Default::default() };
    assert_eq!(refusal(world.trainings(&other).get_course(get(&ours)).await).0, Code::PermissionDenied);
    let absent = refusal(world.trainings(&other).get_course(get(&new_id())).await);
    assert_eq!(absent.0, Code::PermissionDenied, "absent is refused like elsewhere");
    let officer = world.trainings(&city.officer()).get_course(get(&of_city)).await;
    assert_eq!(refusal(officer).0, Code::PermissionDenied, "a course of the city is not of the commune");
    world.trainings(&city.department()).get_course(get(&ours)).await.unwrap();
    let request = pb::ListAttendanceRequest { session_id: sessions[0].clone(), ..Default::default() };
    assert_eq!(refusal(world.trainings(&other).list_attendance(request).await).0, Code::PermissionDenied);
    let chair = world.trainings(&city.chair()).plan_course(course_of(&city.ward, "2026-02-10", "2026-02-10")).await;
    assert_eq!(refusal(chair).0, Code::PermissionDenied, "the chairman reads, the officer keeps");
    for (who, expected) in [(city.officer(), 1), (city.department(), 2), (other, 0)] {
        let page = world.trainings(&who).list_courses(pb::ListCoursesRequest::default()).await.unwrap().into_inner();
        assert_eq!(page.courses.len(), expected, "{who}");
        assert!(page.courses.iter().all(|course| course.sessions.is_empty()));
    }
}

const TRAINER: &str = "Trần Văn Giảng Viên";

async fn rule_62_trainers_are_sealed_and_can_be_erased(world: World) {
    let city = world.small_city().await;
    let department = city.department();
    let request = pb::RegisterTrainerRequest {
        unit_id: city.city.clone(),
        person: Some(pb::TrainerPerson { full_name: TRAINER.into(), phone: "0987654321".into() }),
        organization: "Đoàn Luật sư thành phố Hà Nội".into(),
        decision: decision("2026-01-05"),
        ..Default::default()
    };
    let registered = world.trainings(&department).register_trainer(request).await.unwrap().into_inner();
    let trainer = registered.trainer.unwrap();
    assert_eq!(trainer.person.as_ref().unwrap().full_name, TRAINER);
    let (course, _) = world.open_course(&city.officer(), &city.ward, &["2026-02-10"]).await;
    let mut officer = world.trainings(&city.officer());
    let request = session_of(&course, "2026-02-11", &[&trainer.trainer_id]);
    let scheduled = officer.schedule_session(request).await.unwrap().into_inner().course.unwrap();
    assert_eq!(scheduled.sessions[1].trainer_ids, std::slice::from_ref(&trainer.trainer_id));
    let request = pb::EndTrainerRequest {
        trainer_id: trainer.trainer_id.clone(),
        end_date: day("2026-02-20"),
        ..Default::default()
    };
    world.trainings(&department).end_trainer(request).await.unwrap();
    let late = officer.schedule_session(session_of(&course, "2026-02-21", &[&trainer.trainer_id])).await;
    assert_eq!(fields(late), ["trainer_ids[0]"]);
    // Names are for those who plan: a mediator reads courses, not trainers.
    let mut mediator = world.trainings(&format!("mediator~{}", city.ward));
    let refused = mediator.list_trainers(pb::ListTrainersRequest::default()).await;
    assert_eq!(refusal(refused).0, Code::PermissionDenied);

    let subject: Uuid = trainer.trainer_id.parse().unwrap();
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.write().await.unwrap();
    let payloads: Vec<Vec<u8>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT payload FROM journal").fetch_all(c).await).unwrap();
    let sealed: Vec<Vec<u8>> =
        on!(&mut tx, |c| sqlx::query_scalar("SELECT sealed_person FROM trainers").fetch_all(c).await).unwrap();
    for bytes in payloads.iter().chain(&sealed) {
        for secret in [TRAINER, "0987654321"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
    tx.erase(KeySubject::from(subject)).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
    let world = World::over(database).await.unwrap();
    let listed = world.trainings(&department).list_trainers(pb::ListTrainersRequest::default()).await.unwrap();
    let listed = listed.into_inner().trainers;
    assert!(listed.len() == 1 && listed[0].person.is_none(), "the record stays without the person");
}

async fn every_change_of_training_answers_a_repeat_with_its_first_effect(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 3).await;
    let (mut trainings, mut awards) = (world.trainings(&city.officer()), world.awards(&city.officer()));
    let mut ids = (0u32..).map(|n| format!("0190bbbb-0000-7000-8000-{n:012}"));
    macro_rules! twice {
        ($client:ident . $method:ident ( $request:expr )) => {{
            let mut request = $request;
            request.request_id = ids.next().unwrap();
            let first = $client.$method(request.clone()).await.unwrap().into_inner();
            let second = $client.$method(request).await.unwrap().into_inner();
            let plain = |answer: String| answer.split("position").next().map(str::to_owned);
            assert_eq!(plain(format!("{first:?}")), plain(format!("{second:?}")), stringify!($method));
            first
        }};
    }
    let course = twice!(trainings.plan_course(course_of(&city.ward, "2026-02-10", "2026-02-10"))).course.unwrap();
    let id = course.course_id;
    let session = twice!(trainings.schedule_session(session_of(&id, "2026-02-10", &[]))).session_id;
    let spare = twice!(trainings.schedule_session(session_of(&id, "2026-02-12", &[]))).session_id;
    twice!(trainings.cancel_session(pb::CancelSessionRequest {
        session_id: spare,
        reason: "trùng lịch".into(),
        ..Default::default()
    }));
    twice!(trainings.open_course(pb::OpenCourseRequest { course_id: id.clone(), ..Default::default() }));
    let attendances: Vec<_> = mediators.iter().map(|id| came(id)).collect();
    twice!(trainings.record_attendance(pb::RecordAttendanceRequest {
        session_id: session.clone(),
        attendances: attendances.clone(),
        ..Default::default()
    }));
    twice!(trainings.correct_attendance(pb::CorrectAttendanceRequest {
        session_id: session,
        withdrawn_mediator_ids: vec![mediators[2].clone()],
        reason: "ghi nhầm".into(),
        ..Default::default()
    }));
    twice!(trainings.conclude_course(pb::ConcludeCourseRequest { course_id: id.clone(), ..Default::default() }));
    let issue = pb::CertificateIssue { mediator_id: mediators[0].clone(), number: "7".into() };
    let issued = twice!(trainings.issue_certificates(pb::IssueCertificatesRequest {
        course_id: id.clone(),
        certificates: vec![issue],
        issue_date: day("2026-02-12"),
        issuer: "UBND phường".into(),
        ..Default::default()
    }));
    twice!(trainings.revoke_certificate(pb::RevokeCertificateRequest {
        certificate_id: issued.certificates[0].certificate_id.clone(),
        revoke_date: day("2026-02-13"),
        reason: "in sai".into(),
        ..Default::default()
    }));
    twice!(trainings.close_course(pb::CloseCourseRequest { course_id: id, ..Default::default() }));
    let spare = twice!(trainings.plan_course(course_of(&city.ward, "2026-03-10", "2026-03-10"))).course.unwrap();
    twice!(trainings.cancel_course(pb::CancelCourseRequest {
        course_id: spare.course_id,
        reason: "không đủ kinh phí".into(),
        ..Default::default()
    }));
    let person = Some(pb::TrainerPerson { full_name: TRAINER.into(), phone: String::new() });
    let trainer = twice!(trainings.register_trainer(pb::RegisterTrainerRequest {
        unit_id: city.ward.clone(),
        person,
        ..Default::default()
    }));
    twice!(trainings.end_trainer(pb::EndTrainerRequest {
        trainer_id: trainer.trainer.unwrap().trainer_id,
        end_date: day("2026-03-01"),
        ..Default::default()
    }));
    let results = vec![super::awards::prize(&mediators[0], "", pb::ContestPrize::First)];
    let contest = twice!(awards.record_contest(super::awards::contest(&city.ward, results)));
    twice!(awards.correct_contest(pb::CorrectContestRequest {
        contest_id: contest.contest.unwrap().contest_id,
        results: vec![super::awards::prize("", &team.team_id, pb::ContestPrize::Second)],
        reason: "ghi nhầm".into(),
        ..Default::default()
    }));
    let given = twice!(awards.record_commendations(super::awards::praise(&[(&mediators[0], "")])));
    twice!(awards.revoke_commendation(pb::RevokeCommendationRequest {
        commendation_id: given.commendations[0].commendation_id.clone(),
        revoke_date: day("2026-03-01"),
        reason: "quyết định bị hủy".into(),
        ..Default::default()
    }));
}
