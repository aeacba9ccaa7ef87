//! When a full window is probed.

use super::{
    ANSWER, NO_ANSWER, SECOND, WINDOW, counted, exchange, full_until, is_waiting_for_an_answer,
    origin,
};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::pacer::{Pacer, Ready};
use crate::engine::limiter::rate_limit::RateLimit;

#[test]
fn a_reset_that_the_headers_name_is_tried_once() {
    let full_for = |wait| RateHeaders {
        reset: Some(wait),
        ..counted(2, 2)
    };
    let (start, mut pacer) = (origin(), Pacer::new(RateLimit::new(2, WINDOW)));
    exchange(&mut pacer, start, &full_for(100 * SECOND), ANSWER);
    let reset = start + 100 * SECOND;
    assert_eq!(pacer.ready(start), full_until(reset));
    exchange(&mut pacer, reset, &full_for(60 * SECOND), ANSWER);
    let next = reset + 60 * SECOND;
    assert_eq!(pacer.ready(reset), full_until(next));
    exchange(&mut pacer, next, &RateHeaders::default(), NO_ANSWER);
    assert_ne!(pacer.ready(next), Ready::Now);
}

#[test]
fn only_one_request_at_a_time_probes_a_full_window() {
    let (mut now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, now, &counted(300, 300), ANSWER);
    assert_eq!(pacer.ready(now), full_until(now + 25 * SECOND));
    now += 25 * SECOND;
    pacer.sent(now);
    // The next probe is due after 30 s, but the first one has no answer yet.
    now += 31 * SECOND;
    assert!(is_waiting_for_an_answer(&mut pacer, now));
}
