//! Repeats, stale readers and writers at once.

use futures_util::future::join_all;
use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use crate::world::*;

crate::on_both!(
    ten_equal_requests_at_once_have_one_effect,
    every_verb_answers_a_repeat_with_its_first_effect,
    a_request_id_is_of_one_request,
    a_stale_etag_is_refused,
    concurrent_changes_lose_nothing,
    rule_02_two_plans_at_once_give_an_area_one_team,
);

async fn ten_equal_requests_at_once_have_one_effect(world: World) {
    let city = world.small_city().await;
    let mut request = plan(&city.ward, &[(&city.areas[0], 3), (&city.areas[1], 5)]);
    request.request_id = new_id();
    let calls = (0..10).map(|_| {
        let (mut teams, request) = (world.teams(&city.chair()), request.clone());
        async move { teams.plan_teams(request).await.unwrap().into_inner().teams }
    });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|teams| *teams == answers[0]));
    let all = world.teams(&city.chair()).list_teams(pb::ListTeamsRequest::default()).await.unwrap().into_inner();
    assert_eq!(all.teams.len(), 2);
}

async fn every_verb_answers_a_repeat_with_its_first_effect(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut ids = (0u32..).map(|n| format!("0190aaaa-0000-7000-8000-{n:012}"));
    let mut next = || ids.next().unwrap();
    let (mut front, mut chair) = (world.mediators(&city.front()), world.mediators(&city.chair()));
    macro_rules! twice {
        ($client:ident . $method:ident ( $request:expr )) => {{
            let mut request = $request;
            request.request_id = next();
            let first = $client.$method(request.clone()).await.unwrap().into_inner();
            let second = $client.$method(request).await.unwrap().into_inner();
            assert_eq!(format!("{first:?}").len(), format!("{second:?}").len(), stringify!($method));
            (first, second)
        }};
    }
    let (held, again) = twice!(front.record_election(election(&team.team_id, &[90, 80, 70])));
    assert_eq!(held, again);
    let held = held.election.unwrap();
    let (list, again) = twice!(front.submit_recognition_list(list_of(&held)));
    assert_eq!(list, again);
    let list = list.recognition_list.unwrap();
    let (first, again) = twice!(chair.decide_recognition(pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id.clone(),
        decision: decision("2025-09-10"),
        etag: list.etag.clone(),
        ..Default::default()
    }));
    assert_eq!(first, again);
    let (term, again) = twice!(front.elect_leader(leader_vote(&team.team_id, &[(list.mediator_ids[0].as_str(), 3)])));
    assert_eq!(term, again);
    let term = term.leader_term.unwrap();
    let (first, again) = twice!(front.submit_leader(pb::SubmitLeaderRequest {
        leader_term_id: term.leader_term_id.clone(),
        receive_date: day("2025-09-22"),
        etag: term.etag.clone(),
        ..Default::default()
    }));
    assert_eq!(first, again);
    let (first, again) = twice!(chair.decide_leader(decide_leader(&term.leader_term_id)));
    assert_eq!(first, again);
    let (first, again) = twice!(chair.decide_cessation(cease(&list.mediator_ids[0])));
    assert_eq!(first, again);
    let mut officer = world.mediators(&city.officer());
    let (first, again) = twice!(officer.record_death(pb::RecordDeathRequest {
        mediator_id: list.mediator_ids[1].clone(),
        death_date: day("2026-02-01"),
        evidence: "Trích lục khai tử".into(),
        ..Default::default()
    }));
    assert_eq!(first, again);
    let mut teams = world.teams(&city.chair());
    let (first, again) = twice!(teams.dissolve_team(pb::DissolveTeamRequest {
        team_id: team.team_id.clone(),
        decision: decision("2026-02-20"),
        cases_settled: true,
        ..Default::default()
    }));
    assert_eq!(first, again);
    let mut units = world.units(OPERATOR);
    let row = unit("00004-077", "Tổ dân phố số 77", pb::UnitKind::ResidentialGroup, "00004");
    let (first, again) = twice!(units.import_units(import(vec![row])));
    assert_eq!((first.created_count, first), (1, again));
}

