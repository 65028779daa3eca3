//! How a mediator ceases: both paths of rule 18, its grounds, what lapses, who may propose (rules 15, 17 to 19).

use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use crate::world::*;

crate::on_both!(
    rule_17_the_three_grounds_and_death_end_a_mediator,
    rule_18_the_leader_proposes_the_front_verifies_the_chairman_decides,
    rule_18_disagreement_goes_up_on_form_09_and_the_chairman_may_refuse,
    rule_18_of_a_leader_the_front_head_proposes,
    rule_18_a_wish_is_taken_back_before_it_is_submitted,
    rule_15_a_mediator_is_in_force_until_the_decision,
    rule_19_ceasing_ends_the_role_of_the_leader,
    what_death_and_dissolution_overtake_lapses,
    a_decision_with_a_procedure_under_way_is_on_that_procedure,
    every_step_answers_a_repeat_and_a_stale_etag,
    reasons_are_sealed_and_elsewhere_is_like_absent,
);

async fn rule_17_the_three_grounds_and_death_end_a_mediator(world: World) {
    let city = world.small_city().await;
    let (_, mediators) = world.recognized(&city, 0, 4).await;
    let mut chair = world.mediators(&city.chair());
    use pb::CessationGround::{Breach, Deceased, OwnWish, StandardLost, TeamDissolved};
    for (who, ground) in mediators.iter().zip([OwnWish, StandardLost, Breach]) {
        let mut request = cease(who);
        request.ground = ground.into();
        let done = chair.decide_cessation(request).await.unwrap().into_inner();
        let file = done.cessation.unwrap();
        assert_eq!((file.ground(), file.state()), (ground, pb::CessationState::Ceased));
        assert_eq!(done.mediator.unwrap().state(), pb::MediatorState::Ceased);
    }
    for technical in [Deceased, TeamDissolved] {
        let mut request = cease(&mediators[3]);
        request.ground = technical.into();
        assert_eq!(fields(chair.decide_cessation(request).await), ["ground"], "not of the law");
    }
    let request = pb::DecideCessationRequest {
        mediator_id: mediators[3].clone(),
        decision: decision("2026-01-12"),
        ..Default::default()
    };
    assert_eq!(fields(chair.decide_cessation(request).await), ["ground", "propose_date", "receive_date"]);
    let closed = world.mediators(&city.officer()).record_death(death(&mediators[3])).await.unwrap().into_inner();
    assert_eq!(closed.mediator.unwrap().state(), pb::MediatorState::Ceased);
}

async fn rule_18_the_leader_proposes_the_front_verifies_the_chairman_decides(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let mut leader = world.mediators(&leader_of(&team));
    let mut front = world.mediators(&city.front());
    let refused = front.propose_cessation(propose(&mediators[1])).await;
    assert_eq!(refusal(refused), (Code::FailedPrecondition, "CESSATION_PROPOSER_WRONG".into()));
    let begun = leader.propose_cessation(propose(&mediators[1])).await.unwrap().into_inner();
    let (mediator, file) = (begun.mediator.unwrap(), begun.cessation.unwrap());
    assert_eq!(mediator.state(), pb::MediatorState::CeasingProposed);
    assert_eq!((file.verify_due_date, file.proposer()), (day("2026-01-15"), pb::CessationProposer::Leader));
    let refused = leader.propose_cessation(propose(&mediators[1])).await;
    assert_eq!(refusal(refused).1, "MEDIATOR_STATE_WRONG", "one at a time");
    let early = world.mediators(&city.chair()).decide_cessation(decide(&mediators[1])).await;
    assert_eq!(refusal(early).1, "MEDIATOR_STATE_WRONG", "the Front still verifies");

    // Late is late, not void: the check ends after its last day.
    let mut request = submit(&mediators[1]);
    (request.verify_date, request.receive_date) = (day("2026-01-18"), day("2026-01-19"));
    let sent = front.submit_cessation(request).await.unwrap().into_inner();
    let file = sent.cessation.unwrap();
    assert_eq!((file.form(), file.decide_due_date), (pb::CessationForm::Proposal, day("2026-01-26")));
    assert_eq!(sent.mediator.unwrap().state(), pb::MediatorState::CeasingSubmitted);
    let mut request = decide(&mediators[1]);
    request.decision = decision("2026-01-23");
    let done = world.mediators(&city.chair()).decide_cessation(request).await.unwrap().into_inner();
    let (gone, file) = (done.mediator.unwrap(), done.cessation.unwrap());
    assert_eq!((gone.state(), gone.cessation_date), (pb::MediatorState::Ceased, day("2026-01-23")));
    assert_eq!((file.state(), file.decision), (pb::CessationState::Ceased, decision("2026-01-23")));
    assert_eq!(done.team.unwrap().state(), pb::TeamState::Understaffed);
}

