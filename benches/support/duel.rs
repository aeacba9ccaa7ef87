//! Measures ratios in one run. The contenders take turns, round by round, so that whatever else the machine
//! does affects all of them. Criterion measures one contender after the other, and shows changes from run to
//! run.

use std::time::{Duration, Instant};

use criterion::Criterion;

use super::is_smoke;
use super::work::Work;

/// How much to measure.
#[derive(Clone, Copy)]
pub struct Round {
    pub rounds: usize,
    /// How many calls each contender makes in each round.
    pub calls: usize,
}

/// Has criterion measure each contender. Then prints the time of each as a multiple of the time of the second.
pub fn measure(title: &str, names: &[&'static str], round: Round, work: &mut Work) {
    let mut criterion = Criterion::default().configure_from_args();
    for name in names {
        criterion.bench_function(name, |bencher| {
            bencher.iter_custom(|calls| time(|| work.run(name, calls as usize)));
        });
    }
    criterion.final_summary();
    take_turns(title, names, round, work);
}

/// Prints the time of each contender as a multiple of the time of the second, and returns their times.
pub fn take_turns(
    title: &str,
    names: &[&'static str],
    round: Round,
    work: &mut Work,
) -> Vec<Vec<Duration>> {
    if is_smoke() {
        names.iter().for_each(|name| work.run(name, 1));
        return Vec::new();
    }
    let mut taken = vec![Vec::with_capacity(round.rounds); names.len()];
    // The first round warms up.
    for turn in 0..=round.rounds {
        for place in 0..names.len() {
            let place = (place + turn) % names.len();
            let elapsed = time(|| work.run(names[place], round.calls));
            if turn > 0 {
                taken[place].push(elapsed.div_f64(round.calls as f64));
            }
        }
    }
    println!(
        "\n{title}: {} rounds of {} calls",
        round.rounds, round.calls
    );
    print(names, &taken, &taken[1]);
    taken
}

/// Prints a line for each contender, with its ratio to `base`.
pub fn print(names: &[&str], taken: &[Vec<Duration>], base: &[Duration]) {
    println!(
        "{:>28}  {:>10}  {:>10}  {:>12}  {:>12}",
        "", "best", "median", "best ratio", "median ratio"
    );
    let best = |times: &[Duration]| {
        let times = times.iter().min().copied();
        times.unwrap_or_default().as_secs_f64()
    };
    for (name, times) in names.iter().zip(taken) {
        let pairs = times.iter().zip(base);
        let ratios = pairs.map(|(own, base)| own.as_secs_f64() / base.as_secs_f64());
        println!(
            "{name:>28}  {:>10}  {:>10}  {:>12.3}  {:>12.3}",
            show(best(times)),
            show(median(times.iter().map(Duration::as_secs_f64))),
            best(times) / best(base),
            median(ratios),
        );
    }
    println!();
}

#[allow(clippy::disallowed_methods, reason = "a benchmark looks at the clock")]
pub fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn show(seconds: f64) -> String {
    match seconds * 1e6 {
        micros @ ..1_000.0 => format!("{micros:.2} µs"),
        micros => format!("{:.3} ms", micros / 1e3),
    }
}
