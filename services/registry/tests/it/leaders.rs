//! Leaders and who acts for them (rules 19 to 23), and absences of mediators.

use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use crate::world::*;

crate::on_both!(
    rule_20_one_leader_in_force_and_only_a_mediator_of_the_team,
    rule_21_the_votes_and_the_minutes_of_the_meeting_are_kept,
    rule_21_a_tie_is_voted_again,
    rule_22_a_late_submission_is_taken_and_shows,
    rule_19_a_leader_who_resigns_stays_a_mediator,
    rule_23_an_acting_leader_is_marked_and_gives_way,
    rule_23_an_acting_leader_goes_with_the_mediator,
    an_absence_stops_with_its_last_day_or_when_it_is_taken_back,
);

async fn rule_20_one_leader_in_force_and_only_a_mediator_of_the_team(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let (other, strangers) = world.recognized(&city, 1, 3).await;
    let mut front = world.mediators(&city.front());
    let vote = leader_vote(&team.team_id, &[(mediators[1].as_str(), 3)]);
    assert_eq!(refusal(front.elect_leader(vote).await).1, "TEAM_HAS_LEADER");
    let vote = leader_vote(&other.team_id, &[(mediators[1].as_str(), 3)]);
    assert_eq!(refusal(front.elect_leader(vote).await).1, "MEDIATOR_NOT_FOUND", "of another team");
    front.elect_leader(leader_vote(&other.team_id, &[(strangers[0].as_str(), 3)])).await.unwrap();
}

async fn rule_21_the_votes_and_the_minutes_of_the_meeting_are_kept(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 5).await;
    let mut front = world.mediators(&city.front());
    let mut request = leader_vote(&team.team_id, &[(mediators[2].as_str(), 1), (mediators[0].as_str(), 3)]);
    request.form = pb::ElectionForm::SecretBallot.into();
    let mut kept = minutes(5, 5, 4);
    request.minutes = Some(kept.clone());
    assert_eq!(fields(front.elect_leader(request.clone()).await), ["minutes.board_members"], "no board for a leader");
    kept.board_members.clear();
    request.minutes = Some(pb::Minutes { valid_ballot_count: 3, invalid_ballot_count: 2, ..kept.clone() });
    assert_eq!(fields(front.elect_leader(request.clone()).await), ["votes"], "more votes than valid ballots");
    request.minutes = Some(kept.clone());
    let term = front.elect_leader(request).await.unwrap().into_inner().leader_term.unwrap();
    assert_eq!(term.minutes_form(), pb::MinutesForm::LeaderSecretBallot);
    let request = pb::GetLeaderTermRequest { leader_term_id: term.leader_term_id.clone(), ..Default::default() };
    let read = world.mediators(&city.officer()).get_leader_term(request).await.unwrap().into_inner();
    let votes: Vec<_> = read.votes.iter().map(|vote| (vote.mediator_id.as_str(), vote.votes)).collect();
    assert_eq!(votes, [(mediators[2].as_str(), 1), (mediators[0].as_str(), 3)], "in the order of the minutes");
    assert_eq!((read.leader_term, read.minutes), (Some(term), Some(kept)));
}

async fn rule_21_a_tie_is_voted_again(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 4).await;
    let mut front = world.mediators(&city.front());
    let (one, two) = (mediators[0].as_str(), mediators[1].as_str());
    let tie = front.elect_leader(leader_vote(&team.team_id, &[(one, 2), (two, 2)])).await;
    assert_eq!(refusal(tie), (Code::FailedPrecondition, "LEADER_TIE".into()));
    let term = front.elect_leader(leader_vote(&team.team_id, &[(one, 3), (two, 1)])).await.unwrap().into_inner();
    assert_eq!(term.leader_term.unwrap().mediator_id, one);
}

async fn rule_22_a_late_submission_is_taken_and_shows(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let term =
        front.elect_leader(leader_vote(&team.team_id, &[(mediators[0].as_str(), 3)])).await.unwrap().into_inner();
    let term = term.leader_term.unwrap();
    let request = pb::SubmitLeaderRequest {
        leader_term_id: term.leader_term_id.clone(),
        receive_date: day("2025-09-30"),
        ..Default::default()
    };
    front.submit_leader(request).await.unwrap();
    let request = pb::ListDeadlinesRequest { team_id: team.team_id, ..Default::default() };
    let all = world.deadlines(&city.officer()).list_deadlines(request).await.unwrap().into_inner().deadlines;
    let late = all.iter().find(|one| one.step() == pb::DeadlineStep::LeaderSubmission).unwrap();
    assert_eq!((late.state(), late.due_date), (pb::DeadlineState::MetLate, day("2025-09-25")));
    assert_eq!((late.procedure_code.as_str(), late.record_id.as_str()), ("2.000950", term.leader_term_id.as_str()));
    let open = all.iter().find(|one| one.step() == pb::DeadlineStep::LeaderDecision).unwrap();
    assert_eq!((open.state(), open.due_date), (pb::DeadlineState::Overdue, day("2025-10-07")));
}

