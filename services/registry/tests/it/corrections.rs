//! Corrections: what was known stays readable, what is right is read from its day. And repeats of every verb of teams.

use std::time::Duration;

use hoagiai_proto::{common::v1 as common, registry::v1 as pb};
use tonic::Code;

use crate::{
    successions::{get, merge, new_plan},
    world::*,
};

crate::on_both!(
    every_new_verb_answers_a_repeat_with_its_first_effect,
    a_corrected_mediator_is_read_as_was_known_and_as_is_right,
    a_corrected_team_is_read_as_was_known_and_as_is_right,
    a_correction_counts_a_moved_mediator_in_the_team_of_each_day,
);

async fn every_new_verb_answers_a_repeat_with_its_first_effect(world: World) {
    let city = world.small_city().await;
    let (first, mediators) = world.active(&city, 0).await;
    let (second, _) = world.active(&city, 1).await;
    let mut ids = (0u32..).map(|n| format!("0190bbbb-0000-7000-8000-{n:012}"));
    let (mut chair, mut front) = (world.teams(&city.chair()), world.teams(&city.front()));
    let mut officer = world.teams(&city.officer());
    let mut people = world.mediators(&city.officer());
    macro_rules! twice {
        ($client:ident . $method:ident ( $request:expr )) => {{
            let mut request = $request;
            request.request_id = ids.next().unwrap();
            let once = $client.$method(request.clone()).await.unwrap().into_inner();
            let again = $client.$method(request).await.unwrap().into_inner();
            assert_eq!(format!("{once:?}").len(), format!("{again:?}").len(), stringify!($method));
        }};
    }
    twice!(officer.update_team(pb::UpdateTeamRequest {
        team_id: first.team_id.clone(),
        display_name: "Tổ hòa giải số 1".into(),
        update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".into()] }),
        ..Default::default()
    }));
    twice!(chair.change_target_size(pb::ChangeTargetSizeRequest {
        team_id: first.team_id.clone(),
        target_size: 9,
        decision: decision("2026-01-10"),
        ..Default::default()
    }));
    twice!(front.record_annual_review(pb::RecordAnnualReviewRequest {
        team_id: first.team_id.clone(),
        review_date: day("2026-02-01"),
        result: pb::TeamReviewResult::Keep.into(),
        ..Default::default()
    }));
    twice!(officer.correct_team(pb::CorrectTeamRequest {
        team_id: first.team_id.clone(),
        display_name: "Tổ hòa giải số một".into(),
        reason: "gõ nhầm".into(),
        ..Default::default()
    }));
    twice!(people.correct_mediator(pb::CorrectMediatorRequest {
        mediator_id: mediators[1].clone(),
        recognition_decision: decision("2025-09-08"),
        reason: "gõ nhầm ngày".into(),
        ..Default::default()
    }));
    twice!(chair.record_area_exception(pb::RecordAreaExceptionRequest {
        area_unit_id: city.areas[2].clone(),
        kind: pb::TeamDeviationKind::AreaWithoutTeam.into(),
        reason: "giải tỏa".into(),
        decision: decision("2026-01-10"),
        ..Default::default()
    }));
    let second = get(&world, &city.chair(), &second.team_id, None).await;
    twice!(chair.merge_teams(merge(&[&second], &first.team_id, "2026-02-10")));
    twice!(chair.transfer_team(pb::TransferTeamRequest {
        team_id: first.team_id.clone(),
        area_unit_id: city.areas[2].clone(),
        decision: decision("2026-02-20"),
        ..Default::default()
    }));
    let request = pb::ListMediatorsRequest { team_id: first.team_id.clone(), ..Default::default() };
    let all = people.list_mediators(request).await.unwrap().into_inner().mediators;
    let part = |area: usize, ids: Vec<String>| pb::SplitPart {
        plan: Some(new_plan(&city.areas[area], "Tổ hòa giải mới", 6)),
        mediator_ids: ids,
    };
    twice!(chair.split_team(pb::SplitTeamRequest {
        team_id: first.team_id.clone(),
        parts: vec![part(0, all.iter().map(|one| one.mediator_id.clone()).collect()), part(1, Vec::new())],
        decision: decision("2026-02-25"),
        ..Default::default()
    }));
}

