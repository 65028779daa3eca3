//! Assessments through the contract.

use std::collections::BTreeSet;

use hoagiai_evaluation::MIGRATIONS;
use hoagiai_proto::evaluation::v1 as pb;
use hoagiai_testkit::{engines::TestDb, facts::CaseStep::Conclude, served::by};
use tonic::Code;

use crate::world::{World, commune, day, decision, meeting, metadata, pb_day, reason, team, uuid};

hoagiai_testkit::on_each_engine!(
    MIGRATIONS;
    a_team_is_assessed_proposed_reviewed_and_recognised,
    a_self_assessment_is_refused_for_each_reason,
    a_proposal_needs_majority_and_criteria,
    recognition_is_by_the_data_of_now,
    a_proposal_is_returned_proposed_again_and_refused,
    rule_44_a_late_step_is_marked_on_the_record,
    steps_are_guarded_by_state_etag_and_request_id,
    areas_decide_who_sees_what,
    assessments_are_listed_exactly_once,
    of_two_meetings_at_once_one_counts,
);

async fn a_team_is_assessed_proposed_reviewed_and_recognised(test: TestDb) {
    let mut world = World::open(test).await;
    world.has_cases(0, 9, 1, 3).await;
    let cycle = world.open_cycle().await;
    let one = world.self_assess(meeting(&cycle, 0)).await.unwrap();
    assert_eq!((one.state(), one.proposable, one.member_count), (pb::AssessmentState::SelfAssessed, true, 5));
    let ratio = one.results[0].ratio.clone().unwrap();
    assert_eq!((ratio.numerator, ratio.denominator, ratio.percent.as_str()), (9, 10, "90.00"));
    assert_eq!(one.criteria_set_digest, cycle.criteria_set.unwrap().digest);
    let id = one.assessment_id.clone();
    assert_eq!(world.propose(&id).await.unwrap().state(), pb::AssessmentState::Proposed);
    assert_eq!(world.review(&id).await.unwrap().state(), pb::AssessmentState::UnderReview);
    let recognized = world.recognize(&id).await.unwrap();
    assert_eq!(recognized.state(), pb::AssessmentState::Recognized);
    assert_eq!(recognized.decision, decision("2025-12-10"));
    let get = pb::GetAssessmentRequest { assessment_id: id };
    let got = world.assessments.get_assessment(by("leader", get)).await.unwrap().into_inner().assessment;
    assert_eq!(got, Some(recognized));
    let kinds: Vec<_> =
        world.test.db.entries(3, 10).await.unwrap().into_iter().map(|e| (e.stream_version, e.kind)).collect();
    let expected = ["TeamSelfAssessed", "TeamProposed", "ReviewStarted", "TeamRecognized"];
    assert_eq!(kinds, (1..).zip(expected.map(str::to_owned)).collect::<Vec<_>>());
}

async fn rule_44_a_late_step_is_marked_on_the_record(test: TestDb) {
    let mut world = World::open(test).await;
    world.has_cases(0, 9, 1, 3).await;
    let cycle = world.open_cycle().await;
    let marks = |one: &pb::Assessment| (one.self_assessed_late, one.proposed_late, one.decided_late);
    let late = pb::SelfAssessRequest { meeting_date: pb_day("2025-11-18"), ..meeting(&cycle, 0) };
    let one = world.self_assess(late).await.unwrap();
    assert_eq!(marks(&one), (true, false, false));
    let id = one.assessment_id;
    assert_eq!(marks(&world.propose(&id).await.unwrap()), (true, false, false));
    world.review(&id).await.unwrap();
    let decide =
        pb::RecognizeTeamRequest { assessment_id: id.clone(), decision: decision("2025-12-16"), ..Default::default() };
    let decided = world.assessments.recognize_team(by("dept", decide)).await.unwrap().into_inner().assessment.unwrap();
    assert_eq!(marks(&decided), (true, false, true));
    let get = pb::GetAssessmentRequest { assessment_id: id };
    let read = world.assessments.get_assessment(by("dept", get)).await.unwrap().into_inner().assessment.unwrap();
    assert_eq!(read, decided);
}

