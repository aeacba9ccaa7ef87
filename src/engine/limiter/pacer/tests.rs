//! Each file here tests what the file of the same name beside `tests.rs` decides. This one tests them all together.

mod counts;
mod expiry;
mod probe;
mod stored;
mod throttled;
mod untold;
mod wait;
mod window;

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
