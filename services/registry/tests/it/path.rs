//! From units to an active team, and how it may end.

use hoagiai_proto::registry::v1 as pb;

use crate::world::*;

crate::on_both!(
    units_teams_election_recognition_leader_active,
    a_tie_at_the_cut_goes_to_the_chairman,
    ceasing_the_leader_leaves_the_team_understaffed_until_it_is_strengthened,
    death_closes_a_record,
    dissolving_takes_everything_with_it,
    an_election_may_be_supplemented_up_to_the_decided_number,
);

async fn units_teams_election_recognition_leader_active(world: World) {
    let city = world.small_city().await;
    let planned = world.planned(&city, 0, 5).await;
    assert_eq!(planned.state(), pb::TeamState::Planned);
    assert_eq!(
        (planned.commune_unit_id.clone(), planned.province_unit_id.clone()),
        (city.ward.clone(), city.city.clone())
    );
    assert_eq!(planned.deficiencies.len(), 3, "no three mediators, no woman, no leader");

    let mut front = world.mediators(&city.front());
    let mut chair = world.mediators(&city.chair());
    let held = front.record_election(election(&planned.team_id, &[90, 80, 70, 60, 55, 50])).await.unwrap().into_inner();
    let held = held.election.unwrap();
    assert_eq!(held.outcome(), pb::ElectionOutcome::Filled);
    let states: Vec<_> = held.mediators.iter().map(pb::Mediator::state).collect();
    assert_eq!(states[4..], [pb::MediatorState::Elected, pb::MediatorState::NotElected]);
    assert_eq!(
        held.mediators[0].person.as_ref().unwrap().full_name,
        format!("{NAME} 0"),
        "in the order of the minutes"
    );

    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    assert_eq!(list.due_date, day("2025-09-09"), "five working days over 1 and 2 September");
    let refused = &list.mediator_ids[4];
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id.clone(),
        decision: decision("2025-09-10"),
        refusals: vec![pb::RecognitionRefusal { mediator_id: refused.clone(), reason: "chuyển nơi ở".into() }],
        etag: list.etag.clone(),
        ..Default::default()
    };
    let decided = chair.decide_recognition(request).await.unwrap().into_inner();
    let team = decided.team.unwrap();
    assert_eq!((team.mediator_count, team.female_mediator_count), (4, 2));
    assert_eq!(team.state(), pb::TeamState::Forming);
    assert_eq!(team.deficiencies, [pb::TeamDeficiency::NoLeader as i32]);
    assert_eq!(decided.recognition_list.unwrap().state(), pb::RecognitionListState::Decided);

    let (first, second) = (list.mediator_ids[0].as_str(), list.mediator_ids[1].as_str());
    let term = front.elect_leader(leader_vote(&team.team_id, &[(first, 3), (second, 1)])).await.unwrap().into_inner();
    let term = term.leader_term.unwrap();
    assert_eq!((term.mediator_id.as_str(), term.submit_due_date), (first, day("2025-09-25")));
    let request = pb::SubmitLeaderRequest {
        leader_term_id: term.leader_term_id.clone(),
        receive_date: day("2025-09-22"),
        etag: term.etag,
        ..Default::default()
    };
    let term = front.submit_leader(request).await.unwrap().into_inner().leader_term.unwrap();
    assert_eq!(term.decide_due_date, day("2025-09-29"));
    let decided = chair.decide_leader(decide_leader(&term.leader_term_id)).await.unwrap().into_inner();
    let team = decided.team.unwrap();
    assert_eq!((team.state(), team.leader_mediator_id.as_str()), (pb::TeamState::Active, first));
    assert_eq!((team.active_date, team.deficiencies.len()), (day("2025-09-25"), 0));

    let mut teams = world.teams(&city.officer());
    let request = pb::GetTeamRequest { team_id: team.team_id.clone(), ..Default::default() };
    assert_eq!(teams.get_team(request).await.unwrap().into_inner().team.as_ref(), Some(&team));
    let request = pb::GetMediatorRequest { mediator_id: first.into(), ..Default::default() };
    let leader = world.mediators(&city.officer()).get_mediator(request).await.unwrap().into_inner().mediator.unwrap();
    assert!(leader.leader && leader.state() == pb::MediatorState::Recognized);
    assert_eq!((leader.recognition_date, leader.person.unwrap().full_name), (day("2025-09-10"), format!("{NAME} 0")));

    let request = pb::GetTeamHistoryRequest { team_id: team.team_id.clone(), ..Default::default() };
    let history = teams.get_team_history(request).await.unwrap().into_inner().entries;
    let kinds: Vec<_> = history.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "TeamPlanned",
            "ElectionRecorded",
            "TeamStandingChanged",
            "RecognitionListSubmitted",
            "RecognitionDecided",
            "TeamStandingChanged",
            "LeaderElected",
            "LeaderSubmitted",
            "LeaderDecided",
            "TeamStandingChanged",
        ]
    );
    assert!(history.iter().zip(1i64..).all(|(entry, version)| entry.version == version));
    assert_eq!(team.etag, format!("\"{}\"", history.len()), "the etag is the version of the stream");
    assert_eq!(history.last().unwrap().position, decided.position);
}

