//! The rules of reorganisations, one by one; random histories are in `properties`.

use std::collections::BTreeSet;

use hoagiai_types::{Id, Uuid};

use super::{
    super::{Decision, FIRST_DAY, LAST_DAY, LineageExtent, UnitChange, UnitId, UnitKind, UnitVersion, level},
    *,
};

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn id(n: u128) -> UnitId {
    Id::from_uuid(Uuid::from_u128(n))
}

pub(super) fn version(n: u128, code: &str, kind: UnitKind, above: Option<&UnitVersion>) -> UnitVersion {
    UnitVersion {
        id: id(n),
        code: code.into(),
        name: format!("Đơn vị {code}"),
        kind,
        parent: above.map(|above| above.id),
        province: above.map_or(id(n), |above| above.province),
        commune: if level(kind) == 2 { Some(id(n)) } else { above.and_then(|above| above.commune) },
        valid_from: FIRST_DAY,
        valid_to: LAST_DAY,
        households: 0,
        ethnic_minority_area: false,
    }
}

pub(super) fn edge(from: &str, change: UnitChange, extent: LineageExtent, to: &str) -> EdgeRow {
    EdgeRow { predecessor_code: from.into(), code: to.into(), change, extent }
}

pub(super) fn row(code: &str, kind: UnitKind, above: &str) -> ReorganizedUnit {
    ReorganizedUnit {
        code: code.into(),
        name: format!("Mới {code}"),
        kind,
        parent_code: above.into(),
        households: 0,
        ethnic_minority_area: false,
    }
}

pub(super) fn request(effective: &str) -> ReorganizationRequest {
    let issuer = "Ủy ban Thường vụ Quốc hội".into();
    ReorganizationRequest {
        decision: Decision { number: "1656/NQ-UBTVQH15".into(), issue_date: day("2025-06-16"), issuer },
        effective: day(effective),
        units: Vec::new(),
        ended: Vec::new(),
        edges: Vec::new(),
        attachments: Vec::new(),
    }
}

/// City 01 with district 001, communes 00001 to 00003 in it, and two areas in each.
pub(super) fn before() -> Vec<UnitVersion> {
    let city = version(1, "01", UnitKind::Municipality, None);
    let district = version(2, "001", UnitKind::UrbanDistrict, Some(&city));
    let mut all = vec![city, district.clone()];
    for n in 1..=3 {
        let commune = version(10 + n, &format!("0000{n}"), UnitKind::Ward, Some(&district));
        for area in 1..=2 {
            let code = format!("0000{n}-{area}");
            all.push(version(100 * n + area, &code, UnitKind::ResidentialGroup, Some(&commune)));
        }
        all.push(commune);
    }
    all
}

pub(super) fn plan(request: &ReorganizationRequest, known: &[UnitVersion]) -> UnitPlan {
    let mut next = 1_000_000;
    plan_units(request, &Known::new(known.to_vec()), day("2026-03-02"), || {
        next += 1;
        id(next)
    })
}

fn faults(request: &ReorganizationRequest) -> Vec<(String, What)> {
    plan(request, &before()).faults.into_iter().map(|fault| (fault.field, fault.what)).collect()
}

fn named(faults: &[(&str, What)]) -> Vec<(String, What)> {
    faults.iter().map(|(field, what)| ((*field).to_owned(), *what)).collect()
}

/// 00001 and 00002 whole into a new 00001 below the city, 00003 divided between it and a new 00003; the district goes.
pub(super) fn reform() -> ReorganizationRequest {
    use LineageExtent::{Part, Remainder, Whole};
    use UnitChange::{LevelAbolished, Merged, Split};
    let mut request = request("2025-07-01");
    request.units = vec![row("00001", UnitKind::Ward, "01"), row("00003", UnitKind::Ward, "01")];
    request.ended = ["001", "00001", "00002", "00003"].map(str::to_owned).to_vec();
    request.edges = vec![
        edge("00001", Merged, Whole, "00001"),
        edge("00002", Merged, Whole, "00001"),
        edge("00003", Split, Part, "00001"),
        edge("00003", Split, Remainder, "00003"),
        edge("001", LevelAbolished, Whole, "01"),
    ];
    request
}

fn on(plan: &UnitPlan, n: u128) -> &UnitVersion {
    &plan.on_date[&id(n)]
}

#[test]
fn rule_01_areas_follow_a_commune_that_went_whole_and_wait_where_it_was_divided() {
    let plan = plan(&reform(), &before());
    assert_eq!(plan.faults, []);
    let ward = plan.by_code["00001"];
    for area in [101, 102, 201, 202] {
        assert_eq!((on(&plan, area).parent, on(&plan, area).commune), (Some(ward), Some(ward)));
    }
    let open: Vec<UnitId> = plan.open.iter().map(|open| open.area).collect();
    assert_eq!(open, [id(301), id(302)]);
    assert_eq!(plan.open[0].candidates, [ward, plan.by_code["00003"]]);
    assert_eq!(on(&plan, 301).parent, Some(id(13)), "counted where it was until somebody decides");
    assert_eq!((plan.ended, plan.edges.len()), (4, 5));
    assert_ne!(ward, id(11), "a new unit under an old code");
}

