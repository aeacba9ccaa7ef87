//! What the calls of one run share.

use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use futures_util::future::{Either, select};
use tokio::sync::Notify;

use crate::model::{ErrorKind, Failure};

/// A budget of retries, and a signal that stops the run.
///
/// Retries spend the budget, and successes refill it. An outage then costs a bounded number of extra
/// requests, and a few lost answers among many successes are always retried.
#[derive(Debug, Default)]
pub struct RunContext {
    /// What retries have cost, less what successes have paid back.
    spent: AtomicU32,
    stopped_by: OnceLock<Failure>,
    stopped: Notify,
}

impl RunContext {
    const BUDGET: u32 = 100;
    const PRICE_OF_RETRY: u32 = 5;
    const REWARD_OF_SUCCESS: u32 = 1;

    /// Pays for one retry, if the budget allows it.
    pub(crate) fn try_spend_retry(&self) -> bool {
        let pay = |spent| Some(spent + Self::PRICE_OF_RETRY).filter(|spent| *spent <= Self::BUDGET);
        self.spent.fetch_update(Relaxed, Relaxed, pay).is_ok()
    }

    /// Refills the budget a little, because a request succeeded.
    pub(crate) fn reward_success(&self) {
        let refill = |spent: u32| Some(spent.saturating_sub(Self::REWARD_OF_SUCCESS));
        let _ = self.spent.fetch_update(Relaxed, Relaxed, refill);
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
