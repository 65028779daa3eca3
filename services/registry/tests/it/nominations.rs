//! Candidates before the vote, what the minutes keep, rounds that follow each other, lists that come back (rules 8 to 14).

use hoagiai_proto::registry::v1 as pb;
use hoagiai_store::on;
use tonic::Code;

use crate::world::*;

crate::on_both!(
    rule_08_every_fault_of_every_candidate_is_told_at_once,
    rule_08_nominated_persons_stand_and_their_papers_stay_with_the_election,
    rule_09_each_form_of_election_has_its_form_of_minutes,
    rule_10_minutes_never_count_more_ballots_than_voters,
    rule_11_votes_against_and_for_are_of_the_voters,
    a_candidate_withdraws_before_the_vote_only,
    rule_12_supplementary_and_repeat_rounds_only_when_they_are_due,
    rule_12_those_tied_stay_tied_when_their_list_comes_back,
    rule_13_a_list_goes_with_the_minutes_of_its_form,
    rule_14_an_incomplete_list_comes_back_and_is_submitted_again,
    names_in_minutes_are_nowhere_in_the_clear,
    a_candidacy_ends_with_its_team,
);

async fn rule_08_every_fault_of_every_candidate_is_told_at_once(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let mut request = nominate(&team.team_id, 3);
    request.nominations[0].consent_date = day("2025-08-11");
    (request.nominations[2].resident, request.nominations[2].legal_knowledge) = (false, false);
    let faults = fields(front.nominate_candidates(request.clone()).await);
    assert_eq!(faults, ["nominations[0].consent", "nominations[2].resident", "nominations[2].legal_knowledge"]);
    let answer = front.nominate_candidates(request.clone()).await;
    assert_eq!(refusal(answer), (Code::FailedPrecondition, "CANDIDATE_NOT_ELIGIBLE".into()));
    request.nominations[1].person.as_mut().unwrap().full_name = " ".into();
    assert_eq!(fields(front.nominate_candidates(request).await), ["nominations[1].person.full_name"]);
    // The road without nomination tells all of them too.
    let mut request = election(&team.team_id, &[80, 80, 80]);
    (request.candidates[0].consent_given, request.candidates[2].resident) = (false, false);
    let faults = fields(front.record_election(request).await);
    assert_eq!(faults, ["candidates[0].consent", "candidates[2].resident"]);
}

async fn rule_08_nominated_persons_stand_and_their_papers_stay_with_the_election(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 4).await;
    let mut front = world.mediators(&city.front());
    let mut request = nominate(&team.team_id, 3);
    request.nominations[2].nominated_by_front = false;
    let nominated = front.nominate_candidates(request).await.unwrap().into_inner().mediators;
    assert!(nominated.iter().all(|one| one.state() == pb::MediatorState::Nominated && one.election_id.is_empty()));

    let mut request = election(&team.team_id, &[90, 80, 70, 40]);
    for (candidate, one) in request.candidates.iter_mut().zip(&nominated) {
        let votes_for = candidate.votes_for;
        let mediator_id = one.mediator_id.clone();
        *candidate = pb::Candidate { mediator_id, votes_for, votes_against: 90 - votes_for, ..Default::default() };
    }
    request.attending_household_count = 95;
    request.minutes = Some(minutes(95, 92, 90));
    let held = front.record_election(request).await.unwrap().into_inner().election.unwrap();
    assert_eq!((held.place_count, held.outcome()), (4, pb::ElectionOutcome::SupplementaryDue));
    assert_eq!(held.minutes_form(), pb::MinutesForm::SecretBallot);
    let states: Vec<_> = held.mediators.iter().map(pb::Mediator::state).collect();
    use pb::MediatorState::{Elected, NotElected};
    assert_eq!(states, [Elected, Elected, Elected, NotElected]);
    assert!(held.mediators.iter().zip(&nominated).all(|(stood, before)| stood.mediator_id == before.mediator_id));
    assert_eq!(held.mediators[1].person.as_ref().unwrap().full_name, format!("{NAME} 1"));

    let request = pb::GetElectionRequest { election_id: held.election_id.clone(), ..Default::default() };
    let read = world.mediators(&city.officer()).get_election(request).await.unwrap().into_inner();
    assert_eq!(read.election.unwrap(), held);
    let kept = read.minutes.unwrap();
    assert_eq!(kept, minutes(95, 92, 90));
    assert_eq!(read.candidacies.len(), 3, "of the fourth only the minutes tell");
    let first = &read.candidacies[0];
    assert_eq!((first.nominate_date, first.consent_date), (day("2025-08-10"), day("2025-08-09")));
    assert_eq!((first.organization.as_str(), read.candidacies[1].votes_against), ("Hội Phụ nữ", 10));
    let mut list = list_of(&held);
    list.minutes_form = pb::MinutesForm::SecretBallot.into();
    front.submit_recognition_list(list).await.unwrap();
}

