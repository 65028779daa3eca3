//! Reorganisations through the contract: the real one of Hà Nội, what follows it, what a person must decide, corrections.

use std::{collections::BTreeMap, time::Duration};

use hoagiai_proto::registry::v1 as pb;
use hoagiai_types::Timestamp;
use pb::{LineageExtent as Extent, UnitChange as Change, UnitKind as Kind};
use tonic::Code;

use crate::{
    units::{csv, rows},
    world::*,
};

crate::on_both!(
    the_reform_of_ha_noi_is_one_request,
    rule_01_teams_and_areas_follow_a_commune_that_went_whole,
    rule_01_what_nobody_said_is_listed_and_decided_later,
    rule_02_two_teams_in_one_area_are_told_and_a_reason_is_kept,
    rule_54_a_reorganisation_before_its_day_is_only_rehearsed,
    an_inconsistent_reorganisation_names_every_fault_and_changes_nothing,
    reorganising_needs_a_grant_over_everything_that_changes,
);

pub(crate) fn row(code: &str, name: &str, kind: Kind, parent: &str) -> pb::ReorganizedUnit {
    let (code, display_name, parent_code) = (code.into(), name.into(), parent.into());
    pb::ReorganizedUnit { code, display_name, kind: kind.into(), parent_code, ..Default::default() }
}

pub(crate) fn edge(from: &str, change: Change, extent: Extent, to: &str) -> pb::ReorganizationEdge {
    let (predecessor_code, code) = (from.into(), to.into());
    pb::ReorganizationEdge { predecessor_code, code, change: change.into(), extent: extent.into() }
}

pub(crate) fn asked(effective: &str) -> pb::ApplyReorganizationRequest {
    let issuer = "Ủy ban Thường vụ Quốc hội".into();
    pb::ApplyReorganizationRequest {
        decision: Some(hoagiai_proto::common::v1::Decision {
            number: "1656/NQ-UBTVQH15".into(),
            issue_date: day("2025-06-16"),
            issuer,
        }),
        effective_date: day(effective),
        ..Default::default()
    }
}

fn area_to(area: &str, code: &str) -> pb::AttachmentRow {
    pb::AttachmentRow { subject: Some(pb::attachment_row::Subject::AreaCode(area.into())), code: code.into() }
}

/// The units before, not ended yet; and the reform as one request, districts included.
pub(crate) fn reform() -> (pb::ImportUnitsRequest, pb::ApplyReorganizationRequest) {
    let mut old = rows("units-2024.csv");
    old.iter_mut().for_each(|row| row.valid_to = None);
    let mut request = asked("2025-07-01");
    let new = rows("units-2025.csv").into_iter().filter(|unit| !unit.parent_code.is_empty());
    request.units = new.map(|unit| row(&unit.code, &unit.display_name, unit.kind(), &unit.parent_code)).collect();
    request.ended_codes = old.iter().skip(1).map(|row| row.code.clone()).collect();
    let of_extent = |extent| if extent == Extent::Whole { Change::Merged } else { Change::Split };
    request.edges = csv("predecessors.csv")
        .into_iter()
        .map(|r| {
            let extent = Extent::from_str_name(&format!("LINEAGE_EXTENT_{}", r[2])).unwrap();
            edge(&r[1], of_extent(extent), extent, &r[0])
        })
        .collect();
    let districts = old.iter().filter(|row| row.parent_code == "01");
    request.edges.extend(districts.map(|row| edge(&row.code, Change::LevelAbolished, Extent::Whole, "01")));
    (import(old), request)
}

pub(crate) async fn find(
    world: &World,
    code: &str,
    valid_at: &str,
    known_at: Option<Timestamp>,
) -> Result<pb::Unit, tonic::Status> {
    let known_at = known_at.map(Timestamp::to_proto);
    let request = pb::FindUnitRequest { code: code.into(), valid_at: day(valid_at), known_at };
    world.units(OPERATOR).find_unit(request).await.map(|found| found.into_inner().unit.unwrap())
}

