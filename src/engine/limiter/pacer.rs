//! Counts the requests in one profile's window, and decides when the next one may be sent.
//!
//! The pacer is a state machine that is handed the time. `docs/rate-limits.md` explains what it does. The
//! window is *full* if it has no room for another request, as far as the pacer knows. A *probe* is a
//! request that is sent although the window looks full. The window *resets* when its count starts over.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::headers::RateHeaders;
use super::moment::{Moment, in_order, nanos};
use super::rate_limit::{DAY, RateLimit};
use super::rhythm::Learner;
use super::usage::{Usage, WaitingFor};

/// After this time without an answer, a request no longer makes others wait. It keeps its place in the window.
const ABANDONED_AFTER: Duration = Duration::from_secs(60);
/// If the first answer takes longer than this, twice as many requests may be under way; and again each time.
const WIDEN_AFTER: Duration = Duration::from_secs(3);
/// After this time, or one window if that is longer, a request without an answer counts as used at that moment.
const LOST_AFTER: Duration = Duration::from_secs(5 * 60);
/// A difference of this many between our count and the provider's means nothing.
const COUNT_TOLERANCE: u32 = 2;
/// How many own requests are remembered while no limit is known. More would tell nothing more.
const MOST_OWN_WITHOUT_LIMIT: usize = 1_000;
/// If no limit is known, the shortest wait after a 429. It is doubled for each tenth of the budget that is used up.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// How long to wait for an answer that may come at any moment.
const ANY_MOMENT: Duration = Duration::from_millis(50);
/// The clocks of two processes may differ by this much. A stored time further ahead is wrong.
const SKEW: Duration = Duration::from_secs(60);
/// A request of an earlier process is known by when it was sent. The provider counted it at most about this much later.
const COUNTED_WITHIN: Duration = Duration::from_secs(1);

/// Whether the next request may be sent.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use unpost::{Pacer, RateHeaders, RateLimit, Ready, Usage, WaitingFor};
///
/// let mut pacer = Pacer::new(RateLimit::new(1, Duration::from_secs(60)));
/// let now = SystemTime::now();
/// assert_eq!(pacer.ready(now), Ready::Now);
/// pacer.sent(now);
/// pacer.settle(now, now, Usage::Answered, &RateHeaders::default());
/// assert!(matches!(pacer.ready(now), Ready::At { waiting_for: WaitingFor::RateLimit, .. }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ready {
    /// Yes: call [`Pacer::sent`] under the same lock or in the same transaction, then send.
    Now,
    /// Not yet.
    At {
        /// When to ask again, if nothing is heard before: at most 24 hours from now. Each answer may change it, so ask
        /// after each [`settle`](Pacer::settle) too.
        at: SystemTime,
        /// What is waited for until then.
        waiting_for: WaitingFor,
    },
    /// The budget of 429s is used up, so nothing may be sent for now.
    Spent {
        /// When the oldest of those 429s is 24 hours old, and a request may be sent again.
        until: SystemTime,
    },
}

