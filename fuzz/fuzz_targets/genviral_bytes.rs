//! Any bytes as Genviral's answer, after a line that says what was asked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unpost_claims::decoders::check_genviral;
use unpost_fuzz::question;

fuzz_target!(|data: &[u8]| {
    let (http_status, asked, body) = question::split(data);
    check_genviral(&asked, http_status, body);
});
