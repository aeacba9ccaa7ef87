//! The provider's count, and the resets that it shows.

use super::{ANSWER, SECOND, WINDOW, counted, exchange, full_until, origin, settle};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::pacer::{Pacer, Ready};
use crate::engine::limiter::rate_limit::RateLimit;

#[test]
fn an_answer_under_way_while_the_count_starts_over_speaks_of_neither_window() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(150, WINDOW)));
    exchange(&mut pacer, now, &counted(140, 150), ANSWER);
    let (slow, quick) = (now + SECOND, now + 2 * SECOND);
    pacer.sent(slow);
    pacer.sent(quick);
    let then = now + 3 * SECOND;
    settle(&mut pacer, then, quick, &counted(1, 150), ANSWER);
    settle(&mut pacer, then, slow, &counted(150, 150), ANSWER);
    assert_eq!(pacer.ready(then), Ready::Now);
}

#[test]
fn a_count_that_drops_a_little_is_no_new_window() {
    let (start, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, start, &counted(299, 300), ANSWER);
    let now = start + SECOND;
    // Up to an eighth of the limit, 37, is no sign of a reset.
    for used in 263..=300 {
        exchange(&mut pacer, now, &counted(used, 300), ANSWER);
    }
    // If this were a new window, the pacer would know its end, and wait for that.
    assert_eq!(pacer.ready(now), full_until(now + WINDOW / 12));
}

#[test]
fn own_requests_are_forgotten_after_a_reset_only_if_the_count_lacks_more_than_a_few_of_them() {
    // 50 requests of ours and 10 of others are counted, then a request of ours that finds this count.
    for (used, room) in [(14, 300 - 51), (13, 300 - 13)] {
        let (start, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
        for before in 0..50 {
            exchange(&mut pacer, start, &counted(11 + before, 300), ANSWER);
        }
        let now = start + SECOND;
        exchange(&mut pacer, now, &counted(used, 300), ANSWER);
        let mut sent = 0;
        while pacer.ready(now) == Ready::Now && sent < 300 {
            exchange(&mut pacer, now, &RateHeaders::default(), ANSWER);
            sent += 1;
        }
        assert_eq!(sent, room, "{used}");
    }
}

#[test]
fn a_count_in_which_no_request_of_ours_is_left_says_nothing_of_how_it_slides() {
    let (start, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, start, &counted(1, 300), ANSWER);
    let now = start + WINDOW;
    exchange(&mut pacer, now, &counted(300, 300), ANSWER);
    // If each request left the count by itself, the pacer would wait for its own request to do so.
    assert_eq!(pacer.ready(now), full_until(now + WINDOW / 12));
}

#[test]
fn a_count_that_leaves_out_the_request_itself_does_not_fool_it() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    for before in 0..300 {
        exchange(&mut pacer, now, &counted(before, 300), ANSWER);
    }
    assert_eq!(pacer.ready(now), full_until(now + WINDOW));
}

#[test]
fn a_count_that_always_says_1_does_not_undo_the_own_account_again_and_again() {
    let (mut now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    let (end, mut sent) = (now + WINDOW / 3, 0);
    while now < end {
        match pacer.ready(now) {
            Ready::Now => {
                exchange(&mut pacer, now, &counted(1, 300), ANSWER);
                sent += 1;
            }
            Ready::At { at, .. } => now = at,
            Ready::Spent { .. } => unreachable!("nothing was refused"),
        }
    }
    assert!(sent < 400, "{sent}");
}
