//! Prints how much memory a run of a million ids takes, and how much of that is the set of ids seen. The
//! provider is inside this process.
//!
//! ```sh
//! cargo run --release --example memory
//! ```
//!
//! Linux only: the figure is the process's peak resident size (`VmHWM`).

#![allow(clippy::print_stdout, reason = "an example speaks to a person")]

use std::collections::HashSet;
use std::hint::black_box;
use std::process::Command;

use unpost::{Batch, DeleteMany, DeletePosts, Fate, Outcome, Provider};

/// A provider that deletes every post at once.
struct InProcess;

impl DeletePosts for InProcess {
    fn provider(&self) -> Provider {
        Provider::Other("acme".into())
    }

    fn batch_size(&self) -> usize {
        50
    }

    #[expect(clippy::disallowed_methods, reason = "this program doesn't block")]
    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        tokio::task::yield_now().await;
        let ids = batch.ids().iter();
        ids.map(|id| Outcome::new(id, Provider::Other("acme".into()), Fate::Deleted))
            .collect()
    }
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [what, ids] = arguments.as_slice() {
        let (before, ids) = (peak_bytes(), ids.parse().unwrap_or_default());
        take_memory(what, ids);
        println!(
            "{}",
            peak_bytes()
                .zip(before)
                .map_or(0, |(peak, before)| peak - before)
        );
        return;
    }
    if peak_bytes().is_none() {
        println!("this system doesn't say how much memory a process has used");
        return;
    }
    println!(
        "{:>9}  {:>12}  {:>12}  {:>12}  {:>15}",
        "ids", "peak of run", "bytes an id", "set of ids", "all but the set"
    );
    for ids in [10_000, 100_000, 1_000_000] {
        let (run, set) = (measured("run", ids), measured("set", ids));
        println!(
            "{ids:>9}  {:>8} KiB  {:>12}  {:>8} KiB  {:>11} KiB",
            run / 1024,
            run / u64::from(ids),
            set / 1024,
            run.saturating_sub(set) / 1024,
        );
    }
}

/// How many bytes the peak is above the beginning, in a child process. In a single process, memory that
/// the allocator keeps from one measurement would count in the next.
fn measured(what: &str, ids: u32) -> u64 {
    let program = std::env::current_exe();
    let output = program.and_then(|program| {
        Command::new(program)
            .args([what, &ids.to_string()])
            .output()
    });
    let printed = output.map(|output| output.stdout).unwrap_or_default();
    let printed = String::from_utf8_lossy(&printed);
    printed.trim().parse().unwrap_or_default()
}

#[tokio::main(flavor = "current_thread")]
async fn take_memory(what: &str, ids: u32) {
    if what == "set" {
        // A run remembers two hashes of each id. The set grows, because a run can't know how many ids
        // there will be.
        let mut seen = HashSet::new();
        for n in 0..u64::from(ids) {
            seen.insert((n, n));
        }
        black_box(seen);
        return;
    }
    let posts = (0..ids).map(|n| format!("{n:08x}-0000-4000-8000-000000000000"));
    let summary = DeleteMany::new(InProcess, posts).run().summary().await;
    assert_eq!(summary.deleted, ids as usize);
}

fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