/// What is known of one profile's window at one provider: who used it, and when it has room again.
///
/// A client has a pacer of its own for each profile, so most programs need none. This type is for a limiter that
/// several processes share, and for programs that keep the window's state over a restart. A pacer reads no clock and
/// sends nothing. It is told the time, and it is data: serde writes it and reads it back, at any moment, and what
/// it decides afterwards is the same. It keeps times in whole microseconds since the Unix epoch.
///
/// # Several processes
///
/// The processes take turns with one pacer, which may be JSON in a row of a database. In one transaction, read it,
/// call [`ready`](Pacer::ready), and if that is [`Now`](Ready::Now), [`sent`](Pacer::sent); then write it. Once the
/// answer is there, do the same with [`settle`](Pacer::settle). Take the time from one clock, such as the database's.
/// Clocks that differ by less than a minute do no harm but that places become free that much later.
///
/// A request of a process that died is never settled. It keeps its place, and after five minutes (or one window, if
/// that is longer) it counts as sent at that moment, because it may have reached the provider. It doesn't hold up the
/// requests of others for more than a minute.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use unpost::{Pacer, RateHeaders, RateLimit, Ready, Usage};
///
/// // One process finds room, and writes down that it sends a request.
/// let mut pacer = Pacer::new(RateLimit::new(300, Duration::from_secs(300)));
/// let now = SystemTime::now();
/// assert_eq!(pacer.ready(now), Ready::Now);
/// pacer.sent(now);
/// let row = serde_json::to_string(&pacer)?;
///
/// // Another one reads that. While the first answer is under way, it has to wait.
/// let mut pacer: Pacer = serde_json::from_str(&row)?;
/// assert_ne!(pacer.ready(now), Ready::Now);
///
/// // The answer is here: it says how much of the window is used.
/// let mut headers = RateHeaders::default();
/// headers.max = Some(300);
/// headers.count = Some(1);
/// let then = now + Duration::from_millis(200);
/// pacer.settle(then, now, Usage::Answered, &headers);
/// assert_eq!(pacer.ready(then), Ready::Now);
/// # Ok::<(), serde_json::Error>(())
/// ```
// The used places are the client's own requests (`own`), everyone else's (`others`), and one for each request under
// way (`in_flight`). All lists are in order, the oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pacer {
    limit: RateLimit,
    /// How many requests a window holds, by the headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header_limit: Option<u32>,
    /// How many requests went well before a 429 without a count, and until when that number is a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    learned_limit: Option<(u32, Moment)>,
    /// How many times `learned_limit` was set. The limit lasts longer each time.
    #[serde(default)]
    times_learned: u32,
    /// When the answer to each own request came. The provider had counted the request by then.
    #[serde(default, deserialize_with = "in_order")]
    own: VecDeque<Moment>,
    /// When each unanswered request was sent.
    #[serde(default, deserialize_with = "in_order")]
    in_flight: VecDeque<Moment>,
    /// How many requests of others the provider has counted. Only the provider's count shows them.
    #[serde(default)]
    others: u32,
    /// When an answer last said anything about the present window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    informed_at: Option<Moment>,
    /// When each 429 of the last 24 hours came.
    #[serde(default, deserialize_with = "in_order")]
    throttled_at: VecDeque<Moment>,
    /// No request is sent before this time. A 429 sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed_until: Option<Moment>,
    /// When the window resets, by the headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    announced_reset: Option<Moment>,
    /// How many requests may be under way until an answer shows that there is room. `None` is any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caution: Option<Caution>,
    /// How long to wait from one probe to the next, or after a 429 that the counts don't explain.
    #[serde(default, with = "nanos")]
    probe_interval: Duration,
    /// When the last probe was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_probe: Option<Moment>,
    /// When the latest request was sent that the present window is known to have counted or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_in_window: Option<Moment>,
    /// When the count was last seen to start over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_reset: Option<Reset>,
    /// Whether own requests were seen to leave the count one by one. Such a window never resets.
    #[serde(default)]
    is_sliding: bool,
    /// Whether an own request has become older than the window since the last reset.
    #[serde(default)]
    own_expired: bool,
    /// What is known of a limit that neither the setting nor a header tells.
    #[serde(default, skip_serializing_if = "Learner::is_empty")]
    learner: Learner,
}

/// Few requests at a time, because it isn't known whether there is room.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Caution {
    /// How many may be under way.
    most: u32,
    /// Whether there was a 429. If so, `most` holds however long an answer takes.
    is_after_429: bool,
}

/// A reset of the window, which happened later than `after` and no later than `by`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Reset {
    after: Moment,
    by: Moment,
}

impl Caution {
    const AT_FIRST: Self = Self {
        most: 1,
        is_after_429: false,
    };
    const AFTER_429: Self = Self {
        most: 1,
        is_after_429: true,
    };

    /// How many requests may be under way if the answer to the oldest of them has been awaited since `oldest`,
    /// and when to ask again.
    fn allows(self, now: Moment, oldest: Option<Moment>) -> (u32, Moment) {
        let Some(oldest) = oldest else {
            return (self.most.max(1), now);
        };
        let abandoned = oldest.plus(ABANDONED_AFTER);
        if self.is_after_429 {
            return (self.most.max(1), abandoned);
        }
        let times = now.since(oldest).as_micros() / WIDEN_AFTER.as_micros().max(1);
        let times = u32::try_from(times).unwrap_or(u32::MAX).min(30);
        let widened = oldest.plus(WIDEN_AFTER.saturating_mul(times + 1));
        let most = self.most.max(1).saturating_mul(1 << times);
        (most, widened.min(abandoned))
    }
}

