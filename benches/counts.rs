//! Instructions and allocations a call, counted by valgrind: the same on a busy machine as on an idle
//! one. Without valgrind it says so and counts nothing.
//!
//! The server is another process, and what happens before the first call is left out: each figure is
//! the difference of two runs.

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

use support::responder::{Elsewhere, respond_if_asked};
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

    let server = Elsewhere::start(Duration::ZERO);
    if support::is_smoke() {
        let mut work = Work::new(server.address);
        work::NAMES
            .concat()
            .iter()
            .for_each(|name| work.run(name, 1));
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind isn't installed: nothing was counted");
        return;
    }
    for group in work::NAMES {
        let counted = group
            .iter()
            .map(|name| (*name, Counted::of(name, server.address)));
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

/// For one call.
#[derive(Clone, Copy)]
struct Counted {
    instructions: f64,
    allocations: f64,
    bytes: f64,
}

impl Counted {
    fn of(name: &str, server: SocketAddr) -> Self {
        const FEW: usize = 100;
        const MANY: usize = 600;
        let per_call = |count: &dyn Fn(usize) -> f64| {
            let difference = || (count(MANY) - count(FEW)) / (MANY - FEW) as f64;
            // How often a call has to wait for the server differs a little from run to run.
            support::duel::median((0..3).map(|_| difference()))
        };
        let callgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let memcheck = ["--tool=memcheck", "--leak-check=no"];
        let heap =
            |calls, what: &str| number_before(&valgrind(&memcheck, name, calls, server), what);
        Self {
            instructions: per_call(&|calls| {
                let report = valgrind(&callgrind, name, calls, server);
                number_after(&report, "Collected : ")
            }),
            allocations: per_call(&|calls| heap(calls, " allocs,")),
            bytes: per_call(&|calls| heap(calls, " bytes allocated")),
        }
    }
}

/// What valgrind says of this very program making so many calls.
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
    let words = words.replace(',', "");
    let number = report.split_once(&words).map(|(_, rest)| rest);
    let number = number.and_then(|rest| rest.split_whitespace().next());
    number.and_then(|it| it.parse().ok()).expect("a number")
}

fn number_before(report: &str, words: &str) -> f64 {
    let words = words.replace(',', "");
    let number = report.split_once(&words).map(|(before, _)| before);
    let number = number.and_then(|before| before.split_whitespace().next_back());
    number.and_then(|it| it.parse().ok()).expect("a number")
}
