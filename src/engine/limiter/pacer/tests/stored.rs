//! A pacer that is stored and read back.

use std::time::Duration;

use super::{
    ANSWER, NO_ANSWER, SECOND, THROTTLED, UNSENT, WINDOW, counted, exchange,
    is_waiting_for_an_answer, origin,
};
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::pacer::{Pacer, Ready};
use crate::engine::limiter::rate_limit::{DAY, RateLimit};

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
