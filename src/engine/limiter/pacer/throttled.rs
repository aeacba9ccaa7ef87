//! What a 429 says about the window, and how many more the day's budget allows.

use super::Pacer;
use super::caution::Caution;
use super::times::count;
use crate::engine::limiter::headers::RateHeaders;
use crate::engine::limiter::moment::Moment;
use crate::engine::limiter::rate_limit::DAY;

impl Pacer {
    /// When a request may be sent again, if the day's budget of 429s is used up.
    pub(super) fn spent_until(&self, now: Moment) -> Option<Moment> {
        let is_spent = count(self.throttled_at.len()) >= self.limit.max_throttled_per_day;
        let oldest = self.throttled_at.front();
        is_spent.then(|| oldest.map_or(now, |oldest| oldest.plus(DAY)))
    }

    /// Records a 429 that the profile's limit has caused, and decides how long no task of the profile sends anything.
    pub(super) fn settle_throttled(
        &mut self,
        now: Moment,
        sent: Moment,
        headers: &RateHeaders,
        used: Option<u32>,
        overlaps_reset: bool,
    ) {
        let asked = headers.retry_after.map(|wait| now.plus(wait));
        if let Some(mut until) = asked.or(headers.reset.and(self.announced_reset)) {
            // If a request waited as long as it was asked to and is refused again, the next wait is longer.
            if self.caution.is_some_and(Caution::allows_one)
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
            return self.learn_from_429(now, sent);
        }
        self.last_in_window = self.last_in_window.max(Some(sent));
        self.informed_at = Some(now);
        let accepted = count(self.own.len());
        match (used, self.window_limit()) {
            (Some(used), Some(limit)) if used >= limit => self.reconcile(now, sent, used, false),
            // The window is full, and no count says why: the limit is lower than was known, or others send too.
            // In both cases, this many requests went well. The number is a limit for one window, the next time for
            // two windows, then for four, and so on.
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
            // The own requests alone fill the window, so the pacer knows when it has room again.
            (None, Some(limit)) if accepted >= limit => {}
            // The counts don't explain this 429.
            _ => {
                if self.closed_until.is_none() {
                    self.closed_until = Some(now.plus(self.take_probe_interval()));
                }
            }
        }
    }

    /// How many tenths of the day's budget of 429s are used up. The more are used, the more rarely the
    /// pacer probes.
    pub(super) fn budget_tenths(&self) -> u32 {
        (count(self.throttled_at.len()).saturating_mul(10) / self.limit.max_throttled_per_day)
            .min(10)
    }
}
