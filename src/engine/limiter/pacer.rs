//! The account of one profile's window: a state machine that is handed the time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::headers::RateHeaders;
use super::rate_limit::{DAY, RateLimit};
use crate::engine::exchange::Head;
use crate::engine::operation::{AttemptKind, ThrottledBy};

/// How soon to ask again when the answer to a request under way will decide.
pub(super) const POLL: Duration = Duration::from_millis(50);
/// A request that is under way for so long decides nothing any more, though it still takes its place.
const ABANDONED: Duration = Duration::from_secs(60);
/// After so long, or a window if that is longer, its place is taken for used at that moment, and free a window later.
const VANISHED: Duration = Duration::from_secs(5 * 60);
/// By so many our account and the provider's may differ without a reason.
const FEW: u32 = 2;
/// Where no window is known, so many sends tell as much as all of them.
const REMEMBERED_UNPACED: usize = 1_000;

/// May the next request go?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ready {
    /// Yes: call [`Pacer::sent`] under the same lock, then send.
    Now,
    /// Not yet: ask again then. Never more than 24 hours away.
    At(Instant),
    /// The budget of 429s is used up: nothing may be sent until then.
    Spent {
        /// When the oldest of those 429s is 24 hours old.
        until: Instant,
    },
}

/// The account of one profile's window at one provider.
///
/// What it believes is used: its own requests (`log`) and everyone else's (`others`, which only the provider's count
/// can tell), plus one for every request under way.
#[derive(Debug)]
pub struct Pacer {
    limit: RateLimit,
    /// What the headers allow in a window.
    allowed: Option<u32>,
    /// What a 429 without a count taught, and until when to believe it.
    ceiling: Option<(u32, Instant)>,
    /// How often that was taught.
    ceilings: u32,
    /// When each own request was surely counted by: its answer's arrival, for the provider counted it earlier.
    log: VecDeque<Instant>,
    /// When each unanswered request was sent.
    in_flight: VecDeque<Instant>,
    others: u32,
    /// When an answer last told anything.
    heard: Option<Instant>,
    /// When each 429 of the last 24 hours came.
    throttled: VecDeque<Instant>,
    /// The provider's own word on when to come back. Nothing goes before.
    closed_until: Option<Instant>,
    /// When the headers say that the window ends.
    resets_at: Option<Instant>,
    /// How many may be under way while it isn't known that there is room.
    permits: Option<u32>,
    /// How long to wait before trying a window that looks full.
    gap: Duration,
    /// When a window that looked full was last tried.
    probed: Option<Instant>,
    /// The last time a request was sent that the present window counted or refused.
    unchanged: Option<Instant>,
    reset: Option<Reset>,
    /// Own requests were seen to leave the count one by one: no window starts over here.
    sliding: bool,
    /// An own request grew older than the window since the last reset.
    aged: bool,
}

/// The count was last seen to start over later than `after` and no later than `by`.
#[derive(Clone, Copy, Debug)]
struct Reset {
    after: Instant,
    by: Instant,
}

impl Pacer {
    /// The account of a profile of which nothing is known yet.
    pub fn new(limit: RateLimit) -> Self {
        let mut pacer = Self {
            permits: limit.requests.and(Some(1)),
            limit,
            allowed: None,
            ceiling: None,
            ceilings: 0,
            log: VecDeque::new(),
            in_flight: VecDeque::new(),
            others: 0,
            heard: None,
            throttled: VecDeque::new(),
            closed_until: None,
            resets_at: None,
            gap: Duration::ZERO,
            probed: None,
            unchanged: None,
            reset: None,
            sliding: false,
            aged: false,
        };
        pacer.gap = pacer.first_gap();
        pacer
    }

    /// May a request go now? If so, [`Pacer::sent`] must follow under the same lock.
    pub fn ready(&mut self, now: Instant) -> Ready {
        self.forget(now);
        let (throttled, budget) = (
            count(self.throttled.len()),
            self.limit.max_throttled_per_day,
        );
        if throttled >= budget {
            let until = self
                .throttled
                .front()
                .map_or(now, |oldest| later(*oldest, DAY));
            return Ready::Spent { until };
        }
        if let Some(until) = self.closed_until {
            return Ready::At(until);
        }
        // A request whose answer nobody fetches, since its future isn't polled, must not hold up the rest.
        let fetched = self.in_flight.iter();
        let fetched = fetched.filter(|sent| later(**sent, ABANDONED) > now);
        let under_way = count(fetched.count());
        if under_way >= self.permits.unwrap_or(u32::MAX)
            || throttled.saturating_add(count(self.in_flight.len())) >= budget
        {
            return Ready::At(later(now, POLL));
        }
        if !self.is_full() {
            return Ready::Now;
        }
        // A full window is tried by one request at a time.
        if under_way > 0 {
            return Ready::At(later(now, POLL));
        }
        match self.next_try(now) {
            at if at <= now => Ready::Now,
            at => Ready::At(at),
        }
    }

