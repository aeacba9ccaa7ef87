use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use proptest::collection::vec;
use proptest::prelude::*;

use super::pacer::POLL;
use super::{DAY, Heard, Pace, Pacer, RateHeaders, Ready, claims, header_claims};
use crate::engine::limiter as pace;

#[path = "../../../examples/pacing/simulation.rs"]
#[allow(dead_code, reason = "the example uses the rest")]
mod simulation;
#[path = "../../../examples/pacing/tables.rs"]
mod tables;

use simulation::{Counting, Scene, Strategy, last, optimum, origin, run, run_with};
use tables::{SCENES, tables};

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

/// Sends at `now` and has the answer at once.
fn exchange(pacer: &mut Pacer, now: Instant, headers: &RateHeaders, heard: Heard) {
    assert_eq!(pacer.ready(now), Ready::Now);
    pacer.sent(now);
    pacer.answered(now, now, headers, heard);
}

#[test]
fn every_way_of_counting_is_used_to_95_percent_with_at_most_ten_429s() {
    for (name, scene) in SCENES {
        for requests in [1_000, 5_000] {
            let (run, best) = (
                run(scene, Strategy::Pacer, requests),
                last(&optimum(scene, requests)),
            );
            assert!(
                run.time <= best.mul_f64(1.05),
                "{name}, {requests}: {:?} of {best:?}",
                run.time
            );
            assert!(
                run.refused.len() <= 10,
                "{name}, {requests}: {} answers of 429",
                run.refused.len()
            );
        }
    }
}

#[test]
fn a_window_by_the_clock_may_be_joined_at_any_moment() {
    for left in (5..300).step_by(35) {
        for used in [1, 100, 200, 299, 300] {
            let scene =
                Scene::new(Counting::Aligned(Duration::from_secs(left))).used(used, Duration::ZERO);
            let (run, best) = (
                run(scene, Strategy::Pacer, 1_000),
                last(&optimum(scene, 1_000)),
            );
            assert!(
                run.time <= best.mul_f64(1.05),
                "{scene:?}: {:?} of {best:?}",
                run.time
            );
            assert!(
                run.refused.len() <= 10,
                "{scene:?}: {} answers of 429",
                run.refused.len()
            );
        }
    }
}

#[test]
fn answers_that_overtake_each_other_change_little() {
    for (name, scene) in SCENES {
        // 50 to 450 ms, in no order.
        let latency = |number: u32| {
            Duration::from_millis(50 + u64::from(number.wrapping_mul(2_654_435_761) % 400))
        };
        let (run, best) = (
            run_with(scene, Strategy::Pacer, 1_000, latency),
            last(&optimum(scene, 1_000)),
        );
        assert!(
            run.time <= best.mul_f64(1.05),
            "{name}: {:?} of {best:?}",
            run.time
        );
        assert!(
            run.refused.len() <= 10,
            "{name}: {} answers of 429",
            run.refused.len()
        );
    }
}

#[test]
fn the_page_on_pacing_shows_what_the_simulation_prints() {
    let page = include_str!("../../../docs/pacing.md").replace("\r\n", "\n");
    for table in tables().split("\n\n") {
        assert!(
            page.contains(table.trim()),
            "docs/pacing.md lacks this:\n{table}"
        );
    }
}

#[test]
fn a_429_closes_the_gate_for_everyone() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::unpaced()));
    exchange(&mut pacer, now, &retry_after(30 * SECOND), Heard::Throttled);
    assert_eq!(pacer.ready(now), Ready::At(now + 30 * SECOND));
    // Then one goes to see, and nobody else until it is back.
    let then = now + 30 * SECOND;
    assert_eq!(pacer.ready(then), Ready::Now);
    pacer.sent(then);
    assert_eq!(pacer.ready(then), Ready::At(then + POLL));
    pacer.answered(then + SECOND, then, &RateHeaders::default(), Heard::Answer);
    assert_eq!(pacer.ready(then + SECOND), Ready::Now);
}

#[test]
fn an_earlier_answer_does_not_reopen_the_gate() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::unpaced()));
    pacer.sent(now);
    pacer.sent(now + SECOND);
    pacer.answered(
        now + 2 * SECOND,
        now + SECOND,
        &retry_after(60 * SECOND),
        Heard::Throttled,
    );
    pacer.answered(now + 3 * SECOND, now, &counted(5, 300), Heard::Answer);
    assert_eq!(pacer.ready(now + 3 * SECOND), Ready::At(now + 62 * SECOND));
}

