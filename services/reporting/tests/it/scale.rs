//! The city of 2022 in full size: its published figures come out, in time. A measurement, so it runs when asked for.

use std::time::Instant;

use hoagiai_proto::registry::v1::UnitKind;
use hoagiai_reporting::MIGRATIONS;
use hoagiai_testkit::{
    engines::TestDb,
    facts::{CaseStep, TeamAt},
};
use hoagiai_types::Uuid;

use crate::world::{CITY, World, commune, counts, day, uuid};

const TEAMS: u128 = 4_964;
const MEDIATORS: u128 = 32_024;
const COMMUNES: u128 = 126;

mod sqlite {
    #[test]
    #[ignore = "a measurement: run it with --run-ignored"]
    fn the_city_of_2022_is_computed_in_time() {
        hoagiai_testkit::engines::run(hoagiai_testkit::engines::Engine::Sqlite, super::MIGRATIONS, super::city);
    }
}
mod postgres {
    #[test]
    #[ignore = "a measurement: run it with --run-ignored"]
    fn the_city_of_2022_is_computed_in_time() {
        hoagiai_testkit::engines::run(hoagiai_testkit::engines::Engine::Postgres, super::MIGRATIONS, super::city);
    }
}

fn team(n: u128) -> TeamAt {
    TeamAt { team: uuid(0x10_0000 + n), area: uuid(0x20_0000 + n), commune: commune(n % COMMUNES), province: CITY }
}

async fn city(test: TestDb) {
    let mut world = World::empty(test, false).await;
    let (ever, start) = ((None, None), day("2022-01-01"));
    world.registry.unit(CITY, ("01", "Thành phố Hà Nội"), UnitKind::Municipality, None, ever);
    for n in 0..COMMUNES {
        let code = format!("{n:05}");
        world.registry.unit(commune(n), (&code, &format!("Phường số {n}")), UnitKind::Ward, Some(CITY), ever);
    }
    for n in 0..TEAMS {
        let at = team(n);
        world.registry.unit(at.area, ("1-1", "Tổ dân phố"), UnitKind::ResidentialGroup, Some(at.commune), ever);
        world.registry.team(at, &format!("Tổ hòa giải số {n}"), start);
    }
    for n in 0..MEDIATORS {
        let class = (1 + (n % 2) as i32, 1 + (n % 9 / 8) as i32, 1 + (n % 3) as i32);
        world.registry.mediator(uuid(0x40_0000 + n), team(n % TEAMS).team, start, class);
    }
    let who = vec![uuid(1)];
    for n in 0..3_850u128 {
        let (case, of) = (uuid(0x60_0000 + n), team(n * 7 % TEAMS).team);
        world.cases.received(case, of, 1 + (n % 7) as i32, day("2022-03-01"));
        world.cases.step(case, day("2022-03-02"), &CaseStep::Accept(0));
        world.cases.step(case, day("2022-03-03"), &CaseStep::Assign(who.clone()));
        if n < 3_726 {
            world.cases.step(case, day("2022-03-05"), &CaseStep::Meet(who.clone()));
            world.cases.step(case, day("2022-04-01"), &CaseStep::Conclude(n < 3_186));
        }
    }
    world.evaluation.cycle(uuid(0x900), 2022, "five_good_team", start);
    for n in 0..3_001u128 {
        let id: Uuid = uuid(0x80_0000 + n);
        world.evaluation.self_assessed(id, uuid(0x900), team(n).team, day("2022-11-10"));
        world.evaluation.proposed(id, day("2022-11-20"));
        world.evaluation.recognized(id, 2022, day("2022-12-10"));
    }
    let entries = world.registry.0.head() + world.cases.0.head() + world.evaluation.0.head();
    let started = Instant::now();
    world.settle().await;
    println!("{entries} entries applied in {:?}", started.elapsed());
    let mut totals = Vec::new();
    for (unit, name) in [(CITY, "city"), (commune(0), "commune")] {
        for form in ["organization", "results", "five_good"] {
            world.report(unit, form, "2022-01-01", "2022-12-31").await;
            let started = Instant::now();
            let report = world.report(unit, form, "2022-01-01", "2022-12-31").await;
            println!("{name} {form}: {:?}, {} rows", started.elapsed(), report.rows.len());
            totals.push(report.total.unwrap());
        }
    }
    assert_eq!(counts(&totals[0])[..3], [TEAMS as i64, TEAMS as i64, MEDIATORS as i64]);
    let results = counts(&totals[1]);
    assert_eq!((results[0], results[4], results[8], results[9] + results[10]), (3_850, 3_186, 540, 124));
    assert_eq!(totals[1].cells[12].ratio.as_ref().unwrap().percent, "85.51");
    assert_eq!(totals[2].cells[4].ratio.as_ref().unwrap().percent, "60.46");
}