async fn a_request_id_is_of_one_request(world: World) {
    let city = world.small_city().await;
    let mut request = plan(&city.ward, &[(&city.areas[0], 3)]);
    request.request_id = new_id();
    let mut teams = world.teams(&city.chair());
    teams.plan_teams(request.clone()).await.unwrap();
    request.plans[0].target_size = 4;
    assert_eq!(refusal(teams.plan_teams(request).await).1, "REQUEST_ID_REUSED");
}

async fn a_stale_etag_is_refused(world: World) {
    let city = world.small_city().await;
    let (team, mediators, term) = world.with_leader_submitted(&city, 0).await;
    let stale = (Code::Aborted, "STALE_ETAG".to_owned());
    let etag = "\"1\"".to_owned();
    let mut teams = world.teams(&city.chair());
    let mut request = pb::DissolveTeamRequest {
        team_id: team.team_id,
        decision: decision("2026-02-20"),
        etag: etag.clone(),
        ..Default::default()
    };
    assert_eq!(refusal(teams.dissolve_team(request.clone()).await), stale);
    request.etag = "1".into();
    assert_eq!(fields(teams.dissolve_team(request).await), ["etag"]);
    let mut chair = world.mediators(&city.chair());
    let request = pb::DecideLeaderRequest { etag: etag.clone(), ..decide_leader(&term.leader_term_id) };
    assert_eq!(refusal(chair.decide_leader(request).await), stale);
    let request = pb::DecideCessationRequest { etag: etag.clone(), ..cease(&mediators[0]) };
    assert_eq!(refusal(chair.decide_cessation(request).await), stale);
    let (_, list) = world.submitted(&city, 1, 3).await;
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id,
        decision: decision("2025-09-10"),
        etag: "\"9\"".into(),
        ..Default::default()
    };
    assert_eq!(refusal(chair.decide_recognition(request).await), stale);
}

async fn concurrent_changes_lose_nothing(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 20).await;
    let calls = mediators.iter().map(|mediator| {
        let (mut chair, request) = (world.mediators(&city.chair()), cease(mediator));
        async move {
            loop {
                match chair.decide_cessation(request.clone()).await {
                    Ok(_) => return,
                    // Somebody else changed the team between our look and our write: look again.
                    Err(status) if [Code::Aborted, Code::Unavailable].contains(&status.code()) => {}
                    Err(status) => panic!("{status:?}"),
                }
            }
        }
    });
    join_all(calls).await;
    let request = pb::GetTeamRequest { team_id: team.team_id.clone(), ..Default::default() };
    let left = world.teams(&city.chair()).get_team(request).await.unwrap().into_inner().team.unwrap();
    assert_eq!((left.mediator_count, left.female_mediator_count), (0, 0));
    let request = pb::GetTeamHistoryRequest { team_id: team.team_id, ..Default::default() };
    let history = world.teams(&city.chair()).get_team_history(request).await.unwrap().into_inner().entries;
    let changes = history.iter().filter(|entry| entry.kind == "TeamStandingChanged").count();
    assert_eq!(changes, 22, "forming, recognised, twenty times fewer");
    assert_eq!(left.etag, format!("\"{}\"", history.len()));
}

async fn rule_02_two_plans_at_once_give_an_area_one_team(world: World) {
    let city = world.small_city().await;
    let calls = (0..8).map(|_| {
        let (mut teams, request) = (world.teams(&city.chair()), plan(&city.ward, &[(&city.areas[0], 3)]));
        async move { teams.plan_teams(request).await }
    });
    let answers = join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter(Result::is_err) {
        assert_eq!(refusal(refused).1, "AREA_HAS_TEAM");
    }
}
