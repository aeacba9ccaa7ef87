//! The limiter, alone with an honest server and at the mercy of any other.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use libfuzzer_sys::fuzz_target;
use unpost_claims::limiter::{
    never_beyond_the_budget_and_never_asleep_for_ever, never_more_than_the_limit,
};

fuzz_target!(|choices: Vec<u16>| {
    // Any time will do.
    let now = UNIX_EPOCH + Duration::from_secs(1_764_000_000);
    never_more_than_the_limit(now, &choices);
    never_beyond_the_budget_and_never_asleep_for_ever(now, &choices);
});
