//! The default limiter: a profile's pacer in this process's memory.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::headers::RateHeaders;
use super::pacer::{Pacer, Ready};
use super::queue::Queue;
use super::rate_limit::{DAY, RateLimit};
use super::rejected::Rejected;
use super::usage::{Usage, WaitingFor};

/// A pacer, and the callers who wait for it.
#[derive(Debug)]
pub(super) struct InMemory {
    clock: Clock,
    pacer: Mutex<Pacer>,
    on_record: Mutex<OnRecord>,
    queue: Queue,
}

/// The calendar as it was when the limiter was made. From then on the time runs with tokio's clock, so setting the
/// system's clock changes no wait.
#[derive(Debug)]
struct Clock {
    made: Instant,
    made_at: SystemTime,
}

/// The times that a record may have and that the pacer has counted already, so that no time is counted twice. They are
/// the times that were handed in and those of this limiter's own requests, in whole milliseconds as in a record.
#[derive(Debug, Default)]
struct OnRecord {
    /// Whether a record was ever handed in. Before that, no request of this limiter is on one.
    is_kept: bool,
    sent: VecDeque<SystemTime>,
    /// A record gives a 429 the time of its request.
    throttled: VecDeque<SystemTime>,
}

/// What a caller finds.
enum Look {
    Granted(SystemTime),
    WaitUntil(Instant),
    Rejected(Rejected),
}

impl InMemory {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            clock: Clock::start(),
            pacer: Mutex::new(Pacer::new(limit)),
            on_record: Mutex::default(),
            queue: Queue::default(),
        }
    }

    /// Waits until a request may be sent, but no longer than `patience`. Returns the time for which the place was
    /// reserved.
    pub(super) async fn acquire(&self, patience: Duration) -> Result<SystemTime, Rejected> {
        let deadline = Instant::now() + patience.min(LONGEST_PATIENCE);
        if self.queue.is_empty() {
            match self.look(deadline, true) {
                Look::Granted(at) => return Ok(at),
                Look::Rejected(rejected) => return Err(rejected),
                Look::WaitUntil(_) => {}
            }
        }
        let ticket = self.queue.join(deadline);
        loop {
            match self.look(deadline, ticket.is_first()) {
                Look::Granted(at) => return Ok(at),
                Look::Rejected(rejected) => return Err(rejected),
                Look::WaitUntil(until) => ticket.wait(until).await,
            }
        }
    }

    fn look(&self, deadline: Instant, is_first: bool) -> Look {
        let instant = Instant::now();
        let now = self.clock.calendar(instant);
        let mut pacer = self.pacer();
        match pacer.ready(now) {
            // Whoever can't wait any longer needn't wait for its turn either.
            Ready::Now if is_first || deadline <= instant => {
                pacer.sent(now);
                drop(pacer);
                self.on_record().add_own(now);
                Look::Granted(now)
            }
            Ready::Now => Look::WaitUntil(deadline),
            Ready::At { at, waiting_for } => {
                let until = self.clock.instant(at);
                // An answer may come at any moment, so it is worth waiting for as long as possible.
                if deadline < until && (waiting_for != WaitingFor::Answer || deadline <= instant) {
                    Look::Rejected(Rejected::too_late(
                        at.duration_since(now).unwrap_or_default(),
                    ))
                } else {
                    Look::WaitUntil(until.min(deadline))
                }
            }
            Ready::Spent { until } => Look::Rejected(Rejected::spent(
                until.duration_since(now).unwrap_or_default(),
            )),
        }
    }

    /// Records what came of a request. If the profile's limit refused it, returns for how long the limiter is closed now.
    pub(super) fn settle(&self, sent: SystemTime, usage: Usage, headers: &RateHeaders) -> Duration {
        let instant = Instant::now();
        let now = self.clock.calendar(instant);
        let closed_for = {
            let mut pacer = self.pacer();
            pacer.settle(now, sent, usage, headers);
            match usage {
                Usage::Throttled => pacer.closed_for(now),
                _ => Duration::ZERO,
            }
        };
        self.queue.wake_first();
        if usage == Usage::Throttled {
            self.queue.wake_who_cannot_wait_until(instant + closed_for);
        }
        closed_for
    }

    /// `None` if a request may be sent now.
    pub(super) fn opens_at(&self) -> Option<(SystemTime, WaitingFor)> {
        let now = self.clock.calendar(Instant::now());
        match self.pacer().ready(now) {
            Ready::Now => None,
            Ready::At { at, waiting_for } => Some((at, waiting_for)),
            Ready::Spent { until } => Some((until, WaitingFor::Throttled)),
        }
    }

    /// Adds requests and 429s of an earlier process, each time once.
    pub(super) fn restore(&self, sent: &[SystemTime], throttled: &[SystemTime]) {
        let now = self.clock.calendar(Instant::now());
        let (sent, throttled) = self.on_record().add(now, sent, throttled);
        self.pacer().restore(now, &sent, &throttled);
        self.queue.wake_first();
    }

    /// Whether nothing is lost by forgetting what this limiter knows.
    pub(super) fn is_idle(&self) -> bool {
        let now = self.clock.calendar(Instant::now());
        self.pacer().is_idle(now)
    }

    fn on_record(&self) -> MutexGuard<'_, OnRecord> {
        let on_record = self.on_record.lock();
        on_record.unwrap_or_else(PoisonError::into_inner)
    }

    fn pacer(&self) -> MutexGuard<'_, Pacer> {
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the pacer's times are kept beyond this process, so they need a calendar"
    )]
    fn start() -> Self {
        Self {
            made: Instant::now(),
            made_at: SystemTime::now(),
        }
    }

    fn calendar(&self, instant: Instant) -> SystemTime {
        let since = instant.saturating_duration_since(self.made);
        self.made_at.checked_add(since).unwrap_or(self.made_at)
    }

    fn instant(&self, time: SystemTime) -> Instant {
        let since = time.duration_since(self.made_at).unwrap_or_default();
        self.made.checked_add(since).unwrap_or(self.made)
    }
}