impl Pacer {
    /// Starts with nothing known of the profile's window.
    ///
    /// ```
    /// use unpost::{Pacer, RateLimit};
    ///
    /// let pacer = Pacer::new(RateLimit::unlimited());
    /// # let _ = pacer;
    /// ```
    pub fn new(limit: RateLimit) -> Self {
        let mut pacer = Self {
            caution: limit.requests.and(Some(Caution::AT_FIRST)),
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
            learner: Learner::default(),
        };
        pacer.probe_interval = pacer.first_probe_interval();
        pacer
    }

    /// The same window with another limit. What is known of the window stays. Use it after a pacer was read back, so
    /// that the limit of today's configuration holds.
    ///
    /// ```
    /// use std::time::Duration;
    /// use unpost::{Pacer, RateLimit};
    ///
    /// let row = serde_json::to_string(&Pacer::new(RateLimit::unlimited()))?;
    /// let pacer: Pacer = serde_json::from_str(&row)?;
    /// let pacer = pacer.with_limit(RateLimit::new(300, Duration::from_secs(300)));
    /// # let _ = pacer;
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn with_limit(mut self, limit: RateLimit) -> Self {
        self.limit = limit;
        self
    }

    /// Says whether a request may be sent now. If so, [`Pacer::sent`] must follow under the same lock.
    ///
    /// See [`Ready`] for an example.
    pub fn ready(&mut self, now: SystemTime) -> Ready {
        let now = Moment::of(now);
        self.advance(now);
        if count(self.throttled_at.len()) >= self.limit.max_throttled_per_day {
            let until = self.throttled_at.front();
            let until = until.map_or(now, |oldest| oldest.plus(DAY));
            return Ready::Spent {
                until: until.time(),
            };
        }
        match self.wait(now) {
            Some((at, waiting_for)) if at > now => Ready::At {
                at: at.min(now.plus(DAY)).time(),
                waiting_for,
            },
            _ => Ready::Now,
        }
    }

    /// When to ask again, if no request may be sent now.
    fn wait(&self, now: Moment) -> Option<(Moment, WaitingFor)> {
        if let Some(until) = self.closed_until {
            return Some((until, WaitingFor::Throttled));
        }
        // If a request's future isn't polled, its answer is never read, and it must not hold up the others.
        let is_awaited = |sent: &&Moment| sent.plus(ABANDONED_AFTER) > now;
        let mut awaited = self.in_flight.iter().filter(is_awaited).copied();
        let oldest = awaited.next();
        let under_way = count(awaited.count()).saturating_add(u32::from(oldest.is_some()));
        if let Some(caution) = self.caution {
            let (most, at) = caution.allows(now, oldest);
            if under_way >= most {
                return Some((at, WaitingFor::Answer));
            }
        }
        // Each request under way may be answered 429.
        let at_risk = count(self.throttled_at.len()).saturating_add(count(self.in_flight.len()));
        if at_risk >= self.limit.max_throttled_per_day {
            let settled = self
                .in_flight
                .front()
                .map(|sent| sent.plus(self.lost_after()));
            let past = self.throttled_at.front().map(|at| at.plus(DAY));
            let at = settled.into_iter().chain(past).min().unwrap_or(now);
            return Some((at, WaitingFor::Answer));
        }
        if self.learns()
            && self.learner.is_unproven()
            && let Some(oldest) = oldest
        {
            return Some((oldest.plus(ABANDONED_AFTER), WaitingFor::Answer));
        }
        if !self.is_full() {
            return None;
        }
        let own_oldest = self.own.front().copied();
        if self.learns() && oldest.is_none() && self.learner.may_try_more(now, own_oldest) {
            return None;
        }
        // Only one request at a time may probe a full window.
        if let Some(oldest) = oldest {
            return Some((oldest.plus(ABANDONED_AFTER), WaitingFor::Answer));
        }
        Some((self.next_probe(now), WaitingFor::RateLimit))
    }

    /// Reserves a place for a request. Call this right before the request is sent.
    ///
    /// See [`Pacer`] for an example.
    pub fn sent(&mut self, now: SystemTime) {
        let now = Moment::of(now);
        if self.is_full() || (self.learns() && self.learner.is_unproven()) {
            self.last_probe = Some(now);
            self.take_probe_interval();
        }
        self.learner.sent();
        insert(&mut self.in_flight, now);
    }

