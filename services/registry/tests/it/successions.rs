//! Teams merged, split, transferred, and dissolved with what they leave.

use futures_util::future::join_all;
use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use crate::world::*;

crate::on_both!(
    mediators_of_a_merged_team_go_on_in_the_successor,
    merging_into_a_new_team_waits_for_its_leader,
    a_split_maps_every_mediator,
    rule_01_a_transferred_team_lies_in_one_area_at_a_time,
    a_team_that_was_in_force_hands_over,
    of_two_mergers_at_once_one_happens,
);

/// Asks to merge teams into one that is there.
pub(crate) fn merge(teams: &[&pb::Team], into: &str, on: &str) -> pb::MergeTeamsRequest {
    let version = |team: &&pb::Team| pb::TeamVersion { team_id: team.team_id.clone(), etag: team.etag.clone() };
    pb::MergeTeamsRequest {
        teams: teams.iter().map(version).collect(),
        successor_team_id: into.into(),
        decision: decision(on),
        ..Default::default()
    }
}

/// A team that a decision is to set up.
pub(crate) fn new_plan(area: &str, name: &str, target_size: i32) -> pb::TeamPlan {
    pb::TeamPlan { area_unit_id: area.into(), display_name: name.into(), target_size, ..Default::default() }
}

/// A team, today or on a day.
pub(crate) async fn get(world: &World, who: &str, team: &str, on: Option<&str>) -> pb::Team {
    let request = pb::GetTeamRequest { team_id: team.into(), valid_at: on.and_then(day), ..Default::default() };
    world.teams(who).get_team(request).await.unwrap().into_inner().team.unwrap()
}

async fn mediators_of_a_merged_team_go_on_in_the_successor(world: World) {
    let city = world.small_city().await;
    let (into, kept) = world.active(&city, 0).await;
    let (from, moved) = world.active(&city, 1).await;
    let mut chair = world.teams(&city.chair());
    let request = merge(&[&from], &into.team_id, "2026-02-01");
    assert_eq!(refusal(chair.merge_teams(request.clone()).await).1, "TEAM_FULL");
    let request = pb::MergeTeamsRequest { target_size: 7, ..request };
    let done = chair.merge_teams(request).await.unwrap().into_inner();
    let (successor, ended) = (done.successor.unwrap(), &done.teams[0]);
    assert_eq!((successor.mediator_count, successor.female_mediator_count, successor.target_size), (6, 4, 7));
    assert_eq!((successor.state(), successor.leader_mediator_id.as_str()), (pb::TeamState::Active, kept[0].as_str()));
    assert_eq!((ended.state(), ended.end_kind()), (pb::TeamState::Dissolved, pb::TeamEndKind::Merged));
    assert_eq!((ended.successor_team_id.as_str(), ended.mediator_count), (into.team_id.as_str(), 0));

    let mut officer = world.mediators(&city.officer());
    for (on, team) in [(None, &into), (Some("2026-02-01"), &into), (Some("2026-01-31"), &from)] {
        let request =
            pb::GetMediatorRequest { mediator_id: moved[0].clone(), valid_at: on.and_then(day), ..Default::default() };
        let found = officer.get_mediator(request).await.unwrap().into_inner().mediator.unwrap();
        assert_eq!((found.team_id.as_str(), found.state()), (team.team_id.as_str(), pb::MediatorState::Recognized));
        assert_eq!(found.leader, on == Some("2026-01-31"), "the leader of the merged team is leader no more");
    }
    assert_eq!(get(&world, &city.officer(), &from.team_id, Some("2026-01-31")).await.mediator_count, 3);
    let request = pb::GetTeamLineageRequest { team_id: into.team_id.clone(), ..Default::default() };
    assert_eq!(
        chair.get_team_lineage(request).await.unwrap().into_inner().predecessor_team_ids,
        std::slice::from_ref(&from.team_id)
    );
    let history = pb::GetMediatorHistoryRequest { mediator_id: moved[0].clone(), ..Default::default() };
    let history = officer.get_mediator_history(history).await.unwrap().into_inner().entries;
    assert_eq!(history.last().unwrap().kind, "MediatorMoved");
    // Further changes find the mediator in the new team.
    let gone = world.mediators(&city.chair()).decide_cessation(ceased(&moved[1], "2026-02-10")).await.unwrap();
    assert_eq!(gone.into_inner().team.unwrap().mediator_count, 5);
    let again = chair.merge_teams(merge(
        &[&get(&world, &city.chair(), &from.team_id, None).await],
        &into.team_id,
        "2026-02-20",
    ));
    assert_eq!(refusal(again.await).1, "TEAM_STATE_WRONG");
}

