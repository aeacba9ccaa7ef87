//! How much memory answers take, at most. Each figure is the peak above what was in use before, so this file has
//! one test: another one beside it would be counted too.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use peak_alloc::PeakAlloc;
use unpost::mock;
use unpost_claims::worst_answers::{LARGEST, NAMES, worst_answer};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn memory_is_bounded_by_what_is_asked_and_not_by_what_is_answered() {
    for name in NAMES {
        let answer = worst_answer(name);
        let before = begin();
        let reading = answer.read();
        let peak = peak_since(before);
        drop(reading);
        assert!(peak + LARGEST <= MIB + 16 * LARGEST, "{name}: {peak} bytes");
    }
    let plain = peak_of_a_refused_run("m".to_owned()).await;
    let long = peak_of_a_refused_run("m".repeat(100_000)).await;
    assert!(
        long.saturating_sub(plain) < 16 * MIB,
        "{long} and {plain} bytes"
    );
}

/// The peak of a run of 20,000 posts that ends at once, because its key is refused with this message. All of its
/// outcomes are kept.
async fn peak_of_a_refused_run(message: String) -> usize {
    let server = mock::Ayrshare::start().await;
    let answer = format!(r#"{{"status":"error","code":102,"message":"{message}"}}"#);
    server.fail_next(8, mock::Fault::status(401).body(answer));
    let client = server.client().expect("a client");
    let ids: Vec<_> = (0..20_000).map(|n| format!("post-{n}")).collect();
    let before = begin();
    let mut run = client.delete_many(&ids).run();
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome);
    }
    assert_eq!(outcomes.len(), ids.len());
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.fate.failure().is_some())
    );
    peak_since(before)
}

fn begin() -> usize {
    MEMORY.reset_peak_usage();
    MEMORY.current_usage()
}

fn peak_since(before: usize) -> usize {
    MEMORY.peak_usage().saturating_sub(before)
}
