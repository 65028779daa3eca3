//! Units in time, with the real units of Hà Nội.

use std::{path::PathBuf, time::Duration};

use hoagiai_proto::registry::v1 as pb;
use hoagiai_types::Timestamp;
use tonic::Code;

use crate::world::*;

crate::on_both!(
    the_real_units_of_ha_noi_in_both_times,
    an_import_is_checked_whole_and_changes_nothing_when_faulty,
    an_ended_version_is_known_from_when_it_was_recorded,
    five_thousand_rows_are_one_request,
);

pub(crate) fn csv(file: &str) -> Vec<Vec<String>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/hanoi").join(file);
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

pub(crate) fn rows(file: &str) -> Vec<pb::UnitRow> {
    let date = |text: &str| if text.is_empty() { None } else { day(text) };
    let row = |r: Vec<String>| pb::UnitRow {
        code: r[0].clone(),
        display_name: r[1].clone(),
        kind: pb::UnitKind::from_str_name(&format!("UNIT_KIND_{}", r[2])).unwrap().into(),
        parent_code: r[3].clone(),
        valid_from: date(&r[4]),
        valid_to: date(&r[5]),
        ..Default::default()
    };
    csv(file).into_iter().map(row).collect()
}

pub(crate) fn edges() -> pb::ImportUnitLineageRequest {
    let row = |r: Vec<String>| pb::UnitLineageRow {
        code: r[0].clone(),
        predecessor_code: r[1].clone(),
        extent: pb::LineageExtent::from_str_name(&format!("LINEAGE_EXTENT_{}", r[2])).unwrap().into(),
        change_date: day("2025-07-01"),
        ..Default::default()
    };
    pb::ImportUnitLineageRequest { rows: csv("predecessors.csv").into_iter().map(row).collect(), ..Default::default() }
}

async fn the_real_units_of_ha_noi_in_both_times(world: World) {
    let mut units = world.units(OPERATOR);
    let learnt_old = Timestamp::parse("2026-03-02T02:00:00Z").unwrap();
    let done = units.import_units(import(rows("units-2024.csv"))).await.unwrap().into_inner();
    assert_eq!((done.created_count, done.unchanged_count), (557, 0));
    world.clock.advance(Duration::from_secs(3600));
    let done = units.import_units(import(rows("units-2025.csv"))).await.unwrap().into_inner();
    assert_eq!((done.created_count, done.unchanged_count), (127, 0));
    let done = units.import_units(import(rows("units-2025.csv"))).await.unwrap().into_inner();
    assert_eq!((done.created_count, done.unchanged_count), (0, 127), "again and again with the same effect");
    let done = units.import_unit_lineage(edges()).await.unwrap().into_inner();
    assert_eq!((done.created_count, done.unchanged_count), (794, 0));
    let done = units.import_unit_lineage(edges()).await.unwrap().into_inner();
    assert_eq!((done.created_count, done.unchanged_count), (0, 794));

    let find = |code: &str, valid_at: &str, known_at: Option<Timestamp>| {
        let mut units = world.units(OPERATOR);
        let valid_at = day(valid_at);
        let known_at = known_at.map(Timestamp::to_proto);
        let request = pb::FindUnitRequest { code: code.into(), valid_at, known_at };
        async move { units.find_unit(request).await.map(|found| found.into_inner().unit.unwrap()) }
    };
    let before = find("00004", "2024-12-31", None).await.unwrap();
    let after = find("00004", "2025-07-01", None).await.unwrap();
    assert_eq!((before.display_name.as_str(), after.display_name.as_str()), ("Phường Trúc Bạch", "Phường Ba Đình"));
    assert_ne!(before.unit_id, after.unit_id);
    assert_eq!((before.valid_from, before.valid_to), (None, day("2025-06-30")));
    assert_eq!((after.valid_from, after.valid_to), (day("2025-07-01"), None));
    // Before the second import the system knew of no Ba Đình.
    let unknown = find("00004", "2025-07-01", Some(learnt_old)).await;
    assert_eq!(refusal(unknown), (Code::NotFound, "UNIT_NOT_FOUND".into()));
    assert_eq!(find("00004", "2024-12-31", Some(learnt_old)).await.unwrap().unit_id, before.unit_id);
    let earlier = Timestamp::parse("2026-03-02T01:59:59Z").unwrap();
    assert_eq!(refusal(find("00004", "2024-12-31", Some(earlier)).await).0, Code::NotFound);
    // The city goes on under one id; a unit is not there on days of which it has no version.
    let (old, new) = (find("01", "2024-12-31", None).await.unwrap(), find("01", "2025-07-01", None).await.unwrap());
    assert_eq!(old.unit_id, new.unit_id);
    let get = |valid_at: &str| {
        let request = pb::GetUnitRequest { unit_id: after.unit_id.clone(), valid_at: day(valid_at), known_at: None };
        let mut units = world.units(OPERATOR);
        async move { units.get_unit(request).await }
    };
    assert_eq!(get("2025-07-01").await.unwrap().into_inner().unit.unwrap(), after);
    assert_eq!(refusal(get("2025-06-30").await).0, Code::NotFound);

    let lineage = |unit_id: &str| {
        let request = pb::GetLineageRequest { unit_id: unit_id.into(), ..Default::default() };
        let mut units = world.units(OPERATOR);
        async move { units.get_lineage(request).await.unwrap().into_inner() }
    };
    let (of_new, of_old) = (lineage(&after.unit_id).await, lineage(&before.unit_id).await);
    let expected = csv("predecessors.csv").iter().filter(|row| row[0] == "00004").count();
    assert_eq!((of_new.predecessors.len(), of_new.successors.len()), (expected, 0));
    assert!(of_old.successors.iter().any(|edge| edge.unit_id == after.unit_id));
    let (mut at, mut wards) = (String::new(), 0);
    loop {
        let request = pb::ListUnitsRequest {
            parent_unit_id: new.unit_id.clone(),
            kind: pb::UnitKind::Ward.into(),
            valid_at: day("2025-07-01"),
            page_size: 20,
            page_token: at,
            known_at: None,
        };
        let page = units.list_units(request).await.unwrap().into_inner();
        wards += page.units.len();
        at = page.next_page_token;
        if at.is_empty() {
            break;
        }
    }
    assert_eq!(wards, 51);
}

