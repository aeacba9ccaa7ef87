//! How fast a profile's requests go: the setting, and a pacer that is handed the time.
//!
//! No clock, no socket and no randomness in here: what the pacer decides follows from what it was told.
//! `docs/pacing.md` says in plain words what it does and how well that works.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How fast the requests of one profile go.
///
/// A provider allows a profile so many requests in so long a window. Every task that uses the same profile of the
/// same client shares one account of that window, so a host may run as many tasks as it likes.
///
/// The rate headers of an answer are believed over this setting where they are stricter: if the provider says
/// that 200 requests are allowed, or that another process has used half of them, that is what counts.
///
/// ```
/// use std::time::Duration;
/// use unpost::Pace;
///
/// // An account with a smaller allowance, and a service that would rather stop early than be throttled.
/// let pace = Pace::new(150, Duration::from_secs(300)).rate_limit_budget(20);
/// # let _ = pace;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    requests: Option<u32>,
    window: Duration,
    budget: u32,
}

impl Pace {
    /// At most `requests` in any `window`.
    ///
    /// 0 requests count as 1. A window is between 1 ms and 24 hours; anything outside is moved to the nearer end.
    ///
    /// ```
    /// # use {std::time::Duration, unpost::Pace};
    /// assert_eq!(Pace::new(0, Duration::ZERO), Pace::new(1, Duration::from_millis(1)));
    /// ```
    pub fn new(requests: u32, window: Duration) -> Self {
        let window = window.clamp(Duration::from_millis(1), DAY);
        Self {
            requests: Some(requests.max(1)),
            window,
            budget: DEFAULT_BUDGET,
        }
    }

    /// No window until the provider shows one, by its rate headers or by an answer of 429.
    ///
    /// ```
    /// # use unpost::Pace;
    /// let pace = Pace::unpaced().rate_limit_budget(50);
    /// # let _ = pace;
    /// ```
    pub fn unpaced() -> Self {
        Self {
            requests: None,
            window: ASSUMED_WINDOW,
            budget: DEFAULT_BUDGET,
        }
    }

    /// How many answers of 429 a profile may be given within any 24 hours. From then on nothing is sent, and requests
    /// fail with `ErrorKind::RateLimited`, until the oldest of those answers is 24 hours old.
    ///
    /// 100 unless told, and at least 1. Ayrshare suspends a profile at 1,000, whichever process they went to. A request
    /// under way is counted as though it might be answered 429, so no more than this many are ever under way at once.
    ///
    /// ```
    /// # use {std::time::Duration, unpost::Pace};
    /// let pace = Pace::new(300, Duration::from_secs(300)).rate_limit_budget(10);
    /// # let _ = pace;
    /// ```
    #[must_use]
    pub fn rate_limit_budget(self, answers: u32) -> Self {
        Self {
            budget: answers.max(1),
            ..self
        }
    }

    /// Ayrshare's documented window.
    pub(crate) fn ayrshare() -> Self {
        Self::new(300, Duration::from_secs(300))
    }

    /// Genviral documents none.
    pub(crate) fn genviral() -> Self {
        Self::unpaced()
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DEFAULT_BUDGET: u32 = 100;
/// For how long sends are remembered where no window is known.
const ASSUMED_WINDOW: Duration = Duration::from_secs(300);
/// How soon to ask again when the answer to a request under way will decide.
const POLL: Duration = Duration::from_millis(50);
/// Where no window is known, so many sends tell as much as all of them.
const REMEMBERED_UNPACED: usize = 1_000;

/// May the next request go?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    /// Yes: call [`Pacer::sent`] under the same lock, then send.
    Now,
    /// Not yet: ask again then. Never more than 24 hours away.
    At(Instant),
    /// The budget of 429s is used up: nothing may be sent until then.
    Spent { until: Instant },
}

/// What became of a request, as far as pacing is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Any answer but a 429.
    Answer,
    /// A 429 of the provider's: the profile's window is full.
    Throttled,
    /// A 429 that passes on a social network's own limit: it holds that call alone, yet counts against the budget.
    NetworkThrottled,
    /// No answer: a timeout, a dead connection, a dropped future, or never sent.
    Nothing,
}

