//! Goes on with what an earlier process has kept: the pacer itself, or only the times of its requests and 429s.

use std::time::{Duration, SystemTime};

use super::Pacer;
use super::caution::Caution;
use super::times::insert;
use crate::engine::limiter::moment::Moment;
use crate::engine::limiter::rate_limit::DAY;

impl Pacer {
    /// Adds requests of an earlier process and answers of 429 that it got, each with the time when the request was sent
    /// or the answer came. Those that are too old to matter change nothing, and one in the future counts as one of now.
    ///
    /// This doesn't notice a time that was added before, so hand in each time only once.
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
        // Earlier times can't matter, and there may be a great many of them.
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

    /// Corrects what was stored by a clock that was wrong, or by somebody else. Afterwards, what has happened is not
    /// far in the future, and no wait takes longer than a day.
    pub(super) fn distrust_the_future(&mut self, now: Moment) {
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
}

/// The clocks of two processes may differ by this much. A stored time further ahead is wrong.
const SKEW: Duration = Duration::from_secs(60);
/// Of a request of an earlier process, only the time when it was sent is known. The provider counted it at most about
/// this much later.
const COUNTED_WITHIN: Duration = Duration::from_secs(1);
