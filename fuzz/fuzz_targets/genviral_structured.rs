//! Genviral's answers, documented and undocumented.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unpost_claims::{answers::GenviralCase, decoders::check_genviral};

fuzz_target!(|case: GenviralCase| {
    let body = case.body();
    let read = check_genviral(&case.asked(), case.status.number(), &body.bytes);
    assert!(
        !body.contradicts_itself || read.iter().all(Option::is_none),
        "an answer that contradicts itself settles nothing"
    );
});
