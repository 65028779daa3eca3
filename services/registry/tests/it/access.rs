//! Who sees and changes what, and what cannot be learnt by asking.

use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use crate::world::*;

crate::on_both!(
    elsewhere_and_absent_are_answered_alike,
    a_role_without_the_permission_is_refused,
    lists_are_cut_to_the_areas_of_the_caller,
    importing_needs_a_grant_over_what_is_imported,
);

async fn elsewhere_and_absent_are_answered_alike(world: World) {
    let city = world.small_city().await;
    let (team, mediators, term) = world.with_leader_submitted(&city, 0).await;
    let (_, list) = world.submitted(&city, 1, 3).await;
    let other = city.other_chair();
    for team_id in [team.team_id.clone(), new_id()] {
        let mut teams = world.teams(&other);
        let get = teams.get_team(pb::GetTeamRequest { team_id: team_id.clone(), ..Default::default() }).await;
        let (code, reason) = refusal(get);
        assert_eq!(code, Code::PermissionDenied, "{reason}");
        let request = pb::DissolveTeamRequest {
            team_id: team_id.clone(),
            decision: decision("2026-01-01"),
            ..Default::default()
        };
        assert_eq!(refusal(teams.dissolve_team(request).await), (code, reason.clone()));
        let front = format!("front_head~{}", city.other_ward);
        assert_eq!(refusal(world.mediators(&front).record_election(election(&team_id, &[80])).await), (code, reason));
    }
    let mut chair = world.mediators(&other);
    let both = |known: &str| [known.to_owned(), new_id()];
    let mut answers = Vec::new();
    for id in both(&list.recognition_list_id) {
        let decision = decision("2025-09-10");
        let request = pb::DecideRecognitionRequest { recognition_list_id: id, decision, ..Default::default() };
        answers.push(refusal(chair.decide_recognition(request).await));
    }
    for id in both(&term.leader_term_id) {
        answers.push(refusal(chair.decide_leader(decide_leader(&id)).await));
    }
    for id in both(&mediators[0]) {
        answers.push(refusal(chair.decide_cessation(cease(&id)).await));
        answers
            .push(refusal(chair.get_mediator(pb::GetMediatorRequest { mediator_id: id, ..Default::default() }).await));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == Code::PermissionDenied), "{answers:?}");
    // Who may see everything is told what is not there.
    let auditor = world
        .teams("auditor~everywhere")
        .get_team(pb::GetTeamRequest { team_id: new_id(), ..Default::default() })
        .await;
    assert_eq!(refusal(auditor), (Code::NotFound, "TEAM_NOT_FOUND".into()));
}

async fn a_role_without_the_permission_is_refused(world: World) {
    let city = world.small_city().await;
    let request = plan(&city.ward, &[(&city.areas[0], 3)]);
    let front = world.teams(&city.front()).plan_teams(request).await;
    assert_eq!(refusal(front).0, Code::PermissionDenied);
    let nobody =
        world.teams("not-a-token").get_team(pb::GetTeamRequest { team_id: new_id(), ..Default::default() }).await;
    assert_eq!(nobody.unwrap_err().code(), Code::Unauthenticated);
}

async fn lists_are_cut_to_the_areas_of_the_caller(world: World) {
    let city = world.small_city().await;
    let here = world.planned(&city, 0, 3).await;
    let request = plan(&city.other_ward, &[(&city.other_areas[0], 3), (&city.other_areas[1], 3)]);
    world.teams(&city.other_chair()).plan_teams(request).await.unwrap();
    let count = |who: String, unit_id: String| {
        let mut teams = world.teams(&who);
        async move {
            let request = pb::ListTeamsRequest { unit_id, ..Default::default() };
            teams.list_teams(request).await.unwrap().into_inner().teams.len()
        }
    };
    let (none, both) = (String::new(), format!("{}+{}", city.chair(), city.other_chair()));
    assert_eq!(count(city.chair(), none.clone()).await, 1);
    assert_eq!(count(city.other_chair(), none.clone()).await, 2);
    assert_eq!(count(city.department(), none.clone()).await, 3);
    assert_eq!(count(both.clone(), none.clone()).await, 3);
    assert_eq!(count("auditor~everywhere".into(), none.clone()).await, 3);
    assert_eq!(count(format!("mediator~team:{}", here.team_id), none.clone()).await, 1);
    assert_eq!(count(city.chair(), city.other_ward.clone()).await, 0, "another's ward is empty to me");
    assert_eq!(count(city.chair(), city.city.clone()).await, 1, "of the city I see my ward");
    assert_eq!(count(both, city.other_areas[1].clone()).await, 1);
    assert_eq!(count(city.department(), new_id()).await, 0);
}

async fn importing_needs_a_grant_over_what_is_imported(world: World) {
    let city = world.small_city().await;
    let group = unit("00004-009", "Tổ dân phố số 9", pb::UnitKind::ResidentialGroup, "00004");
    let of_ward = format!("justice_department~{}", city.ward);
    world.units(&of_ward).import_units(import(vec![group])).await.unwrap();
    let other = unit("00008-009", "Tổ dân phố số 9", pb::UnitKind::ResidentialGroup, "00008");
    let ward = unit("00010", "Phường Mới", pb::UnitKind::Ward, "01");
    for row in [other.clone(), ward.clone()] {
        let denied = world.units(&of_ward).import_units(import(vec![row])).await;
        assert_eq!(refusal(denied).0, Code::PermissionDenied);
    }
    world.units(&city.department()).import_units(import(vec![other, ward])).await.unwrap();
    let province = unit("79", "Thành phố Hồ Chí Minh", pb::UnitKind::Municipality, "");
    let denied = world.units(&city.department()).import_units(import(vec![province])).await;
    assert_eq!(refusal(denied).0, Code::PermissionDenied, "a province is no part of another");
}
