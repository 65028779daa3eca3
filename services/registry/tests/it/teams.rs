//! Teams by decision: size, names, the yearly review, deviations.

use std::collections::HashMap;

use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use crate::{successions::get, world::*};

crate::on_both!(
    rule_02_two_or_none_are_listed_with_the_recorded_reason,
    rule_03_understaffed_teams_are_listed_and_strengthened,
    rule_06_size_changes_only_by_decision,
    rule_07_one_review_a_year_and_an_overdue_list,
    names_change_by_mask_and_etag,
    deviations_page_exactly_once,
);

async fn deviations(world: &World, who: &str, unit: &str, on: Option<&str>) -> pb::ListDeviationsResponse {
    let valid_at = on.and_then(day);
    let request = pb::ListDeviationsRequest { unit_id: unit.into(), valid_at, ..Default::default() };
    world.teams(who).list_deviations(request).await.unwrap().into_inner()
}

fn counts(found: &pb::ListDeviationsResponse) -> HashMap<pb::TeamDeviationKind, i64> {
    found.counts.iter().map(|count| (count.kind(), count.count)).collect()
}

use pb::TeamDeviationKind::{
    AreaWithSeveral, AreaWithoutTeam, NoLeader, ReviewOverdue, TargetNotReached, Understaffed,
};

async fn rule_02_two_or_none_are_listed_with_the_recorded_reason(world: World) {
    let city = world.small_city().await;
    world.active(&city, 0).await;
    let found = deviations(&world, &city.officer(), &city.ward, None).await;
    assert_eq!(counts(&found)[&AreaWithoutTeam], 2);
    let without: Vec<_> = found.deviations.iter().filter(|one| one.kind() == AreaWithoutTeam).collect();
    assert!(without.iter().all(|one| one.reason.is_empty() && city.areas[1..].contains(&one.area_unit_id)));
    let before = deviations(&world, &city.officer(), &city.ward, Some("2025-09-24")).await;
    assert_eq!(counts(&before)[&AreaWithoutTeam], 3, "no team in force anywhere yet");

    let exception = pb::RecordAreaExceptionRequest {
        area_unit_id: city.areas[1].clone(),
        kind: AreaWithoutTeam.into(),
        reason: "chung cư mới, chưa đủ hộ".into(),
        decision: decision("2026-01-10"),
        ..Default::default()
    };
    world.teams(&city.chair()).record_area_exception(exception.clone()).await.unwrap();
    let other = world.teams(&city.other_chair()).record_area_exception(exception).await;
    assert_eq!(refusal(other).0, Code::PermissionDenied);
    let found = deviations(&world, &city.officer(), &city.ward, None).await;
    let reason = |found: &pb::ListDeviationsResponse, area: &str| {
        found.deviations.iter().find(|one| one.area_unit_id == area).map(|one| one.reason.clone()).unwrap()
    };
    assert_eq!(reason(&found, &city.areas[1]), "chung cư mới, chưa đủ hộ");
    let earlier = deviations(&world, &city.officer(), &city.ward, Some("2026-01-09")).await;
    assert_eq!(reason(&earlier, &city.areas[1]), "");

    // A second team in an area needs a reason, which the list shows once both are in force.
    let mut request = plan(&city.ward, &[(&city.areas[0], 3)]);
    assert_eq!(refusal(world.teams(&city.chair()).plan_teams(request.clone()).await).1, "AREA_HAS_TEAM");
    request.plans[0].exception_reason = "địa bàn rộng".into();
    let second = world.teams(&city.chair()).plan_teams(request).await.unwrap().into_inner().teams.remove(0);
    world.bring_into_force(&city, &second.team_id, 3).await;
    let found = deviations(&world, &city.officer(), &city.ward, None).await;
    let several: Vec<_> = found.deviations.iter().filter(|one| one.kind() == AreaWithSeveral).collect();
    assert_eq!((several.len(), several[0].team_count, several[0].reason.as_str()), (1, 2, "địa bàn rộng"));
    let denied = world.teams(&format!("mediator~{}", city.ward));
    let mut denied = denied;
    let request = pb::ListDeviationsRequest { unit_id: city.ward.clone(), ..Default::default() };
    assert_eq!(refusal(denied.list_deviations(request).await).0, Code::PermissionDenied);
}

async fn rule_03_understaffed_teams_are_listed_and_strengthened(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let mut chair = world.mediators(&city.chair());
    chair.decide_cessation(ceased(&mediators[0], "2026-01-12")).await.unwrap();
    let found = deviations(&world, &city.department(), &city.city, None).await;
    let counted = counts(&found);
    assert_eq!((counted[&Understaffed], counted[&NoLeader], counted[&TargetNotReached]), (1, 1, 1));
    let one = found.deviations.iter().find(|one| one.kind() == Understaffed).unwrap();
    assert_eq!(one.team_id, team.team_id);
    assert_eq!(one.deficiencies, [pb::TeamDeficiency::FewerThanThree as i32], "the leader is another kind");
    assert_eq!((one.mediator_count, one.target_size), (2, 3));
    let before = counts(&deviations(&world, &city.department(), &city.city, Some("2026-01-11")).await);
    assert_eq!((before[&Understaffed], before[&NoLeader], before[&TargetNotReached]), (0, 0, 0));
    assert_eq!(get(&world, &city.officer(), &team.team_id, None).await.state(), pb::TeamState::Understaffed);
    world.strengthen(&city, &team.team_id, 1).await;
    let after = counts(&deviations(&world, &city.department(), &city.city, None).await);
    assert_eq!((after[&Understaffed], after[&NoLeader], after[&TargetNotReached]), (0, 1, 0));
}