    /// Records what came of the request for which [`sent`](Pacer::sent) was called at the time `sent`, and what the
    /// headers of its answer say. Without an answer, hand in [`RateHeaders::default`].
    ///
    /// See [`Pacer`] for an example.
    pub fn settle(
        &mut self,
        now: SystemTime,
        sent: SystemTime,
        usage: Usage,
        headers: &RateHeaders,
    ) {
        let (now, sent) = (Moment::of(now), Moment::of(sent));
        if let Some(index) = self.in_flight.iter().position(|other| *other == sent) {
            self.in_flight.remove(index);
        }
        let was_full = self.is_full();
        self.advance(now);
        match usage {
            Usage::NotSent => return,
            // A request without an answer may have been counted.
            Usage::Unanswered => return self.count_own(now),
            Usage::Answered | Usage::Throttled | Usage::ThrottledByNetwork => {}
        }
        if let Some(max) = headers.max.filter(|max| *max > 0) {
            self.header_limit = Some(max);
        }
        if let Some(reset) = headers.reset {
            // A window of known length ends at most that much later.
            let longest = self.limit.requests.map_or(DAY, |_| self.limit.window);
            self.announced_reset = Some(now.plus(reset.min(longest)));
        }
        if usage.is_429() {
            insert(&mut self.throttled_at, now);
        }
        let used = headers.used(self.window_limit());
        // Only the answer to a request that was sent after the last 429 shows that there is room again.
        let sent_since_429 = self.throttled_at.back().is_none_or(|at| *at <= sent);
        // A request that was under way during a reset may have been counted before it or after it.
        let overlaps_reset = self.last_reset.is_some_and(|reset| sent < reset.by);
        match used {
            _ if usage == Usage::Throttled => {
                self.settle_throttled(now, sent, headers, used, overlaps_reset);
            }
            _ if overlaps_reset => self.count_own(now),
            Some(used) => {
                self.caution = self.caution.filter(|_| !sent_since_429);
                self.reconcile(now, sent, used, true);
            }
            None => {
                let is_probe = self.last_probe == Some(sent);
                if self.learns() {
                    if sent_since_429 {
                        self.learner.got_through(now, sent);
                        // They are others after the length of the window has become known.
                        if self.learner.window().is_some() {
                            self.own = self.learner.in_window(now);
                        }
                    }
                    if is_probe {
                        self.learner.proved(count(self.own.len()).saturating_add(1));
                    }
                } else if was_full && is_probe {
                    // There is no count, but a probe that gets through shows that the window has reset.
                    self.record_reset(now);
                    self.own.clear();
                    self.others = 0;
                }
                self.informed_at = Some(now);
                self.count_own(now);
                if sent_since_429 {
                    self.caution = self.caution.and_then(|caution| {
                        let most = caution.most.max(1).checked_mul(2)?;
                        Some(Caution { most, ..caution })
                    });
                }
            }
        }
    }

    /// For how long no request may be sent, as far as is known: 0 if one may be sent now. An answer that is awaited
    /// may come at any moment, so a wait for one is short.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use unpost::{Pacer, RateHeaders, RateLimit, Usage};
    ///
    /// let mut pacer = Pacer::new(RateLimit::new(300, Duration::from_secs(300)));
    /// let now = SystemTime::now();
    /// pacer.sent(now);
    /// let mut headers = RateHeaders::default();
    /// headers.retry_after = Some(Duration::from_secs(20));
    /// pacer.settle(now, now, Usage::Throttled, &headers);
    /// assert!(pacer.closed_for(now) > Duration::from_secs(19));
    /// ```
    pub fn closed_for(&mut self, now: SystemTime) -> Duration {
        match self.ready(now) {
            Ready::Now => Duration::ZERO,
            Ready::At {
                waiting_for: WaitingFor::Answer,
                ..
            } => ANY_MOMENT,
            Ready::At { at: until, .. } | Ready::Spent { until } => {
                until.duration_since(now).unwrap_or_default()
            }
        }
    }

