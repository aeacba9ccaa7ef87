//! Counts the requests in one profile's window, and decides when the next one may be sent.
//!
//! The pacer is a state machine that is handed the time. `docs/rate-limits.md` explains what it does. The
//! window is *full* if it has no room for another request, as far as the pacer knows. A *probe* is a
//! request that is sent although the window looks full. The window *resets* when its count starts over.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::headers::RateHeaders;
use super::rate_limit::{DAY, RateLimit};
use crate::engine::exchange::Head;
use crate::engine::operation::{AttemptKind, ThrottledBy};

/// How soon to ask again when an answer that is still under way will decide.
pub(super) const POLL: Duration = Duration::from_millis(50);
/// After this time without an answer, a request no longer makes others wait. It keeps its place in the window.
const ABANDONED_AFTER: Duration = Duration::from_secs(60);
/// After this time, or one window if that is longer, a request without an answer counts as used at that moment.
const LOST_AFTER: Duration = Duration::from_secs(5 * 60);
/// A difference of this many between our count and the provider's means nothing.
const COUNT_TOLERANCE: u32 = 2;
/// How many own requests are remembered while no limit is known. More would tell nothing more.
const MOST_OWN_WITHOUT_LIMIT: usize = 1_000;

/// Whether the next request may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ready {
    /// Yes: call [`Pacer::sent`] under the same lock, then send.
    Now,
    /// Not yet: ask again at this time, which is at most 24 hours away.
    At(Instant),
    /// The budget of 429s is used up, so nothing may be sent for now.
    Spent {
        /// When the oldest of those 429s is 24 hours old, and a request may be sent again.
        until: Instant,
    },
}

/// What is known of one profile's window at one provider.
///
/// The used places are the client's own requests (`own`), everyone else's (`others`), and one
/// for each request under way (`in_flight`).
#[derive(Debug)]
pub struct Pacer {
    limit: RateLimit,
    /// How many requests a window holds, by the headers.
    header_limit: Option<u32>,
    /// How many requests went well before a 429 without a count, and until when that number is a limit.
    learned_limit: Option<(u32, Instant)>,
    /// How many times `learned_limit` was set. The limit lasts longer each time.
    times_learned: u32,
    /// When the answer to each own request came. The provider had counted the request by then.
    own: VecDeque<Instant>,
    /// When each unanswered request was sent.
    in_flight: VecDeque<Instant>,
    /// How many requests of others the provider has counted. Only the provider's count shows them.
    others: u32,
    /// When an answer last said anything about the present window.
    informed_at: Option<Instant>,
    /// When each 429 of the last 24 hours came.
    throttled_at: VecDeque<Instant>,
    /// No request is sent before this time. A 429 sets it.
    closed_until: Option<Instant>,
    /// When the window resets, by the headers.
    announced_reset: Option<Instant>,
    /// How many requests may be under way until an answer shows that there is room. `None` is any number.
    max_in_flight: Option<u32>,
    /// How long to wait from one probe to the next, or after a 429 that the counts don't explain.
    probe_interval: Duration,
    /// When the last probe was sent.
    last_probe: Option<Instant>,
    /// When the latest request was sent that the present window is known to have counted or refused.
    last_in_window: Option<Instant>,
    /// When the count was last seen to start over.
    last_reset: Option<Reset>,
    /// Whether own requests were seen to leave the count one by one. Such a window never resets.
    is_sliding: bool,
    /// Whether an own request has become older than the window since the last reset.
    own_expired: bool,
}

/// A reset of the window, which happened later than `after` and no later than `by`.
#[derive(Clone, Copy, Debug)]
struct Reset {
    after: Instant,
    by: Instant,
}