/// The account of one profile's window at one provider.
///
/// What it believes is used: its own requests (`log`) and everyone else's (`others`, which only the provider's count
/// can tell), plus one for every request under way.
#[derive(Debug)]
pub(crate) struct Pacer {
    pace: Pace,
    /// What the headers allow in a window.
    allowed: Option<u32>,
    /// What a 429 without a count taught, and until when to believe it.
    ceiling: Option<(u32, Instant)>,
    ceilings: u32,
    /// When each own request was surely counted by: its answer's arrival, for the provider counted it earlier.
    log: VecDeque<Instant>,
    /// When each unanswered request was sent.
    in_flight: VecDeque<Instant>,
    others: u32,
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
    probed: Option<Instant>,
    /// The last time a request was sent that the present window counted or refused.
    unchanged: Option<Instant>,
    reset: Option<Reset>,
    /// Own requests were seen to leave the count one by one.
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
    pub(crate) fn new(pace: Pace) -> Self {
        let mut pacer = Self {
            permits: pace.requests.and(Some(1)),
            pace,
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
    pub(crate) fn ready(&mut self, now: Instant) -> Ready {
        self.forget(now);
        let (throttled, budget) = (count(self.throttled.len()), self.pace.budget);
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
        let under_way = count(self.in_flight.len());
        if under_way >= self.permits.unwrap_or(u32::MAX)
            || throttled.saturating_add(under_way) >= budget
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
            at => Ready::At(at.min(later(now, DAY))),
        }
    }

    /// Reserves a request's place: call it right before the request goes out.
    pub(crate) fn sent(&mut self, now: Instant) {
        if self.is_full() {
            self.probed = Some(now);
            let (times, of) = if self.pace.requests.is_some() {
                (14, 10)
            } else {
                (2, 1)
            };
            self.gap = (self.gap.saturating_mul(times) / of).min(self.pace.window);
        }
        self.in_flight.push_back(now);
    }

    /// Takes in what came of the request that was sent at `sent_at`.
    pub(crate) fn answered(
        &mut self,
        now: Instant,
        sent_at: Instant,
        headers: &RateHeaders,
        heard: Heard,
    ) {
        if let Some(index) = self.in_flight.iter().position(|sent| *sent == sent_at) {
            self.in_flight.remove(index);
        }
        let was_full = self.is_full();
        self.forget(now);
        if let Some(max) = headers.max.filter(|max| *max > 0) {
            self.allowed = Some(max);
        }
        if let Some(reset) = headers.reset {
            self.resets_at = Some(later(
                now,
                self.pace
                    .requests
                    .map_or(reset, |_| reset.min(self.pace.window)),
            ));
        }
        if matches!(heard, Heard::Throttled | Heard::NetworkThrottled) {
            self.throttled.push_back(now);
        }
        let used = headers.used(self.limit());
        // An answer that was under way when the count started over may speak of either side.
        let is_stray = self.reset.is_some_and(|reset| sent_at < reset.by);
        match (heard, used) {
            (Heard::Nothing, _) => self.log.push_back(now),
            (Heard::Throttled, _) => self.close(now, sent_at, headers, used, is_stray),
            (Heard::Answer | Heard::NetworkThrottled, _) if is_stray => self.log.push_back(now),
            (Heard::Answer | Heard::NetworkThrottled, Some(used)) => {
                self.permits = None;
                self.believe(now, sent_at, used, true);
            }
            (Heard::Answer | Heard::NetworkThrottled, None) => {
                // Without a count, that a full window let one through is all there is to know.
                if was_full && self.probed == Some(sent_at) {
                    self.start_over(now);
                    self.log.clear();
                    self.others = 0;
                }
                self.heard = Some(now);
                self.log.push_back(now);
                self.permits = self.permits.and_then(|permits| permits.checked_mul(2));
            }
        }
    }

    /// Whether forgetting this account loses nothing: none under way, none in the window, no 429 in 24 hours.
    pub(crate) fn is_idle(&self, now: Instant) -> bool {
        let is_past = |at: Option<&Instant>, age| at.is_none_or(|at| later(*at, age) <= now);
        self.in_flight.is_empty()
            && is_past(self.log.back(), self.pace.window)
            && is_past(self.throttled.back(), DAY)
            && is_past(self.closed_until.as_ref(), Duration::ZERO)
    }

    /// Lets go of whatever time has settled.
    fn forget(&mut self, now: Instant) {
        let window = self.pace.window;
        // The caller vanished without a word: its request may have been counted at any time since.
        while self
            .in_flight
            .front()
            .is_some_and(|sent| later(*sent, window.max(Duration::from_secs(60))) <= now)
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
        while self.limit().is_none() && self.log.len() > REMEMBERED_UNPACED {
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
            self.permits = self.pace.requests.and(Some(1)).or(self.permits);
        }
    }

    /// The requests a window holds, as far as known: the stricter of setting, headers and experience.
    fn limit(&self) -> Option<u32> {
        [
            self.pace.requests,
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
        self.limit()
            .is_some_and(|limit| used.saturating_add(self.margin()) >= limit)
    }

    /// Room left to the others, who take theirs while our requests are under way.
    fn margin(&self) -> u32 {
        if self.sliding && self.others > 0 {
            1
        } else {
            0
        }
    }

    /// When to send one request although the window looks full.
    fn next_try(&self, now: Instant) -> Instant {
        let window = self.pace.window;
        let aged = self.log.front().map(|counted| later(*counted, window));
        let told = self
            .resets_at
            .filter(|at| self.probed.is_none_or(|probed| probed < *at));
        let guess = told
            .or_else(|| self.expected_reset())
            .or_else(|| self.blind_try());
        match (aged, guess) {
            (Some(aged), Some(guess)) => aged.min(guess),
            (one, other) => one.or(other).unwrap_or(now),
        }
    }

    /// A window whose last start is known ends one length later. The middle of what is uncertain halves it.
    fn expected_reset(&self) -> Option<Instant> {
        let (Reset { after, by }, window) =
            (self.reset?, self.pace.requests.map(|_| self.pace.window)?);
        let due = later(by, window);
        let tried = self.unchanged.into_iter().chain(self.probed).max();
        if tried.is_some_and(|tried| tried >= due) {
            return None;
        }
        let known_since = tried.map_or(later(after, window), |tried| {
            tried.max(later(after, window))
        });
        let uncertain = due.saturating_duration_since(known_since);
        let is_narrow = by.saturating_duration_since(after) <= window / 2;
        Some(if is_narrow && uncertain > window / 50 {
            later(known_since, uncertain / 2)
        } else {
            due
        })
    }

    /// If others filled part of the window nobody knows when it opened: try now and then, ever less often.
    fn blind_try(&self) -> Option<Instant> {
        let own_only = self.others == 0 && self.ceiling.is_none() && self.pace.requests.is_some();
        if !self.log.is_empty() && (own_only || self.sliding) {
            return None;
        }
        let last = self.unchanged.into_iter().chain(self.probed).max()?;
        Some(later(last, self.gap))
    }

    fn first_gap(&self) -> Duration {
        if self.pace.requests.is_some() {
            self.pace.window / 12
        } else {
            Duration::from_secs(1)
        }
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
        if let Some(wait) = headers.retry_after.or(headers.reset) {
            let until = later(now, wait);
            self.closed_until = Some(self.closed_until.map_or(until, |closed| closed.max(until)));
        }
        if is_stray {
            return;
        }
        self.permits = Some(1);
        self.unchanged = self.unchanged.max(Some(sent_at));
        self.heard = Some(now);
        let accepted = count(self.log.len());
        match (used, self.limit()) {
            (Some(used), Some(limit)) if used >= limit => self.believe(now, sent_at, used, false),
            // Full without a count: the limit is lower than we were told, or others are at work. Either way this
            // many went well; try for more after one window, then two, four, …
            (None, limit)
                if accepted >= 8
                    && self.closed_until.is_none()
                    && limit.is_none_or(|limit| accepted < limit) =>
            {
                let patience = self
                    .pace
                    .window
                    .saturating_mul(1_u32 << self.ceilings.min(8));
                self.ceilings = self.ceilings.saturating_add(1);
                self.ceiling = Some((accepted, later(now, patience)));
            }
            (None, Some(limit)) if accepted >= limit => {}
            // A 429 that no count explains.
            _ => {
                if self.closed_until.is_none() {
                    self.closed_until = Some(later(now, self.gap));
                    self.gap = self.gap.saturating_mul(2).min(self.pace.window);
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
        let much = self.limit().unwrap_or(u32::MAX) / 8;
        let mut forgotten = before.saturating_add(itself).saturating_sub(used);
        if expected.saturating_sub(used) > much {
            self.start_over(now);
            // A window that lets go of some of ours, though they are young, has let go of all.
            forgotten = if forgotten > much { before } else { forgotten };
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

    /// The count started over since the last request that saw it go on.
    fn start_over(&mut self, now: Instant) {
        let window = self.pace.window;
        let periods = |since: Duration| {
            u32::try_from(since.as_nanos() / window.as_nanos().max(1)).unwrap_or(u32::MAX)
        };
        let before = self.reset.map(|Reset { after, .. }| {
            later(
                after,
                window.saturating_mul(periods(now.saturating_duration_since(after))),
            )
        });
        let after = self.unchanged.into_iter().chain(before).max();
        self.reset = Some(Reset {
            after: after.unwrap_or(now),
            by: now,
        });
        // Of an unknown window, at least remember how long it took: next time, begin near there.
        self.gap = if self.pace.requests.is_some() {
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

/// What an answer's headers say of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RateHeaders {
    /// Requests a window holds.
    pub(crate) max: Option<u32>,
    /// Requests used in it, this one included.
    pub(crate) count: Option<u32>,
    pub(crate) remaining: Option<u32>,
    /// How long until the count starts over.
    pub(crate) reset: Option<Duration>,
    /// How long the provider wants us to wait.
    pub(crate) retry_after: Option<Duration>,
}

impl RateHeaders {
    /// Reads what can be read and passes over the rest. `header` looks a header up by its lower-case name; `unix_now`
    /// is the time since the Unix epoch, without which dates say nothing. No wait is longer than 24 hours.
    pub(crate) fn parse<'a>(
        header: impl Fn(&str) -> Option<&'a str>,
        unix_now: Option<Duration>,
    ) -> Self {
        let number = |name| header(name)?.trim().parse().ok();
        Self {
            max: number("x-ratelimit-max"),
            count: number("x-ratelimit-count"),
            remaining: number("x-ratelimit-remaining"),
            reset: header("x-ratelimit-reset").and_then(|text| reset(text.trim(), unix_now)),
            retry_after: header("retry-after").and_then(|text| retry_after(text.trim(), unix_now)),
        }
    }

    fn used(&self, limit: Option<u32>) -> Option<u32> {
        let left = || Some(self.max.or(limit)?.saturating_sub(self.remaining?));
        self.count.or_else(left)
    }
}

/// Seconds, or an HTTP date.
fn retry_after(text: &str, unix_now: Option<Duration>) -> Option<Duration> {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        let seconds = text.parse().ok()?;
        return Some(Duration::try_from_secs_f64(seconds).unwrap_or(DAY).min(DAY));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let since_epoch = date
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Some(since_epoch.saturating_sub(unix_now?).min(DAY))
}

/// Milliseconds from now, or since the Unix epoch if there are too many to be that.
fn reset(text: &str, unix_now: Option<Duration>) -> Option<Duration> {
    let milliseconds: u64 = text.parse().ok()?;
    let given = Duration::from_millis(milliseconds);
    let wait = if milliseconds > 100_000_000_000 {
        given.saturating_sub(unix_now?)
    } else {
        given
    };
    Some(wait.min(DAY))
}

/// `at + by`, where `by` is at most a day and the sum can't overflow.
fn later(at: Instant, by: Duration) -> Instant {
    at.checked_add(by).unwrap_or(at)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "pace/tests.rs"] // By path, so that the example that includes this file finds it too.
mod tests;
