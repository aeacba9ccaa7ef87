use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Pacer, Ready};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::rate_limit::{DAY, RateLimit};
use crate::engine::limiter::usage::{Usage, WaitingFor};

const ANSWER: Usage = Usage::Answered;
const NETWORK_THROTTLED: Usage = Usage::ThrottledByNetwork;
const NO_ANSWER: Usage = Usage::Unanswered;
const THROTTLED: Usage = Usage::Throttled;
const UNSENT: Usage = Usage::NotSent;

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

fn full_until(at: SystemTime) -> Ready {
    let waiting_for = WaitingFor::RateLimit;
    Ready::At { at, waiting_for }
}

fn closed_until(at: SystemTime) -> Ready {
    let waiting_for = WaitingFor::Throttled;
    Ready::At { at, waiting_for }
}

fn is_waiting_for_an_answer(pacer: &mut Pacer, now: SystemTime) -> bool {
    let ready = pacer.ready(now);
    matches!(
        ready,
        Ready::At {
            waiting_for: WaitingFor::Answer,
            ..
        }
    )
}

/// Sends a request at `now`, and settles it at once.
fn exchange(pacer: &mut Pacer, now: SystemTime, headers: &RateHeaders, usage: Usage) {
    assert_eq!(pacer.ready(now), Ready::Now);
    pacer.sent(now);
    pacer.settle(now, now, usage, headers);
}

fn settle(
    pacer: &mut Pacer,
    now: SystemTime,
    sent_at: SystemTime,
    headers: &RateHeaders,
    usage: Usage,
) {
    pacer.settle(now, sent_at, usage, headers);
}

/// Any time will do.
fn origin() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_764_000_000)
}

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
fn a_count_in_which_no_request_of_ours_is_left_says_nothing_of_how_it_slides() {
    let (start, mut pacer) = (origin(), Pacer::new(RateLimit::new(300, WINDOW)));
    exchange(&mut pacer, start, &counted(1, 300), ANSWER);
    let now = start + WINDOW;
    exchange(&mut pacer, now, &counted(300, 300), ANSWER);
    // If each request left the count by itself, the pacer would wait for its own request to do so.
    assert_eq!(pacer.ready(now), full_until(now + WINDOW / 12));
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
                Ready::At { at: until, .. } | Ready::Spent { until } => until,
            };
            assert!(
                until > now && until <= now + DAY,
                "round {round}: {:?}",
                until.duration_since(now)
            );
            now = until;
            waits += 1;
            assert!(waits < 10_000, "round {round} waits for ever: {pacer:?}");
        }
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

/// Draws what happens to a pacer. Each event is told to both, and both must say the same.
#[test]
fn a_pacer_that_is_stored_and_read_back_at_any_moment_goes_on_as_if_nothing_had_happened() {
    let mut random = fastrand::Rng::with_seed(3);
    for round in 0..200 {
        let limit = match round % 3 {
            0 => RateLimit::new(random.u32(1..50), WINDOW),
            1 => RateLimit::new(300, WINDOW).max_throttled_per_day(random.u32(1..40)),
            _ => RateLimit::unlimited(),
        };
        let (mut now, mut kept, mut under_way) = (origin(), Pacer::new(limit), Vec::new());
        for _ in 0..200 {
            let stored = serde_json::to_string(&kept).unwrap();
            let mut read: Pacer = serde_json::from_str(&stored).unwrap();
            assert_eq!(read, kept);
            assert_eq!(read.ready(now), kept.ready(now));
            if kept.ready(now) == Ready::Now {
                kept.sent(now);
                under_way.push(now);
            }
            if random.bool() && !under_way.is_empty() {
                let sent = under_way.swap_remove(random.usize(..under_way.len()));
                let headers = if round % 3 < 2 && random.bool() {
                    counted(random.u32(..310), 300)
                } else {
                    RateHeaders::default()
                };
                let usages = [ANSWER, ANSWER, ANSWER, THROTTLED, NO_ANSWER, UNSENT];
                kept.settle(now, sent, usages[random.usize(..usages.len())], &headers);
            }
            now += Duration::from_nanos(random.u64(..10_000_000_000));
        }
    }
}