impl Pacer {
    /// Starts with nothing known of the profile's window.
    pub fn new(limit: RateLimit) -> Self {
        let mut pacer = Self {
            max_in_flight: limit.requests.and(Some(1)),
            limit,
            header_limit: None,
            learned_limit: None,
            times_learned: 0,
            own: VecDeque::new(),
            in_flight: VecDeque::new(),
            others: 0,
            informed_at: None,
            throttled_at: VecDeque::new(),
            closed_until: None,
            announced_reset: None,
            probe_interval: Duration::ZERO,
            last_probe: None,
            last_in_window: None,
            last_reset: None,
            is_sliding: false,
            own_expired: false,
        };
        pacer.probe_interval = pacer.first_probe_interval();
        pacer
    }

    /// Says whether a request may be sent now. If so, [`Pacer::sent`] must follow under the same lock.
    pub fn ready(&mut self, now: Instant) -> Ready {
        self.advance(now);
        let throttled = count(self.throttled_at.len());
        let budget = self.limit.max_throttled_per_day;
        if throttled >= budget {
            let until = self
                .throttled_at
                .front()
                .map_or(now, |oldest| later(*oldest, DAY));
            return Ready::Spent { until };
        }
        if let Some(until) = self.closed_until {
            return Ready::At(until);
        }
        // If a request's future isn't polled, its answer is never read, and it must not hold up the others.
        let is_awaited = |sent: &&Instant| later(**sent, ABANDONED_AFTER) > now;
        let under_way = count(self.in_flight.iter().filter(is_awaited).count());
        if under_way >= self.max_in_flight.unwrap_or(u32::MAX)
            || throttled.saturating_add(count(self.in_flight.len())) >= budget
        {
            return Ready::At(later(now, POLL));
        }
        if !self.is_full() {
            return Ready::Now;
        }
        // Only one request at a time may probe a full window.
        if under_way > 0 {
            return Ready::At(later(now, POLL));
        }
        match self.next_probe(now) {
            at if at <= now => Ready::Now,
            at => Ready::At(at),
        }
    }

    /// Reserves a place for a request. Call this right before the request is sent.
    pub fn sent(&mut self, now: Instant) {
        if self.is_full() {
            self.last_probe = Some(now);
            self.take_probe_interval();
        }
        self.in_flight.push_back(now);
    }

    /// Records what came of the request that was sent at `sent`. `head` is the head of its answer, if
    /// there was one.
    pub fn settle(&mut self, now: Instant, sent: Instant, kind: AttemptKind, head: Option<&Head>) {
        if let Some(index) = self.in_flight.iter().position(|other| *other == sent) {
            self.in_flight.remove(index);
        }
        let was_full = self.is_full();
        self.advance(now);
        if kind == AttemptKind::NotSent {
            return;
        }
        // A request without an answer may have been counted.
        let Some(Head { status, rate }) = head else {
            self.own.push_back(now);
            return;
        };
        if let Some(max) = rate.max.filter(|max| *max > 0) {
            self.header_limit = Some(max);
        }
        if let Some(reset) = rate.reset {
            // A window of known length ends at most that much later.
            let longest = self.limit.requests.map_or(DAY, |_| self.limit.window);
            self.announced_reset = Some(later(now, reset.min(longest)));
        }
        let is_throttled = kind.throttled_by(Some(*status)) == Some(ThrottledBy::Profile);
        if is_throttled || *status == 429 {
            self.throttled_at.push_back(now);
        }
        let used = rate.used(self.window_limit());
        // Only the answer to a request that was sent after the last 429 shows that there is room again.
        let sent_since_429 = self.throttled_at.back().is_none_or(|at| *at <= sent);
        // A request that was under way during a reset may have been counted before it or after it.
        let overlaps_reset = self.last_reset.is_some_and(|reset| sent < reset.by);
        match used {
            _ if is_throttled => self.settle_throttled(now, sent, rate, used, overlaps_reset),
            _ if overlaps_reset => self.own.push_back(now),
            Some(used) => {
                self.max_in_flight = self.max_in_flight.filter(|_| !sent_since_429);
                self.reconcile(now, sent, used, true);
            }
            None => {
                // There is no count, but a probe that gets through shows that the window has reset.
                if was_full && self.last_probe == Some(sent) {
                    self.record_reset(now);
                    self.own.clear();
                    self.others = 0;
                }
                self.informed_at = Some(now);
                self.own.push_back(now);
                if sent_since_429 {
                    self.max_in_flight = self.max_in_flight.and_then(|max| max.checked_mul(2));
                }
            }
        }
    }

