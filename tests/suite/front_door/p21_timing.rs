//! P21, whether the time of a refusal tells that a record is there: a figure, measured by hand, because a development build on
//! a busy machine tells other things. Judged by order alone, within one run: both are asked in turn, so that whatever else the
//! machine does slows both alike, and what one query more tells is measured beside it. Once with refusals that leave at once,
//! once as they are shipped (`load.refusal_step`).

use std::time::Instant;

use hoagiai_identity::{Area, Role};

use super::{client::Kept, world::World};

/// Pairs of a measurement (reliability.md, P21).
const SAMPLES: usize = 5_000;
/// Those of the measurement that is only compared with.
const FEWER: usize = 2_000;
/// How far from a half a measurement may be.
const GOAL: f64 = 0.05;

/// A read of one record by its id: what it is called, who may, the path before the id, the field that holds it.
const READS: [(&str, Role, &str, &str); 4] = [
    ("a mediator", Role::CommuneChair, "/v1/mediators/", "mediator_id"),
    ("a list, by way of its team", Role::CommuneChair, "/v1/recognitionLists/", "recognition_list_id"),
    ("a case", Role::CommuneChair, "/v1/cases/", "case_id"),
    ("an assessment", Role::CommunePc, "/v1/assessments/", "assessment_id"),
];

const NOWHERE: &str = "01980000-0000-7000-8000-00000000dead";

/// How probable it is that one of the first takes longer than one of the second: the area under the curve of a test that tells
/// them apart by their time, 0.5 if it cannot (Mann and Whitney's U over the number of pairs).
fn auc(first: &[u128], second: &[u128]) -> f64 {
    let mut all: Vec<(u128, bool)> = first.iter().map(|time| (*time, true)).collect();
    all.extend(second.iter().map(|time| (*time, false)));
    all.sort_unstable();
    let (mut below, mut wins) = (0.0, 0.0);
    for (_, of_first) in all {
        if of_first { wins += below } else { below += 1.0 }
    }
    wins / (first.len() as f64 * second.len() as f64)
}

async fn compare(front: &mut Kept, token: &str, samples: usize, paths: [&str; 2]) -> f64 {
    let mut times = [Vec::new(), Vec::new()];
    for sample in 0..samples {
        // Who goes first changes, so that being second is no cost of either.
        for which in [sample % 2, (sample + 1) % 2] {
            let began = Instant::now();
            let status = front.get(paths[which], token).await;
            times[which].push(began.elapsed().as_nanos());
            assert_eq!(status.as_u16(), 403, "{}", paths[which]);
        }
    }
    auc(&times[0], &times[1])
}

/// The figures of each read, and of a read that asks one query more; answers those of the reads.
async fn measure(world: &World, samples: usize, how: &str) -> Vec<f64> {
    let mut front = Kept::open(world.http()).await;
    let mut figures = Vec::new();
    for (what, role, path, field) in READS {
        let token = world.token(role, Some(Area::Unit(world.here.id)));
        let (there, nowhere) = (format!("{path}{}", world.there.ids[field]), format!("{path}{NOWHERE}"));
        let of = compare(&mut front, &token, samples, [&there, &nowhere]).await;
        println!("P21 {how}: AUC of {what} of another ward and none: {of:.3}");
        figures.push(of);
    }
    let token = world.token(Role::CommuneChair, Some(Area::Unit(world.here.id)));
    let none = format!("/v1/mediators/{NOWHERE}");
    // Refused as well, after the record was looked for as it was on that day too.
    let then = format!("{none}?validAt=2026-01-15");
    let more = compare(&mut front, &token, FEWER, [&then, &none]).await;
    let same = compare(&mut front, &token, FEWER, [&none, &none]).await;
    println!("P21 {how}: AUC of one query more: {more:.3}, of the same twice: {same:.3}");
    figures
}

#[test]
fn p21_the_statistic_is_a_half_for_equals_and_one_for_what_is_slower() {
    assert!((auc(&[1, 4, 5, 8], &[2, 3, 6, 7]) - 0.5).abs() < 1e-9);
    assert!((auc(&[5, 6], &[1, 2, 3]) - 1.0).abs() < 1e-9);
    assert!(auc(&[1, 2], &[3, 4]).abs() < 1e-9);
}

async fn figures(at_once: World, as_shipped: impl Future<Output = World>) {
    measure(&at_once, FEWER, "at once").await;
    at_once.stop().await;
    let world = as_shipped.await;
    let figures = measure(&world, SAMPLES, "as shipped").await;
    world.stop().await;
    assert!(figures.iter().all(|figure| (figure - 0.5).abs() <= GOAL), "{figures:?}");
}

const AT_ONCE: &str = "[load]\nrefusal_step = \"0ms\"";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure, by hand: cargo nextest run --release --run-ignored only -E 'test(p21_the_time)' --no-capture"]
async fn p21_the_time_of_a_refusal_in_figures_on_sqlite() {
    figures(World::on_sqlite_with(AT_ONCE).await, World::on_sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure, by hand: cargo nextest run --release --run-ignored only -E 'test(p21_the_time)' --no-capture"]
async fn p21_the_time_of_a_refusal_in_figures_on_postgresql() {
    figures(World::on_postgres_with(AT_ONCE).await, World::on_postgres()).await;
}