async fn rule_18_disagreement_goes_up_on_form_09_and_the_chairman_may_refuse(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let mut front = world.mediators(&city.front());
    let mut request = propose(&mediators[1]);
    request.ground = pb::CessationGround::Breach.into();
    world.mediators(&leader_of(&team)).propose_cessation(request).await.unwrap();
    let mut request = submit(&mediators[1]);
    request.area_head_agrees = false;
    let faults = fields(front.submit_cessation(request.clone()).await);
    assert_eq!(faults, ["disagreement_reason", "leader_told_date"]);
    (request.disagreement_reason, request.leader_told_date) = (REASON.into(), day("2026-01-10"));
    let file = front.submit_cessation(request).await.unwrap().into_inner().cessation.unwrap();
    assert_eq!((file.form(), file.front_agrees), (pb::CessationForm::Disagreement, true));
    assert_eq!((file.area_head_agrees, file.leader_told_date), (false, day("2026-01-10")));

    let mut chair = world.mediators(&city.chair());
    let mut request = decide(&mediators[1]);
    request.refused = true;
    assert_eq!(fields(chair.decide_cessation(request.clone()).await), ["refusal_reason"]);
    request.refusal_reason = "chưa đủ căn cứ".into();
    let kept = chair.decide_cessation(request).await.unwrap().into_inner();
    assert_eq!(kept.mediator.unwrap().state(), pb::MediatorState::Recognized, "recognised as before");
    assert_eq!(kept.cessation.unwrap().state(), pb::CessationState::Refused);
    assert_eq!(kept.team.unwrap().mediator_count, 3);
    let request = pb::GetCessationRequest { cessation_id: file.cessation_id, ..Default::default() };
    let read = world.mediators(&city.officer()).get_cessation(request).await.unwrap().into_inner();
    let words = read.reasons.unwrap();
    assert_eq!((words.reason.as_str(), words.disagreement_reason.as_str()), (WISH, REASON));
    assert_eq!(words.refusal_reason, "chưa đủ căn cứ");
    // Another procedure may begin.
    world.mediators(&leader_of(&team)).propose_cessation(propose(&mediators[1])).await.unwrap();
}

async fn rule_18_of_a_leader_the_front_head_proposes(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let refused = world.mediators(&leader_of(&team)).propose_cessation(propose(&mediators[0])).await;
    assert_eq!(refusal(refused).1, "CESSATION_PROPOSER_WRONG");
    let begun = world.mediators(&city.front()).propose_cessation(propose(&mediators[0])).await.unwrap().into_inner();
    let file = begun.cessation.unwrap();
    assert!(file.of_leader && file.proposer() == pb::CessationProposer::FrontHead);
    // Where a team has no leader yet, the Front head proposes too (rule 23).
    let (_, others) = world.recognized(&city, 1, 3).await;
    let begun = world.mediators(&city.front()).propose_cessation(propose(&others[1])).await.unwrap().into_inner();
    assert!(!begun.cessation.unwrap().of_leader);
}