    /// Whether this pacer can be dropped without losing anything: no request is under way or in the window,
    /// there was no 429 in the last 24 hours, and nothing is closed.
    pub fn is_idle(&self, now: Instant) -> bool {
        let is_past = |at: Option<&Instant>, age| at.is_none_or(|at| later(*at, age) <= now);
        self.in_flight.is_empty()
            && is_past(self.own.back(), self.limit.window)
            && is_past(self.throttled_at.back(), DAY)
            && is_past(self.closed_until.as_ref(), Duration::ZERO)
    }

    /// Brings everything up to the present time, and drops what is too old to matter.
    fn advance(&mut self, now: Instant) {
        let window = self.limit.window;
        // These requests never got an answer. Each may have been counted as late as now.
        let lost = expire(&mut self.in_flight, window.max(LOST_AFTER), now);
        self.own.extend(std::iter::repeat_n(now, lost));
        self.own_expired |= expire(&mut self.own, window, now) > 0;
        if self.window_limit().is_none() {
            let excess = self.own.len().saturating_sub(MOST_OWN_WITHOUT_LIMIT);
            self.own.drain(..excess);
        }
        expire(&mut self.throttled_at, DAY, now);
        self.closed_until = self.closed_until.filter(|until| *until > now);
        self.learned_limit = self.learned_limit.filter(|(_, until)| *until > now);
        // If no answer has come for a whole window, nothing is known of others' requests: begin anew.
        if self.in_flight.is_empty() && self.informed_at.is_some_and(|at| later(at, window) <= now)
        {
            self.informed_at = None;
            self.others = 0;
            self.announced_reset = None;
            self.last_reset = None;
            self.probe_interval = self.first_probe_interval();
            self.max_in_flight = self.limit.requests.and(Some(1)).or(self.max_in_flight);
        }
    }

