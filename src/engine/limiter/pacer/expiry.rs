//! What is too old to matter.

use std::time::{Duration, SystemTime};

use super::Pacer;
use super::caution::Caution;
use super::times::expire;
use crate::engine::limiter::moment::Moment;
use crate::engine::limiter::rate_limit::DAY;

impl Pacer {
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
    pub(super) fn advance(&mut self, now: Moment) {
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

    /// How long an answer is awaited before the request counts as used.
    pub(super) fn lost_after(&self) -> Duration {
        self.limit.window.max(LOST_AFTER)
    }
}

/// After this time, or one window if that is longer, a request without an answer counts as used at that moment.
const LOST_AFTER: Duration = Duration::from_secs(5 * 60);
/// How many own requests are remembered while no limit is known. Older ones would tell nothing new.
const MOST_OWN_WITHOUT_LIMIT: usize = 1_000;
