//! Every reason of training is produced, with its code.

use std::collections::BTreeSet;

use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use super::{course_of, session_of};
use crate::world::*;

crate::on_both!(every_reason_of_training_is_produced, faulty_fields_of_training_are_all_named);

async fn every_reason_of_training_is_produced(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let mut seen = BTreeSet::new();
    let mut says = |answer: (Code, String), code: Code, reason: &str| {
        assert_eq!(answer, (code, reason.to_owned()));
        seen.insert(answer.1);
    };
    let everywhere = "justice_department~everywhere";
    let (mut trainings, mut awards) = (world.trainings(everywhere), world.awards(everywhere));
    use Code::{FailedPrecondition as F, NotFound as N};

    let area = course_of(&city.areas[0], "2026-02-10", "2026-02-10");
    assert_eq!(refusal(trainings.plan_course(area).await), (F, "UNIT_KIND_WRONG".into()));
    let nowhere = course_of(&new_id(), "2026-02-10", "2026-02-10");
    assert_eq!(refusal(trainings.plan_course(nowhere).await), (N, "UNIT_NOT_FOUND".into()));
    let mut unknown = course_of(&city.ward, "2026-02-10", "2026-02-10");
    unknown.programme_code = "khác".into();
    says(refusal(trainings.plan_course(unknown).await), N, "PROGRAMME_NOT_FOUND");
    let backwards = course_of(&city.ward, "2026-02-10", "2026-02-09");
    assert_eq!(refusal(trainings.plan_course(backwards).await).1, "DATE_OUT_OF_ORDER");
    says(
        refusal(trainings.get_course(pb::GetCourseRequest { course_id: new_id(), ..Default::default() }).await),
        N,
        "COURSE_NOT_FOUND",
    );
    let planned = trainings.plan_course(course_of(&city.ward, "2026-02-10", "2026-02-10")).await.unwrap().into_inner();
    let id = planned.course.unwrap().course_id;
    let open = pb::OpenCourseRequest { course_id: id.clone(), ..Default::default() };
    says(refusal(trainings.open_course(open).await), F, "COURSE_SESSIONS_WRONG");
    let close = pb::CloseCourseRequest { course_id: id.clone(), ..Default::default() };
    says(refusal(trainings.close_course(close).await), F, "COURSE_STATE_WRONG");
    let early = session_of(&id, "2026-02-09", &[]);
    assert_eq!(refusal(trainings.schedule_session(early).await).1, "DATE_OUT_OF_ORDER");
    let mut cancel =
        pb::CancelSessionRequest { session_id: new_id(), reason: "trùng lịch".into(), ..Default::default() };
    says(refusal(trainings.cancel_session(cancel.clone()).await), N, "TRAINING_SESSION_NOT_FOUND");
    cancel.session_id =
        trainings.schedule_session(session_of(&id, "2026-02-10", &[])).await.unwrap().into_inner().session_id;
    trainings.cancel_session(cancel.clone()).await.unwrap();
    says(refusal(trainings.cancel_session(cancel).await), F, "TRAINING_SESSION_STATE_WRONG");

    let (course, sessions) = world.open_course(everywhere, &city.ward, &["2026-02-10"]).await;
    world.attended(everywhere, &sessions[0], &[&who[0]]).await;
    trainings
        .conclude_course(pb::ConcludeCourseRequest { course_id: course.clone(), ..Default::default() })
        .await
        .unwrap();
    let one = |who: &str| pb::CertificateIssue { mediator_id: who.into(), number: "1".into() };
    let mut issue = pb::IssueCertificatesRequest {
        course_id: course,
        certificates: vec![one(&who[1]), one(&who[0])],
        issue_date: day("2026-02-10"),
        issuer: "UBND phường".into(),
        ..Default::default()
    };
    let told = fields(trainings.issue_certificates(issue.clone()).await);
    assert_eq!(told, ["certificates[0].mediator_id", "certificates[1].number"]);
    issue.certificates.remove(0);
    let issued = trainings.issue_certificates(issue).await.unwrap().into_inner().certificates;
    let mut revoke = pb::RevokeCertificateRequest {
        certificate_id: new_id(),
        revoke_date: day("2026-02-11"),
        reason: "in sai".into(),
        ..Default::default()
    };
    says(refusal(trainings.revoke_certificate(revoke.clone()).await), N, "CERTIFICATE_NOT_FOUND");
    revoke.certificate_id = issued[0].certificate_id.clone();
    trainings.revoke_certificate(revoke.clone()).await.unwrap();
    says(refusal(trainings.revoke_certificate(revoke).await), F, "CERTIFICATE_REVOKED");

    let mut end = pb::EndTrainerRequest { trainer_id: new_id(), end_date: day("2026-02-11"), ..Default::default() };
    says(refusal(trainings.end_trainer(end.clone()).await), N, "TRAINER_NOT_FOUND");
    let person = Some(pb::TrainerPerson { full_name: "Trần Văn Giảng".into(), phone: String::new() });
    let request = pb::RegisterTrainerRequest { unit_id: city.ward.clone(), person, ..Default::default() };
    end.trainer_id = trainings.register_trainer(request).await.unwrap().into_inner().trainer.unwrap().trainer_id;
    trainings.end_trainer(end.clone()).await.unwrap();
    says(refusal(trainings.end_trainer(end).await), F, "TRAINER_ENDED");

    let request = pb::CorrectContestRequest {
        contest_id: new_id(),
        results: vec![super::awards::prize(&who[0], "", pb::ContestPrize::None)],
        reason: "ghi nhầm".into(),
        ..Default::default()
    };
    says(refusal(awards.correct_contest(request).await), N, "CONTEST_NOT_FOUND");
    let mut revoke = pb::RevokeCommendationRequest {
        commendation_id: new_id(),
        revoke_date: day("2026-02-11"),
        reason: "quyết định bị hủy".into(),
        ..Default::default()
    };
    says(refusal(awards.revoke_commendation(revoke.clone()).await), N, "COMMENDATION_NOT_FOUND");
    let given = awards.record_commendations(super::awards::praise(&[(&who[0], "")])).await.unwrap().into_inner();
    revoke.commendation_id = given.commendations[0].commendation_id.clone();
    awards.revoke_commendation(revoke.clone()).await.unwrap();
    says(refusal(awards.revoke_commendation(revoke).await), F, "COMMENDATION_REVOKED");

    let all: BTreeSet<String> = (200..213)
        .filter_map(|number| pb::ErrorReason::try_from(number).ok())
        .map(|reason| reason.as_str_name().trim_start_matches("ERROR_REASON_").to_owned())
        .collect();
    assert_eq!(seen, all);
}