    /// How many requests a window holds: the smallest of the setting, the headers' number and what was learned.
    fn window_limit(&self) -> Option<u32> {
        [
            self.limit.requests,
            self.header_limit,
            self.learned_limit.map(|(requests, _)| requests),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether the window has no room for another request, as far as is known.
    fn is_full(&self) -> bool {
        let used = count(self.own.len())
            .saturating_add(self.others)
            .saturating_add(count(self.in_flight.len()));
        self.window_limit()
            .is_some_and(|limit| used.saturating_add(self.room_for_others()) >= limit)
    }

    /// How many places are left free in a sliding window, for others who send while our requests are under way.
    fn room_for_others(&self) -> u32 {
        u32::from(self.is_sliding && self.others > 0)
    }

    /// When to send a request although the window looks full now.
    fn next_probe(&self, now: Instant) -> Instant {
        let window = self.limit.window;
        let own_leaves = self.own.front().map(|counted| later(*counted, window));
        let announced = self
            .announced_reset
            .filter(|at| self.last_probe.is_none_or(|last| last < *at));
        let probe = announced
            .or_else(|| self.probe_by_last_reset())
            .or_else(|| self.probe_by_interval());
        // A request under way keeps its place for a window from when it is counted, which may be later than now.
        let in_flight_leaves = self
            .in_flight
            .front()
            .map(|sent| later(*sent, window).max(later(now, POLL)));
        let place_is_free = own_leaves.or(in_flight_leaves);
        place_is_free.into_iter().chain(probe).min().unwrap_or(now)
    }

    /// When to probe if the last reset is known. The next reset is due one window after it. If the range in
    /// which it may happen is narrow, a probe in the middle of the range halves it.
    fn probe_by_last_reset(&self) -> Option<Instant> {
        let Reset { after, by } = self.last_reset?;
        let window = self.limit.requests.map(|_| self.limit.window)?;
        let due = later(by, window);
        let latest = self.last_in_window.max(self.last_probe);
        if latest.is_some_and(|latest| latest >= due) {
            return None;
        }
        let earliest = latest.into_iter().chain([later(after, window)]).max()?;
        let range = due.saturating_duration_since(earliest);
        let is_narrow =
            by.saturating_duration_since(after) <= window / 2 && self.budget_tenths() == 0;
        Some(if is_narrow && range > window / 100 {
            later(earliest, range / 2)
        } else {
            due
        })
    }

    /// When to probe if the last reset isn't known: one interval after the last sign of the present window.
    /// `None` if a place becomes free anyway, because an own request leaves the window.
    fn probe_by_interval(&self) -> Option<Instant> {
        let is_all_ours =
            self.others == 0 && self.learned_limit.is_none() && self.limit.requests.is_some();
        let has_own = !self.own.is_empty() || !self.in_flight.is_empty();
        if has_own && (is_all_ours || self.is_sliding) {
            return None;
        }
        let latest = self.last_in_window.max(self.last_probe)?;
        Some(later(latest, self.probe_interval))
    }

    /// The shortest interval between probes. It is doubled for each tenth of the budget of 429s that is used up.
    fn first_probe_interval(&self) -> Duration {
        let interval = if self.limit.requests.is_some() {
            self.limit.window / 12
        } else {
            Duration::from_secs(1)
        };
        interval
            .saturating_mul(1 << self.budget_tenths())
            .min(self.limit.window)
    }

    /// Returns the present interval, and makes the next one longer.
    fn take_probe_interval(&mut self) -> Duration {
        let longer = if self.limit.requests.is_some() {
            self.probe_interval.saturating_mul(6) / 5
        } else {
            self.probe_interval.saturating_mul(2)
        };
        std::mem::replace(&mut self.probe_interval, longer.min(self.limit.window))
    }

    /// How many tenths of the day's budget of 429s are used up. The more it is, the more rarely the pacer probes.
    fn budget_tenths(&self) -> u32 {
        (count(self.throttled_at.len()).saturating_mul(10) / self.limit.max_throttled_per_day)
            .min(10)
    }

    /// Records a 429 of the profile's limit. Until it is over, no task of the profile sends anything.
    fn settle_throttled(
        &mut self,
        now: Instant,
        sent: Instant,
        headers: &RateHeaders,
        used: Option<u32>,
        overlaps_reset: bool,
    ) {
        let asked = headers.retry_after.map(|wait| later(now, wait));
        if let Some(mut until) = asked.or(headers.reset.and(self.announced_reset)) {
            // A request that waited as asked and is refused again makes the wait longer.
            if self.max_in_flight == Some(1) && self.informed_at.is_some() && !overlaps_reset {
                until = until.max(later(now, self.take_probe_interval()));
            }
            self.closed_until = self.closed_until.max(Some(until));
            self.announced_reset = self.closed_until;
        }
        if overlaps_reset {
            return;
        }
        self.max_in_flight = Some(1);
        self.last_in_window = self.last_in_window.max(Some(sent));
        self.informed_at = Some(now);
        let accepted = count(self.own.len());
        match (used, self.window_limit()) {
            (Some(used), Some(limit)) if used >= limit => self.reconcile(now, sent, used, false),
            // The window is full, and no count says why: the limit is lower than was known, or others send too.
            // In both cases, this many requests went well. More are tried after one window, then two, four, …
            (None, limit)
                if accepted >= 8
                    && self.closed_until.is_none()
                    && limit.is_none_or(|limit| accepted < limit) =>
            {
                let valid_for = self
                    .limit
                    .window
                    .saturating_mul(1_u32 << self.times_learned.min(8));
                self.times_learned = self.times_learned.saturating_add(1);
                self.learned_limit = Some((accepted, later(now, valid_for)));
            }
            (None, Some(limit)) if accepted >= limit => {}
            // The counts don't explain this 429.
            _ => {
                if self.closed_until.is_none() {
                    self.closed_until = Some(later(now, self.take_probe_interval()));
                }
            }
        }
    }

    /// Corrects what is known by the provider's count. `is_counted` says whether the count includes this request.
    fn reconcile(&mut self, now: Instant, sent: Instant, used: u32, is_counted: bool) {
        let itself = u32::from(is_counted);
        // The count includes each request that was answered before this one was sent, unless the window has reset.
        let older = count(self.own.partition_point(|counted| *counted <= sent));
        let expected = older.saturating_add(self.others).saturating_add(itself);
        // A count that is lower than expected by more than this shows a reset.
        let tolerance = self
            .window_limit()
            .map_or(u32::MAX, |limit| (limit / 8).max(COUNT_TOLERANCE));
        let mut dropped = 0;
        if is_counted && expected.saturating_sub(used) > tolerance && self.can_have_reset(now) {
            self.record_reset(now);
            // If young requests of ours are missing from the count, all earlier ones are.
            if older.saturating_add(itself).saturating_sub(used) > tolerance {
                dropped = older;
            }
        } else {
            self.last_in_window = self.last_in_window.max(Some(sent));
            self.is_sliding |= is_counted
                && self.own_expired
                && older > 0
                && used >= expected.saturating_sub(itself);
        }
        for _ in 0..dropped {
            self.own.pop_front();
        }
        if is_counted {
            self.own.push_back(now);
        }
        // The count may or may not include own requests that were answered while this one was under way. The lower
        // bound assumes that it includes all of them, and falls by at most one for each answer. The upper bound
        // assumes that it includes none of them.
        let lower = used
            .saturating_sub(count(self.own.len()))
            .max(self.others.saturating_sub(itself));
        let upper = used
            .saturating_sub(itself)
            .saturating_sub(older.saturating_sub(dropped));
        self.others = lower.min(upper);
        self.informed_at = Some(now);
    }

    /// Whether a low count may be a reset. A count that drops more often than a window ends isn't believed.
    fn can_have_reset(&self, now: Instant) -> bool {
        let half = self.limit.window / 2;
        let is_long_ago = |reset: Reset| later(reset.by, half) <= now;
        self.limit.requests.is_none() || self.last_reset.is_none_or(is_long_ago)
    }

    /// Records that the window has reset, at some time since the latest request that it counted or refused.
    fn record_reset(&mut self, now: Instant) {
        let window = self.limit.window;
        // The window resets at whole multiples of its length after the last reset, seen or not.
        let earliest = self.last_reset.and_then(|Reset { after, .. }| {
            let since = now.saturating_duration_since(after).as_nanos() % window.as_nanos().max(1);
            now.checked_sub(Duration::from_nanos(u64::try_from(since).ok()?))
        });
        let after = self.last_in_window.max(earliest);
        self.last_reset = Some(Reset {
            after: after.unwrap_or(now),
            by: now,
        });
        // If the window's length isn't known, the last interval shows about how long it is. Begin near there.
        self.probe_interval = if self.limit.requests.is_some() {
            self.first_probe_interval()
        } else {
            self.first_probe_interval().max(self.probe_interval / 4)
        };
        self.last_in_window = None;
        self.announced_reset = None;
        self.is_sliding = false;
        self.own_expired = false;
    }
}

/// `at + by`, but at most a day after `at`, whatever a server asks for.
fn later(at: Instant, by: Duration) -> Instant {
    at.checked_add(by.min(DAY)).unwrap_or(at)
}

/// Drops the times that are this old or older from the front, and says how many there were.
fn expire(times: &mut VecDeque<Instant>, age: Duration, now: Instant) -> usize {
    let is_expired = |at: &&Instant| later(**at, age) <= now;
    let expired = times.iter().take_while(is_expired).count();
    times.drain(..expired);
    expired
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
