//! Attendance: in bulk, with all its faults, corrected without loss, by two at once.

use futures_util::future::join_all;
use hoagiai_proto::registry::v1 as pb;
use hoagiai_types::Timestamp;
use tonic::Code;

use super::{came, line, recognized_on};
use crate::world::*;

crate::on_both!(
    rule_62_a_roll_of_hundreds_is_one_request,
    rule_62_a_roll_tells_all_its_faults_at_once,
    rule_62_a_correction_keeps_what_was_known_before,
    rule_62_two_rolls_at_once_leave_one,
    rule_62_rolls_and_records_page_exactly_once,
);

fn roll(session: &str, attendances: Vec<pb::TrainingAttendance>) -> pb::RecordAttendanceRequest {
    pb::RecordAttendanceRequest { session_id: session.into(), attendances, ..Default::default() }
}

async fn rule_62_a_roll_of_hundreds_is_one_request(world: World) {
    let city = world.small_city().await;
    let mut all = Vec::new();
    for n in 0..6 {
        let (ward, area) =
            if n % 2 == 0 { (&city.ward, &city.areas[0]) } else { (&city.other_ward, &city.other_areas[0]) };
        all.extend(recognized_on(&world, ward, area, 50, "2025-09-10").await.1);
    }
    let department = city.department();
    let (course, sessions) = world.open_course(&department, &city.city, &["2026-02-10"]).await;
    let everybody: Vec<&str> = all.iter().map(String::as_str).collect();
    let session = world.attended(&department, &sessions[0], &everybody).await;
    assert_eq!(session.attended_count, 300);
    let request = pb::ConcludeCourseRequest { course_id: course.clone(), ..Default::default() };
    world.trainings(&department).conclude_course(request).await.unwrap();
    let one = |(n, id): (usize, &String)| pb::CertificateIssue { mediator_id: id.clone(), number: format!("{n}/GCN") };
    let request = pb::IssueCertificatesRequest {
        course_id: course,
        certificates: all.iter().enumerate().map(one).collect(),
        issue_date: day("2026-02-20"),
        issuer: "Sở Tư pháp".into(),
        ..Default::default()
    };
    let issued = world.trainings(&department).issue_certificates(request).await.unwrap().into_inner().certificates;
    assert_eq!(issued.len(), 300);
}

async fn rule_62_a_roll_tells_all_its_faults_at_once(world: World) {
    let city = world.small_city().await;
    let (_, ours) = world.recognized(&city, 0, 3).await;
    let (_, late) = recognized_on(&world, &city.ward, &city.areas[1], 3, "2026-02-12").await;
    let (_, elsewhere) = recognized_on(&world, &city.other_ward, &city.other_areas[0], 3, "2025-09-10").await;
    let (_, held) = world.elected(&city, 2, 3).await;
    let officer = city.officer();
    let (_, sessions) = world.open_course(&officer, &city.ward, &["2026-02-10", "2026-03-09"]).await;
    use pb::TrainingPresence::{Absent, Attended};
    let faulty = vec![
        came(&ours[0]),
        came(&ours[0]),
        line(&ours[1], Attended, 211),
        line(&ours[2], Absent, 10),
        came(&late[0]),
        came(&elsewhere[0]),
        came(&held.mediators[0].mediator_id),
        came(&new_id()),
    ];
    let mut trainings = world.trainings(&officer);
    let told = fields(trainings.record_attendance(roll(&sessions[0], faulty)).await);
    let expected: Vec<String> = [(1, "mediator_id"), (2, "minutes"), (3, "minutes")]
        .into_iter()
        .chain((4..8).map(|line| (line, "mediator_id")))
        .map(|(line, field)| format!("attendances[{line}].{field}"))
        .collect();
    assert_eq!(told, expected, "not in force, of another commune, a candidate and nobody are told alike");
    let future = trainings.record_attendance(roll(&sessions[1], vec![came(&ours[0])])).await;
    assert_eq!(refusal(future).1, "DATE_OUT_OF_ORDER");
    let mut unreadable = came(&ours[0]);
    (unreadable.mediator_id, unreadable.presence) = ("x".into(), 9);
    let told = fields(trainings.record_attendance(roll(&sessions[0], vec![unreadable, came(&ours[0])])).await);
    assert!(told.len() >= 2 && told.iter().all(|field| field.starts_with("attendances[0]")), "{told:?}");
    // The department may invite from every commune.
    let (_, of_city) = world.open_course(&city.department(), &city.city, &["2026-02-10"]).await;
    world.attended(&city.department(), &of_city[0], &[&ours[0], &elsewhere[0]]).await;
}