#[test]
fn rule_01_areas_go_where_a_person_said() {
    let mut request = reform();
    request.attachments = vec![
        AttachmentRow::Area("00003-1".into(), "00001".into()),
        AttachmentRow::Area("00003-2".into(), "00003".into()),
    ];
    let plan = plan(&request, &before());
    assert_eq!((plan.faults.len(), plan.open.len()), (0, 0));
    assert_eq!(on(&plan, 301).commune, Some(plan.by_code["00001"]));
    assert_eq!(on(&plan, 302).commune, Some(plan.by_code["00003"]));
}

#[test]
fn rule_01_a_team_follows_its_area_goes_where_a_person_said_or_waits() {
    use LineageExtent::{Part, Remainder, Whole};
    use UnitChange::{Merged, Split};
    let mut request = request("2025-07-01");
    let group = UnitKind::ResidentialGroup;
    request.units = vec![row("00001-8", group, "00001"), row("00001-9", group, "00001")];
    request.ended = ["00001-1", "00001-2", "00002-1"].map(str::to_owned).to_vec();
    request.edges = vec![
        edge("00001-1", Merged, Whole, "00001-8"),
        edge("00001-2", Split, Part, "00001-8"),
        edge("00001-2", Split, Remainder, "00001-9"),
        edge("00002-1", Merged, Whole, "00002-2"),
    ];
    let at = |n: u128, area: u128, commune: u128| TeamAt {
        id: Id::from_uuid(Uuid::from_u128(n)),
        place: Place { area: id(area), commune: id(commune), province: id(1) },
    };
    let teams = [at(1, 101, 11), at(2, 102, 11), at(3, 102, 11), at(4, 201, 12), at(5, 202, 12), at(6, 301, 13)];
    request.attachments = vec![AttachmentRow::Team(teams[1].id, "00001-9".into())];
    let plan = plan(&request, &before());
    assert_eq!(plan.faults, []);
    let moves = plan_teams(&request, &plan, &teams);
    assert_eq!(moves.faults, []);
    let to: Vec<(TeamId, UnitId)> = moves.steps.iter().map(|step| (step.team, step.to.area)).collect();
    let (eight, nine) = (plan.by_code["00001-8"], plan.by_code["00001-9"]);
    assert_eq!(to, [(teams[0].id, eight), (teams[1].id, nine), (teams[3].id, id(202))]);
    assert_eq!(moves.open, [(teams[2], vec![eight, nine])]);
    assert_eq!(moves.shared, [id(202)], "rule 2: two teams in one area are told");
}

#[test]
fn rule_01_a_team_said_wrongly_is_refused() {
    let mut request = reform();
    let team = |n: u128| Id::from_uuid(Uuid::from_u128(n));
    request.attachments = vec![
        AttachmentRow::Team(team(1), "00001-1".into()),
        AttachmentRow::Team(team(2), "00001".into()),
        AttachmentRow::Team(team(2), "00009-1".into()),
    ];
    let plan = plan(&request, &before());
    let teams = [TeamAt { id: team(2), place: Place { area: id(301), commune: id(13), province: id(1) } }];
    let mut faults = plan_teams(&request, &plan, &teams).faults;
    faults.extend(plan.faults);
    let faults: Vec<_> = faults.into_iter().map(|fault| (fault.field, fault.what)).collect();
    let expected = named(&[
        ("attachments[0].team_id", What::UnknownTeam),
        ("attachments[1].code", What::ParentCannotHold),
        ("attachments[2].code", What::UnknownAfter),
        ("attachments[2].team_id", What::Duplicate),
    ]);
    assert_eq!(faults, expected);
}

