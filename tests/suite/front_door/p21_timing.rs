//! P21, whether the time of a refusal tells that a record is there: a figure, measured by hand, because a development build on
//! a busy machine tells other things. Judged by order alone, within one run: both are asked in turn, so that whatever else the
//! machine does slows both alike, and what one query more tells is measured beside it.

use std::time::Instant;

use hoagiai_identity::{Area, Role};

use super::{client::Kept, world::World};

/// Pairs of a measurement (reliability.md, P21).
const SAMPLES: usize = 5_000;

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

async fn compare(front: &mut Kept, token: &str, paths: [&str; 2]) -> f64 {
    let mut times = [Vec::new(), Vec::new()];
    for sample in 0..SAMPLES {
        // Who goes first changes, so that being second is no cost of either.
        for which in [sample % 2, (sample + 1) % 2] {
            let began = Instant::now();
            let status = front.get(paths[which], token).await;
            times[which].push(began.elapsed().as_nanos());
            assert!([200, 403].contains(&status.as_u16()), "{status}");
        }
    }
    auc(&times[0], &times[1])
}

#[test]
fn p21_the_statistic_is_a_half_for_equals_and_one_for_what_is_slower() {
    assert!((auc(&[1, 4, 5, 8], &[2, 3, 6, 7]) - 0.5).abs() < 1e-9);
    assert!((auc(&[5, 6], &[1, 2, 3]) - 1.0).abs() < 1e-9);
    assert!(auc(&[1, 2], &[3, 4]).abs() < 1e-9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure, by hand: cargo nextest run --release --run-ignored only -E 'test(p21_the_time)' --no-capture"]
async fn p21_the_time_of_a_refusal_in_figures() {
    let world = World::on_sqlite().await;
    let token = world.token(Role::CommuneChair, Some(Area::Unit(world.here.id)));
    let there = format!("/v1/mediators/{}", world.there.ids["mediator_id"]);
    let own = format!("/v1/mediators/{}", world.here.ids["mediator_id"]);
    let nowhere = "/v1/mediators/01980000-0000-7000-8000-00000000dead";
    // Refused as well, after the record was looked for as it was on that day too.
    let then = format!("{nowhere}?validAt=2026-01-15");
    let mut front = Kept::open(world.http()).await;
    for (what, first, second) in [
        ("a record that is nowhere and itself", nowhere, nowhere),
        ("a record of another ward and none", &*there, nowhere),
        ("one query more and none", &*then, nowhere),
        ("an own record and none", &*own, nowhere),
    ] {
        println!("P21: AUC of {what}: {:.3}", compare(&mut front, &token, [first, second]).await);
    }
    drop(front);
    world.server.stop().await;
}
