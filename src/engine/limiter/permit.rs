//! The right to send one request of a profile.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::elsewhere::Elsewhere;
use super::headers::RateHeaders;
use super::in_memory::InMemory;
use super::rate_limit::RateLimit;
use super::rejected::Rejected;
use super::shared::{DynLimiter, Place, Window};
use super::usage::{Usage, WaitingFor};
use crate::engine::exchange::Head;
use crate::engine::operation::AttemptKind;

/// A profile's limiter, shared by every client, clone and task of that profile.
#[derive(Clone, Debug)]
pub(crate) struct ProfileLimiter(Kept);

/// Where the window is kept.
#[derive(Clone, Debug)]
enum Kept {
    InMemory(Arc<InMemory>),
    Elsewhere(Arc<Elsewhere>),
}

/// The right to send one request. Its place in the window is taken until the answer is known.
///
/// Dropping a permit that isn't settled gives its place back, unless it was [used](Permit::uses).
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: ProfileLimiter,
    /// `None` once it is settled.
    place: Option<Place>,
    sent: SystemTime,
    /// Whether its request may have been sent.
    is_used: bool,
}

impl ProfileLimiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self(Kept::InMemory(Arc::new(InMemory::new(limit))))
    }

    /// The limiter of a window that processes share. Without a window, nothing is sent.
    pub(crate) fn shared(limiter: Arc<dyn DynLimiter>, window: Option<Window>) -> Self {
        Self(Kept::Elsewhere(Arc::new(Elsewhere::new(limiter, window))))
    }

    /// Waits until a request may be sent, but no longer than `patience`. Dropping the future takes no place.
    pub(crate) async fn acquire(&self, patience: Duration) -> Result<Permit, Rejected> {
        let place = match &self.0 {
            Kept::InMemory(limiter) => Place::new(limiter.acquire(patience).await?),
            Kept::Elsewhere(limiter) => limiter.acquire(patience).await?,
        };
        Ok(Permit {
            limiter: self.clone(),
            sent: place.sent_at(),
            place: Some(place),
            is_used: false,
        })
    }

    /// When a request may be sent, as far as is known, and what it waits for until then. `None` is now.
    pub(crate) fn opens_at(&self) -> Option<(SystemTime, WaitingFor)> {
        match &self.0 {
            Kept::InMemory(limiter) => limiter.opens_at(),
            Kept::Elsewhere(limiter) => limiter.opens_at(),
        }
    }

    /// Adds requests that an earlier process sent, and answers of 429 that it got, with their times.
    ///
    /// The times of its own requests are ignored, because it has counted those itself. The same times may be handed in
    /// again, which adds nothing. A limiter that processes share has its own memory, and ignores them all.
    pub(crate) fn restore(&self, sent: &[SystemTime], throttled: &[SystemTime]) {
        match &self.0 {
            Kept::InMemory(limiter) => limiter.restore(sent, throttled),
            Kept::Elsewhere(_) => {}
        }
    }

    pub(super) fn is_in_use(&self) -> bool {
        match &self.0 {
            Kept::InMemory(limiter) => Arc::strong_count(limiter) > 1,
            Kept::Elsewhere(limiter) => Arc::strong_count(limiter) > 1,
        }
    }

    /// Whether nothing is lost by forgetting what this limiter knows.
    pub(super) fn is_idle(&self) -> bool {
        match &self.0 {
            Kept::InMemory(limiter) => limiter.is_idle(),
            Kept::Elsewhere(_) => true,
        }
    }

    #[cfg(test)]
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kept::InMemory(one), Kept::InMemory(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Permit {
    /// The time for which the place was reserved.
    pub(crate) fn sent_at(&self) -> SystemTime {
        self.sent
    }

    /// Gives the place in the window back, because nothing was sent.
    pub(crate) async fn give_back(self) {
        self.settle(AttemptKind::NotSent, None).await;
    }

    /// Says whether the permit's request may have been sent, for the case that the permit is dropped.
    pub(crate) fn uses(&mut self, is_used: bool) {
        self.is_used = is_used;
    }

    /// Tells the limiter what the attempt came to, and returns for how long the limiter is closed now. If the future is
    /// dropped, the limiter is told all the same.
    pub(crate) async fn settle(mut self, kind: AttemptKind, head: Option<&Head>) -> Duration {
        let usage = Usage::of(kind, head);
        let headers = head.map(|head| head.rate).unwrap_or_default();
        let Some(place) = self.place.take() else {
            return Duration::ZERO;
        };
        match &self.limiter.0 {
            Kept::InMemory(limiter) => limiter.settle(self.sent, usage, &headers),
            Kept::Elsewhere(limiter) => limiter.settle(place, usage, headers).await,
        }
    }

    /// Tells the limiter without waiting for it.
    fn settle_now(&mut self, usage: Usage) {
        let Some(place) = self.place.take() else {
            return;
        };
        match &self.limiter.0 {
            Kept::InMemory(limiter) => {
                let nothing_heard = RateHeaders::default();
                limiter.settle(self.sent, usage, &nothing_heard);
            }
            Kept::Elsewhere(limiter) => {
                Arc::clone(limiter).settle_later(place, usage);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.settle_now(if self.is_used {
            Usage::Unanswered
        } else {
            Usage::NotSent
        });
    }
}