    /// Adds requests of an earlier process and answers of 429 that it got, each with the time when the request was sent
    /// or the answer came. Those that are too old to matter change nothing, and one in the future counts as one of now.
    ///
    /// It adds them each time that it is called, so call it once with each time.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use unpost::{Pacer, RateLimit, Ready};
    ///
    /// let window = Duration::from_secs(300);
    /// let mut pacer = Pacer::new(RateLimit::new(2, window));
    /// let now = SystemTime::now();
    /// pacer.restore(now, &[now - window / 2, now - window / 3], &[]);
    /// assert_ne!(pacer.ready(now), Ready::Now);
    /// ```
    pub fn restore(&mut self, now: SystemTime, sent: &[SystemTime], throttled: &[SystemTime]) {
        let now = Moment::of(now);
        // Only these can matter, however many are handed in.
        let since = now.minus(self.limit.window.saturating_add(COUNTED_WITHIN));
        for at in sent
            .iter()
            .map(|at| Moment::of(*at))
            .filter(|at| *at >= since)
        {
            self.count_own(at.plus(COUNTED_WITHIN).min(now));
        }
        for at in throttled
            .iter()
            .map(|at| Moment::of(*at))
            .filter(|at| *at >= now.minus(DAY))
        {
            insert(&mut self.throttled_at, at.min(now));
            if at >= since {
                self.caution = Some(Caution::AFTER_429);
            }
        }
        self.advance(now);
    }

