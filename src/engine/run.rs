//! What the calls of one run share: its budget of retries, how it ends, and what it has done so far.

use std::pin::pin;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::future::{Either, select};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::limiter::ProfileLimiter;
use super::limiter::usage::WaitingFor;
use super::recorder::Recorder;
use crate::model::{ErrorKind, Failure, Outcome, Summary};

/// A budget of retries, the signals that end the run, and counts for those who watch it.
///
/// Retries spend the budget, and successes refill it. An outage then costs a bounded number of extra
/// requests, and a few lost answers among many successes are always retried.
#[derive(Debug, Default)]
pub struct RunContext {
    /// What retries have cost, less what successes have paid back.
    spent: AtomicU32,
    stopped_by: OnceLock<Failure>,
    ending: Mutex<Ending>,
    /// Wakes those who wait for an end of the run.
    ends: Notify,
    /// Whether its last outcome was read, or its driver is done after its reader has gone.
    is_over: AtomicBool,
    counts: Counts,
    /// The limiter for which its calls wait.
    limiter: OnceLock<ProfileLimiter>,
    /// Writes the run's requests to its journal, if it has one. A handle keeps the run, and must not keep the journal open.
    recorder: Mutex<Option<Arc<Recorder>>>,
}

/// An end of a run, each stronger than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// No further batch begins. A call still makes an attempt that finds out what an earlier one came to.
    Stopped,
    /// Nobody reads the outcomes any more, so no further attempt begins. Answers that are under way are received.
    Abandoned,
    /// No answer is waited for any longer.
    CutOff,
}

#[derive(Debug, Default)]
struct Ending {
    is_abandoned: bool,
    cut_off_at: Option<Instant>,
}

/// What a run has done so far.
#[derive(Debug, Default)]
struct Counts {
    /// The outcomes that are known, by fate.
    known: Mutex<Summary>,
    ids_in_flight: AtomicUsize,
    requests: AtomicUsize,
    throttled: AtomicUsize,
    /// How many attempts are under way.
    under_way: AtomicUsize,
    /// How many calls wait for a place in the window.
    waiting: AtomicUsize,
}

/// Adds 1 to a count for as long as it exists.
pub(crate) struct Counted<'a>(&'a AtomicUsize);

impl RunContext {
    const BUDGET: u32 = 100;
    const PRICE_OF_RETRY: u32 = 5;
    const REWARD_OF_SUCCESS: u32 = 1;

    /// A run that writes to this journal.
    pub(crate) fn recorded_by(recorder: Option<Recorder>) -> Self {
        Self {
            recorder: Mutex::new(recorder.map(Arc::new)),
            ..Self::default()
        }
    }

    /// Writes to the run's journal, if it has one.
    pub(crate) fn recorder(&self) -> Option<Arc<Recorder>> {
        let recorder = self.recorder.lock();
        recorder.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets go of the journal, because nothing is under way and nothing more will be sent.
    pub(crate) fn close_journal(&self) {
        let recorder = self.recorder.lock();
        *recorder.unwrap_or_else(PoisonError::into_inner) = None;
    }

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

    /// Stops the run. The first reason stays.
    pub(crate) fn stop(&self, reason: Failure) {
        let _ = self.stopped_by.set(reason);
        self.ends.notify_waiters();
    }

    /// Stops the run, and cuts it off after `time`. If it is called again, the earlier time counts.
    pub(crate) fn stop_within(&self, reason: Failure, time: Duration) {
        if let Some(at) = Instant::now().checked_add(time) {
            let mut ending = self.ending();
            ending.cut_off_at = Some(ending.cut_off_at.map_or(at, |earlier| earlier.min(at)));
        }
        self.stop(reason);
    }

    /// Begins nothing further, because nobody reads the outcomes any more.
    pub(crate) fn abandon(&self) {
        self.ending().is_abandoned = true;
        let reason = "the stream of outcomes was dropped";
        self.stop(Failure::detailed(ErrorKind::Stopped, reason));
    }

    /// Why the run was stopped, if it was.
    pub(crate) fn stopped_by(&self) -> Option<&Failure> {
        self.stopped_by.get()
    }

    /// Why the run was stopped, for a call that ends because of that.
    pub(crate) fn reason(&self) -> Failure {
        self.stopped_by().cloned().unwrap_or_else(stopped_by_caller)
    }

    /// Whether the run has come to this end, or to a stronger one.
    pub(crate) fn has_come_to(&self, end: End) -> bool {
        let Some(_) = self.stopped_by() else {
            return false;
        };
        let is_cut_off = |ending: &Ending| ending.cut_off_at.is_some_and(|at| at <= Instant::now());
        match end {
            End::Stopped => true,
            End::Abandoned => {
                let ending = self.ending();
                ending.is_abandoned || is_cut_off(&ending)
            }
            End::CutOff => is_cut_off(&self.ending()),
        }
    }

    /// Waits until the run comes to this end, or to a stronger one.
    pub(crate) async fn comes_to(&self, end: End) {
        loop {
            // Listening begins before the check, so that no signal between the two is missed.
            let ends = self.ends.notified();
            if self.has_come_to(end) {
                return;
            }
            let cut_off_at = self.ending().cut_off_at;
            match cut_off_at {
                Some(at) => drop(timeout_at(at, ends).await),
                None => ends.await,
            }
        }
    }

    /// Waits for `wait`, but only until the run comes to this end. If both are ready, `wait` counts.
    pub(crate) async fn until<F: Future>(&self, end: End, wait: F) -> Option<F::Output> {
        if self.has_come_to(end) {
            return None;
        }
        match select(pin!(wait), pin!(self.comes_to(end))).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(_) => None,
        }
    }

