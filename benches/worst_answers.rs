//! The time and the memory that it takes to read the worst answers of 8 MiB, the default limit.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark"
)]

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use unpost_claims::worst_answers::{NAMES, WorstAnswer, worst_answer};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() {
    let rounds = if support::is_smoke() { 1 } else { 30 };
    println!(
        "{:>45}  {:>9}  {:>16}  {:>6}",
        "", "on a core", "serde_json Value", "peak"
    );
    for name in NAMES {
        let answer = worst_answer(name);
        let own = mean(rounds, || answer.read());
        let value = || serde_json::from_str::<serde_json::Value>(&answer.body).is_ok();
        let serde = mean(rounds, value);
        let (own, serde) = (own.as_secs_f64() * 1e3, serde.as_secs_f64() * 1e3);
        let mib = peak_of(&answer) as f64 / 1024.0 / 1024.0;
        println!("{name:>45}  {own:>6.1} ms  {serde:>13.1} ms  {mib:>3.0} MiB");
    }
}

/// The mean time of a round. The system counts the time on a core in steps that are longer than some rounds.
fn mean<T>(rounds: u32, mut work: impl FnMut() -> T) -> Duration {
    let (begun, on_core) = (Instant::now(), time_on_core());
    for _ in 0..rounds {
        black_box(work());
    }
    let taken = match (on_core, time_on_core()) {
        (Some(before), Some(after)) => after - before,
        _ => begun.elapsed(),
    };
    taken / rounds
}

/// How long this thread has been on a core, if the system tells. Other programs hardly change it.
fn time_on_core() -> Option<Duration> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = times.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// How much the memory in use grows while the answer is read.
fn peak_of(answer: &WorstAnswer) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    black_box(answer.read());
    MEMORY.peak_usage() - before
}
