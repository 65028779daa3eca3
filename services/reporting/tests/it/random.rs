//! Random histories: totals of a city are the sum of its communes and of its teams, opening balances are the closing ones,
//! and a report is the same bytes whoever computes it, on either engine, however the journals are delivered.

use hoagiai_proto::reporting::v1 as pb;
use hoagiai_reporting::MIGRATIONS;
use hoagiai_testkit::{
    engines::{Engine, TestDb},
    facts::CaseStep,
};
use hoagiai_types::Date;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use prost::Message as _;

use crate::world::{CITY, World, commune, counts, day, mediator, team, uuid};

hoagiai_testkit::on_each_engine!(MIGRATIONS; totals_are_sums_for_random_histories);

/// A case: team, category, day of receipt, steps with the days between them.
type History = Vec<(u128, i32, i32, Vec<(CaseStep, i32)>)>;

fn histories(size: usize) -> impl Strategy<Value = History> {
    let who = vec![mediator(0, 1)];
    let step = prop_oneof![
        Just(CaseStep::AskScope),
        (0..8).prop_map(CaseStep::Accept),
        Just(CaseStep::Assign(who.clone())),
        Just(CaseStep::Meet(who.clone())),
        Just(CaseStep::Conflict(who[0])),
        Just(CaseStep::Pause),
        Just(CaseStep::Resume),
    ];
    let end = prop_oneof![
        3 => any::<bool>().prop_map(|successful| Some(CaseStep::Conclude(successful))),
        1 => Just(None),
        1 => prop_oneof![Just(CaseStep::Decline), Just(CaseStep::Refer)].prop_map(Some),
    ];
    let steps =
        (proptest::collection::vec((step, 0..90i32), 0..4), end, 0..90i32).prop_map(|(mut steps, end, after)| {
            steps.extend(end.map(|end| (end, after)));
            steps
        });
    let of = prop_oneof![Just(0u128), Just(1), Just(2), Just(10)];
    proptest::collection::vec((of, 1..8i32, 0..700i32, steps), size)
}

fn write(world: &World, history: &History) {
    world.script();
    for (n, (of, category, received, steps)) in (0u128..).zip(history) {
        let case = uuid(0x10_0000 + n);
        let mut on: Date = day("2024-01-01").plus_days(*received);
        world.cases.received(case, team(*of).team, *category, on);
        for (step, after) in steps {
            on = on.plus_days(*after);
            world.cases.step(case, on, step);
        }
    }
    world.evaluation.cycle(uuid(0x900), 2025, "five_good_team", day("2025-09-01"));
    for (n, id) in [(0, 1u128), (2, 2), (10, 3)] {
        world.evaluation.self_assessed(uuid(0x910 + id), uuid(0x900), team(n).team, day("2025-11-10"));
    }
    world.evaluation.proposed(uuid(0x912), day("2025-11-20"));
    world.evaluation.recognized(uuid(0x912), 2025, day("2025-12-10"));
}

fn sum(rows: &[pb::ReportRow]) -> Vec<i64> {
    let width = rows.first().map_or(0, |row| row.cells.len());
    let add = |total: Vec<i64>, row| total.iter().zip(counts(row)).map(|(a, b)| a + b).collect();
    rows.iter().fold(vec![0; width], add)
}

const PERIODS: [(&str, &str); 3] =
    [("2025-07-01", "2025-12-31"), ("2025-01-01", "2025-12-31"), ("2024-01-01", "2025-09-15")];

async fn totals_are_sums_for_random_histories(test: TestDb) {
    let mut world = World::empty(test, false).await;
    let mut runner = TestRunner::deterministic();
    write(&world, &histories(400).new_tree(&mut runner).unwrap().current());
    world.settle().await;
    for (first, last) in PERIODS {
        for form in ["results", "five_good", "organization"] {
            let city = world.report(CITY, form, first, last).await;
            let total = counts(city.total.as_ref().unwrap());
            assert_eq!(total, sum(&city.rows), "{form}: the communes");
            assert_eq!(city.broken_identities, Vec::<String>::new(), "{form}");
            let mut teams = vec![0; total.len()];
            for (n, row) in [0, 1].into_iter().zip(&city.rows) {
                let ward = world.report(commune(n), form, first, last).await;
                assert_eq!(ward.total.as_ref().map(counts), Some(counts(row)), "{form}: a commune is its row");
                teams = teams.iter().zip(sum(&ward.rows)).map(|(a, b)| a + b).collect();
            }
            // One area has no team: it is in no row of its commune, and in the total.
            let areas = i64::from(form == "organization");
            teams[0] += areas;
            assert_eq!(total, teams, "{form}: the teams");
        }
    }
    // Rule 50: received = carried over + newly received, where carried over = open at the end of the period before. What is
    // declined or referred after being carried over leaves the count, so only the rest can be compared.
    let open = |report: pb::Report| counts(&report.total.unwrap())[9..11].iter().sum::<i64>();
    let before = open(world.report(CITY, "results", "2025-01-01", "2025-07-31").await);
    let month = world.report(CITY, "results", "2025-08-01", "2025-08-31").await;
    assert!(before > 0 && counts(&month.total.unwrap())[0] > 0);
}

/// The bytes of every form in a city and a commune, without the instant of computing.
async fn bytes(engine: Engine, stutter: bool, history: &History) -> Vec<Vec<u8>> {
    let test = TestDb::fresh(engine, MIGRATIONS).await.unwrap();
    let mut world = World::empty(test, stutter).await;
    write(&world, history);
    world.settle().await;
    let mut all = Vec::new();
    for unit in [CITY, commune(0)] {
        for form in ["results", "five_good", "organization"] {
            let mut report = world.report(unit, form, "2025-01-01", "2025-12-31").await;
            report.compute_time = None;
            let again = world.report(unit, form, "2025-01-01", "2025-12-31").await;
            assert_eq!(pb::Report { compute_time: None, ..again }.encode_to_vec(), report.encode_to_vec());
            all.push(report.encode_to_vec());
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_the_same_bytes_on_both_engines_and_under_duplicate_delivery() {
    let history = histories(120).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let sqlite = bytes(Engine::Sqlite, false, &history).await;
    assert!(sqlite.iter().all(|report| report.len() > 200));
    assert_eq!(sqlite, bytes(Engine::Postgres, false, &history).await);
    assert_eq!(sqlite, bytes(Engine::Sqlite, true, &history).await);
}