async fn rule_18_a_wish_is_taken_back_before_it_is_submitted(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let (mut leader, mut front) = (world.mediators(&leader_of(&team)), world.mediators(&city.front()));
    leader.propose_cessation(propose(&mediators[1])).await.unwrap();
    let back = front.withdraw_cessation(withdraw(&mediators[1])).await.unwrap().into_inner();
    assert_eq!(back.mediator.unwrap().state(), pb::MediatorState::Recognized);
    let file = back.cessation.unwrap();
    assert_eq!((file.state(), file.end_date), (pb::CessationState::Withdrawn, day("2026-01-07")));
    let refused = front.withdraw_cessation(withdraw(&mediators[1])).await;
    assert_eq!(refusal(refused).1, "MEDIATOR_STATE_WRONG");
    let mut request = propose(&mediators[1]);
    request.ground = pb::CessationGround::StandardLost.into();
    leader.propose_cessation(request).await.unwrap();
    let refused = front.withdraw_cessation(withdraw(&mediators[1])).await;
    assert_eq!(refusal(refused), (Code::FailedPrecondition, "CESSATION_NOT_WITHDRAWABLE".into()));
    leader.propose_cessation(propose(&mediators[2])).await.unwrap();
    front.submit_cessation(submit(&mediators[2])).await.unwrap();
    let refused = front.withdraw_cessation(withdraw(&mediators[2])).await;
    assert_eq!(refusal(refused).1, "MEDIATOR_STATE_WRONG", "it is before the chairman");
}

async fn rule_15_a_mediator_is_in_force_until_the_decision(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    world.mediators(&leader_of(&team)).propose_cessation(propose(&mediators[1])).await.unwrap();
    let request = pb::GetTeamRequest { team_id: team.team_id.clone(), ..Default::default() };
    let read = world.teams(&city.officer()).get_team(request).await.unwrap().into_inner().team.unwrap();
    assert_eq!((read.state(), read.mediator_count), (pb::TeamState::Active, 3));
    // In force, so that the availability may be set; once ceased, not.
    let mut officer = world.mediators(&city.officer());
    officer.set_availability(away(&mediators[1])).await.unwrap();
    world.mediators(&city.front()).submit_cessation(submit(&mediators[1])).await.unwrap();
    world.mediators(&city.chair()).decide_cessation(decide(&mediators[1])).await.unwrap();
    let refused = officer.set_availability(away(&mediators[1])).await;
    assert_eq!(refusal(refused).1, "MEDIATOR_STATE_WRONG");
}

async fn rule_19_ceasing_ends_the_role_of_the_leader(world: World) {
    let city = world.small_city().await;
    let (team, mediators, term) = {
        let (team, mediators, term) = world.with_leader_submitted(&city, 0).await;
        world.mediators(&city.chair()).decide_leader(decide_leader(&term.leader_term_id)).await.unwrap();
        (team, mediators, term)
    };
    world.mediators(&city.front()).propose_cessation(propose(&mediators[0])).await.unwrap();
    world.mediators(&city.front()).submit_cessation(submit(&mediators[0])).await.unwrap();
    let done = world.mediators(&city.chair()).decide_cessation(decide(&mediators[0])).await.unwrap().into_inner();
    assert_eq!(done.team.unwrap().leader_mediator_id, "");
    let request = pb::GetLeaderTermRequest { leader_term_id: term.leader_term_id, ..Default::default() };
    let ended = world.mediators(&city.officer()).get_leader_term(request).await.unwrap().into_inner();
    let ended = ended.leader_term.unwrap();
    assert_eq!((ended.state(), ended.end_ground()), (pb::LeaderTermState::Ended, pb::LeaderEndGround::Ceased));
    assert_eq!((ended.end_date, ended.team_id), (day("2026-01-12"), team.team_id));
}

async fn what_death_and_dissolution_overtake_lapses(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let mut leader = world.mediators(&leader_of(&team));
    let first = leader.propose_cessation(propose(&mediators[1])).await.unwrap().into_inner().cessation.unwrap();
    let second = leader.propose_cessation(propose(&mediators[2])).await.unwrap().into_inner().cessation.unwrap();
    let mut officer = world.mediators(&city.officer());
    officer.record_death(death(&mediators[1])).await.unwrap();
    let request = pb::DissolveTeamRequest {
        team_id: team.team_id,
        decision: decision("2026-02-20"),
        cases_settled: true,
        ..Default::default()
    };
    world.teams(&city.chair()).dissolve_team(request).await.unwrap();
    for (file, on) in [(first, "2026-02-01"), (second, "2026-02-20")] {
        let request = pb::GetCessationRequest { cessation_id: file.cessation_id, ..Default::default() };
        let read = officer.get_cessation(request).await.unwrap().into_inner().cessation.unwrap();
        assert_eq!((read.state(), read.end_date), (pb::CessationState::Lapsed, day(on)));
    }
    let mut deadlines = world.deadlines(&city.officer());
    let open = pb::ListDeadlinesRequest { state: pb::DeadlineState::Overdue.into(), ..Default::default() };
    let open = deadlines.list_deadlines(open).await.unwrap().into_inner().deadlines;
    assert!(open.is_empty(), "closed with what overtook them: {open:?}");
}