async fn lineage(world: &World, unit: &str, depth: i32) -> pb::GetLineageResponse {
    let request = pb::GetLineageRequest { unit_id: unit.into(), depth, ..Default::default() };
    world.units(OPERATOR).get_lineage(request).await.unwrap().into_inner()
}

async fn the_reform_of_ha_noi_is_one_request(world: World) {
    let (old, mut request) = reform();
    let mut units = world.units(OPERATOR);
    units.import_units(old).await.unwrap();
    let before = Timestamp::parse("2026-03-02T02:00:00Z").unwrap();
    world.clock.advance(Duration::from_secs(60));
    request.request_id = new_id();
    let done = units.apply_reorganization(request.clone()).await.unwrap().into_inner();
    let told = done.reorganization.clone().unwrap();
    assert_eq!((told.created_unit_count, told.ended_unit_count, told.edge_count), (126, 556, 824));
    assert_eq!((told.changed_unit_count, told.moved_team_count, done.attachments.len()), (0, 0, 0));
    let again = units.apply_reorganization(request.clone()).await.unwrap().into_inner();
    assert_eq!(again.reorganization, done.reorganization, "a repeat has one effect");
    let get = pb::GetReorganizationRequest { reorganization_id: told.reorganization_id.clone(), ..Default::default() };
    assert_eq!(units.get_reorganization(get).await.unwrap().into_inner().reorganization, done.reorganization);
    request.request_id.clear();
    assert!(fields(units.apply_reorganization(request).await).contains(&"units[0].code".to_owned()), "but not twice");

    let (then, now) = (
        find(&world, "00004", "2024-12-31", None).await.unwrap(),
        find(&world, "00004", "2025-07-01", None).await.unwrap(),
    );
    assert_eq!((then.display_name.as_str(), now.display_name.as_str()), ("Phường Trúc Bạch", "Phường Ba Đình"));
    assert_ne!(then.unit_id, now.unit_id);
    assert_eq!((then.valid_to, now.valid_from), (day("2025-06-30"), day("2025-07-01")));
    let believed = find(&world, "00004", "2025-07-01", Some(before)).await.unwrap();
    assert_eq!((believed.unit_id, believed.valid_to), (then.unit_id.clone(), None), "as it was known before");

    let near = lineage(&world, &now.unit_id, 0).await;
    let expected = csv("predecessors.csv").iter().filter(|row| row[0] == "00004").count();
    assert_eq!((near.predecessors.len(), near.successors.len(), near.truncated), (expected, 0, false));
    let whole = near.predecessors.iter().find(|edge| edge.predecessor_unit_id == then.unit_id).unwrap();
    assert_eq!((whole.change(), whole.extent(), whole.change_date), (Change::Merged, Extent::Whole, day("2025-07-01")));
    assert_eq!(whole.decision.as_ref().unwrap().number, "1656/NQ-UBTVQH15");
    assert_eq!(whole.reorganization_id, told.reorganization_id);
    let on = lineage(&world, &then.unit_id, 0).await;
    assert_eq!(on.successors.iter().map(|edge| edge.unit_id.as_str()).collect::<Vec<_>>(), [now.unit_id.as_str()]);
    let district = find(&world, "001", "2025-06-30", None).await.unwrap();
    let abolished = lineage(&world, &district.unit_id, 3).await.successors;
    assert_eq!(abolished.iter().map(|edge| edge.change()).collect::<Vec<_>>(), [Change::LevelAbolished]);
    let early = pb::GetLineageRequest { unit_id: now.unit_id, known_at: Some(before.to_proto()), ..Default::default() };
    assert!(units.get_lineage(early).await.unwrap().into_inner().predecessors.is_empty());

    // What lies below the city, as known before and after.
    let city = find(&world, "01", "2025-07-01", None).await.unwrap();
    let below = |valid_at: &str, known_at: Option<Timestamp>| {
        let request = pb::ListUnitsRequest {
            parent_unit_id: city.unit_id.clone(),
            valid_at: day(valid_at),
            known_at: known_at.map(Timestamp::to_proto),
            page_size: 1_000,
            ..Default::default()
        };
        let mut units = world.units(OPERATOR);
        async move { units.list_units(request).await.unwrap().into_inner().units.len() }
    };
    assert_eq!([below("2025-06-30", None).await, below("2025-07-01", None).await], [30, 126]);
    assert_eq!(below("2025-07-01", Some(before)).await, 30);
}

