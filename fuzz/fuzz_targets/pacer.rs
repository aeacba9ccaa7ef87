//! The pacer, alone with an honest server and at the mercy of any other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unpost_fuzz::check_pacer;

fuzz_target!(|choices: Vec<u16>| check_pacer(&choices));
