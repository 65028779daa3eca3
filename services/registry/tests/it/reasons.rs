//! Every reason of the contract is produced, with its code.

use std::collections::BTreeSet;

use hoagiai_proto::registry::v1 as pb;
use tonic::Code;

use crate::world::*;

crate::on_both!(every_reason_is_produced, faulty_fields_are_all_named);

async fn every_reason_is_produced(world: World) {
    let city = world.small_city().await;
    let mut seen = BTreeSet::new();
    let mut says = |answer: (Code, String), code: Code, reason: &str| {
        assert_eq!(answer, (code, reason.to_owned()));
        seen.insert(answer.1);
    };
    let everywhere = "commune_chair~everywhere+front_head~everywhere+commune_justice_officer~everywhere";
    let (mut teams, mut people, mut units) =
        (world.teams(everywhere), world.mediators(everywhere), world.units(OPERATOR));
    use Code::{FailedPrecondition as F, NotFound as N};

    // Units and plans.
    let request = pb::FindUnitRequest { code: "99999".into(), ..Default::default() };
    says(refusal(units.find_unit(request).await), N, "UNIT_NOT_FOUND");
    says(
        refusal(units.get_unit(pb::GetUnitRequest { unit_id: new_id(), ..Default::default() }).await),
        N,
        "UNIT_NOT_FOUND",
    );
    let row = unit("00004", "Phường Khác", pb::UnitKind::Ward, "01");
    says(refusal(units.import_units(import(vec![row])).await), F, "UNIT_CONFLICT");
    says(refusal(teams.plan_teams(plan(&city.city, &[(&city.areas[0], 3)])).await), F, "UNIT_KIND_WRONG");
    says(refusal(teams.plan_teams(plan(&city.ward, &[(&city.ward, 3)])).await), F, "UNIT_KIND_WRONG");
    says(refusal(teams.plan_teams(plan(&city.ward, &[(&city.other_areas[0], 3)])).await), N, "UNIT_NOT_FOUND");
    says(refusal(teams.plan_teams(plan(&new_id(), &[(&city.areas[0], 3)])).await), N, "UNIT_NOT_FOUND");
    let team = world.planned(&city, 0, 3).await;
    says(refusal(teams.plan_teams(plan(&city.ward, &[(&city.areas[0], 3)])).await), F, "AREA_HAS_TEAM");
    let twice = plan(&city.ward, &[(&city.areas[1], 3), (&city.areas[1], 3)]);
    says(refusal(teams.plan_teams(twice).await), F, "AREA_HAS_TEAM");
    let mut early = plan(&city.ward, &[(&city.areas[1], 3)]);
    early.decision = decision("2026-03-03");
    let (code, reason) = refusal(teams.plan_teams(early).await);
    says((code, reason), code, "DATE_OUT_OF_ORDER");
    says(
        refusal(teams.get_team(pb::GetTeamRequest { team_id: new_id(), ..Default::default() }).await),
        N,
        "TEAM_NOT_FOUND",
    );

    // Reorganisations.
    let get = pb::GetReorganizationRequest { reorganization_id: new_id(), ..Default::default() };
    says(refusal(units.get_reorganization(get).await), N, "REORGANIZATION_NOT_FOUND");
    let mut resolve =
        pb::ResolveAttachmentRequest { attachment_id: new_id(), unit_id: city.ward.clone(), ..Default::default() };
    says(refusal(units.resolve_attachment(resolve.clone()).await), N, "ATTACHMENT_NOT_FOUND");
    let correct = pb::CorrectUnitVersionRequest {
        unit_id: city.areas[0].clone(),
        reason: "Sai tên".into(),
        ..Default::default()
    };
    says(refusal(units.correct_unit_version(correct).await), F, "UNIT_VERSION_NOT_FOUND");
    let done = units.apply_reorganization(crate::reorganizations::division()).await.unwrap().into_inner();
    resolve.attachment_id.clone_from(&done.attachments[0].attachment_id);
    units.resolve_attachment(resolve.clone()).await.unwrap();
    says(refusal(units.resolve_attachment(resolve).await), F, "ATTACHMENT_RESOLVED");

    // Elections.
    says(refusal(people.elect_leader(leader_vote(&team.team_id, &[(&new_id(), 1)])).await), F, "TEAM_STATE_WRONG");
    let mut request = election(&team.team_id, &[40, 40, 40]);
    request.attending_household_count = 50;
    says(refusal(people.record_election(request).await), F, "NO_QUORUM");
    let mut request = election(&team.team_id, &[80, 80, 80]);
    request.candidates[1].resident = false;
    says(refusal(people.record_election(request).await), F, "CANDIDATE_NOT_ELIGIBLE");
    let mut request = election(&team.team_id, &[80, 80, 80]);
    request.witnessed = false;
    says(refusal(people.record_election(request).await), F, "NOT_WITNESSED");
    let held = people.record_election(election(&team.team_id, &[80, 80, 70, 60])).await.unwrap().into_inner();
    let held = held.election.unwrap();
    says(refusal(people.record_election(election(&team.team_id, &[80])).await), F, "TEAM_FULL");

    // Lists.
    let mut request = list_of(&held);
    request.election_id = new_id();
    says(refusal(people.submit_recognition_list(request).await), N, "ELECTION_NOT_FOUND");
    let mut request = list_of(&held);
    request.mediator_ids.push(held.mediators[3].mediator_id.clone());
    says(refusal(people.submit_recognition_list(request).await), F, "NOT_ELECTED");
    let list = people.submit_recognition_list(list_of(&held)).await.unwrap().into_inner().recognition_list.unwrap();
    says(refusal(people.submit_recognition_list(list_of(&held)).await), F, "MEDIATOR_STATE_WRONG");
    let mut request = pb::DecideRecognitionRequest {
        recognition_list_id: new_id(),
        decision: decision("2025-09-10"),
        ..Default::default()
    };
    says(refusal(people.decide_recognition(request.clone()).await), N, "RECOGNITION_LIST_NOT_FOUND");
    request.recognition_list_id = list.recognition_list_id;
    people.decide_recognition(request.clone()).await.unwrap();
    says(refusal(people.decide_recognition(request).await), F, "RECOGNITION_LIST_STATE_WRONG");

    // Leaders.
    let ids: Vec<&str> = list.mediator_ids.iter().map(String::as_str).collect();
    says(refusal(people.elect_leader(leader_vote(&team.team_id, &[(ids[0], 1)])).await), F, "NO_MAJORITY");
    let tie = leader_vote(&team.team_id, &[(ids[0], 1), (ids[1], 1)]);
    says(refusal(people.elect_leader(tie).await), F, "LEADER_TIE");
    says(refusal(people.elect_leader(leader_vote(&team.team_id, &[(&new_id(), 3)])).await), N, "MEDIATOR_NOT_FOUND");
    let term = people.elect_leader(leader_vote(&team.team_id, &[(ids[0], 2)])).await.unwrap().into_inner();
    let term = term.leader_term.unwrap().leader_term_id;
    says(refusal(people.decide_leader(decide_leader(&term)).await), F, "LEADER_TERM_STATE_WRONG");
    says(refusal(people.decide_leader(decide_leader(&new_id())).await), N, "LEADER_TERM_NOT_FOUND");
    let submit =
        pb::SubmitLeaderRequest { leader_term_id: term.clone(), receive_date: day("2025-09-22"), ..Default::default() };
    people.submit_leader(submit).await.unwrap();
    people.decide_leader(decide_leader(&term)).await.unwrap();
    let vote = leader_vote(&team.team_id, &[(ids[1], 3)]);
    says(refusal(people.elect_leader(vote).await), F, "TEAM_HAS_LEADER");

    // The end.
    says(refusal(people.decide_cessation(cease(&new_id())).await), N, "MEDIATOR_NOT_FOUND");
    people.decide_cessation(cease(ids[2])).await.unwrap();
    says(refusal(people.decide_cessation(cease(ids[2])).await), F, "MEDIATOR_STATE_WRONG");
    let dissolve = pb::DissolveTeamRequest {
        team_id: team.team_id.clone(),
        decision: decision("2026-02-20"),
        cases_settled: true,
        ..Default::default()
    };
    teams.dissolve_team(dissolve.clone()).await.unwrap();
    says(refusal(teams.dissolve_team(dissolve).await), F, "TEAM_STATE_WRONG");
    says(refusal(people.record_election(election(&team.team_id, &[80])).await), F, "TEAM_STATE_WRONG");

    // The reasons of procedures, training, awards and the rest are produced by the tests of each.
    assert_eq!(seen, reasons((1..=22).chain(100..=103)));
}