    /// Records that the last outcome was read, or that the driver is done.
    pub(crate) fn note_end(&self) {
        self.is_over.store(true, Release);
        self.ends.notify_waiters();
    }

    /// Whether the last outcome was read, or the driver is done.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Acquire)
    }

    /// Waits until the driver is done. That is never before the reader has gone.
    #[cfg(feature = "blocking")]
    pub(crate) async fn over(&self) {
        loop {
            let ends = self.ends.notified();
            if self.is_over() {
                return;
            }
            ends.await;
        }
    }

    fn ending(&self) -> MutexGuard<'_, Ending> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the run has done so far.
impl RunContext {
    /// Counts a request, which is under way for as long as the result exists.
    pub(crate) fn count_request(&self) -> Counted<'_> {
        self.counts.requests.fetch_add(1, Relaxed);
        Counted::new(&self.counts.under_way)
    }

    /// Counts a call that waits for a place in the window, for as long as the result exists.
    pub(crate) fn count_waiting(&self, limiter: &ProfileLimiter) -> Counted<'_> {
        // All calls of a run are of one profile.
        self.limiter.get_or_init(|| limiter.clone());
        Counted::new(&self.counts.waiting)
    }

    /// Counts an answer of 429.
    pub(crate) fn count_throttled(&self) {
        self.counts.throttled.fetch_add(1, Relaxed);
    }

    /// Counts ids whose batch begins.
    pub(crate) fn count_begun(&self, ids: usize) {
        self.counts.ids_in_flight.fetch_add(ids, Relaxed);
    }

    /// Counts outcomes. `begun` of them belong to a batch that has begun.
    pub(crate) fn count_known<'a>(
        &self,
        outcomes: impl IntoIterator<Item = &'a Outcome>,
        begun: usize,
    ) {
        let known = self.counts.known.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        outcomes
            .into_iter()
            .for_each(|outcome| known.count(outcome));
        self.counts.ids_in_flight.fetch_sub(begun, Relaxed);
    }

    /// The outcomes that are known, counted by fate, and why the run was stopped, if it was.
    pub(crate) fn known(&self) -> Summary {
        let known = self.counts.known.lock();
        Summary {
            stopped_by: self.stopped_by().cloned(),
            ..known.unwrap_or_else(PoisonError::into_inner).clone()
        }
    }

    pub(crate) fn ids_in_flight(&self) -> usize {
        self.counts.ids_in_flight.load(Relaxed)
    }

    pub(crate) fn requests(&self) -> usize {
        self.counts.requests.load(Relaxed)
    }

    pub(crate) fn throttled(&self) -> usize {
        self.counts.throttled.load(Relaxed)
    }

    /// Until when the run waits, and for what, if all that it does is to wait for a place in the window.
    pub(crate) fn waits(&self) -> Option<(SystemTime, WaitingFor)> {
        let is_waiting = self.counts.waiting.load(Relaxed) > 0;
        if !is_waiting || self.counts.under_way.load(Relaxed) > 0 {
            return None;
        }
        self.limiter.get()?.opens_at()
    }
}

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
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
