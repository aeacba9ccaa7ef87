//! Lines of a newer version of the crate.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use arbitrary::{Arbitrary, Unstructured};
use unpost_claims::lines::check;

#[test]
fn whatever_a_newer_version_wrote_is_read_and_written_back_unchanged() {
    let first = std::env::var("CLAIMS_SEED").ok();
    let first: u64 = first.map_or(0, |seed| seed.parse().expect("a number in CLAIMS_SEED"));
    for (seed, number) in (first..).zip(0..4_000) {
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes: Vec<_> = std::iter::repeat_with(|| random.u8(..))
            .take(number / 8)
            .collect();
        let line = Arbitrary::arbitrary_take_rest(Unstructured::new(&bytes));
        check(&line.expect("a line"));
    }
}
