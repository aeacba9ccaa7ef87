//! The retry loop: one call, from the first attempt to the outcome of each of its posts.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep};

use super::exchange::Exchange;
use super::finished::Finished;
use super::limiter::Limiter;
use super::operation::{AttemptKind, Operation};
use super::retry::{Decision, Retry, RetryContext};
use super::run::RunContext;
use super::tally::{EarlierAttempts, Tally};
use crate::model::{ErrorKind, Failure};

/// The settings of a client that apply to its calls.
#[derive(Clone, Debug)]
pub(crate) struct CallConfig {
    pub(crate) attempt_timeout: Duration,
    /// Covers all attempts and waits of one call.
    pub(crate) deadline: Duration,
    pub(crate) retry: Retry,
    pub(crate) limiter: Limiter,
}

/// Makes the call, which may belong to a run. `earlier` counts the attempts that earlier calls made
/// for the same posts.
pub(crate) async fn call<O: Operation>(
    operation: &O,
    exchange: &dyn Exchange,
    config: &CallConfig,
    run: Option<&RunContext>,
    earlier: EarlierAttempts,
) -> Finished {
    let mut started = Instant::now();
    let mut tally = Tally::new(operation, earlier);
    let mut body = Bytes::from(operation.encode(&tally.open));
    loop {
        let queued = Instant::now();
        let time_left = config.deadline.saturating_sub(started.elapsed());
        let acquire = config.limiter.acquire(patience(run, time_left));
        // If an attempt may have been carried out, the next one finds out, even in a run that is stopped.
        let acquired = match run {
            Some(run) if !tally.needs_an_answer() => run.unless_stopped(acquire).await,
            _ => Ok(acquire.await),
        };
        let permit = match acquired {
            Ok(Ok(permit)) => permit,
            Ok(Err(rejected)) => {
                let reason = Failure::detailed(ErrorKind::RateLimited, rejected.reason);
                return tally.end(reason, Some(rejected.wait));
            }
            Err(reason) => return tally.stop(reason),
        };
        // In a run, the wait for a permit doesn't count towards the call's deadline.
        if run.is_some() {
            started += queued.elapsed();
        }
        let time_left = || config.deadline.saturating_sub(started.elapsed());
        if time_left().is_zero() {
            permit.settle(AttemptKind::NotSent, None);
            let reason = "no time was left to send anything";
            return tally.end(Failure::detailed(ErrorKind::Timeout, reason), None);
        }

        let timeout = config.attempt_timeout.min(time_left());
        let throttled_before = tally.was_throttled;
        let open_before = tally.open.len();
        let attempt = tally.record(exchange.attempt(body.clone(), timeout).await);
        let closed_for = permit.settle(attempt.kind, attempt.head.as_ref());
        let asked_wait = attempt.asked_wait(closed_for);
        tally.record_wait(asked_wait);
        if tally.is_settled() {
            return tally.finish();
        }

        let by_profile = attempt.is_throttled_by_profile();
        let context = RetryContext {
            kind: attempt.kind,
            repeatable: operation.is_repeatable(),
            attempt: tally.attempts - earlier.made,
            throttled_before,
            asked_wait,
            time_left: if by_profile {
                patience(run, time_left())
            } else {
                time_left()
            },
            jitter: fastrand::f64(),
        };
        match config.retry.decide(&context) {
            // The limiter itself stays closed for as long as the answer asks.
            Decision::Again { .. } if by_profile => {}
            Decision::Again { after } if run.is_none_or(RunContext::try_spend_retry) => {
                sleep(after).await;
            }
            _ => return tally.finish(),
        }
        if tally.open.len() < open_before {
            body = Bytes::from(operation.encode(&tally.open));
        }
    }
}

/// How long a call waits for a permit. In a run it may wait longer than its deadline, but not for hours.
fn patience(run: Option<&RunContext>, time_left: Duration) -> Duration {
    const OF_A_RUN: Duration = Duration::from_secs(60 * 60);
    if run.is_some() { OF_A_RUN } else { time_left }
}
