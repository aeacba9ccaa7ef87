//! How much memory a run of a million ids takes: printed, for a provider inside this process.
//!
//! ```sh
//! cargo run --release --example memory
//! ```
//!
//! Linux only: the figure is the process's peak resident size (`VmHWM`).

#![allow(clippy::print_stdout, reason = "an example speaks to a person")]

use unpost::{Batch, DeleteMany, DeletePosts, Fate, Outcome, Provider};

/// Deletes whatever it is given, at once.
struct InProcess;

impl DeletePosts for InProcess {
    fn provider(&self) -> Provider {
        Provider::Other
    }

    fn batch_size(&self) -> usize {
        50
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        tokio::task::yield_now().await;
        let ids = batch.ids().iter();
        ids.map(|id| Outcome::new(id, Provider::Other, Fate::Deleted))
            .collect()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Some(baseline) = peak_bytes() else {
        println!("this system doesn't say how much memory a process has used");
        return;
    };
    println!(
        "{:>9}  {:>14}  {:>12}",
        "ids", "above baseline", "bytes an id"
    );
    for ids in [10_000_u32, 100_000, 1_000_000] {
        let posts = (0..ids).map(|n| format!("{n:08x}-0000-4000-8000-000000000000"));
        let summary = DeleteMany::new(InProcess, posts).run().summary().await;
        assert_eq!(summary.deleted, ids as usize);
        let above = peak_bytes().unwrap_or(baseline) - baseline;
        let (mebibytes, each) = (above / (1 << 20), above / u64::from(ids));
        println!("{ids:>9}  {mebibytes:>10} MiB  {each:>12}");
    }
}

fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