async fn merging_into_a_new_team_waits_for_its_leader(world: World) {
    let city = world.small_city().await;
    let (first, _) = world.active(&city, 0).await;
    let (second, _) = world.active(&city, 1).await;
    let mut chair = world.teams(&city.chair());
    let mut request = merge(&[&first, &second], "", "2026-02-01");
    assert_eq!(fields(chair.merge_teams(request.clone()).await), ["successor_team_id"]);
    request.plan = Some(new_plan(&city.areas[0], "Tổ hòa giải liên tổ dân phố", 8));
    let done = chair.merge_teams(request).await.unwrap().into_inner();
    let successor = done.successor.unwrap();
    assert_eq!((successor.mediator_count, successor.state()), (6, pb::TeamState::Forming));
    assert_eq!(successor.deficiencies, [pb::TeamDeficiency::NoLeader as i32]);
    assert!(done.teams.iter().all(|team| team.successor_team_id == successor.team_id));
    assert_eq!(get(&world, &city.chair(), &successor.team_id, Some("2026-02-01")).await, successor);
}

async fn a_split_maps_every_mediator(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 6).await;
    world.lead(&city, &team.team_id, &mediators[0], 6).await;
    let part = |area: usize, ids: &[String]| pb::SplitPart {
        plan: Some(new_plan(&city.areas[area], "Tổ hòa giải mới", 5)),
        mediator_ids: ids.to_vec(),
    };
    let request = pb::SplitTeamRequest {
        team_id: team.team_id.clone(),
        parts: vec![part(0, &mediators[..3]), part(1, &mediators[3..5])],
        keeper_index: 1,
        decision: decision("2026-02-01"),
        ..Default::default()
    };
    let mut chair = world.teams(&city.chair());
    let forgotten = chair.split_team(request.clone()).await;
    assert_eq!(refusal(forgotten), (Code::FailedPrecondition, "MEDIATOR_NOT_MAPPED".into()));
    let request = pb::SplitTeamRequest { parts: vec![part(0, &mediators[..3]), part(1, &mediators[3..])], ..request };
    let done = chair.split_team(request).await.unwrap().into_inner();
    let sizes: Vec<_> = done.successors.iter().map(|team| (team.mediator_count, team.state())).collect();
    assert_eq!(sizes, [(3, pb::TeamState::Forming), (3, pb::TeamState::Forming)]);
    let ended = done.team.unwrap();
    assert_eq!((ended.end_kind(), &ended.successor_team_id), (pb::TeamEndKind::Split, &done.successors[1].team_id));
    let request = pb::ListMediatorsRequest { team_id: done.successors[0].team_id.clone(), ..Default::default() };
    let listed = world.mediators(&city.officer()).list_mediators(request).await.unwrap().into_inner().mediators;
    let mut first = mediators[..3].to_vec();
    first.sort();
    assert_eq!(listed.into_iter().map(|one| one.mediator_id).collect::<Vec<_>>(), first);
    let request = pb::GetTeamLineageRequest { team_id: team.team_id.clone(), ..Default::default() };
    assert_eq!(chair.get_team_lineage(request).await.unwrap().into_inner().successor_team_ids.len(), 2);
}

