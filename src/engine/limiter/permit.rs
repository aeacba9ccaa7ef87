//! The right to send one request of a profile.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::headers::RateHeaders;
use super::in_memory::InMemory;
use super::rate_limit::RateLimit;
use super::rejected::Rejected;
use super::usage::{Usage, WaitingFor};
use crate::engine::exchange::Head;
use crate::engine::operation::AttemptKind;

/// A profile's limiter, shared by every client, clone and task of that profile.
#[derive(Clone, Debug)]
pub(crate) struct ProfileLimiter(Arc<InMemory>);

/// The right to send one request. Its place in the window is taken until the answer is known.
///
/// Dropping a permit that isn't settled counts its place as used. To give the place back, settle it as not sent.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: ProfileLimiter,
    sent: SystemTime,
    is_settled: bool,
    /// What its request came to if it is dropped.
    if_dropped: Usage,
}

impl ProfileLimiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self(Arc::new(InMemory::new(limit)))
    }

    /// Waits until a request may be sent, but no longer than `patience`. Dropping the future takes no place.
    pub(crate) async fn acquire(&self, patience: Duration) -> Result<Permit, Rejected> {
        let sent = self.0.acquire(patience).await?;
        Ok(Permit {
            limiter: self.clone(),
            sent,
            is_settled: false,
            if_dropped: Usage::Unanswered,
        })
    }

    /// When a request may be sent, as far as is known, and what it waits for until then. `None` is now.
    pub(crate) fn opens_at(&self) -> Option<(SystemTime, WaitingFor)> {
        self.0.opens_at()
    }

    /// Adds requests that an earlier process sent, and answers of 429 that it got, with their times.
    ///
    /// Times after this limiter was made are ignored, because it has counted those requests itself. The same times may be
    /// handed in again, which adds nothing.
    pub(crate) fn restore(&self, sent: &[SystemTime], throttled: &[SystemTime]) {
        self.0.restore(sent, throttled);
    }

    pub(super) fn is_in_use(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether nothing is lost by forgetting what this limiter knows.
    pub(super) fn is_idle(&self) -> bool {
        self.0.is_idle()
    }

    #[cfg(test)]
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Permit {
    /// The time for which the place was reserved.
    #[allow(dead_code, reason = "a run with a journal will write it down")]
    pub(crate) fn sent_at(&self) -> SystemTime {
        self.sent
    }

    /// Gives the place in the window back, because nothing was sent.
    pub(crate) async fn give_back(self) {
        self.settle(AttemptKind::NotSent, None).await;
    }

    /// Gives the place back without waiting for it, because the call was dropped before anything was sent.
    pub(crate) fn drop_unused(mut self) {
        self.if_dropped = Usage::NotSent;
    }

    /// Tells the limiter what the attempt came to, and returns for how long the limiter is closed now.
    #[allow(
        clippy::unused_async,
        reason = "a limiter that processes share will be asked over the network"
    )]
    pub(crate) async fn settle(mut self, kind: AttemptKind, head: Option<&Head>) -> Duration {
        self.is_settled = true;
        let headers = head.map(|head| head.rate).unwrap_or_default();
        self.limiter
            .0
            .settle(self.sent, Usage::of(kind, head), &headers)
    }
}

impl Drop for Permit {
    /// If a call is dropped while its request is under way, the request counts as used.
    fn drop(&mut self) {
        if !self.is_settled {
            let nothing_heard = RateHeaders::default();
            self.limiter
                .0
                .settle(self.sent, self.if_dropped, &nothing_heard);
        }
    }
}