    /// Reserves a request's place: call it right before the request goes out.
    pub fn sent(&mut self, now: Instant) {
        if self.is_full() {
            self.probed = Some(now);
            self.lengthen_gap();
        }
        self.in_flight.push_back(now);
    }

    /// Takes in what came of the request that was sent at `sent_at`, and the head of its answer if
    /// there was one.
    pub fn settle(
        &mut self,
        now: Instant,
        sent_at: Instant,
        kind: AttemptKind,
        head: Option<&Head>,
    ) {
        if let Some(index) = self.in_flight.iter().position(|sent| *sent == sent_at) {
            self.in_flight.remove(index);
        }
        let was_full = self.is_full();
        self.forget(now);
        if kind == AttemptKind::NotSent {
            return;
        }
        // Without an answer, the request may have been counted.
        let Some(Head { status, rate }) = head else {
            self.log.push_back(now);
            return;
        };
        if let Some(max) = rate.max.filter(|max| *max > 0) {
            self.allowed = Some(max);
        }
        if let Some(reset) = rate.reset {
            // A known window can't end later than it is long.
            let longest = self.limit.requests.map_or(DAY, |_| self.limit.window);
            self.resets_at = Some(later(now, reset.min(longest)));
        }
        let by_profile = kind.throttled_by(Some(*status)) == Some(ThrottledBy::Profile);
        if by_profile || *status == 429 {
            self.throttled.push_back(now);
        }
        let used = rate.used(self.window_limit());
        // Only a request sent after the last 429 can tell that there is room again.
        let may_reopen = self.throttled.back().is_none_or(|at| *at <= sent_at);
        // An answer that was under way when the count started over may speak of either side.
        let is_stray = self.reset.is_some_and(|reset| sent_at < reset.by);
        match used {
            _ if by_profile => self.close(now, sent_at, rate, used, is_stray),
            _ if is_stray => self.log.push_back(now),
            Some(used) => {
                self.permits = self.permits.filter(|_| !may_reopen);
                self.believe(now, sent_at, used, true);
            }
            None => {
                // Without a count, that a full window let one through is all there is to know.
                if was_full && self.probed == Some(sent_at) {
                    self.start_over(now);
                    self.log.clear();
                    self.others = 0;
                }
                self.heard = Some(now);
                self.log.push_back(now);
                if may_reopen {
                    self.permits = self.permits.and_then(|permits| permits.checked_mul(2));
                }
            }
        }
    }

    /// Whether forgetting this account loses nothing: none under way, none in the window, no 429 in 24 hours.
    pub fn is_idle(&self, now: Instant) -> bool {
        let is_past = |at: Option<&Instant>, age| at.is_none_or(|at| later(*at, age) <= now);
        self.in_flight.is_empty()
            && is_past(self.log.back(), self.limit.window)
            && is_past(self.throttled.back(), DAY)
            && is_past(self.closed_until.as_ref(), Duration::ZERO)
    }

    /// Lets go of whatever time has settled.
    fn forget(&mut self, now: Instant) {
        let window = self.limit.window;
        // The caller vanished without a word: its request may have been counted at any time since.
        while self
            .in_flight
            .front()
            .is_some_and(|sent| later(*sent, window.max(VANISHED)) <= now)
        {
            self.in_flight.pop_front();
            self.log.push_back(now);
        }
        while self
            .log
            .front()
            .is_some_and(|counted| later(*counted, window) <= now)
        {
            self.log.pop_front();
            self.aged = true;
        }
        while self.window_limit().is_none() && self.log.len() > REMEMBERED_UNPACED {
            self.log.pop_front();
        }
        while self
            .throttled
            .front()
            .is_some_and(|at| later(*at, DAY) <= now)
        {
            self.throttled.pop_front();
        }
        if self.closed_until.is_some_and(|until| until <= now) {
            self.closed_until = None;
        }
        if self.ceiling.is_some_and(|(_, until)| until <= now) {
            self.ceiling = None;
        }
        // After a window's silence nothing is known of the others any more: begin as at first.
        if self.in_flight.is_empty() && self.heard.is_some_and(|heard| later(heard, window) <= now)
        {
            self.heard = None;
            self.others = 0;
            self.resets_at = None;
            self.reset = None;
            self.gap = self.first_gap();
            self.permits = self.limit.requests.and(Some(1)).or(self.permits);
        }
    }

