//! Reports through the contract.

use hoagiai_proto::{google::Date as PbDate, reporting::v1 as pb};
use hoagiai_reporting::MIGRATIONS;
use hoagiai_testkit::{
    engines::TestDb,
    facts::CaseStep::{Accept, AskScope, Assign, Conclude, Conflict, Decline, HandOver, Meet, Pause, Refer, Resume},
    served::by,
};
use tonic::Code;

use crate::world::{CITY, World, ask, commune, counts, day, mediator, pb_day, reason, team, uuid};

hoagiai_testkit::on_each_engine!(
    MIGRATIONS;
    the_organization_of_a_city_and_a_commune_is_counted,
    one_person_with_two_records_is_counted_once,
    results_follow_the_states_on_the_last_day,
    rule_50_what_is_open_is_carried_over,
    five_good_teams_are_counted_by_the_year_of_the_cycle,
    rule_54_boundaries_are_those_of_the_last_day,
    rule_54_a_team_that_moved_is_counted_where_it_lay_and_where_it_lies,
    rule_54_what_was_in_a_unit_that_ended_is_told_of_its_successor_if_asked,
    every_reason_to_refuse_is_told,
    positions_are_waited_for_and_reported,
    a_merged_team_and_its_cases_are_counted_once,
);

const YEAR: (&str, &str) = ("2025-01-01", "2025-12-31");

async fn the_organization_of_a_city_and_a_commune_is_counted(test: TestDb) {
    let mut world = World::open(test).await;
    let city = world.report(CITY, "organization", YEAR.0, YEAR.1).await;
    assert_eq!(counts(city.total.as_ref().unwrap()), [5, 4, 20, 12, 8, 16, 4, 8, 8, 4, 0]);
    assert_eq!(city.rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["00004", "00008"]);
    assert_eq!(city.unit_display_name, "Thành phố Hà Nội");
    assert_eq!(city.broken_identities, Vec::<String>::new());
    let ward = world.report(commune(0), "organization", YEAR.0, YEAR.1).await;
    assert_eq!(ward.total.as_ref().map(counts), city.rows.first().map(counts), "a commune is its row of the city");
    assert_eq!(counts(ward.total.as_ref().unwrap())[..3], [4, 3, 15]);
    let names: Vec<_> = ward.rows.iter().map(|row| row.display_name.as_str()).collect();
    assert_eq!(names, ["Tổ hòa giải số 10", "Tổ hòa giải số 11", "Tổ hòa giải số 12"]);

    // In force is said day by day: the last day of a mediator and of a team counts, the next does not.
    world.registry.ceased(mediator(0, 0), team(0).team, day("2025-10-01"));
    world.registry.dissolved(team(10), "Tổ hòa giải số 2", day("2025-01-01"), day("2025-10-02"));
    world.settle().await;
    let total = async |world: &mut World, last| {
        counts(&world.report(CITY, "organization", "2025-01-01", last).await.total.unwrap())
    };
    assert_eq!(total(&mut world, "2025-10-01").await[..3], [5, 4, 20]);
    assert_eq!(total(&mut world, "2025-10-02").await[..3], [5, 3, 19]);
}

async fn one_person_with_two_records_is_counted_once(test: TestDb) {
    let mut world = World::open(test).await;
    let mediators = async |world: &mut World| {
        world.settle().await;
        counts(&world.report(CITY, "organization", YEAR.0, YEAR.1).await.total.unwrap())[2]
    };
    let (twin, at, from) = (uuid(0x77), team(1).team, day("2025-02-03"));
    assert_eq!(mediators(&mut world).await, 20);
    world.registry.mediator(twin, at, from, (1, 1, 1));
    assert_eq!(mediators(&mut world).await, 21);
    world.registry.merged(twin, mediator(0, 0), at, from, day("2025-02-02"), day("2025-11-01"));
    assert_eq!(mediators(&mut world).await, 20);
    world.registry.unmerged(twin, at, from, day("2025-11-02"));
    assert_eq!(mediators(&mut world).await, 21, "undone");
}

