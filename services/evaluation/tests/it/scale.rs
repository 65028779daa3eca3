//! How many self-assessments and steps a second the service takes. A measurement, so it runs when asked for.

use std::time::Instant;

use hoagiai_evaluation::MIGRATIONS;
use hoagiai_proto::evaluation::v1 as pb;
use hoagiai_testkit::{
    engines::{Engine, TestDb, run},
    facts::TeamAt,
    served::by,
};

use crate::world::{CITY, World, commune, day, meeting, pb_day, uuid};

#[test]
#[ignore = "a measurement: run it with --run-ignored"]
fn two_thousand_teams_at_once_on_sqlite() {
    run(Engine::Sqlite, MIGRATIONS, many);
}

#[test]
#[ignore = "a measurement: run it with --run-ignored"]
fn two_thousand_teams_at_once_on_postgres() {
    run(Engine::Postgres, MIGRATIONS, many);
}

async fn many(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = world.open_cycle().await;
    let teams: Vec<_> = (0..2_000u128).map(|n| uuid(0x40_0000 + n)).collect();
    for (n, team) in (0u128..).zip(&teams) {
        let at = TeamAt { team: *team, area: uuid(0x50_0000 + n), commune: commune(n % 126), province: CITY };
        world.registry.team(at, "Tổ", day("2025-01-01"));
        for m in 0..5 {
            world.registry.mediator(uuid(0x60_0000 + n * 8 + m), *team, day("2025-01-01"), (1, 1, 1));
        }
    }
    world.settle().await;
    let started = Instant::now();
    let calls = teams.chunks(125).map(|teams| {
        let (mut client, teams) = (world.assessments.clone(), teams.to_vec());
        let cycle = cycle.clone();
        tokio::spawn(async move {
            for team in teams {
                let request = pb::SelfAssessRequest { team_id: team.to_string(), ..meeting(&cycle, 0) };
                let made = client.self_assess(by("dept", request)).await.unwrap().into_inner().assessment.unwrap();
                let request = pb::ProposeAssessmentRequest {
                    assessment_id: made.assessment_id,
                    propose_date: pb_day("2025-11-20"),
                    ..Default::default()
                };
                client.propose_assessment(by("dept", request)).await.unwrap();
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("4000 requests in {seconds:.2} s: {:.0} a second", 4_000.0 / seconds);
}