#[test]
fn who_came_when_told_and_is_refused_again_waits_longer_each_time() {
    // From the first gap on, which is a second for both, it doubles or grows by a fifth.
    for (pace, third) in [(Pace::unpaced(), 2.0), (Pace::new(300, 12 * SECOND), 1.2)] {
        let (mut now, mut pacer) = (origin(), Pacer::new(pace));
        exchange(&mut pacer, now, &RateHeaders::default(), Heard::Answer);
        for wait in [1.0, 1.0, third] {
            exchange(&mut pacer, now, &retry_after(SECOND), Heard::Throttled);
            let until = now + Duration::from_secs_f64(wait);
            assert_eq!(pacer.ready(now), Ready::At(until));
            now = until;
        }
    }
}

#[test]
fn a_first_429_is_taken_at_its_word() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::ayrshare()));
    exchange(&mut pacer, now, &retry_after(SECOND), Heard::Throttled);
    assert_eq!(pacer.ready(now), Ready::At(now + SECOND));
}

#[test]
fn a_429_that_no_count_explains_is_waited_out() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::ayrshare()));
    exchange(&mut pacer, now, &counted(1, 300), Heard::Throttled);
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW / 12));
}

#[test]
fn a_reset_that_the_headers_name_is_tried_once() {
    let full_until = |wait| RateHeaders {
        reset: Some(wait),
        ..counted(2, 2)
    };
    let (start, mut pacer) = (origin(), Pacer::new(Pace::new(2, WINDOW)));
    exchange(&mut pacer, start, &full_until(100 * SECOND), Heard::Answer);
    let reset = start + 100 * SECOND;
    assert_eq!(pacer.ready(start), Ready::At(reset));
    exchange(&mut pacer, reset, &full_until(60 * SECOND), Heard::Answer);
    let next = reset + 60 * SECOND;
    assert_eq!(pacer.ready(reset), Ready::At(next));
    exchange(&mut pacer, next, &RateHeaders::default(), Heard::Nothing);
    assert_ne!(pacer.ready(next), Ready::Now);
}

#[test]
fn an_answer_under_way_while_the_count_starts_over_speaks_of_neither_window() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::new(150, WINDOW)));
    exchange(&mut pacer, now, &counted(140, 150), Heard::Answer);
    let (slow, quick) = (now + SECOND, now + 2 * SECOND);
    pacer.sent(slow);
    pacer.sent(quick);
    let then = now + 3 * SECOND;
    pacer.answered(then, quick, &counted(1, 150), Heard::Answer);
    pacer.answered(then, slow, &counted(150, 150), Heard::Answer);
    assert_eq!(pacer.ready(then), Ready::Now);
}

#[test]
fn a_count_that_drops_a_little_is_no_new_window() {
    let (start, mut pacer) = (origin(), Pacer::new(Pace::new(300, WINDOW)));
    exchange(&mut pacer, start, &counted(299, 300), Heard::Answer);
    let now = start + SECOND;
    for used in 290..=300 {
        exchange(&mut pacer, now, &counted(used, 300), Heard::Answer);
    }
    // Of a new window it would know when it ends, and wait for that.
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW / 12));
}

#[test]
fn a_limit_that_sinks_while_requests_are_under_way_lets_none_be_forgotten() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::new(4, WINDOW)));
    exchange(&mut pacer, now, &RateHeaders::default(), Heard::Answer);
    let (one, other) = (now + SECOND, now + 2 * SECOND);
    pacer.sent(one);
    pacer.sent(other);
    let lower = RateHeaders {
        max: Some(1),
        ..RateHeaders::default()
    };
    pacer.answered(one, one, &lower, Heard::Answer);
    pacer.answered(other, other, &RateHeaders::default(), Heard::Answer);
    assert_eq!(pacer.ready(other), Ready::At(now + WINDOW));
}

#[test]
fn a_count_in_which_no_request_of_ours_is_left_says_nothing_of_how_it_slides() {
    let (start, mut pacer) = (origin(), Pacer::new(Pace::new(300, WINDOW)));
    exchange(&mut pacer, start, &counted(1, 300), Heard::Answer);
    let now = start + WINDOW;
    exchange(&mut pacer, now, &counted(300, 300), Heard::Answer);
    // If each request left the count by itself, it would wait for its own to do so.
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW / 12));
}

#[test]
fn a_network_throttle_holds_only_its_own_call() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::unpaced().rate_limit_budget(2)));
    exchange(
        &mut pacer,
        now,
        &retry_after(30 * SECOND),
        Heard::NetworkThrottled,
    );
    exchange(
        &mut pacer,
        now,
        &retry_after(30 * SECOND),
        Heard::NetworkThrottled,
    );
    assert_eq!(pacer.ready(now), Ready::Spent { until: now + DAY });
}