async fn a_tie_at_the_cut_goes_to_the_chairman(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let held = front.record_election(election(&team.team_id, &[80, 60, 60, 60])).await.unwrap().into_inner();
    let held = held.election.unwrap();
    assert_eq!(held.outcome(), pb::ElectionOutcome::TieAtCut);
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    assert_eq!(list.mediator_ids.len(), 4);
    let mut request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id,
        decision: decision("2025-09-08"),
        ..Default::default()
    };
    let mut chair = world.mediators(&city.chair());
    let all = chair.decide_recognition(request.clone()).await;
    assert_eq!(refusal(all), (tonic::Code::FailedPrecondition, "TEAM_FULL".into()));
    let mediator_id = list.mediator_ids[3].clone();
    request.refusals =
        vec![pb::RecognitionRefusal { mediator_id, reason: "chủ tịch chọn người khác".into() }];
    let team = chair.decide_recognition(request).await.unwrap().into_inner().team.unwrap();
    assert_eq!(team.mediator_count, 3);
}

async fn ceasing_the_leader_leaves_the_team_understaffed_until_it_is_strengthened(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let ceased = world.mediators(&city.chair()).decide_cessation(cease(&mediators[0])).await.unwrap().into_inner();
    let gone = ceased.mediator.unwrap();
    assert_eq!((gone.state(), gone.leader), (pb::MediatorState::Ceased, false));
    assert_eq!(gone.cessation_date, day("2026-01-12"));
    let left = ceased.team.unwrap();
    assert_eq!((left.state(), left.mediator_count), (pb::TeamState::Understaffed, 2));
    assert_eq!(left.leader_mediator_id, "");
    assert!(left.deficiencies.contains(&(pb::TeamDeficiency::FewerThanThree as i32)));

    let mut again = election(&team.team_id, &[95]);
    again.attending_household_count = 96;
    (again.round, again.election_date) = (pb::ElectionRound::Supplementary.into(), day("2026-01-20"));
    let mut front = world.mediators(&city.front());
    let held = front.record_election(again).await.unwrap().into_inner().election.unwrap();
    let mut list = list_of(&held);
    list.receive_date = day("2026-01-22");
    let list = front.submit_recognition_list(list).await.unwrap().into_inner().recognition_list.unwrap();
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: list.recognition_list_id,
        decision: decision("2026-01-26"),
        ..Default::default()
    };
    let mut chair = world.mediators(&city.chair());
    chair.decide_recognition(request).await.unwrap();
    let mut vote = leader_vote(&team.team_id, &[(mediators[1].as_str(), 2)]);
    vote.election_date = day("2026-02-01");
    let term = front.elect_leader(vote).await.unwrap().into_inner().leader_term.unwrap();
    let request = pb::SubmitLeaderRequest {
        leader_term_id: term.leader_term_id.clone(),
        receive_date: day("2026-02-03"),
        ..Default::default()
    };
    front.submit_leader(request).await.unwrap();
    let mut request = decide_leader(&term.leader_term_id);
    request.decision = decision("2026-02-06");
    let team = chair.decide_leader(request).await.unwrap().into_inner().team.unwrap();
    assert_eq!((team.state(), team.active_date), (pb::TeamState::Active, day("2025-09-25")));
}

async fn death_closes_a_record(world: World) {
    let city = world.small_city().await;
    let (_, mediators) = world.active(&city, 0).await;
    let request = pb::RecordDeathRequest {
        mediator_id: mediators[2].clone(),
        death_date: day("2026-02-01"),
        evidence: "Trích lục khai tử 12/2026".into(),
        ..Default::default()
    };
    let closed = world.mediators(&city.officer()).record_death(request).await.unwrap().into_inner();
    assert_eq!(closed.mediator.unwrap().state(), pb::MediatorState::Ceased);
    assert_eq!(closed.team.unwrap().state(), pb::TeamState::Understaffed);
}

async fn dissolving_takes_everything_with_it(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let request = pb::DissolveTeamRequest {
        team_id: team.team_id.clone(),
        decision: decision("2026-02-20"),
        etag: team.etag,
        cases_settled: true,
        ..Default::default()
    };
    let mut chair = world.teams(&city.chair());
    let gone = chair.dissolve_team(request.clone()).await.unwrap().into_inner().team.unwrap();
    assert_eq!((gone.state(), gone.mediator_count), (pb::TeamState::Dissolved, 0));
    let request = pb::GetMediatorRequest { mediator_id: mediators[0].clone(), ..Default::default() };
    let mediator = world.mediators(&city.officer()).get_mediator(request).await.unwrap().into_inner().mediator.unwrap();
    assert_eq!((mediator.state(), mediator.cessation_date), (pb::MediatorState::Ceased, day("2026-02-20")));
    // The area is free for another team.
    assert_eq!(world.planned(&city, 0, 3).await.state(), pb::TeamState::Planned);
    let request = pb::GetTeamHistoryRequest { team_id: team.team_id, ..Default::default() };
    let history = chair.get_team_history(request).await.unwrap().into_inner().entries;
    let last: Vec<_> = history.iter().rev().take(2).map(|entry| entry.kind.as_str()).collect();
    assert_eq!(last, ["TeamDissolved", "LeaderEnded"]);
}

async fn an_election_may_be_supplemented_up_to_the_decided_number(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 4).await;
    let mut front = world.mediators(&city.front());
    let held = front.record_election(election(&team.team_id, &[80, 70, 50])).await.unwrap().into_inner();
    assert_eq!(held.election.unwrap().outcome(), pb::ElectionOutcome::SupplementaryDue);
    let mut again = election(&team.team_id, &[51, 52, 53]);
    again.round = pb::ElectionRound::Supplementary.into();
    let held = front.record_election(again.clone()).await.unwrap().into_inner().election.unwrap();
    let states: Vec<_> = held.mediators.iter().map(pb::Mediator::state).collect();
    use pb::MediatorState::{Elected, NotElected};
    assert_eq!(states, [NotElected, Elected, Elected], "two places are left");
    assert_eq!(refusal(front.record_election(again).await).1, "TEAM_FULL");
}
