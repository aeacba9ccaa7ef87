//! Waits, by the clock, until a profile's pacer lets a request be sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::pacer::{Pacer, Ready};
use super::rate_limit::RateLimit;
use crate::engine::exchange::Head;
use crate::engine::operation::AttemptKind;

/// A profile's limiter, shared by every client, clone and task of that profile.
#[derive(Clone, Debug)]
pub(crate) struct Limiter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pacer: Mutex<Pacer>,
    /// Wakes waiting requests when an answer came, since they may be sent now.
    changed: Notify,
}

/// The right to send one request. Its place in the window is taken until the answer is known.
pub(crate) struct Permit {
    limiter: Limiter,
    sent_at: Instant,
    is_settled: bool,
}

/// Why a request got no permit, and how long to wait before the next try.
pub(crate) struct Rejected {
    pub(crate) wait: Duration,
    pub(crate) reason: &'static str,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self(Arc::new(Shared {
            pacer: Mutex::new(Pacer::new(limit)),
            changed: Notify::new(),
        }))
    }

    /// Waits until a request may be sent, but no longer than `patience`.
    pub(crate) async fn acquire(&self, patience: Duration) -> Result<Permit, Rejected> {
        let started = Instant::now();
        loop {
            // Listening begins before the check, so that no change between the two is missed.
            let changed = self.0.changed.notified();
            let now = Instant::now();
            let until = {
                let mut pacer = self.pacer();
                match pacer.ready(now.into_std()) {
                    Ready::Now => {
                        pacer.sent(now.into_std());
                        return Ok(Permit {
                            limiter: self.clone(),
                            sent_at: now,
                            is_settled: false,
                        });
                    }
                    Ready::At(until) => until,
                    Ready::Spent { until } => {
                        return Err(Rejected {
                            wait: until.saturating_duration_since(now.into_std()),
                            reason: "the day's budget of 429 answers is used up, \
                                     and more of them get a profile suspended",
                        });
                    }
                }
            };
            let wait = until.saturating_duration_since(now.into_std());
            if wait > patience.saturating_sub(started.elapsed()) {
                return Err(Rejected {
                    wait,
                    reason: "the profile's rate limit allows the next request \
                             only later than this one can wait",
                });
            }
            let _ = timeout(wait, changed).await;
        }
    }

    pub(crate) fn restore(&self, _: &[std::time::SystemTime], _: &[std::time::SystemTime]) {}

    pub(super) fn is_in_use(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether nothing is lost by forgetting what this limiter knows.
    pub(super) fn is_idle(&self, now: std::time::Instant) -> bool {
        self.pacer().is_idle(now)
    }

    #[cfg(test)]
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn pacer(&self) -> MutexGuard<'_, Pacer> {
        self.0.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Tells the limiter what the attempt came to, and returns for how long the limiter is closed now.
    pub(crate) fn settle(mut self, kind: AttemptKind, head: Option<&Head>) -> Duration {
        self.is_settled = true;
        let now = Instant::now().into_std();
        match self.tell(now, kind, head).ready(now) {
            Ready::Now => Duration::ZERO,
            Ready::At(until) | Ready::Spent { until } => until.saturating_duration_since(now),
        }
    }

    /// Gives the place in the window back, because nothing was sent.
    pub(crate) fn give_back(self) {
        self.settle(AttemptKind::NotSent, None);
    }

    fn tell(
        &self,
        now: std::time::Instant,
        kind: AttemptKind,
        head: Option<&Head>,
    ) -> MutexGuard<'_, Pacer> {
        let mut pacer = self.limiter.pacer();
        pacer.settle(now, self.sent_at.into_std(), kind, head);
        self.limiter.0.changed.notify_waiters();
        pacer
    }
}

impl Drop for Permit {
    /// If a call is dropped while its request is under way, the request counts as used.
    fn drop(&mut self) {
        if !self.is_settled {
            let now = Instant::now().into_std();
            drop(self.tell(now, AttemptKind::Lost, None));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::limiter::headers::RateHeaders;

    /// Left alone, a waiting request looks every 50 ms whether it may be sent.
    #[tokio::test(start_paused = true)]
    async fn an_answer_lets_a_waiting_request_go_at_once() {
        let limiter = Limiter::new(RateLimit::new(300, Duration::from_secs(300)));
        let patience = Duration::from_secs(60);
        let started = Instant::now();
        let first = limiter.acquire(patience).await.ok().unwrap();
        let answer = async {
            tokio::time::sleep(Duration::from_millis(7)).await;
            let head = Head {
                status: 200,
                rate: RateHeaders::default(),
            };
            first.settle(AttemptKind::Answered, Some(&head));
        };
        let (second, ()) = tokio::join!(limiter.acquire(patience), answer);
        assert!(second.is_ok());
        assert_eq!(started.elapsed(), Duration::from_millis(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_the_window_as_long_as_it_may_and_no_moment_longer() {
        let limiter = Limiter::new(RateLimit::new(1, Duration::from_secs(1)));
        let first = limiter.acquire(Duration::ZERO).await.ok().unwrap();
        first.settle(AttemptKind::Lost, None);
        let started = Instant::now();
        let rejected = limiter
            .acquire(Duration::from_millis(999))
            .await
            .err()
            .unwrap();
        assert_eq!(
            (rejected.wait, started.elapsed()),
            (Duration::from_secs(1), Duration::ZERO)
        );
        assert!(limiter.acquire(Duration::from_secs(1)).await.is_ok());
        assert_eq!(started.elapsed(), Duration::from_secs(1));
    }
}
