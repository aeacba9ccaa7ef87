//! What holds of the limiter, whatever happens. Numbers decide a course of events, and every claim is checked
//! on the way. The property tests draw the numbers at random, and a fuzz target searches for them.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use unpost::{Pacer, RateHeaders, RateLimit, Ready, Usage};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The pacer as another process finds it, if this choice says so: stored and read back.
fn maybe_stored(pacer: Pacer, choice: u32) -> Pacer {
    if choice & 0x60 != 0 {
        return pacer;
    }
    let stored = serde_json::to_string(&pacer).unwrap_or_default();
    match serde_json::from_str(&stored) {
        Ok(read) => read,
        Err(error) => panic!("{error}: {stored}"),
    }
}

/// The numbers that decide what happens. The course of events ends with them.
struct Choices<'a>(std::slice::Iter<'a, u16>);

impl Choices<'_> {
    fn next(&mut self) -> Option<u32> {
        self.0.next().map(|number| u32::from(*number))
    }

    /// A small or a large number, from 0 to 8,380,416.
    fn number(&mut self) -> Option<u32> {
        let choice = self.next()?;
        Some((choice & 0x3ff) << ((choice >> 10) % 14))
    }

    /// A delay of less than two minutes.
    fn delay(&mut self) -> Option<Duration> {
        let milliseconds = self.number()? % 120_000;
        Some(Duration::from_millis(milliseconds.into()))
    }
}

/// **The limiter never lets more than the limit arrive in any window.** A server that counts what arrived
/// within the last window, and sends no rate headers, never has to refuse a request. This holds whatever is
/// lost on the way, and however slow the way is. A request that arrives does so before the client gives up
/// on its answer.
///
/// Rate headers are left out on purpose. If a count comes late or is lost, the limiter takes its own requests
/// for somebody else's, and tries now and then whether there is room.
pub fn never_more_than_the_limit(now: SystemTime, choices: &[u16]) {
    let mut choices = Choices(choices.iter());
    // The result only says that the numbers have ended.
    let _ = alone_with_a_server(now, &mut choices);
}

/// A request under way.
struct Request {
    sent: SystemTime,
    /// When the server gets it. `None` if it is lost on the way, or has arrived already.
    arrives: Option<SystemTime>,
    /// When the limiter hears what the attempt came to, and what it hears.
    heard: (SystemTime, Usage),
}

fn alone_with_a_server(mut now: SystemTime, choices: &mut Choices<'_>) -> Option<()> {
    let (limit, window) = (choices.number()? % 50 + 1, choices.number()? % 600_000 + 1);
    let window = Duration::from_millis(window.into());
    let mut pacer = Pacer::new(RateLimit::new(limit, window));
    let mut counted = VecDeque::new();
    let mut under_way = Vec::<Request>::new();
    loop {
        // A wait is often waited to the end.
        let choice = choices.next()?;
        pacer = maybe_stored(pacer, choice);
        let until = match pacer.ready(now) {
            Ready::At { at: until, .. } | Ready::Spent { until } if choice & 1 == 0 => until,
            _ => now + choices.delay()?,
        };
        // What happens until then, in order.
        loop {
            let next = under_way.iter_mut().enumerate();
            let next = next.min_by_key(|(_, request)| request.next());
            let Some((index, request)) = next.filter(|(_, request)| request.next() <= until) else {
                break;
            };
            now = request.next();
            if let Some(arrives) = request.arrives.take() {
                counted.push_back(arrives);
                counted.retain(|at| *at + window > now);
                let count = u32::try_from(counted.len()).unwrap_or(u32::MAX);
                assert!(count <= limit, "{count} in a window of {limit}");
            } else {
                let request = under_way.swap_remove(index);
                let (heard, silent) = (request.heard.1, RateHeaders::default());
                pacer.settle(now, request.sent, heard, &silent);
            }
        }
        now = until;
        let burst = choice >> 1 & 7;
        for _ in 0..burst {
            if pacer.ready(now) != Ready::Now {
                break;
            }
            pacer.sent(now);
            let (there, back) = (now + choices.delay()?, choices.delay()?);
            let (arrives, heard) = match choices.next()? % 8 {
                0 => (None, Usage::Unanswered),
                1 => (None, Usage::NotSent),
                2 => (Some(there), Usage::Unanswered),
                _ => (Some(there), Usage::Answered),
            };
            under_way.push(Request {
                sent: now,
                arrives,
                heard: (there + back, heard),
            });
        }
    }
}