async fn an_import_is_checked_whole_and_changes_nothing_when_faulty(world: World) {
    let mut units = world.units(OPERATOR);
    let city = unit("01", "Thành phố Hà Nội", pb::UnitKind::Municipality, "");
    let good = unit("00004", "Phường Ba Đình", pb::UnitKind::Ward, "01");
    let mut ends = unit("00006", "Phường C", pb::UnitKind::Ward, "01");
    ends.valid_to = day("2025-06-01");
    let orphan = unit("00008", "Phường Ngọc Hà", pb::UnitKind::Ward, "77");
    let faulty = import(vec![city.clone(), good.clone(), ends, orphan]);
    assert_eq!(fields(units.import_units(faulty).await), ["rows[2].valid_to", "rows[3].parent_code"]);
    let request = pb::FindUnitRequest { code: "01".into(), ..Default::default() };
    assert_eq!(refusal(units.find_unit(request.clone()).await).0, Code::NotFound, "all or nothing");

    let mut request_only = import(vec![city.clone(), good.clone()]);
    request_only.validate_only = true;
    let done = units.import_units(request_only).await.unwrap().into_inner();
    assert_eq!((done.created_count, done.unchanged_count), (2, 0));
    assert_eq!(refusal(units.find_unit(request).await).0, Code::NotFound, "only checked");
    units.import_units(import(vec![good, city])).await.unwrap();
    let row = |code: &str, predecessor_code: &str| pb::UnitLineageRow {
        code: code.into(),
        predecessor_code: predecessor_code.into(),
        extent: pb::LineageExtent::Whole.into(),
        change_date: day("2025-07-01"),
        ..Default::default()
    };
    let request =
        pb::ImportUnitLineageRequest { rows: vec![row("00004", "00013"), row("77", "00004")], ..Default::default() };
    let faults = fields(units.import_unit_lineage(request).await);
    assert_eq!(faults, ["rows[0].predecessor_code", "rows[1].code", "rows[1].predecessor_code"]);
}

async fn an_ended_version_is_known_from_when_it_was_recorded(world: World) {
    let city = world.small_city().await;
    let learnt = Timestamp::parse("2026-03-02T02:00:00Z").unwrap();
    world.clock.advance(Duration::from_secs(86_400));
    let mut ended = unit("00004-001", "Tổ dân phố số 1", pb::UnitKind::ResidentialGroup, "00004");
    (ended.household_count, ended.valid_to) = (100, day("2025-12-31"));
    let mut next = unit("00004-001", "Tổ dân phố số 1", pb::UnitKind::ResidentialGroup, "00004");
    (next.household_count, next.valid_from) = (140, day("2026-01-01"));
    let mut units = world.units(&city.department());
    let done = units.import_units(import(vec![next, ended])).await.unwrap().into_inner();
    assert_eq!(done.created_count, 2);
    let get = |valid_at: &str, known_at: Option<Timestamp>| {
        let mut units = world.units(OPERATOR);
        let unit_id = city.areas[0].clone();
        let request =
            pb::GetUnitRequest { unit_id, valid_at: day(valid_at), known_at: known_at.map(Timestamp::to_proto) };
        async move { units.get_unit(request).await.unwrap().into_inner().unit.unwrap() }
    };
    assert_eq!(get("2026-01-01", None).await.household_count, 140, "the same group, counted anew");
    assert_eq!(get("2025-12-31", None).await.valid_to, day("2025-12-31"));
    let then = get("2026-01-01", Some(learnt)).await;
    assert_eq!((then.household_count, then.valid_to), (100, None), "as it was known before");
    assert_eq!(get("2026-01-01", None).await.etag, "\"3\"");
}

async fn five_thousand_rows_are_one_request(world: World) {
    let city = world.small_city().await;
    let kind = pb::UnitKind::ResidentialGroup;
    let row = |n| {
        unit(
            &format!("{}-t{n}", if n % 2 == 0 { "00004" } else { "00008" }),
            "Tổ dân phố",
            kind,
            if n % 2 == 0 { "00004" } else { "00008" },
        )
    };
    let began = std::time::Instant::now();
    let request = import((0..5_000).map(row).collect());
    let mut units = world.units(&city.department());
    let done = units.import_units(request.clone()).await.unwrap().into_inner();
    eprintln!("5,000 rows on {:?}: {:?}", world.db.engine, began.elapsed());
    assert_eq!(done.created_count, 5_000);
    let began = std::time::Instant::now();
    let done = units.import_units(request).await.unwrap().into_inner();
    eprintln!("5,000 rows again: {:?}", began.elapsed());
    assert_eq!(done.unchanged_count, 5_000);
}
