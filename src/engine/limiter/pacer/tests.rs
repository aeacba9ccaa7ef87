use std::time::{Duration, Instant};

use super::{POLL, Pacer, Ready};
use crate::engine::exchange::Head;
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::rate_limit::{DAY, RateLimit};
use crate::engine::operation::{AttemptKind, ThrottledBy};

/// What an attempt came to, with the HTTP status of its answer if there was one.
type CameTo = (AttemptKind, Option<u16>);

const ANSWER: CameTo = (AttemptKind::Answered, Some(200));
const NETWORK_THROTTLED: CameTo = (AttemptKind::Throttled(ThrottledBy::Network), Some(429));
const NO_ANSWER: CameTo = (AttemptKind::Lost, None);
const THROTTLED: CameTo = (AttemptKind::Throttled(ThrottledBy::Profile), Some(429));
const UNSENT: CameTo = (AttemptKind::NotSent, None);

const SECOND: Duration = Duration::from_secs(1);
const WINDOW: Duration = Duration::from_secs(300);

fn counted(count: u32, max: u32) -> RateHeaders {
    RateHeaders {
        max: Some(max),
        count: Some(count),
        ..RateHeaders::default()
    }
}

fn retry_after(wait: Duration) -> RateHeaders {
    RateHeaders {
        retry_after: Some(wait),
        ..RateHeaders::default()
    }
}

/// Sends a request at `now`, and settles it at once.
fn exchange(pacer: &mut Pacer, now: Instant, headers: &RateHeaders, came_to: CameTo) {
    assert_eq!(pacer.ready(now), Ready::Now);
    pacer.sent(now);
    settle(pacer, now, now, headers, came_to);
}

fn settle(
    pacer: &mut Pacer,
    now: Instant,
    sent_at: Instant,
    rate: &RateHeaders,
    (kind, status): CameTo,
) {
    let head = status.map(|status| Head {
        status,
        rate: *rate,
    });
    pacer.settle(now, sent_at, kind, head.as_ref());
}

#[allow(clippy::disallowed_methods, reason = "any instant will do")]
fn origin() -> Instant {
    Instant::now()
}

#[test]
fn a_429_closes_the_limiter_for_everyone() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::unlimited()));
    exchange(&mut pacer, now, &retry_after(30 * SECOND), THROTTLED);
    assert_eq!(pacer.ready(now), Ready::At(now + 30 * SECOND));
    // Then one request is sent, and no other until its answer is there.
    let then = now + 30 * SECOND;
    assert_eq!(pacer.ready(then), Ready::Now);
    pacer.sent(then);
    assert_eq!(pacer.ready(then), Ready::At(then + POLL));
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
    assert_eq!(pacer.ready(now + 3 * SECOND), Ready::At(now + 62 * SECOND));
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
            assert_eq!(pacer.ready(now), Ready::At(until));
            now = until;
        }
    }
}

#[test]
fn a_first_429_closes_the_limiter_for_exactly_as_long_as_it_asks() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, now, &retry_after(SECOND), THROTTLED);
    assert_eq!(pacer.ready(now), Ready::At(now + SECOND));
}

#[test]
fn a_429_that_no_count_explains_is_waited_out() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, now, &counted(1, 300), THROTTLED);
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW / 12));
}

#[test]
fn a_reset_that_the_headers_name_is_tried_once() {
    let full_until = |wait| RateHeaders {
        reset: Some(wait),
        ..counted(2, 2)
    };
    let (start, mut pacer) = (origin(), Pacer::new(RateLimit::new(2, WINDOW)));
    exchange(&mut pacer, start, &full_until(100 * SECOND), ANSWER);
    let reset = start + 100 * SECOND;
    assert_eq!(pacer.ready(start), Ready::At(reset));
    exchange(&mut pacer, reset, &full_until(60 * SECOND), ANSWER);
    let next = reset + 60 * SECOND;
    assert_eq!(pacer.ready(reset), Ready::At(next));
    exchange(&mut pacer, next, &RateHeaders::default(), NO_ANSWER);
    assert_ne!(pacer.ready(next), Ready::Now);
}

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
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW / 12));
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
    assert_eq!(pacer.ready(other), Ready::At(now + WINDOW));
}

#[test]
fn a_count_in_which_no_request_of_ours_is_left_says_nothing_of_how_it_slides() {
    let (start, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, start, &counted(1, 300), ANSWER);
    let now = start + WINDOW;
    exchange(&mut pacer, now, &counted(300, 300), ANSWER);
    // If each request left the count by itself, the pacer would wait for its own request to do so.
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW / 12));
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
            Ready::At(at) => now = at,
            Ready::Spent { until } => break until,
        }
    };
    assert_eq!((refused, until), (3, start + DAY));
    assert_eq!(pacer.ready(until), Ready::Now);
}