async fn results_follow_the_states_on_the_last_day(test: TestDb) {
    let mut world = World::open(test).await;
    let who = vec![mediator(0, 1)];
    let begun = |on: &'static str| [(on, Accept(0)), (on, Assign(who.clone())), (on, Meet(who.clone()))];
    world.case(1, 0, 2, "2025-03-01", &[&begun("2025-03-02")[..], &[("2025-03-05", Conclude(true))]].concat());
    world.case(2, 0, 3, "2025-03-01", &[&begun("2025-03-02")[..], &[("2025-03-05", Conclude(false))]].concat());
    world.case(3, 0, 1, "2025-03-01", &[&begun("2025-03-02")[..], &[("2025-03-05", Pause)]].concat());
    world.case(4, 0, 4, "2025-03-01", &[("2025-03-02", AskScope)]);
    world.case(5, 1, 5, "2025-03-01", &begun("2025-03-01"));
    world.case(6, 1, 6, "2025-03-01", &[("2025-03-02", Decline)]);
    world.case(7, 10, 7, "2025-03-01", &[("2025-03-02", Refer)]);
    // Reclassified when accepted, and back to waiting when its only mediator has a conflict.
    let conflict = ("2025-03-04", Conflict(who[0]));
    world.case(8, 10, 2, "2025-03-01", &[("2025-03-02", Accept(3)), ("2025-03-03", Assign(who.clone())), conflict]);
    let resumed = [("2025-03-05", Pause), ("2025-03-09", Resume)];
    world.case(9, 10, 2, "2025-03-01", &[&begun("2025-03-02")[..], &resumed].concat());
    world.settle().await;
    let report = world.report(CITY, "results", YEAR.0, YEAR.1).await;
    let total = report.total.unwrap();
    assert_eq!(counts(&total)[..12], [7, 2, 2, 3, 1, 1, 0, 0, 1, 3, 2, 2]);
    let rate = total.cells[12].ratio.clone().unwrap();
    assert_eq!((rate.numerator, rate.denominator, rate.percent.as_str()), (1, 2, "50.00"));
    assert_eq!(report.broken_identities, Vec::<String>::new());
    // While it was paused, case 9 was pending.
    let during = world.report(CITY, "results", YEAR.0, "2025-03-07").await.total.unwrap();
    assert_eq!(counts(&during)[9..11], [4, 1]);
}

async fn rule_50_what_is_open_is_carried_over(test: TestDb) {
    let mut world = World::open(test).await;
    world.case(1, 0, 2, "2024-12-01", &[("2024-12-05", Accept(0))]);
    world.case(2, 0, 2, "2024-12-01", &[("2024-12-05", Conclude(true))]);
    world.case(3, 0, 2, "2024-11-01", &[("2025-02-01", Conclude(true))]);
    world.case(4, 0, 2, "2025-06-01", &[]);
    world.settle().await;
    let received = async |world: &mut World, first, last| {
        let total = world.report(CITY, "results", first, last).await.total.unwrap();
        let counts = counts(&total);
        (counts[0], counts[9] + counts[10])
    };
    assert_eq!(received(&mut world, "2024-01-01", "2024-12-31").await, (3, 2));
    assert_eq!(received(&mut world, "2025-01-01", "2025-12-31").await, (3, 2), "two carried over and one new");
}

async fn a_merged_team_and_its_cases_are_counted_once(test: TestDb) {
    let mut world = World::open(test).await;
    world.case(1, 0, 2, "2025-03-01", &[("2025-03-05", Conclude(true))]);
    world.case(2, 0, 2, "2025-03-01", &[("2025-03-02", Accept(0)), ("2025-10-02", HandOver(team(10).team))]);
    let moved: Vec<_> = (0..5).map(|m| mediator(0, m)).collect();
    world.registry.team_merged(team(0), team(10), day("2025-01-01"), day("2025-10-02"), &moved);
    world.settle().await;
    // Teams and mediators, then cases received: city, the ward that lost a team, the ward that gained its mediators.
    for (last, expected) in
        [("2025-10-01", [(4, 20, 2), (3, 15, 2), (1, 5, 0)]), ("2025-12-31", [(3, 20, 2), (2, 10, 1), (1, 10, 1)])]
    {
        for (unit, expected) in [CITY, commune(0), commune(1)].into_iter().zip(expected) {
            let teams = counts(&world.report(unit, "organization", "2025-01-01", last).await.total.unwrap());
            let cases = counts(&world.report(unit, "results", "2025-01-01", last).await.total.unwrap());
            assert_eq!((teams[1], teams[2], cases[0]), expected, "{unit} {last}");
        }
    }
}

