//! What is simulated, and the tables of `docs/rate-limits.md`.

use std::time::Duration;

use super::simulation::{Counting, Kept, Scene, Strategy, last, optimum, run};

const CLOCK: Counting = Counting::Aligned(Duration::from_secs(110));
const JOINED_LATE: Scene = Scene::new(CLOCK).used(120, Duration::from_secs(60));
const AGO: Duration = Duration::from_secs(100);
const OTHER: Duration = Duration::from_millis(4_100);

/// The servers for which the limiter has targets.
pub(crate) const SCENES: [(&str, Scene); 6] = [
    (
        "window opened by the first request",
        Scene::new(Counting::Opened),
    ),
    ("window by the clock, joined late, 120 used", JOINED_LATE),
    ("sliding log", Scene::new(Counting::Sliding)),
    (
        "opened by the first request, shared",
        Scene::new(Counting::Opened).shared(OTHER),
    ),
    (
        "by the clock, joined late, shared",
        Scene::new(CLOCK).shared(OTHER),
    ),
    (
        "sliding log, shared",
        Scene::new(Counting::Sliding).shared(OTHER),
    ),
];

/// Servers for which the limiter does less well, or about which it can't know enough.
const HARDER: [(&str, Scene, Strategy, usize); 9] = [
    (
        "by the clock, joined late, a short run",
        JOINED_LATE,
        Strategy::Limiter,
        300,
    ),
    (
        "by the clock, joined late, none used",
        Scene::new(CLOCK),
        Strategy::Limiter,
        1_000,
    ),
    (
        "sliding log, 200 used 100 s before",
        Scene::new(Counting::Sliding).used(200, AGO),
        Strategy::Limiter,
        1_000,
    ),
    (
        "200 allowed, headers say so",
        Scene::new(Counting::Opened).allowing(200),
        Strategy::Limiter,
        1_000,
    ),
    (
        "200 allowed, no headers",
        Scene::new(Counting::Opened).allowing(200).mute(),
        Strategy::Limiter,
        1_000,
    ),
    (
        "by the clock, joined late, no headers",
        JOINED_LATE.mute(),
        Strategy::Limiter,
        1_000,
    ),
    (
        "sliding log, shared, no headers",
        Scene::new(Counting::Sliding).shared(OTHER).mute(),
        Strategy::Limiter,
        1_000,
    ),
    (
        "opened, `RateLimit::unlimited()`",
        Scene::new(Counting::Opened),
        Strategy::Unlimited,
        1_000,
    ),
    (
        "opened, `RateLimit::unlimited()`, no headers",
        Scene::new(Counting::Opened).mute(),
        Strategy::Unlimited,
        1_000,
    ),
];

/// The tables of `docs/rate-limits.md`.
pub(crate) fn tables() -> String {
    let mut text = String::new();
    let mut line = |row: String| {
        text.push_str(&row);
        text.push('\n');
    };
    let header =
        "| server | requests | total time | optimum | ratio | 429s |\n|---|--:|--:|--:|--:|--:|";
    let row = |name, scene, strategy, requests| {
        let (run, best) = (
            run(scene, strategy, requests),
            last(&optimum(scene, requests)),
        );
        let (time, ratio, refused) = (run.time, run.time.div_duration_f64(best), run.refused.len());
        let (time, best) = (time.as_secs_f64(), best.as_secs_f64());
        format!("| {name} | {requests} | {time:.1} s | {best:.1} s | {ratio:.3} | {refused} |")
    };
    line(header.into());
    for (name, scene) in SCENES {
        for requests in [1_000, 5_000] {
            line(row(name, scene, Strategy::Limiter, requests));
        }
    }
    line("\n| server | requests | backoff only: ratio | 429s | even rate: ratio | 429s |\n|---|--:|--:|--:|--:|--:|".into());
    for (name, scene) in SCENES {
        for requests in [300, 5_000] {
            let best = last(&optimum(scene, requests));
            let [backoff, even] = [Strategy::Backoff, Strategy::EvenRate].map(|strategy| {
                let run = run(scene, strategy, requests);
                format!(
                    "{:.3} | {}",
                    run.time.div_duration_f64(best),
                    run.refused.len()
                )
            });
            line(format!("| {name} | {requests} | {backoff} | {even} |"));
        }
    }
    line(format!("\n{header}"));
    for (name, scene, strategy, requests) in HARDER {
        line(row(name, scene, strategy, requests));
    }
    line("\n| server | workers | requests | total time | optimum | ratio | 429s |\n|---|--:|--:|--:|--:|--:|--:|".into());
    for (limit, seconds) in RHYTHMS {
        for (workers, requests) in [(1, 12), (8, 12), (8, 200)] {
            let scene = silent(Counting::Sliding, limit, seconds).by(workers);
            let row = row("", scene, Strategy::Unlimited, requests);
            let row = row.trim_start_matches("|  |");
            line(format!("| {limit} in {seconds} s | {workers} |{row}"));
        }
    }
    line("\n| server | what is kept | total time | without the restart | 429s | without the restart |\n|---|---|--:|--:|--:|--:|".into());
    for (name, scene) in SCENES {
        for (kept, is_kept) in [("the pacer", Kept::Pacer), ("the times", Kept::Times)] {
            let restarted = scene.restarted(RESTARTED_AFTER, is_kept);
            let [restarted, whole] =
                [restarted, scene].map(|scene| run(scene, Strategy::Limiter, 1_000));
            line(format!(
                "| {name} | {kept} | {:.1} s | {:.1} s | {} | {} |",
                restarted.time.as_secs_f64(),
                whole.time.as_secs_f64(),
                restarted.refused.len(),
                whole.refused.len(),
            ));
        }
    }
    text
}

/// How many requests the first process gets through.
const RESTARTED_AFTER: usize = 150;

/// Limits that no header tells: how many requests in how many seconds.
pub(crate) const RHYTHMS: [(u32, u64); 5] = [(1, 1), (5, 5), (10, 10), (60, 60), (30, 300)];

/// A server that doesn't tell its limit.
pub(crate) fn silent(counting: Counting, limit: u32, seconds: u64) -> Scene {
    let scene = Scene::new(counting).allowing(limit);
    scene.within(Duration::from_secs(seconds)).mute()
}
