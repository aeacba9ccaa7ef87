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
use super::tally::{AttemptResult, EarlierAttempts, Ending, Tally};
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

/// Why a client or a call with such a timeout sends nothing.
pub(crate) const NO_TIME_FOR_AN_ANSWER: &str =
    "an attempt timeout of 0 leaves no time for an answer: give it some";

/// Makes the call.
pub(crate) async fn call<O: Operation>(
    operation: &O,
    exchange: &dyn Exchange,
    config: &CallConfig,
    context: CallContext<'_>,
) -> Finished {
    let mut tally = Tally::new(operation, context.earlier);
    tally.settle_known(context.known);
    if tally.is_settled() {
        return tally.end(Ending::Finished);
    }
    if config.attempt_timeout.is_zero() {
        let reason = Failure::detailed(ErrorKind::Invalid, NO_TIME_FOR_AN_ANSWER);
        return tally.end(Ending::Unsent(reason, None));
    }
    let mut call = Call {
        operation,
        exchange,
        config,
        context,
        tally,
        spent: Duration::ZERO,
        body: Bytes::new(),
        encoded: None,
    };
    let ending = call.attempts().await;
    call.tally.end(ending)
}

/// A call under way.
struct Call<'a, O> {
    operation: &'a O,
    exchange: &'a dyn Exchange,
    config: &'a CallConfig,
    context: CallContext<'a>,
    tally: Tally<'a, O>,
    /// How much of the deadline is used.
    spent: Duration,
    body: Bytes,
    /// How many posts the body names.
    encoded: Option<usize>,
}