    /// Says that the process that used this pacer has ended, and that no other one uses it. Nobody will hear of its
    /// requests under way any more, so they count as used now. Call it after reading a pacer that one process stored
    /// for the next one, and never for a pacer that several processes share.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use unpost::{Pacer, RateLimit, Ready, WaitingFor};
    ///
    /// let mut pacer = Pacer::new(RateLimit::new(300, Duration::from_secs(300)));
    /// let now = SystemTime::now();
    /// pacer.sent(now);
    /// let file = serde_json::to_string(&pacer)?;
    ///
    /// let mut pacer: Pacer = serde_json::from_str(&file)?;
    /// assert!(matches!(pacer.ready(now), Ready::At { waiting_for: WaitingFor::Answer, .. }));
    /// pacer.take_over(now);
    /// assert_eq!(pacer.ready(now), Ready::Now);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn take_over(&mut self, now: SystemTime) {
        let now = Moment::of(now);
        for _ in std::mem::take(&mut self.in_flight) {
            self.count_own(now);
        }
        self.advance(now);
    }

    /// Whether this pacer can be dropped without losing anything: no request is under way or in the window,
    /// there was no 429 in the last 24 hours, and nothing is closed.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use unpost::{Pacer, RateHeaders, RateLimit, Usage};
    ///
    /// let mut pacer = Pacer::new(RateLimit::new(300, Duration::from_secs(300)));
    /// let now = SystemTime::now();
    /// pacer.sent(now);
    /// pacer.settle(now, now, Usage::Answered, &RateHeaders::default());
    /// assert!(!pacer.is_idle(now));
    /// assert!(pacer.is_idle(now + Duration::from_secs(300)));
    /// ```
    pub fn is_idle(&self, now: SystemTime) -> bool {
        let now = Moment::of(now);
        let is_past = |at: Option<&Moment>, age| at.is_none_or(|at| at.plus(age) <= now);
        self.in_flight.is_empty()
            && is_past(self.own.back(), self.limit.window)
            && is_past(self.throttled_at.back(), DAY)
            && is_past(self.closed_until.as_ref(), Duration::ZERO)
    }

    /// Brings everything up to the present time, and drops what is too old to matter.
    fn advance(&mut self, now: Moment) {
        let window = self.limit.window;
        self.distrust_the_future(now);
        // These requests never got an answer. Each may have been counted as late as now.
        let lost_after = self.lost_after();
        for _ in 0..expire(&mut self.in_flight, lost_after, now) {
            self.count_own(now);
        }
        let counted_for = self.window();
        self.own_expired |= expire(&mut self.own, counted_for, now) > 0;
        if self.window_limit().is_none() {
            let excess = self.own.len().saturating_sub(MOST_OWN_WITHOUT_LIMIT);
            self.own.drain(..excess);
        }
        expire(&mut self.throttled_at, DAY, now);
        self.closed_until = self.closed_until.filter(|until| *until > now);
        self.learned_limit = self.learned_limit.filter(|(_, until)| *until > now);
        // If no answer has come for a whole window, nothing is known of others' requests: begin anew.
        if self.in_flight.is_empty() && self.informed_at.is_some_and(|at| at.plus(window) <= now) {
            self.informed_at = None;
            self.others = 0;
            self.announced_reset = None;
            self.last_reset = None;
            self.probe_interval = self.first_probe_interval();
            self.caution = (self.limit.requests).map_or(self.caution, |_| Some(Caution::AT_FIRST));
        }
    }

    /// Corrects what was stored by a clock that was wrong, or by somebody else.
    fn distrust_the_future(&mut self, now: Moment) {
        let (latest, last_end) = (now.plus(SKEW), now.plus(DAY));
        for times in [&mut self.own, &mut self.in_flight, &mut self.throttled_at] {
            let wrong = times.iter_mut().rev().take_while(|at| **at > latest);
            wrong.for_each(|at| *at = latest);
        }
        for at in [
            &mut self.informed_at,
            &mut self.last_probe,
            &mut self.last_in_window,
        ] {
            *at = at.map(|at| at.min(latest));
        }
        for until in [&mut self.closed_until, &mut self.announced_reset] {
            *until = until.map(|until| until.min(last_end));
        }
        if let Some((_, until)) = &mut self.learned_limit {
            *until = last_end.min(*until);
        }
        if let Some(reset) = &mut self.last_reset {
            reset.by = reset.by.min(latest);
            reset.after = reset.after.min(reset.by);
        }
        self.learner.distrust_the_future(latest, last_end);
        let base = self.base_interval();
        self.probe_interval = self.probe_interval.min(self.limit.window).max(base);
    }

    /// Whether the limit has to be found out, because neither the setting nor a header tells it.
    fn learns(&self) -> bool {
        self.limit.requests.is_none() && self.header_limit.is_none()
    }

    /// How long a request is counted, as far as is known.
    fn window(&self) -> Duration {
        let learned = self.learner.window().filter(|_| self.learns());
        learned.unwrap_or(self.limit.window)
    }

    /// Counts an own request that the provider counts too, or may count.
    fn count_own(&mut self, at: Moment) {
        insert(&mut self.own, at);
        if self.limit.requests.is_none() {
            self.learner.count(at);
        }
    }

    /// How many requests a window holds: the smallest of the setting, the headers' number and what was learned.
    fn window_limit(&self) -> Option<u32> {
        let rhythm = self.learner.requests().filter(|_| self.learns());
        [
            rhythm,
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
    fn next_probe(&self, now: Moment) -> Moment {
        let window = self.window();
        let own_leaves = self.own.front().map(|counted| counted.plus(window));
        let announced = self
            .announced_reset
            .filter(|at| self.last_probe.is_none_or(|last| last < *at));
        let probe = announced
            .or_else(|| self.probe_by_last_reset())
            .or_else(|| self.probe_by_interval());
        // A request under way keeps its place for a window from when it is counted, which may be later than now.
        let lost_after = self.lost_after();
        let in_flight_leaves = self.in_flight.front().map(|sent| {
            let leaves = sent.plus(window);
            if leaves > now {
                leaves
            } else {
                sent.plus(lost_after)
            }
        });
        let place_is_free = own_leaves.or(in_flight_leaves);
        place_is_free.into_iter().chain(probe).min().unwrap_or(now)
    }

    /// When to probe if the last reset is known. The next reset is due one window after it. If the range in
    /// which it may happen is narrow, a probe in the middle of the range halves it.
    fn probe_by_last_reset(&self) -> Option<Moment> {
        let Reset { after, by } = self.last_reset?;
        let window = self.limit.requests.map(|_| self.limit.window)?;
        let due = by.plus(window);
        let latest = self.last_in_window.max(self.last_probe);
        if latest.is_some_and(|latest| latest >= due) {
            return None;
        }
        let earliest = latest.into_iter().chain([after.plus(window)]).max()?;
        let range = due.since(earliest);
        let is_narrow = by.since(after) <= window / 2 && self.budget_tenths() == 0;
        Some(if is_narrow && range > window / 100 {
            earliest.plus(range / 2)
        } else {
            due
        })
    }

    /// When to probe if the last reset isn't known: one interval after the last sign of the present window.
    /// `None` if a place becomes free anyway, because an own request leaves the window.
    fn probe_by_interval(&self) -> Option<Moment> {
        let is_all_ours =
            self.others == 0 && self.learned_limit.is_none() && self.limit.requests.is_some();
        let has_own = !self.own.is_empty() || !self.in_flight.is_empty();
        let has_rhythm = self.learns() && self.learner.window().is_some();
        if has_own && (is_all_ours || self.is_sliding || has_rhythm) {
            return None;
        }
        let latest = self.last_in_window.max(self.last_probe)?;
        Some(latest.plus(self.probe_interval))
    }

    /// The shortest interval between probes. It is doubled for each tenth of the budget of 429s that is used up.
    fn first_probe_interval(&self) -> Duration {
        self.base_interval()
            .saturating_mul(1 << self.budget_tenths())
            .min(self.limit.window)
    }

    fn base_interval(&self) -> Duration {
        if self.limit.requests.is_some() {
            self.limit.window / 12
        } else {
            Duration::from_secs(1)
        }
    }

    /// How long an answer is awaited before the request counts as used.
    fn lost_after(&self) -> Duration {
        self.limit.window.max(LOST_AFTER)
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
        now: Moment,
        sent: Moment,
        headers: &RateHeaders,
        used: Option<u32>,
        overlaps_reset: bool,
    ) {
        let asked = headers.retry_after.map(|wait| now.plus(wait));
        if let Some(mut until) = asked.or(headers.reset.and(self.announced_reset)) {
            // A request that waited as asked and is refused again makes the wait longer.
            if self.caution.is_some_and(|caution| caution.most <= 1)
                && self.informed_at.is_some()
                && !overlaps_reset
            {
                until = until.max(now.plus(self.take_probe_interval()));
            }
            self.closed_until = self.closed_until.max(Some(until));
            self.announced_reset = self.closed_until;
        }
        if overlaps_reset {
            return;
        }
        self.caution = Some(Caution::AFTER_429);
        if self.learns() {
            self.informed_at = Some(now);
            let patience = SHORTEST_PAUSE.saturating_mul(1 << self.budget_tenths());
            let was_one_more = self.is_full() && self.last_probe == Some(sent);
            let next = self.learner.refused(now, sent, was_one_more, patience);
            self.closed_until = self.closed_until.or(next);
            return;
        }
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
                self.learned_limit = Some((accepted, now.plus(valid_for)));
            }
            (None, Some(limit)) if accepted >= limit => {}
            // The counts don't explain this 429.
            _ => {
                if self.closed_until.is_none() {
                    self.closed_until = Some(now.plus(self.take_probe_interval()));
                }
            }
        }
    }

    /// Corrects what is known by the provider's count. `is_counted` says whether the count includes this request.
    fn reconcile(&mut self, now: Moment, sent: Moment, used: u32, is_counted: bool) {
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
            insert(&mut self.own, now);
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
    fn can_have_reset(&self, now: Moment) -> bool {
        let half = self.limit.window / 2;
        let is_long_ago = |reset: Reset| reset.by.plus(half) <= now;
        self.limit.requests.is_none() || self.last_reset.is_none_or(is_long_ago)
    }

    /// Records that the window has reset, at some time since the latest request that it counted or refused.
    fn record_reset(&mut self, now: Moment) {
        let window = self.limit.window;
        // The window resets at whole multiples of its length after the last reset, seen or not.
        let earliest = self.last_reset.and_then(|Reset { after, .. }| {
            let since = now.since(after).as_micros() % window.as_micros().max(1);
            Some(now.minus(Duration::from_micros(u64::try_from(since).ok()?)))
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

/// Adds a time to a list, which stays in order even if two processes' clocks differ.
fn insert(times: &mut VecDeque<Moment>, at: Moment) {
    if times.back().is_none_or(|last| *last <= at) {
        return times.push_back(at);
    }
    times.insert(times.partition_point(|other| *other <= at), at);
}

/// Drops the times that are this old or older from the front, and says how many there were.
fn expire(times: &mut VecDeque<Moment>, age: Duration, now: Moment) -> usize {
    let is_expired = |at: &&Moment| at.plus(age) <= now;
    let expired = times.iter().take_while(is_expired).count();
    times.drain(..expired);
    expired
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
