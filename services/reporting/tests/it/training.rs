//! Column 11 of Biểu 11: mediators in force at the end of the period who were trained in it.

use hoagiai_reporting::MIGRATIONS;
use hoagiai_testkit::engines::TestDb;
use hoagiai_types::Uuid;

use crate::world::{CITY, World, commune, counts, day, mediator, team, uuid};

hoagiai_testkit::on_each_engine!(
    MIGRATIONS;
    rule_62_column_11_counts_whom_the_facts_of_training_say,
    rule_62_a_roll_of_hundreds_is_counted,
);

async fn eleven(world: &mut World, unit: Uuid, first: &str, last: &str) -> i64 {
    let report = world.report(unit, "organization", first, last).await;
    assert_eq!(report.broken_identities, Vec::<String>::new());
    counts(&report.total.unwrap())[10]
}

async fn rule_62_column_11_counts_whom_the_facts_of_training_say(test: TestDb) {
    let mut world = World::open(test).await;
    let who = |m| mediator(0, m);
    world.registry.attendance(uuid(0x700), day("2025-03-10"), &[who(0), who(1), mediator(10, 0)], &[who(2)], &[]);
    world.registry.attendance(uuid(0x701), day("2025-06-10"), &[who(0)], &[who(1)], &[]);
    world.settle().await;
    let year = ("2025-01-01", "2025-12-31");
    assert_eq!(eleven(&mut world, CITY, year.0, year.1).await, 3, "each once, however often");
    assert_eq!(eleven(&mut world, commune(0), year.0, year.1).await, 2);
    assert_eq!(eleven(&mut world, CITY, "2025-04-01", year.1).await, 1, "in the period");
    assert_eq!(eleven(&mut world, CITY, year.0, "2025-03-09").await, 0);
    let city = world.report(CITY, "organization", year.0, year.1).await;
    let rows: Vec<i64> = city.rows.iter().map(|row| counts(row)[10]).collect();
    assert_eq!(rows.iter().sum::<i64>(), 3);

    // A correction: one did not come after all, one came, one should not have been listed.
    world.registry.attendance(uuid(0x700), day("2025-03-10"), &[who(2)], &[mediator(10, 0)], &[who(1)]);
    world.settle().await;
    assert_eq!(eleven(&mut world, CITY, year.0, year.1).await, 2);
    assert_eq!(eleven(&mut world, commune(0), year.0, year.1).await, 2);
    // Who is no longer in force on the last day is in no column of it.
    world.registry.ceased(who(0), team(0).team, day("2025-10-01"));
    world.settle().await;
    assert_eq!(eleven(&mut world, CITY, year.0, year.1).await, 1);
    assert_eq!(eleven(&mut world, CITY, year.0, "2025-10-01").await, 2);
}

async fn rule_62_a_roll_of_hundreds_is_counted(test: TestDb) {
    let mut world = World::open(test).await;
    let many: Vec<Uuid> = (0..1_700).map(|n| uuid(0x90_0000 + n)).collect();
    for one in &many {
        world.registry.mediator(*one, team(0).team, day("2025-01-01"), (1, 1, 1));
    }
    world.registry.attendance(uuid(0x700), day("2025-03-10"), &many, &[], &[]);
    world.registry.attendance(uuid(0x700), day("2025-03-10"), &[], &many[..600], &many[600..700]);
    world.settle().await;
    assert_eq!(eleven(&mut world, CITY, "2025-01-01", "2025-12-31").await, 1_000);
}
