//! What the feeds make of the journals of others.

use hoagiai_evaluation::MIGRATIONS;
use hoagiai_proto::evaluation::v1 as pb;
use hoagiai_store::on;
use hoagiai_testkit::{
    engines::TestDb,
    facts::{
        CaseStep::{Conclude, Decline, Refer},
        TeamAt,
    },
    served::by,
};
use hoagiai_types::Uuid;
use tonic::Code;

use crate::world::{World, commune, day, mediator, meeting, reason, team, uuid};

hoagiai_testkit::on_each_engine!(
    MIGRATIONS;
    facts_of_a_team_are_counted_by_year,
    one_person_with_two_records_is_counted_once,
    duplicate_delivery_leaves_the_same_state,
    a_position_not_reached_is_waited_for_and_then_refused,
    facts_are_told_only_where_the_caller_has_an_area,
    rule_54_assessments_under_way_go_with_their_team_and_decided_ones_stay,
);

fn ask(n: u128, year: i32) -> pb::GetTeamFactsRequest {
    pb::GetTeamFactsRequest { team_id: team(n).team.to_string(), year }
}

async fn facts_of_a_team_are_counted_by_year(test: TestDb) {
    counted(World::open(test).await).await;
}

async fn one_person_with_two_records_is_counted_once(test: TestDb) {
    let mut world = World::open(test).await;
    let mediators = async |world: &mut World| {
        world.settle().await;
        let answer = world.assessments.get_team_facts(by("leader", ask(0, 2025))).await.unwrap().into_inner();
        answer.team_facts.unwrap().mediators
    };
    let before = mediators(&mut world).await;
    let (twin, at, from) = (uuid(77), team(0).team, day("2025-02-03"));
    world.registry.mediator(twin, at, from, (1, 1, 1));
    assert_eq!(mediators(&mut world).await, before + 1);
    world.registry.merged(twin, mediator(0, 1), at, from, day("2025-02-02"), day("2025-03-01"));
    assert_eq!(mediators(&mut world).await, before, "on no day");
    world.registry.unmerged(twin, at, from, day("2025-03-02"));
    assert_eq!(mediators(&mut world).await, before + 1, "undone");
}

async fn duplicate_delivery_leaves_the_same_state(test: TestDb) {
    counted(World::open_with(test, true).await).await;
}

async fn counted(mut world: World) {
    let at = team(0).team;
    // Of 2024: received in both years' sense, concluded in 2025.
    world.cases.received(uuid(1), at, 1, day("2024-12-30"));
    world.cases.step(uuid(1), day("2025-01-02"), &Conclude(true));
    // Of 2025: one not counted each way, one concluded next year.
    for (case, step) in [(2, Decline), (3, Refer)] {
        world.cases.received(uuid(case), at, 2, day("2025-05-01"));
        world.cases.step(uuid(case), day("2025-05-02"), &step);
    }
    world.cases.received(uuid(4), at, 3, day("2025-12-01"));
    world.cases.step(uuid(4), day("2026-01-03"), &Conclude(false));
    world.has_cases(0, 3, 1, 2).await;
    world.registry.ceased(mediator(0, 4), at, day("2025-12-19"));
    world.settle().await;

    let facts = async |world: &mut World, year| {
        world.assessments.get_team_facts(by("leader", ask(0, year))).await.unwrap().into_inner().team_facts.unwrap()
    };
    let expected =
        pb::TeamFacts { mediators: 4, received: 7, concluded: 5, successful: 4, unsuccessful: 1, in_progress: 3 };
    assert_eq!(facts(&mut world, 2025).await, expected);
    let expected =
        pb::TeamFacts { mediators: 4, received: 1, concluded: 0, successful: 0, unsuccessful: 0, in_progress: 1 };
    assert_eq!(facts(&mut world, 2024).await, expected);
    let expected =
        pb::TeamFacts { mediators: 4, received: 0, concluded: 1, successful: 0, unsuccessful: 1, in_progress: 2 };
    assert_eq!(facts(&mut world, 2026).await, expected);
}

async fn a_position_not_reached_is_waited_for_and_then_refused(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = world.open_cycle().await;
    let ahead = world.registry.0.head() + 1;
    let request = pb::SelfAssessRequest { registry_at_least: ahead, ..meeting(&cycle, 0) };
    let status = world.self_assess(request.clone()).await;
    assert_eq!(reason(status), (Code::Unavailable, "NOT_CAUGHT_UP".into()));
    let request = pb::SelfAssessRequest { cases_at_least: 1, ..meeting(&cycle, 0) };
    assert_eq!(reason(world.self_assess(request).await), (Code::Unavailable, "NOT_CAUGHT_UP".into()));
    // What arrives while the call waits is seen by it: the fifth vote is that of a mediator just recognised.
    let request = pb::SelfAssessRequest { registry_at_least: ahead, votes_in_favour: 6, ..meeting(&cycle, 0) };
    let registry = world.registry.clone();
    let late = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        registry.mediator(mediator(0, 9), team(0).team, day("2025-06-01"), (2, 1, 1))
    };
    let (answer, _) = tokio::join!(world.self_assess(request), late);
    assert_eq!(answer.unwrap().member_count, 6);
}

async fn facts_are_told_only_where_the_caller_has_an_area(test: TestDb) {
    let mut world = World::open(test).await;
    let code = async |world: &mut World, who, n| {
        world.assessments.get_team_facts(by(who, ask(n, 2025))).await.map(|_| ()).map_err(|status| status.code())
    };
    assert_eq!(code(&mut world, "leader", 0).await, Ok(()));
    for n in [1, 99] {
        assert_eq!(code(&mut world, "leader", n).await, Err(Code::PermissionDenied), "there or not");
    }
    let unknown = world.assessments.get_team_facts(by("ministry", ask(99, 2025))).await;
    assert_eq!(reason(unknown).1, "TEAM_NOT_IN_FORCE");
}

async fn rule_54_assessments_under_way_go_with_their_team_and_decided_ones_stay(test: TestDb) {
    let mut world = World::open(test).await;
    let cycle = world.open_cycle().await;
    for n in [0, 1] {
        let made = world.self_assess(meeting(&cycle, n)).await.unwrap();
        if n == 1 {
            world.propose(&made.assessment_id).await.unwrap();
            world.review(&made.assessment_id).await.unwrap();
            world.recognize(&made.assessment_id).await.unwrap();
        }
        let to = TeamAt { commune: commune(1), ..team(n) };
        world.registry.moved(team(n), to, "Tổ hòa giải", (day("2024-01-01"), day("2025-12-01")));
    }
    world.settle().await;
    let mut tx = world.test.db.read().await.unwrap();
    let sql = "SELECT commune_id FROM assessments ORDER BY team_id";
    let communes: Vec<Uuid> = on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_all(c).await).unwrap();
    assert_eq!(communes, [commune(1), commune(0)]);
    let sql = "SELECT commune_id FROM teams ORDER BY team_id";
    let teams: Vec<Uuid> = on!(&mut tx, |c| sqlx::query_scalar(sql).fetch_all(c).await).unwrap();
    assert_eq!(teams[..2], [commune(1), commune(1)]);
}