async fn a_corrected_mediator_is_read_as_was_known_and_as_is_right(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let before = world.clock_now();
    world.clock.advance(Duration::from_secs(60));
    let mut officer = world.mediators(&city.officer());
    let person = pb::Person {
        full_name: "Nguyễn Thị Bí Mật Đúng Tên".into(),
        birth_year: 1961,
        gender: common::Gender::Female.into(),
        ethnic_class: common::EthnicClass::Other.into(),
        education_class: common::EducationClass::Law.into(),
        phone: "0912345678".into(),
        ..Default::default()
    };
    // Recorded as a man, recognised two days too late.
    let request = pb::CorrectMediatorRequest {
        mediator_id: mediators[1].clone(),
        person: Some(person.clone()),
        recognition_decision: decision("2025-09-08"),
        reason: "đối chiếu căn cước".into(),
        ..Default::default()
    };
    let done = officer.correct_mediator(request).await.unwrap().into_inner();
    assert_eq!(done.mediator.as_ref().unwrap().person.as_ref(), Some(&person));
    let today = done.team.unwrap();
    assert_eq!((today.mediator_count, today.female_mediator_count, today.ethnic_minority_mediator_count), (3, 3, 1));
    let read = |on: &'static str, known: bool| pb::GetMediatorRequest {
        mediator_id: mediators[1].clone(),
        valid_at: day(on),
        known_at: known.then(|| before.to_proto()),
    };
    use pb::MediatorState::{Recognized, Submitted};
    for (on, known, state, name) in [
        ("2025-09-08", false, Recognized, "Nguyễn Thị Bí Mật Đúng Tên"),
        ("2025-08-30", false, Submitted, "Nguyễn Thị Bí Mật Đúng Tên"),
        ("2025-09-08", true, Submitted, "Nguyễn Thị Bí Mật 1"),
        ("2025-09-10", true, Recognized, "Nguyễn Thị Bí Mật 1"),
    ] {
        let found = officer.get_mediator(read(on, known)).await.unwrap().into_inner().mediator.unwrap();
        assert_eq!((found.state(), found.person.unwrap().full_name.as_str()), (state, name), "{on} {known}");
    }
    for (on, known, expected) in [
        ("2025-09-08", false, (1, 1)),
        ("2025-09-10", false, (3, 3)),
        ("2025-09-08", true, (0, 0)),
        ("2025-09-10", true, (3, 2)),
        ("2026-03-02", false, (3, 3)),
    ] {
        let request = pb::GetTeamRequest {
            team_id: team.team_id.clone(),
            valid_at: day(on),
            known_at: known.then(|| before.to_proto()),
        };
        let found = world.teams(&city.officer()).get_team(request).await.unwrap().into_inner().team.unwrap();
        assert_eq!((found.mediator_count, found.female_mediator_count), expected, "{on} {known}");
    }
    let early = pb::CorrectMediatorRequest {
        mediator_id: mediators[1].clone(),
        recognition_decision: decision("2025-08-20"),
        reason: "nhầm".into(),
        ..Default::default()
    };
    assert_eq!(refusal(officer.correct_mediator(early).await).1, "DATE_OUT_OF_ORDER", "before the list was received");
    let request =
        pb::CorrectMediatorRequest { mediator_id: mediators[1].clone(), reason: "nhầm".into(), ..Default::default() };
    let chair = world.mediators(&city.chair()).correct_mediator(request).await;
    assert_eq!(refusal(chair).0, Code::PermissionDenied);
}

async fn a_corrected_team_is_read_as_was_known_and_as_is_right(world: World) {
    let city = world.small_city().await;
    let (team, _) = world.active(&city, 0).await;
    let before = world.clock_now();
    world.clock.advance(Duration::from_secs(60));
    let mut officer = world.teams(&city.officer());
    let request = pb::CorrectTeamRequest {
        team_id: team.team_id.clone(),
        display_name: "Tổ hòa giải đúng tên".into(),
        plan_decision: decision("2025-07-20"),
        reason: "gõ nhầm".into(),
        etag: team.etag.clone(),
        ..Default::default()
    };
    officer.correct_team(request.clone()).await.unwrap();
    assert_eq!(refusal(officer.correct_team(request).await), (Code::Aborted, "STALE_ETAG".into()));
    for (on, known, expected) in [
        ("2025-07-20", false, Some("Tổ hòa giải đúng tên")),
        ("2025-09-25", false, Some("Tổ hòa giải đúng tên")),
        ("2025-09-25", true, Some("Tổ hòa giải")),
        ("2025-07-20", true, None),
    ] {
        let request = pb::GetTeamRequest {
            team_id: team.team_id.clone(),
            valid_at: day(on),
            known_at: known.then(|| before.to_proto()),
        };
        let found = officer.get_team(request).await.ok().and_then(|answer| answer.into_inner().team);
        assert_eq!(found.map(|team| team.display_name), expected.map(str::to_owned), "{on} {known}");
    }
    let late = pb::CorrectTeamRequest {
        team_id: team.team_id,
        plan_decision: decision("2025-09-01"),
        reason: "nhầm".into(),
        ..Default::default()
    };
    assert_eq!(refusal(officer.correct_team(late).await).1, "DATE_OUT_OF_ORDER", "after its first election");
}

async fn a_correction_counts_a_moved_mediator_in_the_team_of_each_day(world: World) {
    let city = world.small_city().await;
    let (into, _) = world.active(&city, 0).await;
    let (from, moved) = world.active(&city, 1).await;
    let request = pb::MergeTeamsRequest { target_size: 7, ..merge(&[&from], &into.team_id, "2026-02-01") };
    world.teams(&city.chair()).merge_teams(request).await.unwrap();
    // A man who is a woman.
    let person = pb::Person {
        full_name: format!("{NAME} 1"),
        gender: common::Gender::Female.into(),
        ethnic_class: common::EthnicClass::Kinh.into(),
        education_class: common::EducationClass::Other.into(),
        ..Default::default()
    };
    let request = pb::CorrectMediatorRequest {
        mediator_id: moved[1].clone(),
        person: Some(person),
        reason: "gõ nhầm".into(),
        ..Default::default()
    };
    let team = world.mediators(&city.officer()).correct_mediator(request).await.unwrap().into_inner().team.unwrap();
    assert_eq!((team.mediator_count, team.female_mediator_count), (6, 5));
    for (team, on, expected) in [
        (&from, Some("2025-09-10"), (3, 3)),
        (&from, Some("2026-01-31"), (3, 3)),
        (&from, Some("2026-02-01"), (0, 0)),
        (&into, Some("2026-01-31"), (3, 2)),
        (&into, Some("2026-02-01"), (6, 5)),
        (&into, None, (6, 5)),
        (&from, None, (0, 0)),
    ] {
        let found = get(&world, &city.officer(), &team.team_id, on).await;
        assert_eq!((found.mediator_count, found.female_mediator_count), expected, "{on:?}");
    }
}
