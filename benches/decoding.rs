//! Reading an answer about many posts, compared with serde into plain structs.

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
        rounds: 201,
        calls: 50,
    };
    measure(
        "an answer about 50 posts of Genviral's",
        &work::GENVIRAL,
        round,
        &mut work,
    );
    let round = Round {
        rounds: 201,
        calls: 5,
    };
    measure(
        "an answer about 500 posts of Ayrshare's",
        &work::AYRSHARE,
        round,
        &mut work,
    );
}