/// Ba Đình and Ngọc Hà become one new ward under Ba Đình's code.
fn merger() -> pb::ApplyReorganizationRequest {
    let mut request = asked("2026-01-01");
    request.units = vec![row("00004", "Phường Ba Đình mới", Kind::Ward, "01")];
    request.ended_codes = vec!["00004".into(), "00008".into()];
    request.edges = vec![
        edge("00004", Change::Merged, Extent::Whole, "00004"),
        edge("00008", Change::Merged, Extent::Whole, "00004"),
    ];
    request
}

async fn rule_01_teams_and_areas_follow_a_commune_that_went_whole(world: World) {
    let city = world.small_city().await;
    let (team, mediators) = world.active(&city, 0).await;
    let planned = world.planned(&city, 1, 3).await;
    let done = world.units(&city.department()).apply_reorganization(merger()).await.unwrap().into_inner();
    let told = done.reorganization.unwrap();
    assert_eq!((told.created_unit_count, told.changed_unit_count, told.ended_unit_count), (1, 6, 2));
    assert_eq!((told.moved_team_count, told.open_attachment_count), (2, 0));
    let ward = world.find("00004").await;
    assert_ne!(ward.unit_id, city.ward);
    assert_eq!(world.find("00008-002").await.parent_unit_id, ward.unit_id);

    // The chair of the new ward has the teams and mediators, with everything about them.
    let chair = format!("commune_chair~{}", ward.unit_id);
    let listed = world.teams(&chair).list_teams(pb::ListTeamsRequest::default()).await.unwrap().into_inner().teams;
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|team| team.commune_unit_id == ward.unit_id));
    let moved = listed.iter().find(|one| one.team_id == team.team_id).unwrap();
    assert_eq!(
        (moved.state, &moved.area_unit_id, &moved.leader_mediator_id),
        (team.state, &team.area_unit_id, &team.leader_mediator_id)
    );
    assert_ne!(moved.etag, team.etag);
    let request = pb::ListMediatorsRequest { team_id: team.team_id.clone(), ..Default::default() };
    let people = world.mediators(&chair).list_mediators(request).await.unwrap().into_inner().mediators;
    assert_eq!(people.len(), mediators.len());
    assert!(people.iter().all(|one| one.commune_unit_id == ward.unit_id));
    let old = world.teams(&city.chair()).list_teams(pb::ListTeamsRequest::default()).await.unwrap().into_inner().teams;
    assert!(old.is_empty(), "the old ward is no more");
    // On the day before, team and mediators lay where they lay, as known now.
    for (on, commune) in [("2025-12-31", &city.ward), ("2026-01-01", &ward.unit_id)] {
        let request = pb::GetTeamRequest { team_id: team.team_id.clone(), valid_at: day(on), ..Default::default() };
        let then = world.teams(OPERATOR).get_team(request).await.unwrap().into_inner().team.unwrap();
        assert_eq!(&then.commune_unit_id, commune, "{on}");
        let mediator_id = mediators[0].clone();
        let request = pb::GetMediatorRequest { mediator_id, valid_at: day(on), ..Default::default() };
        let then = world.mediators("auditor~everywhere").get_mediator(request).await.unwrap().into_inner();
        assert_eq!(&then.mediator.unwrap().commune_unit_id, commune, "{on}");
    }
    // Work goes on: an election in the planned team, a cessation in the active one.
    let front = format!("front_head~{}", ward.unit_id);
    world.mediators(&front).record_election(election(&planned.team_id, &[80, 80, 80])).await.unwrap();
    world.mediators(&chair).decide_cessation(cease(&mediators[2])).await.unwrap();
    let history = world.teams(&chair);
    let request = pb::GetTeamHistoryRequest { team_id: team.team_id, ..Default::default() };
    let mut history = history;
    let kinds: Vec<String> = history
        .get_team_history(request)
        .await
        .unwrap()
        .into_inner()
        .entries
        .into_iter()
        .map(|entry| entry.kind)
        .collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "TeamMoved").count(), 1, "{kinds:?}");
}

