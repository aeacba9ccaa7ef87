//! Many deletes against a server that takes 5 ms for each: the crate's `delete_many`, a loop, and
//! `buffer_unordered` by hand.
//!
//! There is no rate limit here. With Ayrshare's own, 300 requests go out in 5 minutes, however many are under
//! way at once.

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
    let server = ServerProcess::start(Duration::from_millis(5));
    let mut work = Work::new(server.address);
    // The number of calls is a multiple of how many are under way at once, so that the last of them also
    // go out together.
    let round = |calls| Round { rounds: 15, calls };
    let names = work::EIGHT_AT_ONCE;
    measure("5 ms a delete, 8 at a time", &names, round(400), &mut work);
    let names = work::THIRTY_TWO_AT_ONCE;
    measure(
        "5 ms a delete, 32 at a time",
        &names,
        round(1_600),
        &mut work,
    );
}
