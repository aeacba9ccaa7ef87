//! What a 429 means, and the budget of 429s.

use std::time::Duration;

use super::{
    ANSWER, NETWORK_THROTTLED, SECOND, THROTTLED, WINDOW, closed_until, counted, exchange,
    is_waiting_for_an_answer, origin, retry_after, settle,
};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::pacer::{Pacer, Ready};
use crate::engine::limiter::rate_limit::{DAY, RateLimit};

#[test]
fn a_429_closes_the_limiter_for_everyone() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::unlimited()));
    exchange(&mut pacer, now, &retry_after(30 * SECOND), THROTTLED);
    assert_eq!(pacer.ready(now), closed_until(now + 30 * SECOND));
    // Then one request is sent, and no other until its answer is there.
    let then = now + 30 * SECOND;
    assert_eq!(pacer.ready(then), Ready::Now);
    pacer.sent(then);
    assert!(is_waiting_for_an_answer(&mut pacer, then));
    settle(
        &mut pacer,
        then + SECOND,
        then,
        &RateHeaders::default(),
        ANSWER,
    );
    assert_eq!(pacer.ready(then + SECOND), Ready::Now);
}

#[test]
fn an_earlier_answer_does_not_reopen_the_limiter() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::unlimited()));
    pacer.sent(now);
    pacer.sent(now + SECOND);
    settle(
        &mut pacer,
        now + 2 * SECOND,
        now + SECOND,
        &retry_after(60 * SECOND),
        THROTTLED,
    );
    settle(&mut pacer, now + 3 * SECOND, now, &counted(5, 300), ANSWER);
    assert_eq!(
        pacer.ready(now + 3 * SECOND),
        closed_until(now + 62 * SECOND)
    );
}

#[test]
fn a_request_that_waited_as_asked_and_is_refused_again_waits_longer_each_time() {
    // The first interval is a second for both. Then it doubles, or grows by a fifth.
    for (limit, third) in [
        (RateLimit::unlimited(), 2.0),
        (RateLimit::new(300, 12 * SECOND), 1.2),
    ] {
        let (mut now, mut pacer) = (origin(), Pacer::new(limit));
        exchange(&mut pacer, now, &RateHeaders::default(), ANSWER);
        for wait in [1.0, 1.0, third] {
            exchange(&mut pacer, now, &retry_after(SECOND), THROTTLED);
            let until = now + Duration::from_secs_f64(wait);
            assert_eq!(pacer.ready(now), closed_until(until));
            now = until;
        }
    }
}

#[test]
fn a_first_429_closes_the_limiter_for_exactly_as_long_as_it_asks() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, now, &retry_after(SECOND), THROTTLED);
    assert_eq!(pacer.ready(now), closed_until(now + SECOND));
}

#[test]
fn a_429_that_no_count_explains_is_waited_out() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, now, &counted(1, 300), THROTTLED);
    assert_eq!(pacer.ready(now), closed_until(now + WINDOW / 12));
}

#[test]
fn a_network_throttle_holds_only_its_own_call() {
    let (now, mut pacer) = (
        origin(),
        Pacer::new(RateLimit::unlimited().max_throttled_per_day(2)),
    );
    exchange(
        &mut pacer,
        now,
        &retry_after(30 * SECOND),
        NETWORK_THROTTLED,
    );
    exchange(
        &mut pacer,
        now,
        &retry_after(30 * SECOND),
        NETWORK_THROTTLED,
    );
    assert_eq!(pacer.ready(now), Ready::Spent { until: now + DAY });
}

#[test]
fn the_budget_of_429s_ends_in_spent_and_comes_back_after_a_day() {
    let (start, mut pacer) = (
        origin(),
        Pacer::new(RateLimit::new(300, WINDOW).max_throttled_per_day(3)),
    );
    let (mut now, mut refused) = (start, 0);
    let until = loop {
        match pacer.ready(now) {
            Ready::Now => {
                pacer.sent(now);
                settle(&mut pacer, now, now, &RateHeaders::default(), THROTTLED);
                refused += 1;
            }
            Ready::At { at, .. } => now = at,
            Ready::Spent { until } => break until,
        }
    };
    assert_eq!((refused, until), (3, start + DAY));
    assert_eq!(pacer.ready(until), Ready::Now);
}

#[test]
fn a_budget_of_0_counts_as_1() {
    assert_eq!(
        RateLimit::unlimited().max_throttled_per_day(0),
        RateLimit::unlimited().max_throttled_per_day(1)
    );
}