async fn rule_01_a_transferred_team_lies_in_one_area_at_a_time(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let request = pb::TransferTeamRequest {
        team_id: team.team_id.clone(),
        area_unit_id: city.other_areas[0].clone(),
        decision: decision("2026-02-01"),
        ..Default::default()
    };
    let own = world.teams(&city.chair()).transfer_team(request.clone()).await;
    assert_eq!(refusal(own).0, Code::PermissionDenied, "the other ward is not the chairman's");
    let both = format!("{}+{}", city.chair(), city.other_chair());
    let moved = world.teams(&both).transfer_team(request.clone()).await.unwrap().into_inner().team.unwrap();
    assert_eq!((&moved.commune_unit_id, &moved.area_unit_id), (&city.other_ward, &city.other_areas[0]));
    assert_eq!((moved.state(), moved.leader_mediator_id.as_str()), (pb::TeamState::Active, mediators[0].as_str()));
    let officer = format!("commune_justice_officer~{}", city.other_ward);
    let request = pb::GetMediatorRequest { mediator_id: mediators[1].clone(), ..Default::default() };
    let found = world.mediators(&officer).get_mediator(request).await.unwrap().into_inner().mediator.unwrap();
    assert_eq!(found.commune_unit_id, city.other_ward);
    // Who kept it reads its past, who keeps it reads both.
    assert_eq!(get(&world, &city.officer(), &team.team_id, Some("2026-01-31")).await.commune_unit_id, city.ward);
    assert_eq!(get(&world, &officer, &team.team_id, Some("2026-01-31")).await.commune_unit_id, city.ward);
    let today = pb::GetTeamRequest { team_id: team.team_id.clone(), ..Default::default() };
    assert_eq!(refusal(world.teams(&city.officer()).get_team(today).await).0, Code::PermissionDenied);
    for (on, ward, other) in [("2026-01-31", 1, 0), ("2026-02-01", 0, 1)] {
        for (unit_id, expected) in [(&city.ward, ward), (&city.other_ward, other)] {
            let request = pb::ListTeamsRequest { unit_id: unit_id.clone(), valid_at: day(on), ..Default::default() };
            let listed = world.teams(&city.department()).list_teams(request).await.unwrap().into_inner().teams;
            assert_eq!(listed.len(), expected, "{on}");
        }
    }
    // The area left is free, the area joined is taken.
    world.planned(&city, 0, 3).await;
    let taken = plan(&city.other_ward, &[(&city.other_areas[0], 3)]);
    assert_eq!(refusal(world.teams(&city.other_chair()).plan_teams(taken).await).1, "AREA_HAS_TEAM");
}

async fn a_team_that_was_in_force_hands_over(world: World) {
    let city = world.small_city().await;
    let (team, _) = world.active(&city, 0).await;
    let (other, _) = world.active(&city, 1).await;
    let request = pb::DissolveTeamRequest {
        team_id: team.team_id.clone(),
        decision: decision("2026-02-20"),
        ..Default::default()
    };
    let mut chair = world.teams(&city.chair());
    let nobody = chair.dissolve_team(request.clone()).await;
    assert_eq!(refusal(nobody), (Code::FailedPrecondition, "HANDOVER_REQUIRED".into()));
    let itself = pb::DissolveTeamRequest { successor_team_id: team.team_id.clone(), ..request.clone() };
    assert_eq!(fields(chair.dissolve_team(itself).await), ["successor_team_id"]);
    let early = pb::DissolveTeamRequest { decision: decision("2025-09-01"), cases_settled: true, ..request.clone() };
    assert_eq!(refusal(chair.dissolve_team(early).await).1, "DATE_OUT_OF_ORDER", "before its mediators were in force");
    let to = pb::DissolveTeamRequest { successor_team_id: other.team_id.clone(), ..request };
    let ended = chair.dissolve_team(to).await.unwrap().into_inner().team.unwrap();
    assert_eq!((ended.end_kind(), ended.successor_team_id), (pb::TeamEndKind::Dissolved, other.team_id));
}

async fn of_two_mergers_at_once_one_happens(world: World) {
    let city = world.small_city().await;
    let (first, _) = world.active(&city, 0).await;
    let (second, _) = world.active(&city, 1).await;
    let (third, _) = world.active(&city, 2).await;
    let requests = [
        pb::MergeTeamsRequest { target_size: 20, ..merge(&[&first], &second.team_id, "2026-02-01") },
        pb::MergeTeamsRequest { target_size: 20, ..merge(&[&first], &third.team_id, "2026-02-01") },
        pb::MergeTeamsRequest { target_size: 20, ..merge(&[&first], &second.team_id, "2026-02-01") },
    ];
    let calls = requests.into_iter().map(|request| {
        let mut chair = world.teams(&city.chair());
        async move { chair.merge_teams(request).await }
    });
    let answers = join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let (second, third) = (
        get(&world, &city.chair(), &second.team_id, None).await,
        get(&world, &city.chair(), &third.team_id, None).await,
    );
    assert_eq!(second.mediator_count + third.mediator_count, 9, "nobody is lost, nobody is counted twice");
}
