//! The limiter, alone with an honest server and at the mercy of any other.
#![no_main]

use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use unpost_claims::limiter::{
    never_beyond_the_budget_and_never_asleep_for_ever, never_more_than_the_limit,
};

fuzz_target!(|choices: Vec<u16>| {
    #[allow(clippy::disallowed_methods, reason = "any instant will do")]
    let now = Instant::now();
    never_more_than_the_limit(now, &choices);
    never_beyond_the_budget_and_never_asleep_for_ever(now, &choices);
});
