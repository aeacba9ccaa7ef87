//! How requests under way hold up others.

use super::{
    ANSWER, SECOND, THROTTLED, WINDOW, full_until, is_waiting_for_an_answer, origin, retry_after,
    settle,
};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::pacer::{Pacer, Ready};
use crate::engine::limiter::rate_limit::RateLimit;

#[test]
fn requests_under_way_are_held_against_the_budget() {
    let (now, mut pacer) = (
        origin(),
        Pacer::new(RateLimit::unlimited().max_throttled_per_day(2)),
    );
    pacer.sent(now);
    pacer.sent(now);
    assert!(is_waiting_for_an_answer(&mut pacer, now));
}

#[test]
fn a_request_whose_answer_nobody_fetches_gives_way_and_keeps_its_place() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(2, WINDOW)));
    pacer.sent(now);
    assert!(is_waiting_for_an_answer(&mut pacer, now));
    let later = now + 3 * SECOND;
    assert_eq!(pacer.ready(later), Ready::Now);
    pacer.sent(later);
    assert_ne!(pacer.ready(later), Ready::Now);
}

#[test]
fn a_full_window_waits_for_an_answer_that_is_late() {
    for window in [SECOND, WINDOW] {
        let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(1, window)));
        pacer.sent(now);
        let late = now + 200 * SECOND;
        for second in 0..200 {
            assert_ne!(pacer.ready(now + second * SECOND), Ready::Now, "{second}");
        }
        settle(&mut pacer, late, now, &RateHeaders::default(), ANSWER);
        assert_eq!(pacer.ready(late), full_until(late + window));
        assert_eq!(pacer.ready(late + window), Ready::Now);
    }
}

#[test]
fn a_first_answer_that_is_slow_lets_more_requests_go_every_few_seconds_and_a_429_ends_that() {
    let (start, mut pacer) = (
        origin(),
        Pacer::new(RateLimit::new(300, WINDOW).max_throttled_per_day(10)),
    );
    let go = |pacer: &mut Pacer, now| {
        let mut sent = 0;
        while pacer.ready(now) == Ready::Now {
            pacer.sent(now);
            sent += 1;
        }
        sent
    };
    let went = [0, 2, 3, 5, 6, 9, 12, 15].map(|second| go(&mut pacer, start + second * SECOND));
    assert_eq!(
        went,
        [1, 0, 1, 0, 2, 4, 2, 0],
        "the budget of 429s allows ten"
    );
    let then = start + 16 * SECOND;
    settle(&mut pacer, then, start, &retry_after(SECOND), THROTTLED);
    let later = then + 10 * SECOND;
    assert!(is_waiting_for_an_answer(&mut pacer, later));
}
