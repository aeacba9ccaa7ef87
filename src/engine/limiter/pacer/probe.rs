//! When to send a request although the window looks full.

use std::time::Duration;

use super::{Pacer, Reset};
use crate::engine::limiter::moment::Moment;

impl Pacer {
    /// When to send a request although the window looks full now.
    pub(super) fn next_probe(&self, now: Moment) -> Moment {
        let window = self.window();
        let own_leaves = self.own.front().map(|counted| counted.plus(window));
        let announced = self
            .announced_reset
            .filter(|at| self.last_probe.is_none_or(|last| last < *at));
        let probe = announced
            .or_else(|| self.probe_by_last_reset())
            .or_else(|| self.probe_by_interval());
        // A request under way leaves one window after the provider counts it, which may be as late as its answer. So
        // the pacer looks again when it would leave if it was counted at once, and after that when it is given up.
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
        if has_own && (is_all_ours || self.is_sliding || self.rhythm_window().is_some()) {
            return None;
        }
        let latest = self.last_in_window.max(self.last_probe)?;
        Some(latest.plus(self.probe_interval))
    }

    /// The shortest interval between probes. It is doubled for each tenth of the budget of 429s that is used up.
    pub(super) fn first_probe_interval(&self) -> Duration {
        self.base_interval()
            .saturating_mul(1 << self.budget_tenths())
            .min(self.limit.window)
    }

    /// The shortest interval between probes while hardly any of the budget is used up.
    pub(super) fn base_interval(&self) -> Duration {
        if self.limit.requests.is_some() {
            self.limit.window / 12
        } else {
            Duration::from_secs(1)
        }
    }

    /// Returns the present interval, and makes the next one longer.
    pub(super) fn take_probe_interval(&mut self) -> Duration {
        let longer = if self.limit.requests.is_some() {
            self.probe_interval.saturating_mul(6) / 5
        } else {
            self.probe_interval.saturating_mul(2)
        };
        std::mem::replace(&mut self.probe_interval, longer.min(self.limit.window))
    }
}
