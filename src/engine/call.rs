//! The retry loop: one call, from the first attempt to the outcome of each of its posts.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;

use super::active_time::{Timed, within};
use super::attempt::Attempt;
use super::exchange::Exchange;
use super::finished::Finished;
use super::limiter::{Permit, ProfileLimiter, Rejected};
use super::operation::{AttemptKind, Operation};
use super::recorder::Recorder;
use super::retry::{Decision, Retry, RetryContext};
use super::run::{End, RunContext, stopped_by_caller};
use super::tally::{EarlierAttempts, Tally};
use crate::model::{ErrorKind, Failure, Outcome};

/// The settings of a client that apply to its calls.
#[derive(Clone, Debug)]
pub(crate) struct CallConfig {
    pub(crate) attempt_timeout: Duration,
    /// Covers all attempts and waits of one call.
    pub(crate) deadline: Duration,
    pub(crate) retry: Retry,
    pub(crate) limiter: ProfileLimiter,
}

/// What a call belongs to, and what is known of its posts already.
#[derive(Clone, Debug, Default)]
pub struct CallContext<'a> {
    /// The run that the call is a part of.
    pub(crate) run: Option<&'a RunContext>,
    /// Writes the call's requests to a journal.
    pub(crate) recorder: Option<Arc<Recorder>>,
    /// The attempts that earlier calls made for each of the posts, in order. A post without an entry had none.
    pub(crate) earlier: &'a [EarlierAttempts],
    /// The outcomes of posts that are settled on record, in order. A post without an entry isn't.
    pub(crate) known: &'a [Option<Outcome>],
}

impl<'a> CallContext<'a> {
    /// A call of a run.
    pub fn of_run(run: &'a RunContext, earlier: &'a [EarlierAttempts]) -> Self {
        Self {
            run: Some(run),
            recorder: run.recorder(),
            earlier,
            known: &[],
        }
    }
}

/// Makes the call.
pub(crate) async fn call<O: Operation>(
    operation: &O,
    exchange: &dyn Exchange,
    config: &CallConfig,
    context: CallContext<'_>,
) -> Finished {
    let CallContext {
        run,
        recorder,
        earlier,
        known,
    } = context;
    let mut tally = Tally::new(operation, earlier);
    if !known.is_empty() {
        tally.settle_known(known);
        if tally.is_settled() {
            return tally.finish();
        }
    }
    let mut body = Bytes::new();
    let mut encoded = None;
    let mut spent = Duration::ZERO;
    loop {
        // A request is encoded again only if an answer has settled some of its posts.
        if encoded != Some(tally.open().len()) {
            encoded = Some(tally.open().len());
            body = Bytes::from(operation.encode(tally.open()));
        }
        // If an attempt may have been carried out, the next one finds out, even in a run that is stopped.
        let end = if tally.needs_an_answer() {
            End::Abandoned
        } else {
            End::Stopped
        };
        let time_left = config.deadline.saturating_sub(spent);
        let permit = match acquire(config, run, end, time_left).await {
            Acquired::Permit { permit, waited } => {
                // In a run, the wait for a permit doesn't count towards the call's deadline.
                spent += if run.is_none() {
                    waited
                } else {
                    Duration::ZERO
                };
                permit
            }
            Acquired::Rejected(Rejected { failure, wait }) => {
                // If the limiter itself has failed, it will fail for the others too.
                let failure = match failure.kind {
                    ErrorKind::Stopped => stop(run, failure),
                    _ => failure,
                };
                return tally.end(failure, wait);
            }
            Acquired::Ended(reason) => return tally.stop(reason),
        };
        let time_left = config.deadline.saturating_sub(spent);
        if time_left.is_zero() || config.attempt_timeout.is_zero() {
            permit.give_back().await;
            let reason = "no time was left to send anything";
            return tally.end(Failure::detailed(ErrorKind::Timeout, reason), None);
        }

        let sending = match &recorder {
            Some(recorder) => match recorder.about_to_send(tally.open()).await {
                Ok(sending) => Some((recorder, sending)),
                Err(reason) => {
                    permit.give_back().await;
                    return tally.stop(stop(run, reason));
                }
            },
            None => None,
        };

        let timeout = config.attempt_timeout.min(time_left);
        let mut attempt = Attempt::begin(exchange, body.clone(), permit, timeout);
        let under_way = run.map(RunContext::count_request);
        let answer = attempt.answer(run).await;
        drop(under_way);
        let Some((attempted, took)) = answer else {
            let reason = run.map_or_else(stopped_by_caller, RunContext::reason);
            let has_left = attempt.has_left();
            if let (Some((recorder, sending)), false) = (&sending, has_left) {
                // Nothing more is sent anyway, so a journal that fails now changes nothing.
                let _ = recorder.answered(sending, AttemptKind::NotSent, &[]).await;
            }
            return tally.cut_off(has_left, reason);
        };
        spent += took;
        let throttled_before = tally.throttled() > 0;
        let result = tally.record(attempted);
        let closed_for = attempt.settle(result.kind, result.head.as_ref()).await;
        let asked_wait = result.asked_wait(closed_for);
        tally.record_wait(asked_wait);
        if let Some((recorder, sending)) = &sending {
            let written = recorder.answered(sending, result.kind, tally.open());
            if let Err(reason) = written.await {
                stop(run, reason);
                return tally.finish();
            }
        }
        if tally.is_settled() {
            return tally.finish();
        }

        let is_throttled = result.is_throttled_by_profile();
        if is_throttled && let Some(run) = run {
            run.count_throttled();
            // The posts wait their turn again. That is no retry: nothing was carried out, and the limiter decides
            // how many answers of 429 are risked.
            if result.is_turned_away() {
                continue;
            }
        }
        let context = RetryContext {
            kind: result.kind,
            repeatable: operation.is_repeatable(),
            attempt: if run.is_some() {
                // In a run, no attempt that a limit refused counts.
                tally.attempts().saturating_sub(tally.throttled()).max(1)
            } else {
                tally.attempts()
            },
            throttled_before,
            asked_wait,
            time_left: config.deadline.saturating_sub(spent),
            jitter: fastrand::f64(),
        };
        match config.retry.decide(&context) {
            // The limiter itself stays closed for as long as the answer asks.
            Decision::Again { .. } if is_throttled => {}
            Decision::Again { after } if run.is_none_or(RunContext::try_spend_retry) => {
                spent += after;
                let wait = sleep(after);
                match run {
                    Some(run) => drop(run.until(End::Abandoned, wait).await),
                    None => wait.await,
                }
            }
            _ => return tally.finish(),
        }
    }
}