impl OnRecord {
    /// Adds the times of a record, and returns those that aren't counted yet.
    fn add(
        &mut self,
        now: SystemTime,
        sent: &[SystemTime],
        throttled: &[SystemTime],
    ) -> (Vec<SystemTime>, Vec<SystemTime>) {
        self.is_kept = true;
        (
            add_new(&mut self.sent, sent, now),
            add_new(&mut self.throttled, throttled, now),
        )
    }

    /// Adds the time of a request that this limiter lets through.
    fn add_own(&mut self, now: SystemTime) {
        if !self.is_kept {
            return;
        }
        for times in [&mut self.sent, &mut self.throttled] {
            while times.len() >= MOST_ON_RECORD {
                times.pop_front();
            }
            let at = whole_millis(now);
            let place = times.partition_point(|time| *time <= at);
            times.insert(place, at);
        }
    }
}

/// Adds those times that aren't known yet, and returns them. If a time is handed in several times at once, there were
/// several requests.
fn add_new(
    known: &mut VecDeque<SystemTime>,
    times: &[SystemTime],
    now: SystemTime,
) -> Vec<SystemTime> {
    let oldest = now.checked_sub(DAY).unwrap_or(SystemTime::UNIX_EPOCH);
    let times = times.iter().map(|at| whole_millis(*at));
    let mut times: Vec<_> = times.filter(|at| oldest <= *at).collect();
    times.sort_unstable();
    let mut earlier = known.iter().peekable();
    times.retain(|time| {
        while earlier.next_if(|known| *known < time).is_some() {}
        earlier.next_if(|known| *known == time).is_none()
    });
    known.extend(&times);
    known.make_contiguous().sort_unstable();
    times
}

fn whole_millis(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let below = Duration::from_nanos(u64::from(since.subsec_nanos() % 1_000_000));
    UNIX_EPOCH
        .checked_add(since.saturating_sub(below))
        .unwrap_or(time)
}

/// A list of times on record is cut to this length when a request of this limiter is added to it.
const MOST_ON_RECORD: usize = 100_000;

/// Nobody waits for longer than this. It keeps the deadline within what a clock can tell.
const LONGEST_PATIENCE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
#[cfg(test)]
mod tests;