/// Ngọc Hà is divided between Ba Đình and a new ward.
pub(crate) fn division() -> pb::ApplyReorganizationRequest {
    let mut request = asked("2026-01-01");
    request.units = vec![row("00010", "Phường Liễu Giai", Kind::Ward, "01")];
    request.ended_codes = vec!["00008".into()];
    request.edges = vec![
        edge("00008", Change::Split, Extent::Part, "00004"),
        edge("00008", Change::Split, Extent::Remainder, "00010"),
    ];
    request.attachments = vec![area_to("00008-001", "00004")];
    request
}

async fn rule_01_what_nobody_said_is_listed_and_decided_later(world: World) {
    let city = world.small_city().await;
    let request = plan(&city.other_ward, &[(&city.other_areas[0], 3), (&city.other_areas[1], 3)]);
    let teams = world.teams(&city.other_chair()).plan_teams(request).await.unwrap().into_inner().teams;
    let mut units = world.units(&city.department());
    let mut only = division();
    only.validate_only = true;
    let checked = units.apply_reorganization(only).await.unwrap().into_inner();
    assert_eq!((checked.attachments.len(), checked.attachments[0].attachment_id.as_str()), (2, ""));
    let mut request = division();
    request.request_id = new_id();
    let done = units.apply_reorganization(request.clone()).await.unwrap().into_inner();
    let told = done.reorganization.unwrap();
    assert_eq!((told.moved_team_count, told.open_attachment_count), (1, 2));
    let repeated = units.apply_reorganization(request).await.unwrap().into_inner();
    assert_eq!(repeated.attachments.len(), 2);
    let wards: BTreeMap<&str, String> =
        BTreeMap::from([("00004", world.find("00004").await.unit_id), ("00010", world.find("00010").await.unit_id)]);
    let open = done.attachments.iter().find(|one| one.subject_id == city.other_areas[1]).unwrap();
    assert_eq!((open.subject(), &open.from_unit_id), (pb::AttachmentSubject::Area, &city.other_ward));
    let mut candidates = open.candidate_unit_ids.clone();
    candidates.sort();
    let mut expected: Vec<String> = wards.values().cloned().collect();
    expected.sort();
    assert_eq!(candidates, expected);
    let waiting = world.find("00008-002").await;
    assert_eq!(waiting.parent_unit_id, city.other_ward, "counted where it was until somebody decides");

    let list = |state: pb::AttachmentState| {
        let request = pb::ListAttachmentsRequest { state: state.into(), page_size: 1, ..Default::default() };
        let mut units = world.units(&city.department());
        async move {
            let first = units.list_attachments(request.clone()).await.unwrap().into_inner();
            let mut all = first.attachments;
            if !first.next_page_token.is_empty() {
                let request = pb::ListAttachmentsRequest { page_token: first.next_page_token, ..request };
                all.extend(units.list_attachments(request).await.unwrap().into_inner().attachments);
            }
            all
        }
    };
    assert_eq!(list(pb::AttachmentState::Open).await.len(), 2);
    let mut resolve = pb::ResolveAttachmentRequest {
        attachment_id: open.attachment_id.clone(),
        unit_id: wards["00010"].clone(),
        etag: open.etag.clone(),
        request_id: String::new(),
    };
    let known = Timestamp::parse("2026-03-02T02:00:01Z").unwrap();
    world.clock.advance(Duration::from_secs(60));
    let wrong = pb::ResolveAttachmentRequest { unit_id: city.areas[0].clone(), ..resolve.clone() };
    assert_eq!(refusal(units.resolve_attachment(wrong).await), (Code::FailedPrecondition, "UNIT_KIND_WRONG".into()));
    let absent = pb::ResolveAttachmentRequest { unit_id: city.other_ward.clone(), ..resolve.clone() };
    assert_eq!(fields(units.resolve_attachment(absent).await), ["unit_id"], "it ended on the day before");
    let done = units.resolve_attachment(resolve.clone()).await.unwrap().into_inner().attachment.unwrap();
    assert_eq!((done.state(), &done.to_unit_id), (pb::AttachmentState::Resolved, &wards["00010"]));
    assert_eq!((list(pb::AttachmentState::Open).await.len(), list(pb::AttachmentState::Resolved).await.len()), (1, 1));
    resolve.etag.clear();
    assert_eq!(
        refusal(units.resolve_attachment(resolve).await),
        (Code::FailedPrecondition, "ATTACHMENT_RESOLVED".into())
    );

    // Since the day of the reorganisation, as known now; where it was, as known before.
    let at = |known_at: Option<Timestamp>| find(&world, "00008-002", "2026-01-01", known_at);
    assert_eq!(at(None).await.unwrap().parent_unit_id, wards["00010"]);
    assert_eq!(at(Some(known)).await.unwrap().parent_unit_id, city.other_ward);
    assert_eq!(find(&world, "00008-002", "2025-12-31", None).await.unwrap().parent_unit_id, city.other_ward);
    for (team, ward) in [(&teams[0], "00004"), (&teams[1], "00010")] {
        let get = pb::GetTeamRequest { team_id: team.team_id.clone(), ..Default::default() };
        let team = world.teams(OPERATOR).get_team(get).await.unwrap().into_inner().team.unwrap();
        assert_eq!(team.commune_unit_id, wards[ward]);
    }
}

