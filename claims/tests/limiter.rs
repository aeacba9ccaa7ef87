//! The limiter and the rate headers, for courses of events and headers of every kind.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arbitrary::{Arbitrary, Unstructured};
use unpost_claims::limiter::{
    never_beyond_the_budget_and_never_asleep_for_ever, never_more_than_the_limit,
};
use unpost_claims::rate_headers;

/// How many courses of events each claim is checked with.
const CASES: usize = 1_000;

/// The numbers are the same in every run, so that a failure comes again; `CLAIMS_SEED` asks for others.
/// There are more of them each time, so that the first course that fails is a short one.
fn for_every_course(claim: fn(SystemTime, &[u16])) {
    for (seed, length) in (first_seed()..).zip(0..CASES) {
        let mut random = fastrand::Rng::with_seed(seed);
        let numbers = std::iter::repeat_with(|| random.u16(..));
        let numbers: Vec<_> = numbers.take(length).collect();
        let _shown = ShownIfItFails(seed, length);
        // Any time will do.
        claim(UNIX_EPOCH + Duration::from_secs(1_764_000_000), &numbers);
    }
}

fn first_seed() -> u64 {
    let seed = std::env::var("CLAIMS_SEED").ok();
    seed.map_or(0, |seed| seed.parse().expect("a number in CLAIMS_SEED"))
}

struct ShownIfItFails(u64, usize);

impl Drop for ShownIfItFails {
    #[allow(clippy::print_stderr, reason = "a failing test says what it failed on")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}, {} numbers", self.0, self.1);
        }
    }
}

#[test]
fn alone_with_an_honest_server_the_limiter_sends_no_more_than_the_limit() {
    for_every_course(never_more_than_the_limit);
}

#[test]
fn the_limiter_keeps_to_the_budget_and_lets_waiters_through_whatever_a_server_says() {
    for_every_course(never_beyond_the_budget_and_never_asleep_for_ever);
}

#[test]
fn rate_headers_are_read_as_they_were_meant_and_no_wait_is_longer_than_a_day() {
    for seed in (first_seed()..).take(4_000) {
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes: Vec<_> = std::iter::repeat_with(|| random.u8(..)).take(200).collect();
        let headers = Arbitrary::arbitrary_take_rest(Unstructured::new(&bytes));
        rate_headers::check(&headers.expect("headers"));
    }
}
