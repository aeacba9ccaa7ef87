//! Counts the instructions and allocations of a call with valgrind. The counts are the same on a busy machine
//! as on an idle one. Without valgrind, this benchmark counts nothing and says so.
//!
//! The server is another process. Each figure is the difference between two runs, divided by the difference
//! in their calls, so what happens before the first call doesn't count.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::pedantic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark"
)]

mod support;

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use support::responder::{ServerProcess, respond_if_asked};
use support::work::{self, Work};

fn main() {
    respond_if_asked();
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, verb, name, calls, address] = arguments.as_slice()
        && verb == "count"
    {
        let address = address.parse().expect("an address");
        return Work::new(address).run(name, calls.parse().expect("a number"));
    }

    let server = ServerProcess::start(Duration::ZERO);
    if support::is_smoke() {
        let mut work = Work::new(server.address);
        let names = work::COUNTED.iter().flat_map(|(group, _)| *group);
        names.for_each(|name| work.run(name, 1));
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind isn't installed: nothing was counted");
        return;
    }
    for (group, calls) in work::COUNTED {
        let counted = group
            .iter()
            .map(|name| (*name, Counted::of(name, calls, server.address)));
        let counted: Vec<_> = counted.collect();
        let base = counted[1].1;
        println!(
            "{:>28}  {:>14}  {:>7}  {:>13}  {:>7}  {:>12}  {:>7}",
            "", "instructions", "ratio", "allocations", "ratio", "bytes", "ratio"
        );
        for (name, own) in counted {
            println!(
                "{name:>28}  {:>14.0}  {:>7.3}  {:>13.1}  {:>7.3}  {:>12.0}  {:>7.3}",
                own.instructions,
                own.instructions / base.instructions,
                own.allocations,
                own.allocations / base.allocations,
                own.bytes,
                own.bytes / base.bytes,
            );
        }
        println!();
    }
}

#[derive(Clone, Copy)]
struct Counted {
    instructions: f64,
    allocations: f64,
    bytes: f64,
}

impl Counted {
    /// The counts for one call, as the median of three. How often a call has to wait for the server differs
    /// a little from run to run.
    fn of(name: &str, calls: usize, server: SocketAddr) -> Self {
        let warm_up = calls.div_ceil(5);
        let runs: Vec<_> = (0..3)
            .map(|_| {
                let begun = Self::in_all(name, warm_up, server);
                (begun, Self::in_all(name, warm_up + calls, server))
            })
            .collect();
        let per_call = |of: fn(&Self) -> f64| {
            let differences = runs.iter().map(|(begun, ended)| of(ended) - of(begun));
            support::duel::median(differences) / calls as f64
        };
        Self {
            instructions: per_call(|counted| counted.instructions),
            allocations: per_call(|counted| counted.allocations),
            bytes: per_call(|counted| counted.bytes),
        }
    }

    /// The counts for a whole process that makes so many calls.
    fn in_all(name: &str, calls: usize, server: SocketAddr) -> Self {
        let callgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let memcheck = ["--tool=memcheck", "--leak-check=no"];
        let executed = valgrind(&callgrind, name, calls, server);
        let allocated = valgrind(&memcheck, name, calls, server);
        Self {
            instructions: number_after(&executed, "Collected : "),
            allocations: number_before(&allocated, " allocs"),
            bytes: number_before(&allocated, " bytes allocated"),
        }
    }
}

/// What valgrind reports of this program when it makes so many calls.
fn valgrind(options: &[&str], name: &str, calls: usize, server: SocketAddr) -> String {
    let program = std::env::current_exe().expect("this program's path");
    let output = Command::new("valgrind")
        .args(options)
        .arg(program)
        .args(["count", name, &calls.to_string(), &server.to_string()])
        .output()
        .expect("valgrind");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).replace(',', "")
}

fn number_after(report: &str, words: &str) -> f64 {
    let number = report.split_once(words).map(|(_, rest)| rest);
    let number = number.and_then(|rest| rest.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

fn number_before(report: &str, words: &str) -> f64 {
    let number = report.split_once(words).map(|(before, _)| before);
    let number = number.and_then(|before| before.split_whitespace().next_back());
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}
