//! Reconciles the provider's count with the pacer's own, and notices when the window has reset.

use std::time::Duration;

use super::times::{count, insert};
use super::{Pacer, Reset};
use crate::engine::limiter::moment::Moment;

impl Pacer {
    /// Corrects the pacer's count by the provider's, which is `used`. `is_counted` says whether that includes this
    /// request.
    pub(super) fn reconcile(&mut self, now: Moment, sent: Moment, used: u32, is_counted: bool) {
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
            // If the count lacks own requests, it is taken to lack all that were answered before this one was sent.
            if older.saturating_add(itself).saturating_sub(used) > tolerance {
                dropped = older;
            }
        } else {
            self.last_in_window = self.last_in_window.max(Some(sent));
            // If an own request has become too old and the count still has all younger ones, they leave it one by one.
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

    /// Records an answer without a count. `was_full` says whether the window was full when the answer came.
    pub(super) fn settle_without_count(
        &mut self,
        now: Moment,
        sent: Moment,
        was_full: bool,
        sent_since_429: bool,
    ) {
        let is_probe = self.last_probe == Some(sent);
        if self.learns() {
            self.learn_from_answer(now, sent, is_probe, sent_since_429);
        } else if was_full && is_probe {
            // There is no count, but a probe that gets through shows that the window has reset.
            self.record_reset(now);
            self.own.clear();
            self.others = 0;
        }
        self.informed_at = Some(now);
        self.count_own(now);
    }

    /// Whether a low count may mean a reset. A count that drops more often than a window ends isn't believed.
    fn can_have_reset(&self, now: Moment) -> bool {
        let half = self.limit.window / 2;
        let is_long_ago = |reset: Reset| reset.by.plus(half) <= now;
        self.limit.requests.is_none() || self.last_reset.is_none_or(is_long_ago)
    }

    /// Records that the window has reset, at some time since the latest request that it counted or refused.
    fn record_reset(&mut self, now: Moment) {
        let window = self.limit.window;
        // Windows follow each other without a gap, whether the pacer sees the resets or not. So this reset came no
        // earlier than a whole number of windows after the last one.
        let earliest = self.last_reset.and_then(|Reset { after, .. }| {
            let since = now.since(after).as_micros() % window.as_micros().max(1);
            Some(now.minus(Duration::from_micros(u64::try_from(since).ok()?)))
        });
        let after = self.last_in_window.max(earliest);
        self.last_reset = Some(Reset {
            after: after.unwrap_or(now),
            by: now,
        });
        // If the window's length isn't known, the last interval shows about how long it is. The next probes begin with
        // a quarter of that.
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

/// A difference of this many between our count and the provider's means nothing.
const COUNT_TOLERANCE: u32 = 2;
