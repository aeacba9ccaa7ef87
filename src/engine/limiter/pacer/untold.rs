//! Uses and finds a limit that neither the setting nor a header tells.
//!
//! `rhythm` works out what the limit may be. This file says when the pacer asks it, and what the pacer tells it.

use std::time::Duration;

use super::Pacer;
use super::times::count;
use crate::engine::limiter::moment::Moment;

impl Pacer {
    /// Whether the limit has to be found out, because neither the setting nor a header tells it.
    pub(super) fn learns(&self) -> bool {
        self.limit.requests.is_none() && self.header_limit.is_none()
    }

    /// How long the window is, if the pacer has found that out.
    pub(super) fn rhythm_window(&self) -> Option<Duration> {
        self.learner.window().filter(|_| self.learns())
    }

    /// How many requests the window holds, if the pacer has found that out.
    pub(super) fn rhythm_requests(&self) -> Option<u32> {
        self.learner.requests().filter(|_| self.learns())
    }

    /// Whether the next request shows if what was found out is right. It must be sent alone.
    pub(super) fn has_unproven_rhythm(&self) -> bool {
        self.learns() && self.learner.is_unproven()
    }

    /// Whether one more request may be tried although the window is full, in case the limit has grown.
    pub(super) fn may_try_more(&self, now: Moment) -> bool {
        self.learns() && self.learner.may_try_more(now, self.own.front().copied())
    }

    /// Learns from an answer that isn't a 429 and has no count.
    pub(super) fn learn_from_answer(
        &mut self,
        now: Moment,
        sent: Moment,
        is_probe: bool,
        sent_since_429: bool,
    ) {
        if sent_since_429 {
            self.learner.got_through(now, sent);
            // The length of the window may have changed, and with it which own requests are in the window.
            if self.learner.window().is_some() {
                self.own = self.learner.in_window(now);
            }
        }
        if is_probe {
            self.learner.proved(count(self.own.len()).saturating_add(1));
        }
    }

    /// Learns from a 429, and decides when the next request is tried.
    pub(super) fn learn_from_429(&mut self, now: Moment, sent: Moment) {
        self.informed_at = Some(now);
        let patience = SHORTEST_PAUSE.saturating_mul(1 << self.budget_tenths());
        let was_one_more = self.is_full() && self.last_probe == Some(sent);
        let next = self.learner.refused(now, sent, was_one_more, patience);
        self.closed_until = self.closed_until.or(next);
    }
}

/// The shortest wait after a 429. It is doubled for each tenth of the day's budget of 429s that is used up.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
