//! Any bytes as Ayrshare's answer, after a line that says what was asked.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unpost_claims::decoders::check_ayrshare;
use unpost_fuzz::question;

fuzz_target!(|data: &[u8]| {
    let (http_status, asked, body) = question::split(data);
    check_ayrshare(&asked, http_status, body);
});
