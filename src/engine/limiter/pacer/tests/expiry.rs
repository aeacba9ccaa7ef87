//! What is forgotten in the end.

use super::{ANSWER, NETWORK_THROTTLED, SECOND, WINDOW, exchange, full_until, origin, settle};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::pacer::{Pacer, Ready};
use crate::engine::limiter::rate_limit::{DAY, RateLimit};

#[test]
fn a_request_that_is_never_heard_of_again_frees_its_place_in_the_end() {
    for window in [SECOND, WINDOW] {
        let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(1, window)));
        pacer.sent(now);
        let gone = now + 300 * SECOND;
        assert_eq!(pacer.ready(gone), full_until(gone + window));
        assert_eq!(pacer.ready(gone + window), Ready::Now);
    }
}

#[test]
fn a_pacer_is_idle_once_nothing_that_it_knows_matters() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    assert!(pacer.is_idle(now));
    pacer.sent(now);
    assert!(!pacer.is_idle(now + WINDOW));
    settle(&mut pacer, now, now, &RateHeaders::default(), ANSWER);
    assert!(!pacer.is_idle(now) && pacer.is_idle(now + WINDOW));
    exchange(
        &mut pacer,
        now + WINDOW,
        &RateHeaders::default(),
        NETWORK_THROTTLED,
    );
    assert!(!pacer.is_idle(now + 2 * WINDOW) && pacer.is_idle(now + WINDOW + DAY));
}
