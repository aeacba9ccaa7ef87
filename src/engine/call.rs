//! One call, from the first attempt to the last word on each of its posts.
//!
//! The provider's folder says how to write a request and read an answer ([`Wire`]), `pace` when it
//! may go, `transport` carries it, `retry` decides whether it goes again. This loop obeys.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep};

use crate::engine::limiter::{Heard, RateHeaders};
use crate::engine::limiters::{Gate, Held};
use crate::engine::operation::{Reading, Wire};
use crate::engine::retry::{Decision, Happened, Retry, Situation};
use crate::engine::retry_budget::RetryBudget;
use crate::engine::run::Halt;
use crate::http::secrets::Secrets;
use crate::http::transport::{Answer, BoxError, Exchange, Fault, FaultKind};
use crate::model::error::{Error, Parts};
use crate::model::{ErrorKind, PostId};
use crate::model::{Failure, Fate, Outcome, Provider};

/// The rules of a client that its calls keep to.
#[derive(Clone, Debug)]
pub(crate) struct Conduct {
    pub(crate) attempt_timeout: Duration,
    /// Over all attempts and waits of one call.
    pub(crate) deadline: Duration,
    pub(crate) retry: Retry,
    pub(crate) gate: Gate,
    pub(crate) secrets: Secrets,
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Finished {
    provider: Provider,
    repeatable: bool,
    /// One for each post asked, in order.
    pub(crate) outcomes: Vec<Outcome>,
    /// The last answer, as it came.
    pub(crate) raw: Vec<u8>,
    failure: Option<Failure>,
    retry_after: Option<Duration>,
    attempts: u32,
    uncertain: bool,
    source: Option<BoxError>,
}

/// What a run asks of its calls, beyond what the client does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run<'a> {
    /// The run's, and a sign that there is one: a run waits for its turn as long as that takes.
    pub(crate) budget: Option<&'a RetryBudget>,
    /// Where the run ends before its time, what has not been sent is not.
    pub(crate) halt: Option<&'a Halt>,
    /// How often these posts have been asked for before, with no word on them.
    pub(crate) attempts_before: u32,
}

impl Run<'_> {
    /// A run waits for its turn longer than a call would, and doesn't count that as the call's time;
    /// but a provider that closes for hours ends it.
    fn patience(&self, time_left: Duration) -> Duration {
        const OF_A_RUN: Duration = Duration::from_secs(60 * 60);
        if self.is_one() { OF_A_RUN } else { time_left }
    }

    fn is_one(&self) -> bool {
        self.budget.is_some()
    }

    /// Waits for this, unless the run is halted before.
    async fn or_halted<F: Future>(&self, wait: F) -> Result<F::Output, Failure> {
        match self.halt {
            Some(halt) => halt.or(wait).await,
            None => Ok(wait.await),
        }
    }

    pub(crate) fn can_afford_retry(&self) -> bool {
        self.budget.is_none_or(RetryBudget::spend)
    }

    /// A request beyond the batch's own was answered, and pays for retries as a batch does.
    pub(crate) fn got_through(&self) {
        if let Some(budget) = self.budget {
            budget.refund();
        }
    }
}

pub(crate) async fn call<W, E>(wire: &W, exchange: &E, conduct: &Conduct, run: Run<'_>) -> Finished
where
    W: Wire + Sync,
    E: Exchange + Sync,
{
    let mut started = Instant::now();
    let mut progress = Progress::new(wire, run.attempts_before);
    let mut body = Bytes::from(wire.write(&progress.open));
    loop {
        let queued = Instant::now();
        let patience = run.patience(conduct.deadline.saturating_sub(started.elapsed()));
        let turn = conduct.gate.pass(patience);
        // A lost answer is still asked for; what was refused for the limit isn't waited for.
        let turn = if progress.reached && !progress.throttled {
            Ok(turn.await)
        } else {
            run.or_halted(turn).await
        };
        let pass = match turn {
            Ok(Ok(pass)) => pass,
            Ok(Err(held)) => return progress.held(&held),
            Err(reason) => return progress.halted(reason),
        };
        if run.is_one() {
            started += queued.elapsed();
        }
        let time_left = || conduct.deadline.saturating_sub(started.elapsed());
        if time_left().is_zero() {
            pass.answered(Heard::Unsent, &RateHeaders::default());
            return progress.expired();
        }
        let timeout = conduct.attempt_timeout.min(time_left());
        let result = exchange.attempt(body.clone(), timeout).await;
        let mut attempt = progress.read(result);
        let gate_wait = pass.answered(attempt.heard, &attempt.rate);
        conduct.secrets.scrub(attempt.reading.texts());

        let asked_wait = attempt.asked_wait(gate_wait);
        let situation = Situation {
            happened: attempt.reading.happened,
            repeatable: wire.is_repeatable(),
            attempt: progress.attempts - run.attempts_before,
            throttled_before: progress.throttled,
            asked_wait,
            time_left: match attempt.heard {
                Heard::Throttled => run.patience(time_left()),
                _ => time_left(),
            },
            jitter: fastrand::f64(),
        };
        let throttled = attempt.heard == Heard::Throttled;
        let were_open = progress.open.len();
        progress.absorb(attempt, asked_wait);
        if progress.is_settled() {
            return progress.finish();
        }
        match conduct.retry.decide(&situation) {
            // The gate is closed for as long as the answer asks.
            Decision::Again { .. } if throttled => {}
            Decision::Again { after } if run.can_afford_retry() => sleep(after).await,
            _ => return progress.finish(),
        }
        if progress.open.len() < were_open {
            body = Bytes::from(wire.write(&progress.open));
        }
    }
}

/// What is known so far.
struct Progress<'a, W> {
    wire: &'a W,
    /// One for each post asked; `None` while it is open.
    settled: Vec<Option<Outcome>>,
    /// The posts of which nothing is known yet, in the order asked.
    open: Vec<PostId>,
    attempts: u32,
    /// Whether an attempt got as far as the provider.
    reached: bool,
    /// How many attempts may have been carried out without our knowing.
    unanswered: u32,
    /// Whether an attempt was answered with 429.
    throttled: bool,
    happened: Happened,
    failure: Option<Failure>,
    retry_after: Option<Duration>,
    raw: Vec<u8>,
    source: Option<BoxError>,
}