async fn rule_09_each_form_of_election_has_its_form_of_minutes(world: World) {
    let city = world.small_city().await;
    let mut front = world.mediators(&city.front());
    use pb::{ElectionForm as E, MinutesForm as M};
    let forms =
        [(E::PublicVote, M::PublicVote), (E::SecretBallot, M::SecretBallot), (E::HouseholdBallot, M::HouseholdBallot)];
    for (area, (form, expected)) in forms.into_iter().enumerate() {
        let team = world.planned(&city, area, 3).await;
        let mut request = election(&team.team_id, &[80, 70, 60]);
        request.form = form.into();
        if form == E::HouseholdBallot {
            request.attending_household_count = 0;
        }
        request.minutes = Some(if form == E::PublicVote { minutes(0, 0, 0) } else { minutes(90, 88, 85) });
        let held = front.record_election(request).await.unwrap().into_inner().election.unwrap();
        assert_eq!(held.minutes_form(), expected);
    }
}

async fn rule_10_minutes_never_count_more_ballots_than_voters(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let mut request = election(&team.team_id, &[80, 70, 60]);
    let mut wrong = minutes(91, 90, 85);
    wrong.board_members.clear();
    (wrong.start_clock, wrong.end_clock) = ("10:00".into(), "09:00".into());
    request.minutes = Some(wrong);
    let faults = fields(front.record_election(request.clone()).await);
    assert_eq!(faults, ["minutes.issued_ballot_count", "minutes.end_clock", "minutes.board_members"]);
    request.minutes = Some(minutes(90, 88, 85));
    request.minutes.as_mut().unwrap().chair.as_mut().unwrap().full_name = " ".into();
    assert_eq!(fields(front.record_election(request.clone()).await), ["minutes.chair.full_name"]);
    request.minutes.as_mut().unwrap().start_clock = "25:00".into();
    assert_eq!(fields(front.record_election(request).await), ["minutes.start_clock"], "the contract speaks first");
}

async fn rule_11_votes_against_and_for_are_of_the_voters(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let mut request = election(&team.team_id, &[86, 70, 60]);
    request.candidates[1].votes_against = 16;
    request.minutes = Some(minutes(90, 88, 85));
    let faults = fields(front.record_election(request).await);
    assert_eq!(faults, ["candidates[0].votes_for", "candidates[1].votes_against"], "of 85 valid ballots");
    let mut both = election(&team.team_id, &[80]);
    both.candidates[0].mediator_id = new_id();
    assert_eq!(fields(front.record_election(both).await), ["candidates[0].person"]);
    let mut unknown = election(&team.team_id, &[80]);
    unknown.candidates[0] = pb::Candidate { mediator_id: new_id(), votes_for: 80, ..Default::default() };
    assert_eq!(refusal(front.record_election(unknown.clone()).await).1, "MEDIATOR_NOT_FOUND");
    unknown.candidates.push(unknown.candidates[0].clone());
    assert_eq!(fields(front.record_election(unknown).await), ["candidates[1].mediator_id"]);
}

