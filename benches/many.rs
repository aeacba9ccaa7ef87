//! Many deletes against a server that takes 5 ms for each, and against one that answers at once: the crate's
//! `delete_many`, also with a journal, a loop, and `buffer_unordered` by hand.
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

use support::duel::{self, Round, take_turns};
use support::responder::{ServerProcess, respond_if_asked};
use support::work::{self, Work};

fn main() {
    respond_if_asked();
    let server = ServerProcess::start(Duration::from_millis(5));
    let mut work = Work::new(server.address);
    // The number of calls is a multiple of how many are under way at once, so that the last of them also
    // go out together.
    let round = |rounds, calls| Round { rounds, calls };
    let (eight, thirty_two) = (work::EIGHT_AT_ONCE, work::THIRTY_TWO_AT_ONCE);
    take_turns("5 ms, 8 at a time", &eight, round(15, 400), &mut work);
    take_turns(
        "5 ms, 32 at a time",
        &thirty_two,
        round(15, 1_600),
        &mut work,
    );
    drop((work, server));

    let server = ServerProcess::start(Duration::ZERO);
    let mut work = Work::new(server.address);
    let posts = round(21, 20_000);
    let names = work::WITH_A_JOURNAL;
    let taken = take_turns("0 ms, 32 at a time", &names, posts, &mut work);
    if let [without, _, with] = taken.as_slice() {
        let pairs = with.iter().zip(without);
        let costs = pairs.map(|(with, without)| with.as_secs_f64() - without.as_secs_f64());
        println!("a journal costs {:.2} µs a post", duel::median(costs) * 1e6);
    }
}
