//! One attempt: how long it may take, and what happens to it if nobody waits for it any longer.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use futures_util::future::{Either, select};
use tokio::runtime::Handle;

use super::active_time::within;
use super::exchange::{Attempted, Delivery, Exchange, Head, TransportErrorKind};
use super::limiter::Permit;
use super::operation::{AttemptKind, Reading};
use super::recorder::Recorder;
use super::run::{End, RunContext};
use crate::journal::Sending;

/// An attempt that has begun.
///
/// If it is dropped after its body may have left, a task of its own waits for the answer, because the limiter must
/// hear of it. If it is dropped before, it gives its place in the window back.
pub(crate) struct Attempt {
    delivery: Arc<Delivery>,
    timeout: Duration,
    /// `None` once there is an answer, or an error instead of one.
    answer: Option<BoxFuture<'static, Attempted>>,
    /// `None` once the attempt is settled.
    permit: Option<Permit>,
    /// Where the request is on record.
    record: Option<(Arc<Recorder>, Sending)>,
}

impl Attempt {
    /// Begins an attempt that may take as long as `timeout`. Nothing is sent before it is waited for.
    pub(crate) fn begin(
        exchange: &dyn Exchange,
        body: Bytes,
        permit: Permit,
        timeout: Duration,
        record: Option<(Arc<Recorder>, Sending)>,
    ) -> Self {
        let delivery = Arc::new(Delivery::default());
        Self {
            answer: Some(exchange.attempt(body, Arc::clone(&delivery))),
            delivery,
            timeout,
            permit: Some(permit),
            record,
        }
    }

    /// Waits for the answer. Returns it, or the error instead of it, and how much of its time the attempt has used.
    /// Returns `None` if its run gives it up before that.
    pub(crate) async fn answer(
        &mut self,
        run: Option<&RunContext>,
    ) -> Option<(Attempted, Duration)> {
        let answer = poll_fn(|context| match &mut self.answer {
            Some(answer) => answer.as_mut().poll(context),
            None => Poll::Pending,
        });
        let timed = within(self.timeout, answer);
        let timed = match run {
            Some(run) => match select(pin!(timed), pin!(given_up(run, &self.delivery))).await {
                Either::Left((timed, _)) => timed,
                Either::Right(_) => return None,
            },
            None => timed.await,
        };
        self.answer = None;
        let attempted = timed.output.unwrap_or_else(|| {
            let source = io::Error::from(io::ErrorKind::TimedOut);
            let kind = TransportErrorKind::Timeout;
            Err(self.delivery.broken_off(kind, Some(Box::new(source))))
        });
        Some((attempted, timed.took))
    }

    /// Gives the attempt up, and returns whether the request's body may have left. If it hasn't, it never will, and the
    /// caller records that.
    pub(crate) fn give_up(&mut self) -> bool {
        let has_left = !self.delivery.withdraw();
        self.record = self.record.take().filter(|_| has_left);
        has_left
    }

    /// Tells the limiter what the attempt came to, and returns for how long the limiter is closed now.
    pub(crate) async fn settle(mut self, kind: AttemptKind, head: Option<&Head>) -> Duration {
        match self.permit.take() {
            Some(permit) => permit.settle(kind, head).await,
            None => Duration::ZERO,
        }
    }
}

/// Waits until the run doesn't wait for this attempt any longer. If nobody reads the run's outcomes any more, that is at
/// once, unless the request's body may have left.
async fn given_up(run: &RunContext, delivery: &Delivery) {
    run.comes_to(End::Abandoned).await;
    if delivery.has_left() {
        run.comes_to(End::CutOff).await;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let Some(mut permit) = self.permit.take() else {
            return;
        };
        let has_left = !self.delivery.withdraw();
        permit.uses(has_left);
        // Without a runtime, nothing can wait. The permit then counts the request as sent and lost.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let (timeout, record) = (self.timeout, self.record.take());
        if !has_left {
            if let Some((recorder, sending)) = record {
                runtime.spawn(async move {
                    let unsent = AttemptKind::NotSent;
                    let answered = recorder.answered(&sending, unsent, None, &sending.ids);
                    // If the journal fails, the request stays on record as one that may have left.
                    let _ = answered.await;
                });
            }
        } else if let Some(answer) = self.answer.take() {
            runtime.spawn(async move {
                let (kind, head): (_, Option<Head>) = match within(timeout, answer).await.output {
                    Some(Ok(answer)) => {
                        let is_throttled = answer.head.status == 429;
                        let throttled = is_throttled.then_some(AttemptKind::THROTTLED);
                        (
                            throttled.unwrap_or(AttemptKind::Answered),
                            Some(answer.head),
                        )
                    }
                    Some(Err(error)) => (Reading::of_transport_error(&error).kind, error.head),
                    None => (AttemptKind::Lost, None),
                };
                permit.settle(kind, head.as_ref()).await;
                if let Some((recorder, sending)) = record {
                    // Nobody is left who could be told that the journal has failed.
                    let http_status = head.map(|head| head.status);
                    let answered = recorder.answered(&sending, kind, http_status, &sending.ids);
                    let _ = answered.await;
                }
            });
        }
    }
}
