//! Explaining cells through the contract.

use std::collections::BTreeSet;

use hoagiai_proto::reporting::v1 as pb;
use hoagiai_reporting::MIGRATIONS;
use hoagiai_testkit::{engines::TestDb, facts::CaseStep, served::by};
use hoagiai_types::Uuid;
use tonic::Code;

use crate::world::{CITY, World, commune, day, mediator, pb_day, reason, team, uuid};

hoagiai_testkit::on_each_engine!(MIGRATIONS; every_count_has_its_records, a_ratio_and_an_unknown_column_have_none);

fn ask(unit: Uuid, form: &str, column: &str, page_token: String) -> pb::ExplainCellRequest {
    pb::ExplainCellRequest {
        unit_id: unit.to_string(),
        form_code: form.into(),
        form_version: String::new(),
        first_date: pb_day("2025-01-01"),
        last_date: pb_day("2025-12-31"),
        column_code: column.into(),
        page_size: 4,
        page_token,
    }
}

/// No number without its records: for every column of every form, in the city and in a commune, as many as counted.
async fn every_count_has_its_records(test: TestDb) {
    let mut world = World::open(test).await;
    let steps = [CaseStep::Conclude(true), CaseStep::Conclude(false), CaseStep::AskScope, CaseStep::Decline];
    for n in 0..40u128 {
        let (of, step) = ([0, 1, 2, 10][(n % 4) as usize], steps[(n / 4 % 4) as usize].clone());
        world.case(n, of, 1 + (n % 7) as i32, "2025-04-01", &[("2025-05-01", step)]);
    }
    let came = [mediator(0, 0), mediator(1, 0), mediator(10, 0), mediator(10, 1), mediator(10, 2), mediator(10, 3)];
    world.registry.attendance(uuid(0x700), day("2025-03-10"), &came, &[mediator(0, 1)], &[]);
    world.evaluation.cycle(uuid(0x900), 2025, "five_good_team", day("2025-09-01"));
    for (n, id) in [(0, 1u128), (1, 2), (10, 3)] {
        world.evaluation.self_assessed(uuid(0x910 + id), uuid(0x900), team(n).team, day("2025-11-10"));
        world.evaluation.proposed(uuid(0x910 + id), day("2025-11-20"));
    }
    world.evaluation.recognized(uuid(0x911), 2025, day("2025-12-10"));
    world.settle().await;
    for unit in [CITY, commune(0)] {
        for form in ["organization", "results", "five_good"] {
            let report = world.report(unit, form, "2025-01-01", "2025-12-31").await;
            let cells = report.total.unwrap().cells;
            for (code, cell) in report.column_codes.iter().zip(cells).filter(|(_, cell)| cell.ratio.is_none()) {
                let (mut seen, mut page_token) = (BTreeSet::new(), String::new());
                loop {
                    let request = ask(unit, form, code, page_token);
                    let page = world.reports.explain_cell(by("dept", request)).await.unwrap().into_inner();
                    assert_eq!(page.count, cell.count, "{form} {code}");
                    for record in page.records {
                        assert!(seen.insert((record.kind, record.record_id)), "{form} {code}: twice");
                    }
                    page_token = page.next_page_token;
                    if page_token.is_empty() {
                        break;
                    }
                }
                assert_eq!(seen.len() as i64, cell.count, "{form} {code}");
            }
        }
    }
}

async fn a_ratio_and_an_unknown_column_have_none(test: TestDb) {
    let mut world = World::open(test).await;
    for column in ["c12", "c99"] {
        let answer = world.reports.explain_cell(by("dept", ask(CITY, "results", column, String::new()))).await;
        assert_eq!(reason(answer), (Code::NotFound, "COLUMN_NOT_FOUND".into()));
    }
    let other = world.reports.explain_cell(by("ward", ask(CITY, "results", "c1", String::new()))).await.unwrap_err();
    assert_eq!(other.code(), Code::PermissionDenied);
}