async fn five_good_teams_are_counted_by_the_year_of_the_cycle(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = uuid(0x900);
    world.evaluation.cycle(cycle, 2025, "five_good_team", day("2025-09-01"));
    world.evaluation.cycle(uuid(0x901), 2025, "another_set", day("2025-09-01"));
    for (n, id) in [(0, 1u128), (1, 2), (2, 3), (10, 4)] {
        world.evaluation.self_assessed(uuid(0x910 + id), cycle, team(n).team, day("2025-11-10"));
    }
    world.evaluation.self_assessed(uuid(0x950), uuid(0x901), team(0).team, day("2025-11-10"));
    for id in 1..=3 {
        world.evaluation.proposed(uuid(0x910 + id), day("2025-11-20"));
    }
    world.evaluation.recognized(uuid(0x911), 2025, day("2025-12-10"));
    world.evaluation.recognized(uuid(0x912), 2025, day("2026-01-10"));
    world.settle().await;
    let of = async |world: &mut World, last| {
        counts(&world.report(CITY, "five_good", "2025-01-01", last).await.total.unwrap())
    };
    assert_eq!(of(&mut world, "2025-12-31").await, [4, 4, 3, 2, 2], "a late decision belongs to its year");
    assert_eq!(of(&mut world, "2025-12-15").await, [4, 4, 3, 1, 1]);
    assert_eq!(of(&mut world, "2025-11-15").await, [4, 4, 0, 0, 0]);
    assert_eq!(of(&mut world, "2025-10-01").await, [4, 0, 0, 0, 0]);
    let city = world.report(CITY, "five_good", "2025-01-01", "2025-12-31").await;
    let share = city.total.unwrap().cells[4].ratio.clone().unwrap();
    assert_eq!(share.percent, "50.00");
    let next = world.report(CITY, "five_good", "2026-01-01", "2026-12-31").await.total.unwrap();
    assert_eq!(counts(&next), [4, 0, 0, 0, 0]);
}

async fn rule_54_boundaries_are_those_of_the_last_day(test: TestDb) {
    let mut world = World::open(test).await;
    let rows = async |world: &mut World, last| {
        let report = world.report(CITY, "organization", "2025-01-01", last).await;
        report.rows.into_iter().map(|row| row.code).collect::<Vec<_>>()
    };
    assert_eq!(rows(&mut world, "2025-06-30").await, ["00001"], "four levels until the end of June");
    assert_eq!(rows(&mut world, "2025-07-01").await, ["00004", "00008"]);
}

async fn every_reason_to_refuse_is_told(test: TestDb) {
    let mut world = World::open(test).await;
    let cases = [
        (ask(CITY, "nothing", YEAR.0, YEAR.1), Code::NotFound, "FORM_NOT_FOUND"),
        (ask(CITY, "results", "2012-01-01", "2012-12-31"), Code::NotFound, "FORM_NOT_FOUND"),
        (ask(uuid(1), "results", YEAR.0, YEAR.1), Code::NotFound, "UNIT_NOT_FOUND"),
        (ask(commune(0), "results", "2025-01-01", "2025-06-30"), Code::NotFound, "UNIT_NOT_FOUND"),
        (ask(team(0).area, "results", YEAR.0, YEAR.1), Code::FailedPrecondition, "FORM_DOES_NOT_FIT"),
        (ask(CITY, "results", YEAR.1, YEAR.0), Code::InvalidArgument, "PERIOD_WRONG"),
        (ask(CITY, "results", "2015-01-01", "2025-12-31"), Code::InvalidArgument, "PERIOD_WRONG"),
    ];
    for (request, code, expected) in cases {
        let answer = world.reports.compute_report(by("ministry", request)).await;
        assert_eq!(reason(answer), (code, expected.into()));
    }
    let ended = world.reports.compute_report(by("dept", ask(commune(0), "results", "2025-01-01", "2025-06-30"))).await;
    assert_eq!(reason(ended).1, "UNIT_NOT_FOUND", "a unit of one's own that was not there yet");
    let malformed = pb::ComputeReportRequest {
        first_date: Some(PbDate { year: 2025, month: 2, day: 30 }),
        ..ask(CITY, "results", YEAR.0, YEAR.1)
    };
    let answer = world.reports.compute_report(by("ministry", malformed)).await.unwrap_err();
    assert_eq!(answer.code(), Code::InvalidArgument);
    // A ward sees its own figures and learns of no other unit whether it exists.
    world.reports.compute_report(by("ward", ask(commune(0), "results", YEAR.0, YEAR.1))).await.unwrap();
    for unit in [CITY, commune(1), uuid(1)] {
        let answer = world.reports.compute_report(by("ward", ask(unit, "results", YEAR.0, YEAR.1))).await.unwrap_err();
        assert_eq!(answer.code(), Code::PermissionDenied);
    }
}

