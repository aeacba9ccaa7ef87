//! What the calls of one run share.

use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::future::{Either, select};
use tokio::sync::Notify;

use crate::model::{ErrorKind, Failure};

/// A budget of retries, and a signal that stops the run.
///
/// Retries spend the budget, and successes refill it. An outage then costs a bounded number of extra
/// requests, and a few lost answers among many successes are always retried.
#[derive(Debug)]
pub struct RunContext {
    retry_tokens: AtomicU32,
    stopped_by: OnceLock<Failure>,
    stopped: Notify,
}

impl RunContext {
    const FULL_BUDGET: u32 = 100;
    const PRICE_OF_RETRY: u32 = 5;
    const REWARD_OF_SUCCESS: u32 = 1;

    /// Pays for one retry, if the budget allows it.
    pub(crate) fn try_spend_retry(&self) -> bool {
        self.update_budget(|left| left.checked_sub(Self::PRICE_OF_RETRY))
    }

    /// Refills the budget a little, because a request succeeded.
    pub(crate) fn reward_success(&self) {
        self.update_budget(|left| Some((left + Self::REWARD_OF_SUCCESS).min(Self::FULL_BUDGET)));
    }

    fn update_budget(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        let order = Ordering::Relaxed;
        self.retry_tokens.fetch_update(order, order, change).is_ok()
    }

    /// Ends the run. The first reason stays.
    pub(crate) fn stop(&self, reason: Failure) {
        let _ = self.stopped_by.set(reason);
        self.stopped.notify_waiters();
    }

    /// Why the run was stopped, if it was.
    pub(crate) fn stopped_by(&self) -> Option<&Failure> {
        self.stopped_by.get()
    }

    /// Waits for `wait`, unless the run is stopped before that.
    pub(crate) async fn unless_stopped<F: Future>(&self, wait: F) -> Result<F::Output, Failure> {
        // Listening begins before the check, so that no signal between the two is missed.
        let stopped = self.stopped.notified();
        if let Some(reason) = self.stopped_by() {
            return Err(reason.clone());
        }
        // If both are ready, the signal may have come first, so nothing is sent.
        match select(pin!(stopped), pin!(wait)).await {
            Either::Left(_) => Err(self.stopped_by().cloned().unwrap_or_else(stopped_by_caller)),
            Either::Right((output, _)) => Ok(output),
        }
    }
}

impl Default for RunContext {
    fn default() -> Self {
        Self {
            retry_tokens: AtomicU32::new(Self::FULL_BUDGET),
            stopped_by: OnceLock::new(),
            stopped: Notify::new(),
        }
    }
}

/// The reason for a run's end when its caller stopped it.
pub(crate) fn stopped_by_caller() -> Failure {
    Failure::detailed(ErrorKind::Stopped, "the run was stopped")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_costs_twenty_retries_and_five_successes_pay_for_one() {
        let run = RunContext::default();
        let retries = (0..1_000).filter(|_| run.try_spend_retry()).count();
        assert_eq!(retries, 20);
        (0..5).for_each(|_| run.reward_success());
        assert!(run.try_spend_retry());
        assert!(!run.try_spend_retry());
    }
}
