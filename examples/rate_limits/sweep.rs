//! Servers drawn at random, to see how far the worst result is from the typical one.

use std::fmt::Write as _;
use std::time::Duration;

use super::simulation::{Counting, Scene, Strategy, last, optimum, run_with};

const DRAWS: usize = 400;

/// A row for each way of counting, with the worst result and how many draws miss a target.
pub(crate) fn sweep() -> String {
    let mut text = String::from(
        "| server | requests | median ratio | worst ratio | above 1.05 | most 429s | above 10 |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    for is_shared in [false, true] {
        for kind in [
            "opened by the first request",
            "by the clock, joined late",
            "sliding log",
        ] {
            for requests in [1_000, 5_000] {
                let shared = if is_shared { ", shared" } else { "" };
                let outcomes = row(kind, is_shared, requests);
                let _ = writeln!(text, "| {kind}{shared} | {requests} | {outcomes} |");
            }
        }
    }
    text
}

fn row(kind: &str, is_shared: bool, requests: usize) -> String {
    let mut random = fastrand::Rng::with_seed(7);
    let (mut ratios, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..DRAWS {
        let scene = draw(&mut random, kind, is_shared);
        // About half the servers take between 50 and 350 ms for an answer, at random.
        let (varies, seed) = (random.bool(), random.u64(..));
        let run = run_with(scene, Strategy::Limiter, requests, |number| {
            let mut random = fastrand::Rng::with_seed(seed ^ u64::from(number));
            Duration::from_millis(if varies { random.u64(50..350) } else { 200 })
        });
        ratios.push(run.time.div_duration_f64(last(&optimum(scene, requests))));
        refused.push(run.refused.len());
    }
    ratios.sort_by(f64::total_cmp);
    let (median, worst) = (ratios[DRAWS / 2], ratios[DRAWS - 1]);
    let slow = ratios.iter().filter(|ratio| **ratio > 1.05).count();
    let many = refused.iter().filter(|refused| **refused > 10).count();
    let most = refused.iter().max().copied().unwrap_or_default();
    format!("{median:.3} | {worst:.3} | {slow} of {DRAWS} | {most} | {many} of {DRAWS}")
}

fn draw(random: &mut fastrand::Rng, kind: &str, is_shared: bool) -> Scene {
    let left = random.u64(500..300_000);
    let (used, ago) = (random.u32(1..=300), random.u64(0..=300_000 - left));
    let every = random.u64(1_200..20_000);
    let scene = match kind {
        "by the clock, joined late" => Scene::new(Counting::Aligned(Duration::from_millis(left))),
        "sliding log" => Scene::new(Counting::Sliding),
        _ => Scene::new(Counting::Opened),
    };
    if is_shared {
        scene.shared(Duration::from_millis(every))
    } else {
        scene.used(used, Duration::from_millis(ago))
    }
}
