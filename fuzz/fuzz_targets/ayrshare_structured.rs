//! Ayrshare's answers, documented and undocumented.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unpost_claims::{answers::AyrshareCase, decoders::check_ayrshare};

fuzz_target!(|case: AyrshareCase| {
    let body = case.body();
    let read = check_ayrshare(&case.asked(), case.status.number(), &body.bytes);
    assert!(
        !body.contradicts_itself || read.iter().all(Option::is_none),
        "an answer that contradicts itself settles nothing"
    );
});