impl<O: Operation> Call<'_, O> {
    /// Makes attempts until there is no further one.
    async fn attempts(&mut self) -> Ending {
        loop {
            let permit = match self.permit().await {
                Ok(permit) => permit,
                Err(ending) => return ending,
            };
            match self.attempt(permit).await {
                Ok(Next::Again) => {}
                Ok(Next::AgainAfter(wait)) => self.pause(wait).await,
                Err(ending) => return ending,
            }
        }
    }

    /// Waits for a permit, and checks that there is time left to use it.
    async fn permit(&mut self) -> Result<Permit, Ending> {
        // If an attempt may have been carried out, the next one finds out, even in a run that is stopped.
        let end = if self.tally.needs_an_answer() {
            End::Abandoned
        } else {
            End::Stopped
        };
        let limiter = &self.config.limiter;
        let permit = if let Some(run) = self.context.run {
            wait_in_run(limiter, run, end).await?
        } else {
            // The limiter itself rejects a call that can't wait long enough. `within` measures how long the call waits.
            let time_left = self.time_left();
            let limit = time_left.saturating_add(Duration::from_secs(1));
            let Timed { output, took } = within(limit, limiter.acquire(time_left)).await;
            self.spent += took;
            output.unwrap_or_else(|| Err(Rejected::out_of_time()))
        };
        let permit = match permit {
            Ok(permit) => permit,
            Err(Rejected { failure, wait }) => {
                // A limiter that has failed, or lacks the profile's name, will refuse the others too.
                if let (Some(run), ErrorKind::Stopped | ErrorKind::Invalid) =
                    (self.context.run, failure.kind)
                {
                    run.stop(failure.clone());
                }
                return Err(Ending::Unsent(failure, wait));
            }
        };
        if self.time_left().is_zero() {
            permit.give_back().await;
            let reason = "no time was left to send anything: give the call a longer deadline";
            return Err(Ending::Unsent(
                Failure::detailed(ErrorKind::Timeout, reason),
                None,
            ));
        }
        Ok(permit)
    }

    /// Makes one attempt, with a record of it, and decides whether there is another.
    async fn attempt(&mut self, permit: Permit) -> Result<Next, Ending> {
        let run = self.context.run;
        let recorder = self.context.recorder.clone();
        let sending = match &recorder {
            Some(recorder) => match recorder
                .about_to_send(self.tally.open(), permit.sent_at())
                .await
            {
                Ok(sending) => Some((recorder, sending)),
                Err(reason) => {
                    permit.give_back().await;
                    return Err(self.stopped(reason));
                }
            },
            None => None,
        };
        let record = sending.clone();
        let record = record.map(|(recorder, sending)| (Arc::clone(recorder), sending));
        let timeout = self.config.attempt_timeout.min(self.time_left());
        let body = self.encode();
        let mut attempt = Attempt::begin(self.exchange, body, permit, timeout, record);
        let under_way = run.map(RunContext::count_request);
        let answer = attempt.answer(run).await;
        drop(under_way);
        let Some((attempted, took)) = answer else {
            let has_left = attempt.give_up();
            if let (Some((recorder, sending)), false) = (&sending, has_left) {
                // Nothing more is sent anyway, so a journal that fails now changes nothing.
                let _ = recorder
                    .answered(sending, AttemptKind::NotSent, None, self.tally.open())
                    .await;
            }
            let reason = run.map_or_else(stopped_by_caller, RunContext::reason);
            return Err(Ending::CutOff { has_left, reason });
        };
        self.spent += took;

        let throttled_before = self.tally.throttled() > 0;
        let result = self.tally.record(attempted);
        let closed_for = attempt.settle(result.kind, result.head.as_ref()).await;
        let asked_wait = result.asked_wait(closed_for);
        self.tally.record_wait(asked_wait);
        if let Some((recorder, sending)) = &sending {
            let http_status = result.head.map(|head| head.status);
            let answered = recorder.answered(sending, result.kind, http_status, self.tally.open());
            if let Err(reason) = answered.await {
                return Err(self.stopped(reason));
            }
        }
        if self.tally.is_settled() {
            return Err(Ending::Finished);
        }
        self.next(result, throttled_before, asked_wait)
    }

    /// Decides whether there is another attempt, and when.
    fn next(
        &self,
        result: AttemptResult,
        throttled_before: bool,
        asked_wait: Option<Duration>,
    ) -> Result<Next, Ending> {
        let run = self.context.run;
        let is_throttled = result.is_throttled_by_profile();
        if is_throttled && let Some(run) = run {
            run.count_throttled();
            // The posts wait their turn again. That is no retry: nothing was carried out, and the limiter decides
            // how many answers of 429 are risked.
            if result.is_turned_away() {
                return Ok(Next::Again);
            }
        }
        let context = RetryContext {
            kind: result.kind,
            repeatable: self.operation.is_repeatable(),
            attempt: if run.is_some() {
                // In a run, no attempt that a limit refused counts.
                let attempts = self.tally.attempts();
                attempts.saturating_sub(self.tally.throttled()).max(1)
            } else {
                self.tally.attempts()
            },
            throttled_before,
            asked_wait,
            time_left: self.time_left(),
            jitter: fastrand::f64(),
        };
        match self.config.retry.decide(&context) {
            // The limiter itself stays closed for as long as the answer asks.
            Decision::Again { .. } if is_throttled => Ok(Next::Again),
            Decision::Again { after } if run.is_none_or(RunContext::try_spend_retry) => {
                Ok(Next::AgainAfter(after))
            }
            _ => Err(Ending::Finished),
        }
    }

    /// Waits before a retry.
    async fn pause(&mut self, wait: Duration) {
        self.spent += wait;
        let wait = sleep(wait);
        match self.context.run {
            Some(run) => drop(run.until(End::Abandoned, wait).await),
            None => wait.await,
        }
    }

    /// The request's JSON for the posts that are open. It is encoded again only if an answer has settled some of them.
    fn encode(&mut self) -> Bytes {
        let open = self.tally.open();
        if self.encoded != Some(open.len()) {
            self.encoded = Some(open.len());
            self.body = Bytes::from(self.operation.encode(open));
        }
        self.body.clone()
    }

    fn time_left(&self) -> Duration {
        self.config.deadline.saturating_sub(self.spent)
    }

    /// Ends the call, and the run that it belongs to, for this reason.
    fn stopped(&self, reason: Failure) -> Ending {
        if let Some(run) = self.context.run {
            run.stop(reason.clone());
        }
        Ending::Stopped(reason)
    }
}

/// What follows an attempt.
enum Next {
    Again,
    AgainAfter(Duration),
}

/// Waits for a permit until the run comes to this end. It may wait longer than the call's deadline, but not for hours.
async fn wait_in_run(
    limiter: &ProfileLimiter,
    run: &RunContext,
    end: End,
) -> Result<Result<Permit, Rejected>, Ending> {
    const PATIENCE: Duration = Duration::from_secs(60 * 60);
    let _waiting = run.count_waiting(limiter);
    match run.until(end, limiter.acquire(PATIENCE)).await {
        // If the permit and the end came together, nothing is sent.
        Some(Ok(permit)) if run.has_come_to(end) => {
            permit.give_back().await;
            Err(Ending::Stopped(run.reason()))
        }
        Some(acquired) => Ok(acquired),
        None => Err(Ending::Stopped(run.reason())),
    }
}
