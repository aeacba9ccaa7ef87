//! What is counted in the window, and how much it holds.

use super::{
    ANSWER, NO_ANSWER, SECOND, UNSENT, WINDOW, counted, exchange, full_until, origin, settle,
};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::pacer::{Pacer, Ready};
use crate::engine::limiter::rate_limit::RateLimit;

#[test]
fn a_limit_that_sinks_while_requests_are_under_way_lets_none_be_forgotten() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(4, WINDOW)));
    exchange(&mut pacer, now, &RateHeaders::default(), ANSWER);
    let (one, other) = (now + SECOND, now + 2 * SECOND);
    pacer.sent(one);
    pacer.sent(other);
    let lower = RateHeaders {
        max: Some(1),
        ..RateHeaders::default()
    };
    settle(&mut pacer, one, one, &lower, ANSWER);
    settle(&mut pacer, other, other, &RateHeaders::default(), ANSWER);
    assert_eq!(pacer.ready(other), full_until(now + WINDOW));
}

#[test]
fn own_requests_are_counted_without_any_header() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(3, WINDOW)));
    for second in 0..3 {
        exchange(
            &mut pacer,
            now + second * SECOND,
            &RateHeaders::default(),
            ANSWER,
        );
    }
    assert_eq!(pacer.ready(now + 3 * SECOND), full_until(now + WINDOW));
    exchange(&mut pacer, now + WINDOW, &RateHeaders::default(), ANSWER);
    assert_eq!(pacer.ready(now + WINDOW), full_until(now + WINDOW + SECOND));
}

#[test]
fn a_request_without_an_answer_takes_its_place_and_an_unsent_one_does_not() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(1, WINDOW)));
    exchange(&mut pacer, now, &RateHeaders::default(), UNSENT);
    exchange(&mut pacer, now, &RateHeaders::default(), NO_ANSWER);
    assert_eq!(pacer.ready(now), full_until(now + WINDOW));
}

#[test]
fn a_stricter_limit_in_the_headers_is_believed_and_a_laxer_one_is_not() {
    // A profile with a limit of 0 could never send, so a limit of 0 counts as no limit.
    for (max, room) in [(2, false), (1_000_000, true), (0, true)] {
        let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(4, WINDOW)));
        exchange(&mut pacer, now, &counted(1, max), ANSWER);
        exchange(&mut pacer, now, &counted(2, max), ANSWER);
        assert_eq!(pacer.ready(now) == Ready::Now, room);
        exchange(&mut pacer, now + WINDOW, &counted(4, max), ANSWER);
        assert_ne!(pacer.ready(now + WINDOW), Ready::Now);
    }
}
