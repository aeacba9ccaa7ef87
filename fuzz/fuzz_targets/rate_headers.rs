//! The rate headers of an answer, including `Retry-After`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unpost_claims::rate_headers::{Headers, check};

fuzz_target!(|headers: Headers| check(&headers));