#[test]
fn the_budget_of_429s_ends_in_spent_and_comes_back_after_a_day() {
    let (start, mut pacer) = (origin(), Pacer::new(Pace::ayrshare().rate_limit_budget(3)));
    let (mut now, mut refused) = (start, 0);
    let until = loop {
        match pacer.ready(now) {
            Ready::Now => {
                pacer.sent(now);
                pacer.answered(now, now, &RateHeaders::default(), Heard::Throttled);
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
    let (now, mut pacer) = (origin(), Pacer::new(Pace::unpaced().rate_limit_budget(2)));
    pacer.sent(now);
    pacer.sent(now);
    assert_eq!(pacer.ready(now), Ready::At(now + POLL));
}

#[test]
fn a_request_whose_answer_nobody_fetches_gives_way_and_keeps_its_place() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::new(2, WINDOW)));
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
        let (now, mut pacer) = (origin(), Pacer::new(Pace::new(1, window)));
        pacer.sent(now);
        let late = now + 200 * SECOND;
        for second in 0..200 {
            assert_ne!(pacer.ready(now + second * SECOND), Ready::Now, "{second}");
        }
        pacer.answered(late, now, &RateHeaders::default(), Heard::Answer);
        assert_eq!(pacer.ready(late), Ready::At(late + window));
        assert_eq!(pacer.ready(late + window), Ready::Now);
    }
}

#[test]
fn a_request_that_is_never_heard_of_again_frees_its_place_in_the_end() {
    for window in [SECOND, WINDOW] {
        let (now, mut pacer) = (origin(), Pacer::new(Pace::new(1, window)));
        pacer.sent(now);
        let gone = now + 300 * SECOND;
        assert_eq!(pacer.ready(gone), Ready::At(gone + window));
        assert_eq!(pacer.ready(gone + window), Ready::Now);
    }
}

#[test]
fn a_budget_of_0_counts_as_1() {
    assert_eq!(
        Pace::unpaced().rate_limit_budget(0),
        Pace::unpaced().rate_limit_budget(1)
    );
}

#[test]
fn own_requests_are_counted_without_any_header() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::new(3, WINDOW)));
    for second in 0..3 {
        exchange(
            &mut pacer,
            now + second * SECOND,
            &RateHeaders::default(),
            Heard::Answer,
        );
    }
    assert_eq!(pacer.ready(now + 3 * SECOND), Ready::At(now + WINDOW));
    exchange(
        &mut pacer,
        now + WINDOW,
        &RateHeaders::default(),
        Heard::Answer,
    );
    assert_eq!(pacer.ready(now + WINDOW), Ready::At(now + WINDOW + SECOND));
}

#[test]
fn a_request_without_an_answer_takes_its_place_and_an_unsent_one_does_not() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::new(1, WINDOW)));
    exchange(&mut pacer, now, &RateHeaders::default(), Heard::Unsent);
    exchange(&mut pacer, now, &RateHeaders::default(), Heard::Nothing);
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW));
}

#[test]
fn a_stricter_limit_in_the_headers_is_believed_and_a_laxer_one_is_not() {
    // A limit of 0 would be a profile that may never send: it is taken for no limit at all.
    for (max, room) in [(2, false), (1_000_000, true), (0, true)] {
        let (now, mut pacer) = (origin(), Pacer::new(Pace::new(4, WINDOW)));
        exchange(&mut pacer, now, &counted(1, max), Heard::Answer);
        exchange(&mut pacer, now, &counted(2, max), Heard::Answer);
        assert_eq!(pacer.ready(now) == Ready::Now, room);
        exchange(&mut pacer, now + WINDOW, &counted(4, max), Heard::Answer);
        assert_ne!(pacer.ready(now + WINDOW), Ready::Now);
    }
}

#[test]
fn a_count_that_leaves_out_the_request_itself_does_not_fool_it() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::new(300, WINDOW)));
    for before in 0..300 {
        exchange(&mut pacer, now, &counted(before, 300), Heard::Answer);
    }
    assert_eq!(pacer.ready(now), Ready::At(now + WINDOW));
}

#[test]
fn a_count_that_always_says_1_does_not_undo_the_own_account_again_and_again() {
    let (mut now, mut pacer) = (origin(), Pacer::new(Pace::new(300, WINDOW)));
    let (end, mut sent) = (now + WINDOW / 3, 0);
    while now < end {
        match pacer.ready(now) {
            Ready::Now => {
                exchange(&mut pacer, now, &counted(1, 300), Heard::Answer);
                sent += 1;
            }
            Ready::At(at) => now = at,
            Ready::Spent { .. } => unreachable!("nothing was refused"),
        }
    }
    assert!(sent < 400, "{sent}");
}