async fn rule_19_a_leader_who_resigns_stays_a_mediator(world: World) {
    let city = world.small_city().await;
    let (_, mediators, term) = world.with_leader_submitted(&city, 0).await;
    let mut chair = world.mediators(&city.chair());
    let mut request = pb::EndLeaderRequest {
        leader_term_id: term.leader_term_id.clone(),
        ground: pb::LeaderEndGround::Resigned.into(),
        decision: decision("2026-01-12"),
        reason: REASON.into(),
        ..Default::default()
    };
    assert_eq!(refusal(chair.end_leader(request.clone()).await).1, "LEADER_TERM_STATE_WRONG", "not in force yet");
    chair.decide_leader(decide_leader(&term.leader_term_id)).await.unwrap();
    request.decision = decision("2025-09-24");
    assert_eq!(refusal(chair.end_leader(request.clone()).await).1, "DATE_OUT_OF_ORDER");
    (request.decision, request.request_id) = (decision("2026-01-12"), new_id());
    let ended = chair.end_leader(request.clone()).await.unwrap().into_inner();
    assert_eq!(chair.end_leader(request).await.unwrap().into_inner(), ended, "a repeat has one effect");
    let (term, team) = (ended.leader_term.unwrap(), ended.team.unwrap());
    assert_eq!((term.state(), term.end_ground()), (pb::LeaderTermState::Ended, pb::LeaderEndGround::Resigned));
    assert_eq!((term.end_date, term.end_decision), (day("2026-01-12"), decision("2026-01-12")));
    assert_eq!((team.state(), team.mediator_count), (pb::TeamState::Understaffed, 3));
    let request = pb::GetMediatorRequest { mediator_id: mediators[0].clone(), ..Default::default() };
    let stays = chair.get_mediator(request).await.unwrap().into_inner().mediator.unwrap();
    assert_eq!((stays.state(), stays.leader), (pb::MediatorState::Recognized, false));
    // The team votes again.
    let mut vote = leader_vote(&team.team_id, &[(mediators[1].as_str(), 2)]);
    vote.election_date = day("2026-01-20");
    world.mediators(&city.front()).elect_leader(vote).await.unwrap();
}

async fn rule_23_an_acting_leader_is_marked_and_gives_way(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let none =
        pb::EndActingLeaderRequest { team_id: team.team_id.clone(), end_date: day("2025-10-01"), ..Default::default() };
    assert_eq!(refusal(front.end_acting_leader(none.clone()).await).1, "NO_ACTING_LEADER");
    let early = front.appoint_acting_leader(acting(&team.team_id, &mediators[1], "2025-09-09")).await;
    assert_eq!(refusal(early).1, "DATE_OUT_OF_ORDER", "before the recognition");
    let appointed = front.appoint_acting_leader(acting(&team.team_id, &mediators[1], "2025-09-12")).await.unwrap();
    let appointed = appointed.into_inner();
    let marked = appointed.team.unwrap();
    assert_eq!(
        (marked.acting_leader_mediator_id.as_str(), marked.leader_mediator_id.as_str()),
        (mediators[1].as_str(), "")
    );
    assert_eq!(marked.state(), pb::TeamState::Forming, "by the rules in force an acting leader is no leader");
    let again = front.appoint_acting_leader(acting(&team.team_id, &mediators[2], "2025-09-12")).await;
    assert_eq!(refusal(again), (Code::FailedPrecondition, "TEAM_HAS_ACTING_LEADER".into()));
    // The acting leader proposes as a leader does.
    let begun =
        world.mediators(&leader_of(&marked)).propose_cessation(propose(&mediators[2])).await.unwrap().into_inner();
    assert_eq!(begun.cessation.unwrap().proposer(), pb::CessationProposer::Leader);

    let term =
        front.elect_leader(leader_vote(&team.team_id, &[(mediators[0].as_str(), 3)])).await.unwrap().into_inner();
    let term = term.leader_term.unwrap().leader_term_id;
    let request =
        pb::SubmitLeaderRequest { leader_term_id: term.clone(), receive_date: day("2025-09-22"), ..Default::default() };
    front.submit_leader(request).await.unwrap();
    let decided = world.mediators(&city.chair()).decide_leader(decide_leader(&term)).await.unwrap().into_inner();
    let team = decided.team.unwrap();
    assert_eq!((team.state(), team.acting_leader_mediator_id.as_str()), (pb::TeamState::Active, ""));
    assert_eq!(refusal(front.end_acting_leader(none).await).1, "NO_ACTING_LEADER");
    let late = front.appoint_acting_leader(acting(&team.team_id, &mediators[1], "2025-10-01")).await;
    assert_eq!(refusal(late).1, "TEAM_HAS_LEADER");
    let request = pb::GetTeamHistoryRequest { team_id: team.team_id, ..Default::default() };
    let history = world.teams(&city.officer()).get_team_history(request).await.unwrap().into_inner().entries;
    let kinds: Vec<_> = history.iter().map(|entry| entry.kind.as_str()).collect();
    assert!(kinds.ends_with(&["ActingLeaderEnded", "LeaderDecided", "TeamStandingChanged"]), "{kinds:?}");
}