impl Request {
    fn next(&self) -> SystemTime {
        self.arrives.unwrap_or(self.heard.0)
    }
}

/// **Whatever a server answers**, the limiter doesn't panic, never asks for a wait of more than a day, lets no
/// more requests be under way than the limit, takes no more answers of 429 in 24 hours than its budget, and
/// lets every waiting request through in the end. A pacer that is stored and read back on the way does the same.
pub fn never_beyond_the_budget_and_never_asleep_for_ever(now: SystemTime, choices: &[u16]) {
    let mut choices = Choices(choices.iter());
    let _ = at_the_mercy_of_a_server(now, &mut choices);
}

fn at_the_mercy_of_a_server(mut now: SystemTime, choices: &mut Choices<'_>) -> Option<()> {
    let (limit, window) = (choices.number()?, choices.number()?);
    let (budget, has_limit) = (choices.number()?, choices.next()? % 4 != 0);
    let limit_set = if has_limit {
        RateLimit::new(limit, Duration::from_millis(window.into()))
    } else {
        RateLimit::unlimited()
    };
    let mut pacer = Pacer::new(limit_set.max_throttled_per_day(budget));
    let (limit, budget) = (limit.max(1), budget.max(1));
    let (mut under_way, mut throttled) = (VecDeque::new(), VecDeque::new());
    while let Some(choice) = choices.next() {
        pacer = maybe_stored(pacer, choice);
        match choice % 4 {
            0 => now += Duration::from_millis(choices.number().unwrap_or(0).into()),
            1 | 2 => match pacer.ready(now) {
                Ready::Now => {
                    pacer.sent(now);
                    under_way.push_back(now);
                    let under_way = u32::try_from(under_way.len()).unwrap_or(u32::MAX);
                    assert!(!has_limit || under_way <= limit, "{under_way} under way");
                }
                Ready::At { at: until, .. } | Ready::Spent { until } => {
                    assert!(now < until && until <= now + DAY, "{until:?} at {now:?}");
                    if choice & 4 == 0 {
                        now = until;
                    }
                }
                other => panic!("{other:?}"),
            },
            _ => {
                // The caller gives up on a request long before the limiter does.
                let sent = match choice & 4 {
                    0 => under_way.pop_front(),
                    _ => under_way.pop_back(),
                };
                let Some(sent) = sent else { continue };
                let mut number = |bit: u32| {
                    let wanted = choice >> bit & 1 == 1;
                    wanted.then(|| choices.number().unwrap_or(0))
                };
                let mut headers = RateHeaders::default();
                headers.max = number(3);
                headers.count = number(4);
                headers.remaining = number(5);
                headers.reset = number(6).map(|number| Duration::from_millis(number.into()));
                headers.retry_after =
                    number(7).map(|number| Duration::from_secs(number.into()).min(DAY));
                let heard = match choice >> 8 & 7 {
                    0..3 => Usage::Answered,
                    3..5 => Usage::Throttled,
                    5 => Usage::ThrottledByNetwork,
                    6 => Usage::Unanswered,
                    _ => Usage::NotSent,
                };
                pacer.settle(now, sent, heard, &headers);
                if matches!(heard, Usage::Throttled | Usage::ThrottledByNetwork) {
                    throttled.push_back(now);
                }
                while throttled.front().is_some_and(|at| *at + DAY <= now) {
                    throttled.pop_front();
                }
                let throttled = u32::try_from(throttled.len()).unwrap_or(u32::MAX);
                assert!(throttled <= budget, "{throttled} answers of 429 in a day");
            }
        }
        while under_way
            .front()
            .is_some_and(|sent| *sent + Duration::from_secs(30) <= now)
        {
            if let Some(sent) = under_way.pop_front() {
                pacer.settle(now, sent, Usage::Unanswered, &RateHeaders::default());
            }
        }
    }
    // The other callers vanish. A request that waits as it is told is let through.
    for _ in 0..10_000 {
        now = match pacer.ready(now) {
            Ready::Now => return Some(()),
            Ready::At { at: until, .. } | Ready::Spent { until } => until,
            other => panic!("{other:?}"),
        };
    }
    panic!("it waits for ever: {pacer:?}");
}
