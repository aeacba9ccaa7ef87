//! Lines of outcomes that a newer version of the crate wrote.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unpost_claims::lines::{Line, check};

fuzz_target!(|line: Line| check(&line));