#[test]
fn a_unit_that_goes_on_keeps_its_id_under_another_name_code_or_unit_above() {
    use LineageExtent::{Part, Whole};
    use UnitChange::{Merged, Moved, Recoded, Renamed, Split};
    let mut request = request("2025-07-01");
    request.units = vec![
        row("00001", UnitKind::Commune, "01"),
        row("00009", UnitKind::Ward, "001"),
        ReorganizedUnit { name: "Đơn vị 00003".into(), ..row("00003", UnitKind::Ward, "01") },
    ];
    request.edges = vec![
        edge("00001", Renamed, Whole, "00001"),
        edge("00002", Recoded, Whole, "00009"),
        edge("00003", Moved, Whole, "00003"),
        edge("00001-2", Merged, Whole, "00001-1"),
        edge("00002", Split, Part, "00001"),
    ];
    request.ended = vec!["00001-2".into()];
    let plan = plan(&request, &before());
    assert_eq!(plan.faults, []);
    assert_eq!((on(&plan, 11).name.as_str(), on(&plan, 11).kind), ("Mới 00001", UnitKind::Commune));
    assert_eq!(plan.by_code["00009"], id(12));
    assert_eq!(on(&plan, 13).parent, Some(id(1)));
    let ids = |change: UnitChange| plan.timelines.iter().filter(|t| t.change == Some(change)).map(|t| t.id).collect();
    let (renamed, merged): (Vec<UnitId>, Vec<UnitId>) = (ids(Renamed), ids(Merged));
    assert_eq!((renamed, merged), (vec![id(11)], vec![id(102)]));
    let old = plan.timelines.iter().find(|timeline| timeline.id == id(12)).unwrap();
    assert_eq!(old.after.iter().map(|v| v.code.as_str()).collect::<Vec<_>>(), ["00002", "00009"]);
    assert_eq!((old.after[0].valid_to, old.after[1].valid_from), (day("2025-06-30"), day("2025-07-01")));
    assert_eq!(old.superseded().count() + old.recorded().count(), 3, "one believed no more, two instead of it");
}

#[test]
fn every_inconsistency_is_named_at_once() {
    use LineageExtent::{Part, Remainder, Whole};
    use UnitChange::{LevelAbolished, Merged, Moved, Recoded, Renamed, Split};
    let mut request = reform();
    request.effective = day("2026-07-01");
    request.decision.issue_date = day("2026-06-01");
    request.units.push(row("00003", UnitKind::Ward, "77"));
    request.units.push(row("00002-1", UnitKind::ResidentialGroup, "01"));
    request.units.push(ReorganizedUnit { households: 5, ..row("00010", UnitKind::Ward, "") });
    request.ended.extend(["00002-2", "00001", "99999"].map(str::to_owned));
    request.edges.extend([
        edge("00003", Split, Remainder, "00010"),
        edge("00001", Split, Part, "00003"),
        edge("00001", Merged, Whole, "00001"),
        edge("00003-1", Merged, Part, "00003-2"),
        edge("00001-1", Renamed, Whole, "00001-1"),
        edge("00077", Recoded, Whole, "00078"),
        edge("00003-2", LevelAbolished, Whole, "00001-1"),
        edge("00001-2", Moved, Whole, "00002-1"),
    ]);
    let found: BTreeSet<(String, What)> = faults(&request).into_iter().collect();
    let expected = named(&[
        ("decision.issue_date", What::DateOutOfOrder),
        ("edges[0].extent", What::ExtentsDoNotAddUp),
        ("edges[10].code", What::UnknownAfter),
        ("edges[10].predecessor_code", What::UnknownBefore),
        ("edges[11].change", What::LevelWrong),
        ("edges[11].extent", What::GoesOn),
        ("edges[12].change", What::NoSuchChange),
        ("edges[5].extent", What::ExtentsDoNotAddUp),
        ("edges[7].extent", What::ExtentsDoNotAddUp),
        ("edges[7].predecessor_code", What::Duplicate),
        ("edges[8].extent", What::ExtentWrong),
        ("edges[9].code", What::NotTheSame),
        ("effective_date", What::DateOutOfOrder),
        ("ended_codes[4]", What::NothingAfter),
        ("ended_codes[5]", What::Duplicate),
        ("ended_codes[6]", What::UnknownBefore),
        ("units[2].code", What::Duplicate),
        ("units[2].parent_code", What::ParentNotInForce),
        ("units[3].code", What::CodeTaken),
        ("units[3].parent_code", What::ParentCannotHold),
        ("units[4].household_count", What::NotOfResidence),
        ("units[4].parent_code", What::ParentCannotHold),
    ]);
    for one in expected {
        assert!(found.contains(&one), "{one:?} is not in {found:#?}");
    }
}

#[test]
fn a_code_is_held_by_one_unit_a_day() {
    let mut one = request("2025-07-01");
    one.units = vec![row("00002", UnitKind::Ward, "001")];
    one.edges = vec![edge("00001", UnitChange::Split, LineageExtent::Part, "00002")];
    assert_eq!(faults(&one), named(&[("units[0].code", What::CodeTaken)]));
    // Two units may change codes with each other on one day.
    let mut swap = request("2025-07-01");
    swap.units = vec![row("00002", UnitKind::Ward, "001"), row("00001", UnitKind::Ward, "001")];
    swap.edges = vec![
        edge("00001", UnitChange::Recoded, LineageExtent::Whole, "00002"),
        edge("00002", UnitChange::Recoded, LineageExtent::Whole, "00001"),
    ];
    let plan = plan(&swap, &before());
    assert_eq!((plan.faults.len(), plan.by_code["00002"], plan.by_code["00001"]), (0, id(11), id(12)));
}

