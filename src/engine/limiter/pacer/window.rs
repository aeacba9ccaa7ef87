//! How many requests the window holds and for how long, and whether it has room for another one.

use std::time::Duration;

use super::Pacer;
use super::times::{count, insert};
use crate::engine::limiter::moment::Moment;

impl Pacer {
    /// Whether the window has no room for another request, as far as is known.
    pub(super) fn is_full(&self) -> bool {
        let used = count(self.own.len())
            .saturating_add(self.others)
            .saturating_add(count(self.in_flight.len()));
        self.window_limit()
            .is_some_and(|limit| used.saturating_add(self.room_for_others()) >= limit)
    }

    /// How many requests a window holds: the smallest of the setting, the headers' number and what was learned.
    pub(super) fn window_limit(&self) -> Option<u32> {
        [
            self.rhythm_requests(),
            self.limit.requests,
            self.header_limit,
            self.learned_limit.map(|(requests, _)| requests),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// How long a request is counted, as far as is known.
    pub(super) fn window(&self) -> Duration {
        self.rhythm_window().unwrap_or(self.limit.window)
    }

    /// How many places are left free in a sliding window, for others who send while our requests are under way.
    fn room_for_others(&self) -> u32 {
        u32::from(self.is_sliding && self.others > 0)
    }

    /// Counts an own request that the provider counts too, or may count.
    pub(super) fn count_own(&mut self, at: Moment) {
        insert(&mut self.own, at);
        if self.limit.requests.is_none() {
            self.learner.count(at);
        }
    }
}
