//! What the next request waits for, and when to ask again.

use super::Pacer;
use super::caution::ABANDONED_AFTER;
use super::times::count;
use crate::engine::limiter::moment::Moment;
use crate::engine::limiter::rate_limit::DAY;
use crate::engine::limiter::usage::WaitingFor;

impl Pacer {
    /// When to ask again, if no request may be sent now.
    pub(super) fn wait(&self, now: Moment) -> Option<(Moment, WaitingFor)> {
        if let Some(until) = self.closed_until {
            return Some((until, WaitingFor::Throttled));
        }
        // If a request's future isn't polled, its answer is never read. Such a request must not hold up the others.
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
        // Each request under way may be answered with 429, so it counts towards the day's budget.
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
        // The request that shows whether the rhythm is right is sent alone.
        if self.has_unproven_rhythm()
            && let Some(oldest) = oldest
        {
            return Some((oldest.plus(ABANDONED_AFTER), WaitingFor::Answer));
        }
        if !self.is_full() {
            return None;
        }
        if oldest.is_none() && self.may_try_more(now) {
            return None;
        }
        // Only one request at a time may probe a full window.
        if let Some(oldest) = oldest {
            return Some((oldest.plus(ABANDONED_AFTER), WaitingFor::Answer));
        }
        Some((self.next_probe(now), WaitingFor::RateLimit))
    }
}
