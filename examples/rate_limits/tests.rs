//! What `docs/rate-limits.md` promises of the limiter holds in the simulation.

use std::time::Duration;

use super::plot;
use super::simulation::{Counting, Kept, Scene, Strategy, last, optimum, run, run_with};
use super::tables::{RHYTHMS, SCENES, silent, tables};

#[test]
fn every_way_of_counting_is_used_to_95_percent_with_at_most_ten_429s() {
    for (name, scene) in SCENES {
        for requests in [1_000, 5_000] {
            let (run, best) = (
                run(scene, Strategy::Limiter, requests),
                last(&optimum(scene, requests)),
            );
            assert!(
                run.time <= best.mul_f64(1.05),
                "{name}, {requests}: {:?} of {best:?}",
                run.time
            );
            assert!(
                run.refused.len() <= 10,
                "{name}, {requests}: {} answers of 429",
                run.refused.len()
            );
        }
    }
}

#[test]
fn a_window_by_the_clock_may_be_joined_at_any_moment() {
    for left in (5..300).step_by(35) {
        for used in [1, 100, 200, 299, 300] {
            let scene =
                Scene::new(Counting::Aligned(Duration::from_secs(left))).used(used, Duration::ZERO);
            let (run, best) = (
                run(scene, Strategy::Limiter, 1_000),
                last(&optimum(scene, 1_000)),
            );
            assert!(
                run.time <= best.mul_f64(1.05),
                "{scene:?}: {:?} of {best:?}",
                run.time
            );
            assert!(
                run.refused.len() <= 10,
                "{scene:?}: {} answers of 429",
                run.refused.len()
            );
        }
    }
}

#[test]
fn a_restart_costs_at_most_one_answer_of_429() {
    // If others use the window too, luck decides more than the restart does.
    let alone = |(_, scene): &(&str, Scene)| scene.other_every.is_none();
    for (name, scene) in SCENES.into_iter().filter(alone) {
        let whole = run(scene, Strategy::Limiter, 1_000);
        for after in [1, 50, 150, 250, 292, 300, 301, 700] {
            for kept in [Kept::Pacer, Kept::Times] {
                let restarted = run(scene.restarted(after, kept), Strategy::Limiter, 1_000);
                let (refused, most) = (restarted.refused.len(), whole.refused.len() + 1);
                assert!(
                    refused <= most,
                    "{name}, {kept:?} after {after}: {refused} of {most} answers of 429"
                );
            }
        }
    }
}

#[test]
fn a_limit_that_nobody_tells_costs_at_most_three_times_the_optimum_and_few_answers_of_429() {
    // The windows of these aren't as long as any that is tried.
    let odd = [(1, 3), (3, 7), (20, 40), (100, 180)];
    let latencies = [20, 200, 1_000].map(Duration::from_millis);
    for (limit, seconds) in RHYTHMS.into_iter().chain(odd) {
        let by_the_clock = Counting::Aligned(Duration::from_millis(seconds * 300));
        for counting in [Counting::Opened, Counting::Sliding, by_the_clock] {
            let most = if counting == by_the_clock { 60 } else { 20 };
            for (workers, requests) in [
                (1, 12),
                (3, 12),
                (8, 12),
                (2, 50),
                (4, 100),
                (1, 200),
                (8, 200),
            ] {
                let scene = silent(counting, limit, seconds).by(workers);
                for latency in latencies {
                    let run = run_with(scene, Strategy::Unlimited, requests, |_| latency);
                    // The optimum supposes 200 ms.
                    let rounds = u32::try_from(requests / workers).unwrap_or(u32::MAX);
                    let best = last(&optimum(scene, requests)).max(latency * rounds);
                    let (time, refused) = (run.time, run.refused.len());
                    assert!(
                        !run.spent && time <= best * 3 && refused <= most,
                        "{scene:?}, {requests} in {latency:?}: {time:?} of {best:?}, {refused} of 429"
                    );
                }
            }
        }
    }
}

#[test]
fn answers_that_overtake_each_other_change_little() {
    for (name, scene) in SCENES {
        // Between 50 and 450 ms, in no order.
        let latency = |number: u32| {
            Duration::from_millis(50 + u64::from(number.wrapping_mul(2_654_435_761) % 400))
        };
        let (run, best) = (
            run_with(scene, Strategy::Limiter, 1_000, latency),
            last(&optimum(scene, 1_000)),
        );
        assert!(
            run.time <= best.mul_f64(1.05),
            "{name}: {:?} of {best:?}",
            run.time
        );
        assert!(
            run.refused.len() <= 10,
            "{name}: {} answers of 429",
            run.refused.len()
        );
    }
}

#[test]
fn the_page_on_rate_limits_shows_what_the_simulation_prints() {
    let page = include_str!("../../docs/rate-limits.md").replace("\r\n", "\n");
    for table in tables().split("\n\n") {
        assert!(
            page.contains(table.trim()),
            "docs/rate-limits.md lacks this:\n{table}"
        );
    }
}

#[test]
fn the_picture_on_the_page_is_what_the_simulation_draws() {
    let picture = include_str!("../../docs/rate-limits.svg").replace("\r\n", "\n");
    assert!(
        picture == plot(),
        "docs/rate-limits.svg isn't what `-- --svg` prints"
    );
}