/// Stops the run, if there is one, for this reason.
fn stop(run: Option<&RunContext>, reason: Failure) -> Failure {
    if let Some(run) = run {
        run.stop(reason.clone());
    }
    reason
}

/// What came of waiting for a permit.
enum Acquired {
    Permit {
        permit: Permit,
        waited: Duration,
    },
    Rejected(Rejected),
    /// The run has come to its end first.
    Ended(Failure),
}

/// Waits for a permit: outside a run as long as the call's deadline allows, and in a run longer, but not for hours.
async fn acquire(
    config: &CallConfig,
    run: Option<&RunContext>,
    end: End,
    time_left: Duration,
) -> Acquired {
    const PATIENCE_OF_A_RUN: Duration = Duration::from_secs(60 * 60);
    let limiter = &config.limiter;
    let Some(run) = run else {
        // The limiter itself rejects a call that can't wait so long. Here, the time is taken.
        let acquired = within(
            time_left.saturating_add(Duration::from_secs(1)),
            limiter.acquire(time_left),
        );
        let Timed { output, took } = acquired.await;
        return match output {
            Some(Ok(permit)) => Acquired::Permit {
                permit,
                waited: took,
            },
            Some(Err(rejected)) => Acquired::Rejected(rejected),
            None => Acquired::Rejected(Rejected::out_of_time()),
        };
    };
    let _waiting = run.count_waiting(limiter);
    match run.until(end, limiter.acquire(PATIENCE_OF_A_RUN)).await {
        // If the permit and the end came together, nothing is sent.
        Some(Ok(permit)) if run.has_come_to(end) => {
            permit.give_back().await;
            Acquired::Ended(run.reason())
        }
        Some(Ok(permit)) => Acquired::Permit {
            permit,
            waited: Duration::ZERO,
        },
        Some(Err(rejected)) => Acquired::Rejected(rejected),
        None => Acquired::Ended(run.reason()),
    }
}
