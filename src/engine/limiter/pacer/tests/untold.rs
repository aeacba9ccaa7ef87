//! A limit that nobody tells.

use super::{ANSWER, SECOND, THROTTLED, exchange, origin};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::pacer::{Pacer, Ready};
use crate::engine::limiter::rate_limit::RateLimit;

#[test]
fn a_limit_that_nobody_tells_is_found_and_one_more_request_is_tried_now_and_then() {
    let (start, mut pacer) = (origin(), Pacer::new(RateLimit::unlimited()));
    let silent = RateHeaders::default();
    let (mut counted, mut refused) = (Vec::new(), Vec::new());
    let mut now = start;
    // Two in five seconds, for two hours.
    while now < start + 7_200 * SECOND {
        match pacer.ready(now) {
            Ready::Now => {
                counted.retain(|at| *at + 5 * SECOND > now);
                let has_room = counted.len() < 2;
                if has_room {
                    counted.push(now);
                } else {
                    refused.push(now);
                }
                exchange(
                    &mut pacer,
                    now,
                    &silent,
                    if has_room { ANSWER } else { THROTTLED },
                );
            }
            Ready::At { at, .. } => now = at,
            Ready::Spent { .. } => panic!("{} were refused", refused.len()),
        }
    }
    let first = refused.iter().filter(|at| **at < start + 5 * SECOND);
    assert_eq!(first.count(), 3, "at once, after a second, and after two");
    assert!((4..=12).contains(&refused.len()), "{}", refused.len());
}