async fn rule_02_two_teams_in_one_area_are_told_and_a_reason_is_kept(world: World) {
    let city = world.small_city().await;
    let first = world.planned(&city, 0, 3).await;
    let second = world.planned(&city, 1, 3).await;
    let third = world.planned(&city, 2, 3).await;
    let mut request = asked("2026-01-01");
    request.units = vec![row("00004-007", "Tổ dân phố số 7", Kind::ResidentialGroup, "00004")];
    request.units[0].household_count = 200;
    request.ended_codes = ["00004-001", "00004-002", "00004-003"].map(str::to_owned).to_vec();
    request.edges = vec![
        edge("00004-001", Change::Merged, Extent::Whole, "00004-007"),
        edge("00004-002", Change::Merged, Extent::Whole, "00004-007"),
        edge("00004-003", Change::Split, Extent::Part, "00004-007"),
        edge("00004-003", Change::Split, Extent::Remainder, "00008-001"),
    ];
    let mut units = world.units(&city.department());
    let done = units.apply_reorganization(request).await.unwrap().into_inner();
    let area = world.find("00004-007").await;
    assert_eq!(done.shared_area_unit_ids, std::slice::from_ref(&area.unit_id));
    let [open] = done.attachments.as_slice() else { panic!("{:?}", done.attachments) };
    assert_eq!((open.subject(), &open.subject_id), (pb::AttachmentSubject::Team, &third.team_id));
    let get = |team: &pb::Team| {
        let request = pb::GetTeamRequest { team_id: team.team_id.clone(), ..Default::default() };
        let mut teams = world.teams(OPERATOR);
        async move { teams.get_team(request).await.unwrap().into_inner().team.unwrap() }
    };
    assert_eq!([get(&first).await.area_unit_id, get(&second).await.area_unit_id], [area.unit_id.clone(), area.unit_id]);
    // The rest of the third area went into another ward, and the team with it, once somebody says so.
    let request = pb::ResolveAttachmentRequest {
        attachment_id: open.attachment_id.clone(),
        unit_id: city.other_areas[0].clone(),
        ..Default::default()
    };
    units.resolve_attachment(request).await.unwrap();
    let third = get(&third).await;
    assert_eq!((third.area_unit_id, third.commune_unit_id), (city.other_areas[0].clone(), city.other_ward.clone()));
    // The area that got it has its team: another needs a reason.
    let one_more = plan(&city.other_ward, &[(&city.other_areas[0], 3)]);
    let refused = world.teams(&city.other_chair()).plan_teams(one_more).await;
    assert_eq!(refusal(refused), (Code::FailedPrecondition, "AREA_HAS_TEAM".into()));
}