#[test]
fn it_is_idle_once_nothing_it_knows_matters() {
    let (now, mut pacer) = (origin(), Pacer::new(Pace::ayrshare()));
    assert!(pacer.is_idle(now));
    pacer.sent(now);
    assert!(!pacer.is_idle(now + WINDOW));
    pacer.answered(now, now, &RateHeaders::default(), Heard::Answer);
    assert!(!pacer.is_idle(now) && pacer.is_idle(now + WINDOW));
    exchange(
        &mut pacer,
        now + WINDOW,
        &RateHeaders::default(),
        Heard::NetworkThrottled,
    );
    assert!(!pacer.is_idle(now + 2 * WINDOW) && pacer.is_idle(now + WINDOW + DAY));
}

#[test]
fn whatever_it_is_told_it_neither_panics_nor_sleeps_for_ever() {
    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..300 {
        let pace = match round % 3 {
            0 => Pace::ayrshare(),
            1 => Pace::unpaced().rate_limit_budget(random.u32(..40)),
            _ => Pace::new(
                random.u32(..),
                Duration::from_secs(random.u64(..) >> random.u32(..64)),
            ),
        };
        let (mut now, mut pacer, mut under_way) = (origin(), Pacer::new(pace), Vec::new());
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
                let heard = [
                    Heard::Answer,
                    Heard::Throttled,
                    Heard::NetworkThrottled,
                    Heard::Nothing,
                    Heard::Unsent,
                ];
                let sent = under_way.swap_remove(random.usize(..under_way.len()));
                pacer.answered(now, sent, &headers, heard[random.usize(..heard.len())]);
            }
            now += Duration::from_millis(u64::from(number(&mut random).unwrap_or(0) % 10_000));
        }
        // The callers vanish. Whoever waits as told is let through within the longest wait and one window.
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn alone_with_an_honest_server_it_sends_no_more_than_the_limit(events in vec(any::<u16>(), 0..600)) {
        claims::never_more_than_the_limit(origin(), &events);
    }

    #[test]
    fn it_keeps_to_the_budget_and_wakes_whatever_a_server_says(events in vec(any::<u16>(), 0..600)) {
        claims::never_beyond_the_budget_and_never_asleep_for_ever(origin(), &events);
    }

    #[test]
    fn rate_headers_are_read_as_they_were_meant_and_no_wait_is_longer_than_a_day(bytes in vec(any::<u8>(), 0..200)) {
        // Too few bytes make no headers.
        if let Ok(headers) = Arbitrary::arbitrary_take_rest(Unstructured::new(&bytes)) {
            header_claims::check(&headers);
        }
    }
}

#[test]
fn retry_after_is_read_in_seconds_or_as_a_date() {
    let now = Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
    let parse = |text: &str, now| {
        RateHeaders::parse(|name| (name == "retry-after").then_some(text), now).retry_after
    };
    let endless = "1".repeat(400);
    for (text, wait) in [
        ("120", Some(120.0)),
        (" 1.5 ", Some(1.5)),
        ("0", Some(0.0)),
        ("1000000000000000000000000000000", Some(86_400.0)),
        (&endless, Some(86_400.0)),
        ("-1", None),
        ("NaN", None),
        ("inf", None),
        ("1s", None),
        ("", None),
        ("soon", None),
        ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60.0)),
        ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0.0)),
        ("Sun, 06 Nov 9994 08:49:37 GMT", Some(86_400.0)),
    ] {
        assert_eq!(
            parse(text, Some(now)),
            wait.map(Duration::from_secs_f64),
            "{text}"
        );
    }
    assert_eq!(
        parse("Sun, 06 Nov 1994 08:50:37 GMT", None),
        None,
        "a date says nothing to who doesn't know today's"
    );
}

#[test]
fn rate_headers_are_read_leniently() {
    let now = Some(Duration::from_secs(1_700_000_000));
    let parse = |value: &'static str| {
        RateHeaders::parse(|name| (name != "retry-after").then_some(value), now)
    };
    let all = |number, reset| RateHeaders {
        max: number,
        count: number,
        remaining: number,
        reset: Option::map(reset, Duration::from_millis),
        retry_after: None,
    };
    assert_eq!(parse(" 5000 "), all(Some(5_000), Some(5_000)));
    assert_eq!(parse("1700000005000"), all(None, Some(5_000)), "a date");
    assert_eq!(
        parse("1700000005").reset,
        Some(5 * SECOND),
        "a date in seconds"
    );
    assert_eq!(parse("1600000000000"), all(None, Some(0)), "in the past");
    assert_eq!(
        parse("18446744073709551615"),
        all(None, Some(86_400_000)),
        "clamped"
    );
    for garbage in ["-1", "many", "", "99999999999999999999999"] {
        assert_eq!(parse(garbage), RateHeaders::default());
    }
}