async fn a_self_assessment_is_refused_for_each_reason(test: TestDb) {
    let mut world = World::open(test).await;
    let draft = world.create_cycle(2026).await.unwrap();
    let cycle = world.open_cycle().await;
    let good = meeting(&cycle, 0);
    let of = |change: &dyn Fn(&mut pb::SelfAssessRequest)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    let refused = [
        (of(&|r| r.cycle_id = draft.cycle_id.clone()), "CYCLE_STATE_WRONG"),
        (of(&|r| r.cycle_id = uuid(0x99).to_string()), "CYCLE_NOT_FOUND"),
        (of(&|r| r.team_id = team(12).team.to_string()), "TEAM_NOT_IN_FORCE"),
        (of(&|r| r.meeting_date = pb_day("2024-12-31")), "DATE_OUT_OF_ORDER"),
        (of(&|r| r.meeting_date = pb_day("2025-12-21")), "DATE_OUT_OF_ORDER"),
        (of(&|r| r.votes_in_favour = 6), "TOO_MANY_VOTES"),
        (of(&|r| drop(r.claims.pop())), "CLAIMS_INCOMPLETE"),
        (of(&|r| r.claims[0].criterion_code = "c1".into()), "CLAIMS_INCOMPLETE"),
        (of(&|r| r.claims.push(r.claims[0].clone())), "CLAIMS_INCOMPLETE"),
    ];
    for (request, expected) in refused {
        assert_eq!(reason(world.self_assess(request).await).1, expected);
    }
    let malformed = of(&|r| r.team_id = "no id".into());
    assert_eq!(world.self_assess(malformed).await.unwrap_err().code(), Code::InvalidArgument);
    world.self_assess(good.clone()).await.unwrap();
    assert_eq!(reason(world.self_assess(good).await), (Code::AlreadyExists, "ASSESSMENT_ALREADY_EXISTS".into()));
}

async fn a_proposal_needs_majority_and_criteria(test: TestDb) {
    let mut world = World::open(test).await;
    world.has_cases(1, 8, 1, 0).await;
    let cycle = world.open_cycle().await;
    let no_majority = pb::SelfAssessRequest { votes_in_favour: 2, ..meeting(&cycle, 0) };
    let one = world.self_assess(no_majority).await.unwrap();
    assert!(!one.proposable && one.results[0].zero_rule_applied && one.results[0].met, "no case: the zero rule");
    let refused = world.propose(&one.assessment_id).await.unwrap_err();
    assert_eq!(metadata(&refused, "criteria_not_met"), "");
    assert_eq!(reason::<()>(Err(refused)).1, "NOT_PROPOSABLE");
    let two = world.self_assess(meeting(&cycle, 1)).await.unwrap();
    let refused = world.propose(&two.assessment_id).await.unwrap_err();
    assert_eq!(metadata(&refused, "criteria_not_met"), "c1", "8 of 9 are below 90 %");
    let not_intended = pb::SelfAssessRequest { intends_to_propose: false, ..meeting(&cycle, 2) };
    let three = world.self_assess(not_intended).await.unwrap();
    assert_eq!(three.state(), pb::AssessmentState::NotProposed);
    assert_eq!(reason(world.propose(&three.assessment_id).await).1, "ASSESSMENT_STATE_WRONG");
}

async fn recognition_is_by_the_data_of_now(test: TestDb) {
    let mut world = World::open(test).await;
    world.has_cases(0, 9, 1, 0).await;
    let cycle = world.open_cycle().await;
    let id = world.self_assess(meeting(&cycle, 0)).await.unwrap().assessment_id;
    world.propose(&id).await.unwrap();
    world.review(&id).await.unwrap();
    // Another case of the year ends without success before the decision: 9 of 11.
    world.cases.received(uuid(5), team(0).team, 1, day("2025-11-01"));
    world.cases.step(uuid(5), day("2025-12-01"), &Conclude(false));
    world.settle().await;
    let refused = world.recognize(&id).await.unwrap_err();
    assert_eq!((refused.code(), metadata(&refused, "criteria_not_met")), (Code::FailedPrecondition, "c1".into()));
    assert_eq!(reason::<()>(Err(refused)).1, "CRITERIA_NOT_MET");
}

async fn a_proposal_is_returned_proposed_again_and_refused(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = world.open_cycle().await;
    let id = world.self_assess(meeting(&cycle, 0)).await.unwrap().assessment_id;
    world.propose(&id).await.unwrap();
    let back = pb::ReturnAssessmentRequest {
        assessment_id: id.clone(),
        reason: "Thiếu biên bản họp".into(),
        ..Default::default()
    };
    let returned = world.assessments.return_assessment(by("ward", back)).await.unwrap().into_inner();
    assert_eq!(returned.assessment.unwrap().state(), pb::AssessmentState::Returned);
    world.propose(&id).await.unwrap();
    world.review(&id).await.unwrap();
    let refuse = |code: &str, on: &str| pb::RefuseTeamRequest {
        assessment_id: id.clone(),
        decision: decision(on),
        refusals: vec![pb::CriterionRefusal { criterion_code: code.into(), reason: "Không đạt".into() }],
        ..Default::default()
    };
    let unknown = world.assessments.refuse_team(by("ward", refuse("c9", "2025-12-10"))).await;
    assert_eq!(reason(unknown).1, "CLAIMS_INCOMPLETE");
    let early = world.assessments.refuse_team(by("ward", refuse("c2", "2025-12-04"))).await;
    assert_eq!(reason(early).1, "DATE_OUT_OF_ORDER");
    let refused = world.assessments.refuse_team(by("ward", refuse("c2", "2025-12-10"))).await.unwrap().into_inner();
    assert_eq!(refused.assessment.unwrap().state(), pb::AssessmentState::NotRecognized);
}

