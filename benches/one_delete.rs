//! One delete over a warm connection, compared with reqwest and hyper by hand.

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

use std::time::Duration;

use support::duel::{Round, measure};
use support::responder::{ServerProcess, respond_if_asked};
use support::work::{self, Work};

fn main() {
    respond_if_asked();
    let server = ServerProcess::start(Duration::ZERO);
    let mut work = Work::new(server.address);
    let round = Round {
        rounds: 101,
        calls: 100,
    };
    measure(
        "one delete over a warm connection",
        &work::ONE_DELETE,
        round,
        &mut work,
    );
}