async fn a_candidate_withdraws_before_the_vote_only(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let request = nominate(&team.team_id, 2);
    let nominated = front.nominate_candidates(request).await.unwrap().into_inner().mediators;
    let mut request = pb::WithdrawCandidateRequest {
        mediator_id: nominated[0].mediator_id.clone(),
        withdraw_date: day("2025-08-09"),
        ..Default::default()
    };
    assert_eq!(refusal(front.withdraw_candidate(request.clone()).await).1, "DATE_OUT_OF_ORDER");
    request.withdraw_date = day("2025-08-12");
    let gone = front.withdraw_candidate(request.clone()).await.unwrap().into_inner().mediator.unwrap();
    assert_eq!(gone.state(), pb::MediatorState::Withdrawn);
    assert_eq!(refusal(front.withdraw_candidate(request.clone()).await).1, "MEDIATOR_STATE_WRONG");
    let stand = |who: &str| pb::Candidate { mediator_id: who.to_owned(), votes_for: 80, ..Default::default() };
    let mut vote = election(&team.team_id, &[80]);
    vote.candidates = vec![stand(&nominated[0].mediator_id)];
    assert_eq!(refusal(front.record_election(vote.clone()).await).1, "MEDIATOR_STATE_WRONG");
    vote.candidates = vec![stand(&nominated[1].mediator_id)];
    front.record_election(vote).await.unwrap();
    request.mediator_id = nominated[1].mediator_id.clone();
    assert_eq!(refusal(front.withdraw_candidate(request).await).1, "MEDIATOR_STATE_WRONG", "the vote was held");
}

async fn rule_12_supplementary_and_repeat_rounds_only_when_they_are_due(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let round = |round: pb::ElectionRound, on: &str, votes: &[i32]| {
        let mut request = election(&team.team_id, votes);
        (request.round, request.election_date) = (round.into(), day(on));
        request
    };
    use pb::ElectionRound::{First, Repeat, Supplementary};
    for early in [Supplementary, Repeat] {
        let refused = front.record_election(round(early, "2025-08-20", &[80])).await;
        assert_eq!(refusal(refused), (Code::FailedPrecondition, "ROUND_NOT_DUE".into()));
    }
    let held = front.record_election(round(First, "2025-08-20", &[50, 40])).await.unwrap().into_inner();
    let first = held.election.unwrap();
    assert_eq!(first.outcome(), pb::ElectionOutcome::RepeatDue);
    for wrong in [First, Supplementary] {
        assert_eq!(refusal(front.record_election(round(wrong, "2025-08-22", &[80])).await).1, "ROUND_NOT_DUE");
    }
    let early = front.record_election(round(Repeat, "2025-08-19", &[80])).await;
    assert_eq!(refusal(early).1, "DATE_OUT_OF_ORDER", "before the one that made it due");
    let held = front.record_election(round(Repeat, "2025-08-22", &[80, 70, 30])).await.unwrap().into_inner();
    let repeat = held.election.unwrap();
    assert_eq!((repeat.previous_election_id.as_str(), repeat.place_count), (first.election_id.as_str(), 3));
    assert_eq!(refusal(front.record_election(round(Repeat, "2025-08-24", &[80])).await).1, "ROUND_NOT_DUE");
    let held = front.record_election(round(Supplementary, "2025-08-24", &[80])).await.unwrap().into_inner();
    let last = held.election.unwrap();
    assert_eq!((last.place_count, last.previous_election_id), (1, repeat.election_id), "one place was still open");
    assert_eq!(refusal(front.record_election(round(Supplementary, "2025-08-26", &[80])).await).1, "TEAM_FULL");
}

async fn rule_12_those_tied_stay_tied_when_their_list_comes_back(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let held = front.record_election(election(&team.team_id, &[80, 60, 60, 60])).await.unwrap().into_inner();
    let held = held.election.unwrap();
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    world.mediators(&city.chair()).return_recognition_list(send_back(&list)).await.unwrap();
    let request = pb::GetElectionRequest { election_id: held.election_id.clone(), ..Default::default() };
    let again = front.get_election(request).await.unwrap().into_inner().election.unwrap();
    let states: Vec<_> = again.mediators.iter().map(pb::Mediator::state).collect();
    use pb::MediatorState::{Elected, Tied};
    assert_eq!(states, [Elected, Tied, Tied, Tied]);
}