async fn positions_are_waited_for_and_reported(test: TestDb) {
    let mut world = World::open(test).await;
    let head = world.registry.0.head();
    let report = world.report(CITY, "results", YEAR.0, YEAR.1).await;
    assert_eq!(report.positions, Some(pb::ReportPositions { registry: head, cases: 0, evaluation: 0 }));
    let ahead = |registry, cases, evaluation| pb::ComputeReportRequest {
        at_least: Some(pb::ReportPositions { registry, cases, evaluation }),
        last_date: pb_day("2025-12-31"),
        ..ask(CITY, "results", YEAR.0, YEAR.1)
    };
    for request in [ahead(head + 1, 0, 0), ahead(0, 1, 0), ahead(head, 0, 1)] {
        let answer = world.reports.compute_report(by("dept", request)).await;
        assert_eq!(reason(answer), (Code::Unavailable, "NOT_CAUGHT_UP".into()));
    }
    let cases = world.cases.clone();
    let late = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        cases.received(uuid(0x600), team(0).team, 1, day("2025-05-05"))
    };
    let (answer, _) = tokio::join!(world.reports.compute_report(by("dept", ahead(head, 1, 0))), late);
    let total = answer.unwrap().into_inner().report.unwrap().total.unwrap();
    assert_eq!(counts(&total)[0], 1);
}

/// Teams, then cases ended, of each commune in the order of codes, and in total.
async fn by_commune(world: &mut World, request: pb::ComputeReportRequest) -> (Vec<i64>, i64) {
    let report = world.reports.compute_report(by("dept", request)).await.unwrap().into_inner().report.unwrap();
    let count = |row: &pb::ReportRow| counts(row)[1];
    (report.rows.iter().map(count).collect(), count(report.total.as_ref().unwrap()))
}

async fn rule_54_a_team_that_moved_is_counted_where_it_lay_and_where_it_lies(test: TestDb) {
    let mut world = World::open(test).await;
    let quarter = ask(CITY, "organization", "2025-07-01", "2025-09-30");
    let year = ask(CITY, "organization", "2025-07-01", "2025-12-31");
    let before = by_commune(&mut world, quarter.clone()).await;
    assert_eq!(before, (vec![3, 1], 4));
    let to = hoagiai_testkit::facts::TeamAt { commune: commune(1), ..team(0) };
    world.registry.moved(team(0), to, "Tổ hòa giải số 10", (day("2025-01-01"), day("2025-10-01")));
    // A standing told later says nothing of when it moved.
    world.registry.team(to, "Tổ hòa giải số 10", day("2025-01-01"));
    world.settle().await;
    assert_eq!(by_commune(&mut world, quarter.clone()).await, before, "as it was on the last day of the period");
    assert_eq!(by_commune(&mut world, year).await, (vec![2, 2], 4));
    let as_now = pb::ComputeReportRequest { boundaries_date: pb_day("2025-12-31"), ..quarter };
    assert_eq!(by_commune(&mut world, as_now).await, (vec![2, 2], 4), "the summer in the boundaries of the end");
}

async fn rule_54_what_was_in_a_unit_that_ended_is_told_of_its_successor_if_asked(test: TestDb) {
    let mut world = World::open(test).await;
    // The second commune goes whole into the first; its team was dissolved before, so that no move tells where it is.
    world.registry.dissolved(team(10), "Tổ hòa giải số 2", day("2025-01-01"), day("2025-09-01"));
    world.registry.unit_merged(commune(1), commune(0), day("2025-10-01"));
    world.settle().await;
    let summer = ask(CITY, "organization", "2025-07-01", "2025-08-31");
    assert_eq!(by_commune(&mut world, summer.clone()).await, (vec![3, 1], 4), "as it was");
    let as_now = pb::ComputeReportRequest { boundaries_date: pb_day("2025-12-31"), ..summer };
    assert_eq!(by_commune(&mut world, as_now.clone()).await, (vec![3], 4), "in the total alone");
    let followed = pb::ComputeReportRequest { follow_successors: true, ..as_now };
    assert_eq!(by_commune(&mut world, followed).await, (vec![4], 4));
}