/// One attempt, read.
struct Attempt {
    reading: Reading,
    heard: Heard,
    rate: RateHeaders,
    raw: Vec<u8>,
    source: Option<BoxError>,
}

impl<'a, W: Wire> Progress<'a, W> {
    fn new(wire: &'a W, attempts_before: u32) -> Self {
        Self {
            wire,
            settled: vec![None; wire.asked().len()],
            open: wire.asked().to_vec(),
            attempts: attempts_before,
            reached: attempts_before > 0,
            unanswered: attempts_before,
            throttled: false,
            happened: Happened::NotSent,
            failure: None,
            retry_after: None,
            raw: Vec::new(),
            source: None,
        }
    }

    fn read(&mut self, result: Result<Answer, Fault>) -> Attempt {
        self.attempts = self.attempts.saturating_add(1);
        match result {
            Ok(answer) => {
                let reading = self.wire.read(&self.open, answer.status, &answer.body);
                let heard = match (answer.status, reading.happened) {
                    (429, _) if reading.throttled_by_network => Heard::NetworkThrottled,
                    (_, Happened::Throttled) if !reading.throttled_by_network => Heard::Throttled,
                    (429, _) => Heard::Throttled,
                    _ => Heard::Answer,
                };
                Attempt {
                    reading,
                    heard,
                    rate: answer.rate,
                    raw: answer.body,
                    source: None,
                }
            }
            Err(fault) => {
                let (heard, rate) = match (fault.kind, fault.head) {
                    (FaultKind::NotSent, _) => (Heard::Unsent, RateHeaders::default()),
                    (_, Some((429, rate))) => (Heard::Throttled, rate),
                    (_, Some((_, rate))) => (Heard::Answer, rate),
                    (_, None) => (Heard::Nothing, RateHeaders::default()),
                };
                Attempt {
                    reading: Reading::of_fault(&fault, self.open.len()),
                    heard,
                    rate,
                    raw: Vec::new(),
                    source: fault.source,
                }
            }
        }
    }

    fn absorb(&mut self, attempt: Attempt, retry_after: Option<Duration>) {
        let happened = attempt.reading.happened;
        let mut readings = attempt.reading.posts.into_iter();
        let in_doubt = self.unanswered > 0;
        let asked = std::mem::take(&mut self.open);
        let unsettled = self.settled.iter_mut().filter(|slot| slot.is_none());
        for (slot, id) in unsettled.zip(asked) {
            match readings.next().flatten() {
                Some(reading) => {
                    *slot = Some(Outcome {
                        id,
                        provider: W::PROVIDER,
                        fate: match reading.fate {
                            // After an answer was lost, "already deleted" is our own doing,
                            Fate::AlreadyDeleted if in_doubt => self.wire.done(),
                            // and a network that refuses speaks for itself alone: others may have let
                            // go of the post, and are no longer named.
                            Fate::Failed(failure) if in_doubt && !reading.networks.is_empty() => {
                                Fate::Uncertain(failure)
                            }
                            fate => fate,
                        },
                        networks: reading.networks,
                        attempts: self.attempts,
                        unanswered: self.unanswered,
                    });
                }
                None => self.open.push(id),
            }
        }
        self.reached |= happened != Happened::NotSent;
        self.unanswered = self
            .unanswered
            .saturating_add(u32::from(happened.may_have_acted()));
        self.throttled |= happened == Happened::Throttled;
        self.happened = happened;
        self.failure = attempt.reading.failure;
        self.retry_after = retry_after;
        self.raw = attempt.raw;
        self.source = attempt.source;
    }

    /// Whether there is nothing left to learn.
    fn is_settled(&self) -> bool {
        self.open.is_empty() && !self.settled.is_empty()
    }