async fn rule_13_a_list_goes_with_the_minutes_of_its_form(world: World) {
    let city = world.small_city().await;
    let (_, held) = world.elected(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let mut list = list_of(&held);
    list.minutes_form = pb::MinutesForm::PublicVote.into();
    let refused = front.submit_recognition_list(list.clone()).await;
    assert_eq!(refusal(refused), (Code::FailedPrecondition, "MINUTES_FORM_WRONG".into()));
    list.minutes_form = pb::MinutesForm::Unspecified.into();
    let list = front.submit_recognition_list(list).await.unwrap().into_inner().recognition_list.unwrap();
    assert_eq!(list.minutes_form(), pb::MinutesForm::SecretBallot);
}

async fn rule_14_an_incomplete_list_comes_back_and_is_submitted_again(world: World) {
    let city = world.small_city().await;
    let (held, list) = world.submitted(&city, 0, 3).await;
    let mut chair = world.mediators(&city.chair());
    let mut request = send_back(&list);
    request.return_date = day("2025-08-28");
    assert_eq!(refusal(chair.return_recognition_list(request).await).1, "DATE_OUT_OF_ORDER");
    let mut request = send_back(&list);
    request.request_id = "0190aaaa-0000-7000-8000-000000000001".into();
    let returned = chair.return_recognition_list(request.clone()).await.unwrap().into_inner();
    let again = chair.return_recognition_list(request).await.unwrap().into_inner();
    assert_eq!(returned.position, again.position, "a repeat has one effect");
    let returned = returned.recognition_list.unwrap();
    assert_eq!((returned.state(), returned.return_date), (pb::RecognitionListState::Returned, day("2025-09-03")));
    let refused = chair.return_recognition_list(send_back(&list)).await;
    assert_eq!(refusal(refused).1, "RECOGNITION_LIST_STATE_WRONG");
    let request =
        pb::GetRecognitionListRequest { recognition_list_id: list.recognition_list_id.clone(), ..Default::default() };
    let read = chair.get_recognition_list(request).await.unwrap().into_inner();
    assert_eq!(read.return_reason, REASON);

    let mut request = list_of(&held);
    request.receive_date = day("2025-09-05");
    let mut front = world.mediators(&city.front());
    let second = front.submit_recognition_list(request).await.unwrap().into_inner().recognition_list.unwrap();
    assert_eq!(second.previous_recognition_list_id, list.recognition_list_id);
    assert_eq!((second.mediator_ids.len(), second.due_date), (3, day("2025-09-12")), "the days begin anew");
    let request = pb::DecideRecognitionRequest {
        recognition_list_id: second.recognition_list_id,
        decision: decision("2025-09-10"),
        ..Default::default()
    };
    let team = chair.decide_recognition(request).await.unwrap().into_inner().team.unwrap();
    assert_eq!(team.mediator_count, 3);
}

async fn names_in_minutes_are_nowhere_in_the_clear(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let mut request = election(&team.team_id, &[80, 70, 60]);
    request.minutes = Some(minutes(90, 88, 85));
    let held = front.record_election(request).await.unwrap().into_inner().election.unwrap();
    let list = front.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    world.mediators(&city.chair()).return_recognition_list(send_back(&list)).await.unwrap();
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let sql = "SELECT payload FROM journal UNION ALL SELECT sealed_minutes FROM elections
        UNION ALL SELECT sealed_note FROM recognition_lists";
    let kept: Vec<Vec<u8>> = on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_all(c).await).unwrap();
    assert!(kept.len() > 10);
    for secret in [KEEPER, REASON] {
        assert!(kept.iter().all(|bytes| !bytes.windows(secret.len()).any(|window| window == secret.as_bytes())));
    }
    drop(tx);
    db.close().await;
}

async fn a_candidacy_ends_with_its_team(world: World) {
    let city = world.small_city().await;
    let (team, _) = world.elected(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    front.nominate_candidates(nominate(&team.team_id, 2)).await.unwrap();
    let request = pb::DissolveTeamRequest {
        team_id: team.team_id.clone(),
        decision: decision("2026-02-20"),
        ..Default::default()
    };
    world.teams(&city.chair()).dissolve_team(request).await.unwrap();
    let request = pb::ListMediatorsRequest { team_id: team.team_id.clone(), ..Default::default() };
    let all = world.mediators(&city.officer()).list_mediators(request).await.unwrap().into_inner().mediators;
    let count = |state| all.iter().filter(|one| one.state() == state).count();
    assert_eq!((count(pb::MediatorState::Withdrawn), count(pb::MediatorState::Rejected)), (2, 3));
    assert_eq!(refusal(front.nominate_candidates(nominate(&team.team_id, 1)).await).1, "TEAM_STATE_WRONG");
}