    /// The requests a window holds, as far as known: the stricter of setting, headers and experience.
    fn window_limit(&self) -> Option<u32> {
        [
            self.limit.requests,
            self.allowed,
            self.ceiling.map(|(requests, _)| requests),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn is_full(&self) -> bool {
        let used = count(self.log.len())
            .saturating_add(self.others)
            .saturating_add(count(self.in_flight.len()));
        self.window_limit()
            .is_some_and(|limit| used.saturating_add(self.margin()) >= limit)
    }

    /// Room left to the others, who take theirs while our requests are under way.
    fn margin(&self) -> u32 {
        u32::from(self.sliding && self.others > 0)
    }

    /// When to send one request although the window looks full.
    fn next_try(&self, now: Instant) -> Instant {
        let window = self.limit.window;
        let aged = self.log.front().map(|counted| later(*counted, window));
        let told = self
            .resets_at
            .filter(|at| self.probed.is_none_or(|probed| probed < *at));
        let guess = told
            .or_else(|| self.expected_reset())
            .or_else(|| self.blind_try());
        // One under way keeps its place for a window from when it was counted, which may be yet to come.
        let counted = self
            .in_flight
            .front()
            .map(|sent| later(*sent, window).max(later(now, POLL)));
        match (aged.or(counted), guess) {
            (Some(aged), Some(guess)) => aged.min(guess),
            (one, other) => one.or(other).unwrap_or(now),
        }
    }

    /// A window whose last start is known ends one length later. The middle of what is uncertain halves it.
    fn expected_reset(&self) -> Option<Instant> {
        let (Reset { after, by }, window) =
            (self.reset?, self.limit.requests.map(|_| self.limit.window)?);
        let due = later(by, window);
        let tried = self.unchanged.into_iter().chain(self.probed).max();
        if tried.is_some_and(|tried| tried >= due) {
            return None;
        }
        let known_since = tried.map_or(later(after, window), |tried| {
            tried.max(later(after, window))
        });
        let uncertain = due.saturating_duration_since(known_since);
        let is_narrow = by.saturating_duration_since(after) <= window / 2 && self.caution() == 0;
        Some(if is_narrow && uncertain > window / 100 {
            later(known_since, uncertain / 2)
        } else {
            due
        })
    }

    /// If others filled part of the window nobody knows when it opened: try now and then, ever less often.
    fn blind_try(&self) -> Option<Instant> {
        let own_only = self.others == 0 && self.ceiling.is_none() && self.limit.requests.is_some();
        let has_own = !self.log.is_empty() || !self.in_flight.is_empty();
        if has_own && (own_only || self.sliding) {
            return None;
        }
        let last = self.unchanged.into_iter().chain(self.probed).max()?;
        Some(later(last, self.gap))
    }

    fn first_gap(&self) -> Duration {
        let gap = if self.limit.requests.is_some() {
            self.limit.window / 12
        } else {
            Duration::from_secs(1)
        };
        gap.saturating_mul(1 << self.caution())
            .min(self.limit.window)
    }

    /// The gap as it was; the next is longer.
    fn lengthen_gap(&mut self) -> Duration {
        let longer = if self.limit.requests.is_some() {
            self.gap.saturating_mul(6) / 5
        } else {
            self.gap.saturating_mul(2)
        };
        std::mem::replace(&mut self.gap, longer.min(self.limit.window))
    }

    /// How many tenths of the budget of 429s are used up: guessing is a luxury.
    fn caution(&self) -> u32 {
        (count(self.throttled.len()).saturating_mul(10) / self.limit.max_throttled_per_day).min(10)
    }

    /// A 429 closes the gate for everyone.
    fn close(
        &mut self,
        now: Instant,
        sent_at: Instant,
        headers: &RateHeaders,
        used: Option<u32>,
        is_stray: bool,
    ) {
        let told = headers.retry_after.map(|wait| later(now, wait));
        if let Some(mut until) = told.or(headers.reset.and(self.resets_at)) {
            // Who did as told and is refused again waits longer.
            if self.permits == Some(1) && self.heard.is_some() && !is_stray {
                until = until.max(later(now, self.lengthen_gap()));
            }
            self.closed_until = self.closed_until.max(Some(until));
            self.resets_at = self.closed_until;
        }
        if is_stray {
            return;
        }
        self.permits = Some(1);
        self.unchanged = self.unchanged.max(Some(sent_at));
        self.heard = Some(now);
        let accepted = count(self.log.len());
        match (used, self.window_limit()) {
            (Some(used), Some(limit)) if used >= limit => self.believe(now, sent_at, used, false),
            // Full without a count: the limit is lower than we were told, or others are at work. Either way this
            // many went well; try for more after one window, then two, four, …
            (None, limit)
                if accepted >= 8
                    && self.closed_until.is_none()
                    && limit.is_none_or(|limit| accepted < limit) =>
            {
                let patience = self
                    .limit
                    .window
                    .saturating_mul(1_u32 << self.ceilings.min(8));
                self.ceilings = self.ceilings.saturating_add(1);
                self.ceiling = Some((accepted, later(now, patience)));
            }
            (None, Some(limit)) if accepted >= limit => {}
            // A 429 that no count explains.
            _ => {
                if self.closed_until.is_none() {
                    self.closed_until = Some(later(now, self.lengthen_gap()));
                }
            }
        }
    }

    /// Squares the account with the provider's count. `counts` says whether this request is among the counted.
    fn believe(&mut self, now: Instant, sent_at: Instant, used: u32, counts: bool) {
        let itself = u32::from(counts);
        // Requests answered before this one was sent are in its count, unless the provider has forgotten them.
        let before = count(self.log.partition_point(|counted| *counted <= sent_at));
        let expected = before.saturating_add(self.others).saturating_add(itself);
        let much = self
            .window_limit()
            .map_or(u32::MAX, |limit| (limit / 8).max(FEW));
        let mut forgotten = 0;
        if counts && expected.saturating_sub(used) > much && self.may_start_over(now) {
            self.start_over(now);
            // A window that lets go of some of ours, though they are young, has let go of all.
            if before.saturating_add(itself).saturating_sub(used) > much {
                forgotten = before;
            }
        } else {
            self.unchanged = self.unchanged.max(Some(sent_at));
            self.sliding |=
                counts && self.aged && before > 0 && used >= expected.saturating_sub(itself);
        }
        for _ in 0..forgotten {
            self.log.pop_front();
        }
        if counts {
            self.log.push_back(now);
        }
        // Requests that overlapped may or may not be in the count: of the others' share, the highest count so far is
        // the lower bound, and what the surely counted leave over is the upper.
        let lower = used
            .saturating_sub(count(self.log.len()))
            .max(self.others.saturating_sub(itself));
        let upper = used
            .saturating_sub(itself)
            .saturating_sub(before.saturating_sub(forgotten));
        self.others = lower.min(upper);
        self.heard = Some(now);
    }

    /// A count that drops more often than a window can end is not worth forgetting our own requests for.
    fn may_start_over(&self, now: Instant) -> bool {
        let half = self.limit.window / 2;
        self.limit.requests.is_none() || self.reset.is_none_or(|reset| later(reset.by, half) <= now)
    }

    /// The count started over since the last request that saw it go on.
    fn start_over(&mut self, now: Instant) {
        let window = self.limit.window;
        // Whole windows after the last start there was another, whether we saw it or not.
        let before = self.reset.and_then(|Reset { after, .. }| {
            let since = now.saturating_duration_since(after).as_nanos() % window.as_nanos().max(1);
            now.checked_sub(Duration::from_nanos(u64::try_from(since).ok()?))
        });
        let after = self.unchanged.into_iter().chain(before).max();
        self.reset = Some(Reset {
            after: after.unwrap_or(now),
            by: now,
        });
        // Of an unknown window, at least remember how long it took: next time, begin near there.
        self.gap = if self.limit.requests.is_some() {
            self.first_gap()
        } else {
            self.first_gap().max(self.gap / 4)
        };
        self.unchanged = None;
        self.resets_at = None;
        self.sliding = false;
        self.aged = false;
    }
}

/// `at + by`, but no more than a day later, whatever a server asks for.
fn later(at: Instant, by: Duration) -> Instant {
    at.checked_add(by.min(DAY)).unwrap_or(at)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