async fn a_decision_with_a_procedure_under_way_is_on_that_procedure(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    world.mediators(&leader_of(&team)).propose_cessation(propose(&mediators[1])).await.unwrap();
    world.mediators(&city.front()).submit_cessation(submit(&mediators[1])).await.unwrap();
    let mut chair = world.mediators(&city.chair());
    let mut other = cease(&mediators[1]);
    other.ground = pb::CessationGround::Breach.into();
    other.propose_date = day("2026-01-02");
    assert_eq!(fields(chair.decide_cessation(other).await), ["ground", "propose_date", "receive_date"]);
    let mut early = decide(&mediators[1]);
    early.decision = decision("2026-01-09");
    assert_eq!(refusal(chair.decide_cessation(early).await).1, "DATE_OUT_OF_ORDER");
    let mut paper = decide(&mediators[2]);
    paper.refused = true;
    paper.refusal_reason = "không".into();
    let faults = fields(chair.decide_cessation(paper).await);
    assert_eq!(faults, ["ground", "propose_date", "receive_date", "refused"], "nothing to refuse here");
}

async fn every_step_answers_a_repeat_and_a_stale_etag(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let (mut leader, mut front) = (world.mediators(&leader_of(&team)), world.mediators(&city.front()));
    let mut chair = world.mediators(&city.chair());
    let mut ids = (0u32..).map(|n| format!("0190aaaa-0000-7000-8000-{n:012}"));
    macro_rules! twice {
        ($client:ident . $method:ident ( $request:expr )) => {{
            let mut request = $request;
            request.etag = "\"99\"".into();
            assert_eq!(refusal($client.$method(request.clone()).await), (Code::Aborted, "STALE_ETAG".into()));
            (request.etag, request.request_id) = (String::new(), ids.next().unwrap());
            let first = $client.$method(request.clone()).await.unwrap().into_inner();
            let second = $client.$method(request).await.unwrap().into_inner();
            assert_eq!(first, second, stringify!($method));
        }};
    }
    twice!(leader.propose_cessation(propose(&mediators[1])));
    twice!(front.withdraw_cessation(withdraw(&mediators[1])));
    leader.propose_cessation(propose(&mediators[1])).await.unwrap();
    twice!(front.submit_cessation(submit(&mediators[1])));
    let mut refused = decide(&mediators[1]);
    (refused.refused, refused.refusal_reason) = (true, REASON.into());
    twice!(chair.decide_cessation(refused));
    twice!(leader.set_availability(away(&mediators[2])));
}

async fn reasons_are_sealed_and_elsewhere_is_like_absent(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let begun = world.mediators(&leader_of(&team)).propose_cessation(propose(&mediators[1])).await.unwrap();
    let file = begun.into_inner().cessation.unwrap();
    let mut other = world.mediators(&city.other_chair());
    let mut answers = Vec::new();
    for cessation_id in [file.cessation_id.clone(), new_id()] {
        answers
            .push(refusal(other.get_cessation(pb::GetCessationRequest { cessation_id, ..Default::default() }).await));
    }
    assert!(answers[0] == answers[1] && answers[0].0 == Code::PermissionDenied);
    let everywhere = world
        .mediators("auditor~everywhere")
        .get_cessation(pb::GetCessationRequest { cessation_id: new_id(), ..Default::default() })
        .await;
    assert_eq!(refusal(everywhere), (Code::NotFound, "CESSATION_NOT_FOUND".into()));
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let mut tx = db.read().await.unwrap();
    let sql = "SELECT payload FROM journal UNION ALL SELECT sealed_reason FROM ceasings";
    let kept: Vec<Vec<u8>> = hoagiai_store::on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_all(c).await).unwrap();
    assert!(kept.iter().all(|bytes| !bytes.windows(WISH.len()).any(|window| window == WISH.as_bytes())));
    drop(tx);
    db.close().await;
}
