//! Counts the requests in one profile's window, and decides when the next one may be sent.
//!
//! The pacer is a state machine that is handed the time. `docs/rate-limits.md` explains what it does. The
//! window is *full* if it has no room for another request, as far as the pacer knows. A *probe* is a
//! request that is sent although the window looks full. The window *resets* when its count starts over.
//!
//! This file has what the pacer knows, and the methods by which it is asked and told something. Each other file decides
//! one thing:
//!
//! - `wait`: whether the next request must wait, for what, and when to ask again
//! - `caution`: how many requests may be under way until an answer shows that there is room
//! - `window`: how many requests the window holds, and whether it is full
//! - `counts`: what an answer says about the window, and whether the window has reset
//! - `throttled`: what a 429 says about the window, and how much of the day's budget of 429s is left
//! - `probe`: when to probe a full window
//! - `untold`: when to search for a limit that nobody tells; `rhythm` works out what that limit is
//! - `expiry`: what is too old to matter
//! - `stored`: how to go on with what an earlier process has kept
//!
//! `times` has functions for lists of times, which all of them use.

mod caution;
mod counts;
mod expiry;
mod probe;
mod rhythm;
mod stored;
mod throttled;
mod times;
mod untold;
mod wait;
mod window;

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use self::caution::Caution;
use self::rhythm::Learner;
use self::times::insert;
use super::headers::RateHeaders;
use super::moment::{Moment, in_order, nanos};
use super::rate_limit::{DAY, RateLimit};
use super::usage::{Usage, WaitingFor};

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
/// If the clocks differ by less than a minute, the only harm is that places become free that much later.
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

/// A reset of the window, which happened later than `after` and no later than `by`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Reset {
    after: Moment,
    by: Moment,
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
        if let Some(until) = self.spent_until(now) {
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

    /// Reserves a place for a request. Call this right before the request is sent.
    ///
    /// See [`Pacer`] for an example.
    pub fn sent(&mut self, now: SystemTime) {
        let now = Moment::of(now);
        if self.is_full() || self.has_unproven_rhythm() {
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
                self.settle_without_count(now, sent, was_full, sent_since_429);
                if sent_since_429 {
                    self.caution = self.caution.and_then(Caution::doubled);
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
}

/// How long to wait for an answer that may come at any moment.
const ANY_MOMENT: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests;