#[test]
fn units_that_end_into_each_other_are_a_cycle_and_refused() {
    use LineageExtent::Whole;
    use UnitChange::Merged;
    let mut cycle = request("2025-07-01");
    cycle.ended = vec!["00001-1".into(), "00001-2".into()];
    cycle.edges = vec![edge("00001-1", Merged, Whole, "00001-2"), edge("00001-2", Merged, Whole, "00001-1")];
    let expected = named(&[("edges[0].code", What::UnknownAfter), ("edges[1].code", What::UnknownAfter)]);
    assert_eq!(faults(&cycle), expected);
    let mut above = request("2025-07-01");
    above.units = vec![row("00009", UnitKind::Ward, "00009")];
    above.edges = vec![edge("00001", UnitChange::Split, LineageExtent::Part, "00009")];
    assert_eq!(faults(&above), named(&[("units[0].parent_code", What::ParentNotInForce)]));
}

#[test]
fn communes_below_an_abolished_level_follow_and_those_below_a_merged_one_must_be_told() {
    let mut request = request("2025-07-01");
    request.ended = vec!["001".into()];
    request.edges = vec![edge("001", UnitChange::LevelAbolished, LineageExtent::Whole, "01")];
    let follows = plan(&request, &before());
    assert_eq!(follows.faults, []);
    assert!([11, 12, 13].iter().all(|n| on(&follows, *n).parent == Some(id(1))));
    assert_eq!(on(&follows, 101).commune, Some(id(11)), "areas lie where they lay");
    // Without an edge they would lie below nothing.
    request.edges[0] = edge("00001", UnitChange::Split, LineageExtent::Part, "00002");
    let expected = named(&[("ended_codes[0]", What::NothingAfter), ("ended_codes[0]", What::LeftWithoutParent)]);
    assert_eq!(faults(&request), expected);
}

#[test]
fn what_changed_later_is_not_changed_from_before() {
    let mut known = before();
    let place = known.iter().position(|version| version.code == "00001-1").unwrap();
    known[place].valid_to = day("2025-12-31");
    let later =
        UnitVersion { valid_from: day("2026-01-01"), valid_to: LAST_DAY, households: 140, ..known[place].clone() };
    known.push(later.clone());
    let plan_of = |known: &[UnitVersion]| plan(&reform(), known);
    let plan = plan_of(&known);
    assert_eq!(plan.faults, [], "a count of households is no change");
    let area = plan.timelines.iter().find(|timeline| timeline.id == id(101)).unwrap();
    let spans: Vec<(Date, u32)> = area.after.iter().map(|version| (version.valid_from, version.households)).collect();
    assert_eq!(spans, [(FIRST_DAY, 0), (day("2025-07-01"), 0), (day("2026-01-01"), 140)]);
    assert!(area.after[1..].iter().all(|version| version.commune == Some(plan.by_code["00001"])));

    let place = known.iter().position(|version| version.code == "00002").unwrap();
    known[place].valid_to = day("2025-12-31");
    let renamed =
        UnitVersion { name: "Khác".into(), valid_from: day("2026-01-01"), valid_to: LAST_DAY, ..known[place].clone() };
    known.push(renamed);
    let faults: Vec<_> = plan_of(&known).faults.into_iter().map(|fault| (fault.field, fault.what)).collect();
    assert_eq!(faults, named(&[("ended_codes[2]", What::LaterHistory)]));
}

#[test]
fn a_count_and_a_correction_replace_one_version_and_touch_no_other() {
    let known = vec![version(101, "00001-1", UnitKind::Hamlet, None)];
    let counted = recount(&known, day("2026-01-01"), 120).unwrap();
    assert_eq!(counted.after.iter().map(|version| version.households).collect::<Vec<_>>(), [0, 120]);
    let again = recount(&counted.after, day("2026-01-01"), 130).unwrap();
    assert_eq!((again.superseded().count(), again.recorded().count(), again.after.len()), (1, 1, 2));
    assert_eq!(recount(&counted.after, day("2026-01-01"), 0).unwrap().after, known, "what says the same is one again");
    let name = UnitVersion { name: "Thôn Đông".into(), ..counted.after[0].clone() };
    let corrected = correct(&counted.after, name).unwrap();
    assert_eq!((corrected.after[0].name.as_str(), &corrected.after[1]), ("Thôn Đông", &counted.after[1]));
    let absent = UnitVersion { valid_from: day("2020-01-01"), ..known[0].clone() };
    assert!(correct(&known, absent).is_none());
}