async fn rule_06_size_changes_only_by_decision(world: World) {
    let city = world.small_city().await;
    let (team, _) = world.recognized(&city, 0, 5).await;
    let mut chair = world.teams(&city.chair());
    let request = pb::ChangeTargetSizeRequest {
        team_id: team.team_id.clone(),
        target_size: 4,
        decision: decision("2026-01-10"),
        etag: team.etag.clone(),
        ..Default::default()
    };
    assert_eq!(refusal(chair.change_target_size(request.clone()).await).1, "TEAM_FULL");
    let request = pb::ChangeTargetSizeRequest { target_size: 7, ..request };
    let changed = chair.change_target_size(request.clone()).await.unwrap().into_inner().team.unwrap();
    assert_eq!((changed.target_size, changed.target_size_decision.clone()), (7, decision("2026-01-10")));
    assert_eq!(changed.plan_decision, team.plan_decision);
    assert_eq!(refusal(chair.change_target_size(request).await).1, "STALE_ETAG");
    assert_eq!(get(&world, &city.chair(), &team.team_id, Some("2026-01-09")).await.target_size, 5);
    assert_eq!(get(&world, &city.chair(), &team.team_id, Some("2026-01-10")).await, changed);
}

async fn rule_07_one_review_a_year_and_an_overdue_list(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let overdue = |found: &pb::ListDeviationsResponse| {
        let of_kind = found.deviations.iter().find(|one| one.kind() == ReviewOverdue);
        of_kind.map(|one| (one.team_id.clone(), one.review_year))
    };
    let now = deviations(&world, &city.front(), &city.ward, None).await;
    assert_eq!(overdue(&now), None, "in force since 2025 only: the first review is of 2026");
    let later = deviations(&world, &city.front(), &city.ward, Some("2027-01-01")).await;
    assert_eq!(overdue(&later), Some((team.team_id.clone(), 2026)));
    let request = pb::RecordAnnualReviewRequest {
        team_id: team.team_id.clone(),
        review_date: day("2026-03-01"),
        result: pb::TeamReviewResult::Strengthen.into(),
        minutes_number: "03/BB".into(),
        ..Default::default()
    };
    let mut front = world.teams(&city.front());
    let done = front.record_annual_review(request.clone()).await.unwrap().into_inner().team_review.unwrap();
    assert_eq!((done.review_year, done.leader_mediator_id.as_str()), (2026, mediators[0].as_str()));
    let again = front.record_annual_review(request.clone()).await;
    assert_eq!(refusal(again), (Code::AlreadyExists, "TEAM_REVIEWED".into()));
    assert_eq!(refusal(world.teams(&city.chair()).record_annual_review(request).await).0, Code::PermissionDenied);
    let later = deviations(&world, &city.front(), &city.ward, Some("2027-01-01")).await;
    assert_eq!(overdue(&later), None);
    let planned = world.planned(&city, 1, 3).await;
    let request = pb::RecordAnnualReviewRequest {
        team_id: planned.team_id,
        review_date: day("2026-03-01"),
        result: pb::TeamReviewResult::Keep.into(),
        ..Default::default()
    };
    assert_eq!(refusal(front.record_annual_review(request).await).1, "TEAM_STATE_WRONG");
}

async fn names_change_by_mask_and_etag(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut officer = world.teams(&city.officer());
    let mask = |path: &str| Some(prost_types::FieldMask { paths: vec![path.into()] });
    let request = pb::UpdateTeamRequest {
        team_id: team.team_id.clone(),
        display_name: "Tổ hòa giải Trúc Bạch".into(),
        exception_reason: "không đọc".into(),
        update_mask: mask("display_name"),
        change_date: day("2026-01-10"),
        etag: team.etag.clone(),
        ..Default::default()
    };
    let changed = officer.update_team(request.clone()).await.unwrap().into_inner().team.unwrap();
    assert_eq!(changed.display_name, "Tổ hòa giải Trúc Bạch");
    assert_eq!(get(&world, &city.officer(), &team.team_id, Some("2026-01-09")).await.display_name, "Tổ hòa giải");
    assert_eq!(refusal(officer.update_team(request.clone()).await), (Code::Aborted, "STALE_ETAG".into()));
    let wrong = pb::UpdateTeamRequest { update_mask: mask("target_size"), etag: String::new(), ..request };
    assert_eq!(fields(officer.update_team(wrong).await), ["update_mask"]);
}

async fn deviations_page_exactly_once(world: World) {
    let city = world.small_city().await;
    world.active(&city, 0).await;
    let (understaffed, mediators) = world.active(&city, 1).await;
    world.mediators(&city.chair()).decide_cessation(cease(&mediators[0])).await.unwrap();
    let whole = deviations(&world, &city.department(), &city.city, Some("2027-02-01")).await;
    let counted: i64 = whole.counts.iter().map(|count| count.count).sum();
    assert_eq!(i64::try_from(whole.deviations.len()).unwrap(), counted);
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListDeviationsRequest {
            unit_id: city.city.clone(),
            valid_at: day("2027-02-01"),
            page_size: 2,
            page_token: token,
            ..Default::default()
        };
        let page = world.teams(&city.department()).list_deviations(request).await.unwrap().into_inner();
        assert_eq!(page.counts.is_empty(), !seen.is_empty(), "counts stand on the first page");
        seen.extend(page.deviations);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, whole.deviations);
    assert_eq!(seen.iter().filter(|one| one.team_id == understaffed.team_id).count(), 4);
    let request = pb::ListDeviationsRequest { unit_id: city.city.clone(), kind: NoLeader.into(), ..Default::default() };
    let only = world.teams(&city.chair()).list_deviations(request).await.unwrap().into_inner();
    assert_eq!((only.deviations.len(), only.counts.len()), (1, 1), "cut to the caller's ward");
}