async fn steps_are_guarded_by_state_etag_and_request_id(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = world.open_cycle().await;
    let request = pb::SelfAssessRequest { request_id: uuid(0x70).to_string(), ..meeting(&cycle, 0) };
    let one = world.self_assess(request.clone()).await.unwrap();
    assert_eq!(world.self_assess(request).await.unwrap(), one, "a repeat has one effect");
    let propose = |etag: &str, request_id: u128| pb::ProposeAssessmentRequest {
        assessment_id: one.assessment_id.clone(),
        propose_date: pb_day("2025-11-20"),
        etag: etag.into(),
        request_id: uuid(request_id).to_string(),
    };
    let stale = world.assessments.propose_assessment(by("dept", propose("\"9\"", 0x71))).await.unwrap_err();
    assert_eq!(stale.code(), Code::Aborted);
    let first = world.assessments.propose_assessment(by("dept", propose(&one.etag, 0x72))).await.unwrap().into_inner();
    let again = world.assessments.propose_assessment(by("dept", propose(&one.etag, 0x72))).await.unwrap().into_inner();
    assert_eq!(first.assessment, again.assessment);
    assert_eq!(reason(world.propose(&one.assessment_id).await).1, "ASSESSMENT_STATE_WRONG");
    let close = pb::CloseCycleRequest { cycle_id: cycle.cycle_id, ..Default::default() };
    world.cycles.close_cycle(by("dept", close)).await.unwrap();
    assert_eq!(reason(world.review(&one.assessment_id).await).1, "CYCLE_STATE_WRONG");
}

async fn areas_decide_who_sees_what(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = world.open_cycle().await;
    let mine = world.assessments.self_assess(by("leader", meeting(&cycle, 0))).await.unwrap().into_inner();
    let mine = mine.assessment.unwrap().assessment_id;
    let other = world.assessments.self_assess(by("leader", meeting(&cycle, 1))).await.unwrap_err();
    assert_eq!(other.code(), Code::PermissionDenied);
    let get = |id: &str| pb::GetAssessmentRequest { assessment_id: id.into() };
    world.assessments.get_assessment(by("ward", get(&mine))).await.unwrap();
    let absent = uuid(0x66).to_string();
    let unseen = world.assessments.get_assessment(by("ward", get(&absent))).await.unwrap_err();
    assert_eq!(unseen.code(), Code::PermissionDenied, "permission before existence");
    let absent = world.assessments.get_assessment(by("ministry", get(&absent))).await;
    assert_eq!(reason(absent), (Code::NotFound, "ASSESSMENT_NOT_FOUND".into()));
    let nobody = world.assessments.get_assessment(tonic::Request::new(get(&mine))).await.unwrap_err();
    assert_eq!(nobody.code(), Code::Unauthenticated);
}

async fn assessments_are_listed_exactly_once(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = world.open_cycle().await;
    let mut made = BTreeSet::new();
    for n in 0..12 {
        made.insert(world.self_assess(meeting(&cycle, n)).await.unwrap().assessment_id);
    }
    let mut list = async |who, commune: Option<u128>, state: pb::AssessmentState| {
        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListAssessmentsRequest {
                cycle_id: cycle.cycle_id.clone(),
                commune_unit_id: commune.map(|n| self::commune(n).to_string()).unwrap_or_default(),
                state: state.into(),
                page_size: 5,
                page_token,
            };
            let page = world.assessments.list_assessments(by(who, request)).await.unwrap().into_inner();
            seen.extend(page.assessments.into_iter().map(|one| one.assessment_id));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return seen;
            }
        }
    };
    let all = list("dept", None, pb::AssessmentState::Unspecified).await;
    assert_eq!((all.len(), all.iter().cloned().collect()), (12, made));
    assert!(all.is_sorted());
    assert_eq!(list("ministry", Some(1), pb::AssessmentState::SelfAssessed).await.len(), 2);
    assert_eq!(list("ward", None, pb::AssessmentState::Unspecified).await.len(), 10);
    assert_eq!(list("leader", None, pb::AssessmentState::Unspecified).await.len(), 1);
    assert_eq!(list("dept", None, pb::AssessmentState::Proposed).await.len(), 0);
}

async fn of_two_meetings_at_once_one_counts(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = world.open_cycle().await;
    let calls = (0..8).map(|_| {
        let (mut client, request) = (world.assessments.clone(), meeting(&cycle, 0));
        tokio::spawn(async move { client.self_assess(by("dept", request)).await })
    });
    let mut made = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Ok(_) => made += 1,
            Err(status) => assert!([Code::AlreadyExists, Code::Aborted].contains(&status.code()), "{status:?}"),
        }
    }
    assert_eq!(made, 1);
}