async fn rule_23_an_acting_leader_goes_with_the_mediator(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 4).await;
    let mut front = world.mediators(&city.front());
    front.appoint_acting_leader(acting(&team.team_id, &mediators[1], "2025-09-12")).await.unwrap();
    let done = world.mediators(&city.officer()).record_death(death(&mediators[1])).await.unwrap().into_inner();
    assert_eq!(done.team.unwrap().acting_leader_mediator_id, "");
    let mut request = acting(&team.team_id, &mediators[2], "2026-02-02");
    request.request_id = new_id();
    let first = front.appoint_acting_leader(request.clone()).await.unwrap().into_inner();
    assert_eq!(front.appoint_acting_leader(request).await.unwrap().into_inner(), first);
    let mut request =
        pb::EndActingLeaderRequest { team_id: team.team_id.clone(), end_date: day("2026-02-01"), ..Default::default() };
    assert_eq!(refusal(front.end_acting_leader(request.clone()).await).1, "DATE_OUT_OF_ORDER");
    (request.end_date, request.request_id) = (day("2026-02-20"), "0190aaaa-0000-7000-8000-000000000007".into());
    let ended = front.end_acting_leader(request.clone()).await.unwrap().into_inner();
    assert_eq!(ended.acting_leader.as_ref().unwrap().end_date, day("2026-02-20"));
    assert_eq!(front.end_acting_leader(request).await.unwrap().into_inner(), ended);
    let dead = front.appoint_acting_leader(acting(&team.team_id, &mediators[1], "2026-02-22")).await;
    assert_eq!(refusal(dead).1, "MEDIATOR_STATE_WRONG", "rule 15");
}

async fn an_absence_stops_with_its_last_day_or_when_it_is_taken_back(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.recognized(&city, 0, 3).await;
    let mut officer = world.mediators(&city.officer());
    let mut wrong = away(&mediators[0]);
    wrong.to_date = day("2026-02-28");
    assert_eq!(fields(officer.set_availability(wrong).await), ["to_date"]);
    let mut wrong = away(&mediators[0]);
    wrong.available = true;
    assert_eq!(fields(officer.set_availability(wrong).await), ["to_date"]);
    let marked = officer.set_availability(away(&mediators[0])).await.unwrap().into_inner().mediator.unwrap();
    let span = |one: &pb::Mediator| (one.unavailable_from_date, one.unavailable_to_date);
    assert_eq!(span(&marked), (day("2026-03-01"), day("2026-03-31")));
    let request = pb::ListMediatorsRequest { team_id: team.team_id, ..Default::default() };
    let listed = officer.list_mediators(request).await.unwrap().into_inner().mediators;
    assert_eq!(listed.iter().filter(|one| one.unavailable_from_date.is_some()).count(), 1);

    let back = |on| pb::SetAvailabilityRequest {
        mediator_id: mediators[0].clone(),
        available: true,
        from_date: day(on),
        ..Default::default()
    };
    let cut = officer.set_availability(back("2026-03-11")).await.unwrap().into_inner().mediator.unwrap();
    assert_eq!(span(&cut), (day("2026-03-01"), day("2026-03-10")));
    let gone = officer.set_availability(back("2026-03-01")).await.unwrap().into_inner().mediator.unwrap();
    assert_eq!(span(&gone), (None, None));
    let mut long = away(&mediators[0]);
    long.to_date = None;
    officer.set_availability(long).await.unwrap();
    world.clock.set(hoagiai_types::Timestamp::parse("2027-03-02T02:00:00Z").unwrap());
    let request = pb::GetMediatorRequest { mediator_id: mediators[0].clone(), ..Default::default() };
    let still = officer.get_mediator(request).await.unwrap().into_inner().mediator.unwrap();
    assert_eq!(span(&still), (day("2026-03-01"), None), "until it is told otherwise");
    let refused = world.mediators(&city.chair()).set_availability(away(&mediators[0])).await;
    assert_eq!(refusal(refused).0, Code::PermissionDenied);
}