#[test]
fn requests_under_way_are_held_against_the_budget() {
    let (now, mut pacer) = (
        origin(),
        Pacer::new(RateLimit::unlimited().max_throttled_per_day(2)),
    );
    pacer.sent(now);
    pacer.sent(now);
    assert_eq!(pacer.ready(now), Ready::At(now + POLL));
}

#[test]
fn a_request_whose_answer_nobody_fetches_gives_way_and_keeps_its_place() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(2, WINDOW)));
    pacer.sent(now);
    assert_eq!(pacer.ready(now), Ready::At(now + POLL));
    let later = now + 60 * SECOND;
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
        assert_eq!(pacer.ready(late), Ready::At(late + window));
        assert_eq!(pacer.ready(late + window), Ready::Now);
    }
}

#[test]
fn only_one_request_at_a_time_probes_a_full_window() {
    let (mut now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, now, &counted(300, 300), ANSWER);
    assert_eq!(pacer.ready(now), Ready::At(now + 25 * SECOND));
    now += 25 * SECOND;
    pacer.sent(now);
    // The next probe is due after 30 s, but the first one has no answer yet.
    now += 31 * SECOND;
    assert_eq!(pacer.ready(now), Ready::At(now + POLL));
}

#[test]
fn a_request_that_is_never_heard_of_again_frees_its_place_in_the_end() {
    for window in [SECOND, WINDOW] {
        let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(1, window)));
        pacer.sent(now);
        let gone = now + 300 * SECOND;
        assert_eq!(pacer.ready(gone), Ready::At(gone + window));
        assert_eq!(pacer.ready(gone + window), Ready::Now);
    }
}

#[test]
fn a_budget_of_0_counts_as_1() {
    assert_eq!(
        RateLimit::unlimited().max_throttled_per_day(0),
        RateLimit::unlimited().max_throttled_per_day(1)
    );
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
    assert_eq!(pacer.ready(now + 3 * SECOND), Ready::At(now + WINDOW));
    exchange(&mut pacer, now + WINDOW, &RateHeaders::default(), ANSWER);
    assert_eq!(pacer.ready(now + WINDOW), Ready::At(now + WINDOW + SECOND));
}

#[test]
fn a_request_without_an_answer_takes_its_place_and_an_unsent_one_does_not() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(1, WINDOW)));
    exchange(&mut pacer, now, &RateHeaders::default(), UNSENT);
    exchange(&mut pacer, now, &RateHeaders::default(), NO_ANSWER);
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW));
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

#[test]
fn a_count_that_leaves_out_the_request_itself_does_not_fool_it() {
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    for before in 0..300 {
        exchange(&mut pacer, now, &counted(before, 300), ANSWER);
    }
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW));
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
            Ready::At(at) => now = at,
            Ready::Spent { .. } => unreachable!("nothing was refused"),
        }
    }
    assert!(sent < 400, "{sent}");
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

#[test]
fn the_pacer_neither_panics_nor_waits_for_ever_whatever_it_is_told() {
    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..300 {
        let limit = match round % 3 {
            0 => RateLimit::new(300, WINDOW),
            1 => RateLimit::unlimited().max_throttled_per_day(random.u32(..40)),
            _ => RateLimit::new(
                random.u32(..),
                Duration::from_secs(random.u64(..) >> random.u32(..64)),
            ),
        };
        let (mut now, mut pacer, mut under_way) = (origin(), Pacer::new(limit), Vec::new());
        let number =
            |random: &mut fastrand::Rng| random.bool().then(|| random.u32(..) >> random.u32(..32));
        for _ in 0..300 {
            if pacer.ready(now) == Ready::Now {
                pacer.sent(now);
                under_way.push(now);
            }
            if random.bool() && !under_way.is_empty() {
                let headers = RateHeaders {
                    max: number(&mut random),
                    count: number(&mut random),
                    remaining: number(&mut random),
                    reset: number(&mut random).map(|wait| Duration::from_secs(wait.into())),
                    retry_after: number(&mut random).map(|wait| Duration::from_millis(wait.into())),
                };
                let came_to = [ANSWER, THROTTLED, NETWORK_THROTTLED, NO_ANSWER, UNSENT];
                let sent = under_way.swap_remove(random.usize(..under_way.len()));
                settle(
                    &mut pacer,
                    now,
                    sent,
                    &headers,
                    came_to[random.usize(..came_to.len())],
                );
            }
            now += Duration::from_millis(u64::from(number(&mut random).unwrap_or(0) % 10_000));
        }
        // The callers are dropped. A new request that waits as told is let through in the end.
        let mut waits = 0;
        loop {
            let until = match pacer.ready(now) {
                Ready::Now => break,
                Ready::At(until) | Ready::Spent { until } => until,
            };
            assert!(
                until > now && until <= now + DAY,
                "round {round}: {:?}",
                until - now
            );
            // Polling for an answer that never comes is no progress: skip ahead.
            now = if until == now + POLL {
                now + 30 * SECOND
            } else {
                until
            };
            waits += 1;
            assert!(waits < 10_000, "round {round} waits for ever: {pacer:?}");
        }
    }
}
