//! What a request costs: run by hand, `cargo nextest run -p hoagiai-registry --run-ignored only load --no-capture`.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use hoagiai_proto::registry::v1 as pb;
use hoagiai_testkit::engines::Engine;

use crate::world::*;

/// User and system time of this process so far.
pub(crate) fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // utime and stime, in hundredths of a second on every Linux that matters.
    Duration::from_millis((fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) * 10)
}

#[test]
#[ignore = "a measurement, not a test"]
fn the_way_of_a_team_on_sqlite() {
    run(Engine::Sqlite, measure);
}

#[test]
#[ignore = "a measurement, not a test"]
fn the_way_of_a_team_on_postgres() {
    run(Engine::Postgres, measure);
}

async fn measure(world: World) {
    const TEAMS: usize = 400;
    let city = world.small_city().await;
    let row = |n| unit(&format!("00004-t{n}"), "Tổ dân phố", pb::UnitKind::ResidentialGroup, "00004");
    world.units(OPERATOR).import_units(import((0..TEAMS).map(row).collect())).await.unwrap();
    let mut areas = Vec::new();
    for n in 0..TEAMS {
        areas.push(world.find(&format!("00004-t{n}")).await.unit_id);
    }
    let mut teams = Vec::new();
    for areas in areas.chunks(200) {
        let sizes: Vec<(&str, i32)> = areas.iter().map(|area| (area.as_str(), 6)).collect();
        let planned = world.teams(&city.chair()).plan_teams(plan(&city.ward, &sizes)).await.unwrap().into_inner();
        teams.extend(planned.teams.into_iter().map(|team| team.team_id));
    }
    let (began, before) = (Instant::now(), cpu());
    let one = |team: String| {
        let (mut front, mut chair) = (world.mediators(&city.front()), world.mediators(&city.chair()));
        async move {
            let held = front.record_election(election(&team, &[80, 80, 80, 80, 80, 80])).await.unwrap().into_inner();
            let list = front.submit_recognition_list(list_of(&held.election.unwrap())).await.unwrap().into_inner();
            let list = list.recognition_list.unwrap();
            let request = pb::DecideRecognitionRequest {
                recognition_list_id: list.recognition_list_id,
                decision: decision("2025-09-10"),
                ..Default::default()
            };
            chair.decide_recognition(request).await.unwrap();
            let vote = leader_vote(&team, &[(list.mediator_ids[0].as_str(), 6)]);
            let term = front.elect_leader(vote).await.unwrap().into_inner().leader_term.unwrap().leader_term_id;
            let request = pb::SubmitLeaderRequest {
                leader_term_id: term.clone(),
                receive_date: day("2025-09-22"),
                ..Default::default()
            };
            front.submit_leader(request).await.unwrap();
            chair.decide_leader(decide_leader(&term)).await.unwrap();
        }
    };
    stream::iter(teams).for_each_concurrent(8, one).await;
    let requests = u32::try_from(TEAMS * 6).unwrap();
    let (took, spent) = (began.elapsed(), cpu() - before);
    eprintln!(
        "{:?}: {requests} requests in {took:?}, CPU {:?} a request, client included",
        world.db.engine,
        spent / requests
    );
}