async fn faulty_fields_of_training_are_all_named(world: World) {
    let city = world.small_city().await;
    let mut trainings = world.trainings(&city.officer());
    let mut request = course_of("x", "2026-02-10", "2026-02-10");
    (request.display_name, request.mode, request.last_date) = (String::new(), 0, None);
    let told = fields(trainings.plan_course(request).await);
    assert_eq!(told, ["unit_id", "display_name", "mode", "last_date"]);
    let mut request = course_of(&city.ward, "2026-02-10", "2026-02-10");
    request.first_date = Some(hoagiai_proto::google::Date { year: 2026, month: 2, day: 31 });
    assert_eq!(fields(trainings.plan_course(request.clone()).await), ["first_date"]);
    (request.display_name, request.first_date) = ("   ".into(), day("2026-02-10"));
    assert_eq!(fields(trainings.plan_course(request).await), ["display_name"]);
    let (course, _) = world.open_course(&city.officer(), &city.ward, &["2026-02-10"]).await;
    let one = new_id();
    let told = fields(trainings.schedule_session(session_of(&course, "2026-02-10", &[&one, &one])).await);
    assert_eq!(told, ["trainer_ids[0]", "trainer_ids[1]"]);
    let request = pb::ListTrainingDueRequest::default();
    assert_eq!(fields(trainings.list_training_due(request).await), ["duty"]);
    let request = pb::CorrectAttendanceRequest { session_id: new_id(), reason: "x".into(), ..Default::default() };
    assert_eq!(fields(trainings.correct_attendance(request).await), ["attendances"]);
}