#[test]
fn a_stored_pacer_that_makes_no_sense_neither_panics_nor_waits_for_ever() {
    let mut random = fastrand::Rng::with_seed(4);
    let origin_micros = 1_764_000_000_000_000_u64;
    for round in 0..2_000 {
        let mut number = |most: u64| {
            match random.u8(..4) {
                0 => 0,
                1 => u64::MAX >> random.u32(..64),
                2 => origin_micros
                    .wrapping_add(random.u64(..1 << 40))
                    .wrapping_sub(1 << 39),
                _ => random.u64(..1000),
            }
            .min(most)
        };
        let mut small = || number(u32::MAX.into());
        let (header, learned, times, others, most) = (small(), small(), small(), small(), small());
        let mut time = || number(u64::MAX);
        let stored = serde_json::json!({
            "limit": if round % 2 == 0 { serde_json::json!({"requests": 3, "window": 10}) } else {
                serde_json::json!({"requests": "unlimited"})
            },
            "header_limit": header,
            "learned_limit": [learned, time()],
            "times_learned": times,
            "own": [time(), time(), time(), time()],
            "in_flight": [time(), time()],
            "others": others,
            "informed_at": time(),
            "throttled_at": [time(), time()],
            "closed_until": time(),
            "announced_reset": time(),
            "caution": {"most": most, "is_after_429": round % 4 < 2},
            "probe_interval": time(),
            "last_probe": time(),
            "last_in_window": time(),
            "last_reset": {"after": time(), "by": time()},
            "is_sliding": round % 8 < 4,
            "learner": {
                "accepted": [time(), time(), time()],
                "rhythm": {
                    "requests": learned,
                    "window": time(),
                    "until": time(),
                    "left_of_first": others,
                },
                "full": if round % 16 < 8 { serde_json::json!(null) } else {
                    serde_json::json!({"since": time(), "refused": time()})
                },
                "times_found": times,
            },
            "a member of tomorrow": 1,
        });
        let mut pacer: Pacer = serde_json::from_value(stored.clone()).unwrap();
        let (mut now, mut sent) = (origin(), 0);
        for wait in 0.. {
            assert!(wait < 10_000, "{stored} waits for ever");
            match pacer.ready(now) {
                Ready::Now => {
                    exchange(&mut pacer, now, &RateHeaders::default(), ANSWER);
                    sent += 1;
                    if sent == 20 {
                        break;
                    }
                }
                Ready::At { at, .. } | Ready::Spent { until: at } => {
                    assert!(now < at && at <= now + DAY, "{stored}");
                    now = at;
                }
            }
        }
    }
}

#[test]
fn a_pacer_of_an_earlier_version_can_be_read() {
    let pacer: Pacer = serde_json::from_str(r#"{"limit":{"requests":"unlimited"}}"#).unwrap();
    let mut anew = Pacer::new(RateLimit::unlimited());
    let mut pacer = pacer;
    assert_eq!(pacer.ready(origin()), anew.ready(origin()));
    assert_eq!(pacer, anew);
}

#[test]
fn a_place_of_a_process_that_died_holds_up_the_others_for_a_minute_at_most_and_is_freed_in_the_end()
{
    let (now, mut pacer) = (origin(), Pacer::new(RateLimit::new(2, WINDOW)));
    exchange(&mut pacer, now, &RateHeaders::default(), THROTTLED);
    let Ready::At { at, .. } = pacer.ready(now) else {
        panic!("it is closed");
    };
    pacer.sent(at);
    let stored = serde_json::to_string(&pacer).unwrap();
    let mut read: Pacer = serde_json::from_str(&stored).unwrap();
    assert!(is_waiting_for_an_answer(&mut read, at + 59 * SECOND));
    assert_eq!(read.ready(at + 60 * SECOND), Ready::Now);
    // The other process may have been heard, so its place counts as used until then.
    exchange(&mut read, at + 60 * SECOND, &RateHeaders::default(), ANSWER);
    assert_ne!(read.ready(at + 299 * SECOND), Ready::Now);
}

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