    /// The gate stays closed longer than this call can wait.
    fn held(mut self, held: &Held) -> Finished {
        if self.failure.is_none() {
            self.failure = Some(Failure::detailed(ErrorKind::RateLimited, held.reason));
            self.happened = Happened::NotSent;
        }
        self.retry_after = Some(held.wait);
        self.finish()
    }

    /// There is no time for another attempt, or for a first one.
    fn expired(mut self) -> Finished {
        self.failure.get_or_insert_with(|| {
            Failure::detailed(ErrorKind::Timeout, "no time was left to send anything")
        });
        self.finish()
    }

    /// The run was halted while this waited for its turn.
    fn halted(mut self, reason: Failure) -> Finished {
        if !self.reached {
            self.failure = Some(reason);
        }
        self.finish()
    }

    fn finish(self) -> Finished {
        let fate_of_open = self.fate_of_open();
        let mut open = self.open.into_iter();
        let outcomes: Vec<Outcome> = self
            .settled
            .into_iter()
            .filter_map(|settled| {
                settled.or_else(|| {
                    open.next().map(|id| Outcome {
                        id,
                        provider: W::PROVIDER,
                        fate: fate_of_open.clone(),
                        networks: Vec::new(),
                        attempts: self.attempts,
                        unanswered: self.unanswered,
                    })
                })
            })
            .collect();
        let uncertain = if outcomes.is_empty() {
            self.unanswered > 0 && self.happened != Happened::Answered
        } else {
            outcomes
                .iter()
                .any(|it| matches!(it.fate, Fate::Uncertain(_) | Fate::Unreported))
        };
        Finished {
            provider: W::PROVIDER,
            repeatable: self.wire.is_repeatable(),
            outcomes,
            raw: self.raw,
            failure: self.failure,
            retry_after: self.retry_after,
            attempts: self.attempts,
            uncertain,
            source: self.source,
        }
    }

    /// What to say of the posts that no answer spoke of.
    fn fate_of_open(&self) -> Fate {
        let failure = self
            .failure
            .clone()
            .unwrap_or_else(|| Failure::new(ErrorKind::UnexpectedResponse));
        match self.happened {
            Happened::Answered => Fate::Unreported,
            _ if self.unanswered > 0 => Fate::Uncertain(failure),
            _ if self.reached => Fate::Failed(failure),
            _ => Fate::NotAttempted(failure),
        }
    }
}

impl Attempt {
    /// How long to wait before the next request of this kind: in the provider's words, or, where the
    /// provider throttles and doesn't say, as long as the gate stays closed.
    fn asked_wait(&self, gate_wait: Duration) -> Option<Duration> {
        let asked = self.reading.wait.or(self.rate.retry_after);
        match self.heard {
            Heard::Throttled => Some(asked.unwrap_or_default().max(gate_wait)),
            _ => asked,
        }
    }
}

impl Finished {
    /// For a request about one post: `Ok` if that was done, the error otherwise.
    pub(crate) fn of_one_post(self) -> Result<Self, Error> {
        let Some(outcome) = self.outcomes.first() else {
            return self.of_batch();
        };
        let (kind, stated) = match &outcome.fate {
            Fate::Deleted | Fate::MarkedDeleted => return Ok(self),
            Fate::AlreadyDeleted => (ErrorKind::AlreadyDeleted, None),
            Fate::NotFound => (ErrorKind::NotFound, None),
            Fate::Partial => (ErrorKind::Partial, None),
            Fate::Blocked { .. } => (ErrorKind::Blocked, None),
            Fate::Failed(failure) | Fate::Uncertain(failure) | Fate::NotAttempted(failure) => {
                (failure.kind, Some(failure))
            }
            Fate::Unreported => (ErrorKind::UnexpectedResponse, None),
        };
        let stated = stated.or(self.failure.as_ref()).cloned();
        let failure = Failure {
            kind,
            ..stated.unwrap_or_else(|| Failure::new(kind))
        };
        let post_id = Some(outcome.id.clone());
        Err(self.into_error(failure, post_id))
    }

    /// For any other request: `Ok` if the provider answered it.
    pub(crate) fn of_batch(self) -> Result<Self, Error> {
        match self.failure.clone() {
            Some(failure) => Err(self.into_error(failure, None)),
            None => Ok(self),
        }
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.failure.is_none()
    }

    /// The outcomes, and the last answer, which JSON guarantees to be text.
    pub(crate) fn into_parts(self) -> (Vec<Outcome>, String) {
        let raw = String::from_utf8(self.raw)
            .unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
        (self.outcomes, raw)
    }

    fn into_error(self, failure: Failure, post_id: Option<PostId>) -> Error {
        Error::from(Parts {
            failure,
            provider: Some(self.provider),
            post_id,
            outcomes: self.outcomes,
            retry_after: self.retry_after,
            attempts: self.attempts,
            uncertain: self.uncertain,
            repeatable: self.repeatable,
            source: self.source,
        })
    }
}
