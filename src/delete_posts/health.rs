//! Decides after each request whether its run goes on.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::engine::run::RunContext;
use crate::model::{ErrorKind, Failure, Fate, Outcome};

/// How many requests have failed as in an outage since one succeeded.
#[derive(Debug)]
pub(crate) struct Health {
    failures_in_a_row: AtomicUsize,
    /// The run ends after so many failures in a row.
    most_failures: usize,
}

/// If this many requests fail in a row, each after its retries, the provider counts as down and the run ends.
/// If twice the number of requests under way is more, that many must fail.
const FAILURES_THAT_END_A_RUN: usize = 10;

impl Health {
    pub(crate) fn new(under_way: usize) -> Self {
        Self {
            failures_in_a_row: AtomicUsize::new(0),
            most_failures: FAILURES_THAT_END_A_RUN.max(under_way.saturating_mul(2)),
        }
    }

    /// Stops the run if there is no point in sending more, and otherwise rewards a success.
    pub(crate) fn update(&self, run: &RunContext, outcomes: &[Outcome]) {
        let failure_of = |outcome: &'_ Outcome| outcome.fate.failure().cloned();
        let is_hopeless = |outcome: &&Outcome| match &outcome.fate {
            Fate::NotAttempted(failure) if failure.kind == ErrorKind::RateLimited => true,
            // Without a status, the failure comes from our own limiter and not from an answer.
            Fate::Uncertain(failure) if failure.kind == ErrorKind::RateLimited => {
                failure.http_status.is_none()
            }
            fate => (fate.failure()).is_some_and(|failure| failure.kind.is_about_credentials()),
        };
        if let Some(failure) = outcomes.iter().find(is_hopeless).and_then(failure_of) {
            run.stop(failure);
        }
        let is_outage = |outcome: &Outcome| outcome.fate.failure().is_some_and(Failure::is_outage);
        match outcomes.last().and_then(failure_of) {
            Some(failure) if outcomes.iter().all(is_outage) => {
                if self.failures_in_a_row.fetch_add(1, Relaxed) + 1 >= self.most_failures {
                    run.stop(failure);
                }
            }
            _ => {
                self.failures_in_a_row.store(0, Relaxed);
                run.reward_success();
            }
        }
    }
}