/// The reasons of the contract with these numbers.
fn reasons(numbers: impl Iterator<Item = i32>) -> BTreeSet<String> {
    let reason = |number| pb::ErrorReason::try_from(number).ok();
    numbers.filter_map(reason).map(|r| r.as_str_name().trim_start_matches("ERROR_REASON_").to_owned()).collect()
}

/// No number of the contract may hide behind a gap: each reason is asserted by name somewhere in these tests.
#[test]
fn every_reason_of_the_contract_is_asserted_by_a_test() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it"))];
    let mut texts = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                texts += &std::fs::read_to_string(path).unwrap();
            }
        }
    }
    let all = reasons(1..10_000);
    assert!(all.len() > 40, "{}", all.len());
    let missing: Vec<_> = all.iter().filter(|reason| !texts.contains(&format!("\"{reason}\""))).collect();
    assert!(missing.is_empty(), "no test asserts {missing:?}");
}

async fn faulty_fields_are_all_named(world: World) {
    let city = world.small_city().await;
    let team = world.planned(&city, 0, 3).await;
    let mut front = world.mediators(&city.front());
    let mut request = election(&team.team_id, &[95, 80]);
    request.candidates[1].person.as_mut().unwrap().full_name = "  ".into();
    let faults = fields(front.record_election(request).await);
    assert_eq!(faults, ["candidates[0].votes_for", "candidates[1].person.full_name"]);
    let mut request = election(&team.team_id, &[80]);
    (request.form, request.attending_household_count) = (pb::ElectionForm::HouseholdBallot.into(), 90);
    assert_eq!(fields(front.record_election(request).await), ["attending_household_count"]);
    let (team, mediators, term) = world.with_leader_submitted(&city, 1).await;
    let one = mediators[0].as_str();
    let faults = fields(front.elect_leader(leader_vote(&team.team_id, &[(one, 3), (one, 1)])).await);
    assert_eq!(faults, ["votes[1].mediator_id", "votes"]);
    let mut request = decide_leader(&term.leader_term_id);
    request.recognized = false;
    assert_eq!(fields(world.mediators(&city.chair()).decide_leader(request).await), ["refusal_reason"]);
}