async fn rule_62_a_correction_keeps_what_was_known_before(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let officer = city.officer();
    let (course, sessions) = world.open_course(&officer, &city.ward, &["2026-02-10"]).await;
    world.attended(&officer, &sessions[0], &[&who[0], &who[1]]).await;
    let before = world.instant();
    world.clock.set(Timestamp::parse("2026-03-03T02:00:00Z").unwrap());
    let mut trainings = world.trainings(&officer);
    trainings
        .conclude_course(pb::ConcludeCourseRequest { course_id: course.clone(), ..Default::default() })
        .await
        .unwrap();
    trainings.close_course(pb::CloseCourseRequest { course_id: course, ..Default::default() }).await.unwrap();
    let correct = |lines: Vec<pb::TrainingAttendance>, withdrawn: &[&str]| pb::CorrectAttendanceRequest {
        session_id: sessions[0].clone(),
        attendances: lines,
        withdrawn_mediator_ids: withdrawn.iter().map(|id| (*id).to_owned()).collect(),
        reason: "đối chiếu danh sách ký tên".into(),
        ..Default::default()
    };
    let wrong = correct(vec![came(&who[0])], &[&who[0], &who[2]]);
    let told = fields(trainings.correct_attendance(wrong).await);
    assert_eq!(told, ["withdrawn_mediator_ids[0]", "withdrawn_mediator_ids[1]"], "named twice, not listed");
    let done = trainings.correct_attendance(correct(vec![came(&who[2])], &[&who[0]])).await.unwrap().into_inner();
    assert_eq!(done.session.unwrap().attended_count, 2);
    // Once more at the same instant: the second correction supersedes the first.
    let absent = line(&who[2], pb::TrainingPresence::Absent, 0);
    let done = trainings.correct_attendance(correct(vec![absent], &[])).await.unwrap().into_inner();
    let session = done.session.unwrap();
    assert_eq!((session.attended_count, session.absent_count), (1, 1));
    let list = |known_at| pb::ListAttendanceRequest { session_id: sessions[0].clone(), known_at, ..Default::default() };
    let ids = |page: pb::ListAttendanceResponse| {
        let mut ids: Vec<String> = page.attendances.into_iter().map(|one| one.mediator_id).collect();
        ids.sort();
        ids
    };
    let sorted = |ids: [&String; 2]| {
        let mut ids: Vec<String> = ids.into_iter().cloned().collect();
        ids.sort();
        ids
    };
    let now = ids(trainings.list_attendance(list(None)).await.unwrap().into_inner());
    assert_eq!(now, sorted([&who[1], &who[2]]));
    let then = ids(trainings.list_attendance(list(Some(before.to_proto()))).await.unwrap().into_inner());
    assert_eq!(then, sorted([&who[0], &who[1]]), "what was known then");
    let again = trainings.record_attendance(roll(&sessions[0], vec![came(&who[0])])).await;
    assert_eq!(refusal(again), (Code::FailedPrecondition, "COURSE_STATE_WRONG".into()));
}

async fn rule_62_two_rolls_at_once_leave_one(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 3).await;
    let officer = city.officer();
    let (_, sessions) = world.open_course(&officer, &city.ward, &["2026-02-10"]).await;
    let calls = (0..6).map(|n| {
        let (mut trainings, request) = (world.trainings(&officer), roll(&sessions[0], vec![came(&who[n % 3])]));
        async move { trainings.record_attendance(request).await }
    });
    let answers = join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter(Result::is_err) {
        assert!(["STALE_ETAG", "TRAINING_SESSION_STATE_WRONG"].contains(&refusal(refused).1.as_str()));
    }
    let request = pb::ListAttendanceRequest { session_id: sessions[0].clone(), ..Default::default() };
    let listed = world.trainings(&officer).list_attendance(request).await.unwrap().into_inner().attendances;
    assert_eq!(listed.len(), 1);
}

async fn rule_62_rolls_and_records_page_exactly_once(world: World) {
    let city = world.small_city().await;
    let (_, who) = world.recognized(&city, 0, 11).await;
    let officer = city.officer();
    let days = ["2026-02-10", "2026-02-10", "2026-02-11", "2026-02-12", "2026-02-12"];
    let (_, sessions) = world.open_course(&officer, &city.ward, &days).await;
    let everybody: Vec<&str> = who.iter().map(String::as_str).collect();
    for session in &sessions {
        world.attended(&officer, session, &everybody).await;
    }
    let mut trainings = world.trainings(&officer);
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListAttendanceRequest {
            session_id: sessions[0].clone(),
            page_size: 4,
            page_token: token,
            ..Default::default()
        };
        let page = trainings.list_attendance(request).await.unwrap().into_inner();
        seen.extend(page.attendances.into_iter().map(|one| one.mediator_id));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert!(seen.is_sorted() && seen.len() == 11);
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListMediatorTrainingRequest {
            mediator_id: who[0].clone(),
            page_size: 2,
            page_token: token,
            ..Default::default()
        };
        let page = trainings.list_mediator_training(request).await.unwrap().into_inner();
        seen.extend(page.trainings.into_iter().map(|one| one.session_id));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let mut wanted = sessions.clone();
    wanted.sort();
    seen.sort();
    assert_eq!(seen, wanted);
}