async fn rule_54_a_reorganisation_before_its_day_is_only_rehearsed(world: World) {
    let city = world.small_city().await;
    let mut request = merger();
    request.effective_date = day("2026-07-01");
    let mut units = world.units(&city.department());
    assert_eq!(fields(units.apply_reorganization(request.clone()).await), ["effective_date"]);
    request.validate_only = true;
    let done = units.apply_reorganization(request.clone()).await.unwrap().into_inner().reorganization.unwrap();
    assert_eq!((done.created_unit_count, done.reorganization_id.as_str()), (1, ""));
    assert_eq!(find(&world, "00004", "2026-07-01", None).await.unwrap().unit_id, city.ward, "nothing was written");
    // On its day it is applied: boundaries are those of the day that is asked for.
    world.clock.set(Timestamp::parse("2026-07-01T02:00:00Z").unwrap());
    request.validate_only = false;
    units.apply_reorganization(request).await.unwrap();
    assert_eq!(find(&world, "00004", "2026-06-30", None).await.unwrap().unit_id, city.ward);
    assert_ne!(find(&world, "00004", "2026-07-01", None).await.unwrap().unit_id, city.ward);
}

async fn an_inconsistent_reorganisation_names_every_fault_and_changes_nothing(world: World) {
    let city = world.small_city().await;
    let mut request = merger();
    request.units.push(row("00008-001", "Tổ dân phố", Kind::ResidentialGroup, "00009"));
    request.ended_codes.push("00004-003".into());
    request.edges.push(edge("00008", Change::Split, Extent::Part, "00004"));
    request.edges.push(edge("77777", Change::Merged, Extent::Part, "00004"));
    request.attachments = vec![
        area_to("00008-009", "00004"),
        pb::AttachmentRow { subject: Some(pb::attachment_row::Subject::TeamId(new_id())), code: "00004".into() },
    ];
    let mut units = world.units(&city.department());
    let mut named = fields(units.apply_reorganization(request).await);
    named.sort();
    named.dedup();
    let expected = [
        "attachments[0].area_code",
        "attachments[1].code",
        "attachments[1].team_id",
        "edges[1].extent",
        "edges[2].predecessor_code",
        "edges[3].extent",
        "edges[3].predecessor_code",
        "ended_codes[2]",
        "units[1].code",
        "units[1].parent_code",
    ];
    for field in expected {
        assert!(named.iter().any(|one| one == field), "{field} is not in {named:?}");
    }
    assert_eq!(world.find("00004").await.unit_id, city.ward, "all or nothing");
    let empty = pb::ApplyReorganizationRequest::default();
    let missing = fields(units.apply_reorganization(empty).await);
    assert!(
        ["decision", "effective_date", "edges"].iter().all(|field| missing.iter().any(|one| one == field)),
        "{missing:?}"
    );
}

async fn reorganising_needs_a_grant_over_everything_that_changes(world: World) {
    let city = world.small_city().await;
    let chair = world.units(&city.chair()).apply_reorganization(merger()).await;
    assert_eq!(refusal(chair).0, Code::PermissionDenied, "no role of a commune reorganises");
    let other = format!("justice_department~{}", city.other_ward);
    assert_eq!(refusal(world.units(&other).apply_reorganization(merger()).await).0, Code::PermissionDenied);
    world.units(&city.department()).apply_reorganization(division()).await.unwrap();
    let elsewhere = format!("justice_department~{}", new_id());
    let request = pb::ListAttachmentsRequest::default();
    assert!(
        world.units(&elsewhere).list_attachments(request.clone()).await.unwrap().into_inner().attachments.is_empty()
    );
    let all = world.units(OPERATOR).list_attachments(request).await.unwrap().into_inner().attachments;
    for attachment_id in [all[0].attachment_id.clone(), new_id()] {
        let request = pb::ResolveAttachmentRequest { attachment_id, unit_id: city.ward.clone(), ..Default::default() };
        assert_eq!(refusal(world.units(&elsewhere).resolve_attachment(request).await).0, Code::PermissionDenied);
    }
}
