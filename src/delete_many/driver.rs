//! Carries out a run: makes the requests, receives the answers, and settles one outcome for each post.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::board::{Board, Work};
use crate::delete_posts::{Batch, DeletePosts, Health};
use crate::engine::ids::canonical;
use crate::engine::operation::AttemptKind;
use crate::engine::recorder::Recorder;
use crate::engine::run::{End, RunContext};
use crate::engine::tally::EarlierAttempts;
use crate::journal::Sending;
use crate::model::{ErrorKind, Failure, Fate, Outcome, PostId};

/// The driver of a run. It starts with the first batch, as a task of the runtime on which the stream is read.
pub(super) struct Driver {
    board: Arc<Board>,
    state: State,
}

enum State {
    /// It hasn't started, or there is no runtime. Then the reader drives it.
    Waiting(Mutex<BoxFuture<'static, ()>>),
    Running(JoinHandle<()>),
    /// It has ended, perhaps in a panic that the reader hasn't seen yet.
    Ended(Option<Panic>),
}

/// A panic's payload is `Send` alone, and the driver is `Sync`.
type Panic = Mutex<Box<dyn Any + Send>>;

impl Driver {
    pub(super) fn new<P: DeletePosts>(
        provider: Arc<P>,
        run: Arc<RunContext>,
        concurrency: usize,
        done: Fate,
    ) -> Self {
        let board = Arc::new(Board::default());
        let side = Side {
            provider,
            run,
            board: Arc::clone(&board),
            health: Health::new(concurrency),
            done,
        };
        Self {
            board,
            state: State::Waiting(Mutex::new(Box::pin(drive(side)))),
        }
    }

    /// Makes the requests for a batch.
    pub(super) fn begin(&mut self, batch: Batch) {
        self.board.post_batch(batch);
        if matches!(self.state, State::Waiting(_))
            && let Ok(runtime) = Handle::try_current()
            && let State::Waiting(future) = std::mem::replace(&mut self.state, State::Ended(None))
        {
            let future = future.into_inner().unwrap_or_else(PoisonError::into_inner);
            self.state = State::Running(runtime.spawn(future));
        }
    }

    /// Takes back the batches that it hasn't begun.
    pub(super) fn take_back(&self) -> impl Iterator<Item = Batch> {
        self.board.take_back().into_iter()
    }

    /// Whether the driver ends early, so that the reader must see why.
    pub(super) fn is_broken(&self) -> bool {
        self.board.is_driver_broken() && !matches!(self.state, State::Ended(None))
    }

    /// Waits for outcomes of the batches that have begun. A panic in the provider is passed on. The result is `None` if
    /// the driver has ended, so that no more outcomes will come.
    pub(super) fn poll_settled(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<VecDeque<Vec<Outcome>>>> {
        let settled = self.board.take_settled(context);
        if !settled.is_empty() {
            return Poll::Ready(Some(settled));
        }
        let is_over = match &mut self.state {
            State::Waiting(future) => {
                let future = future.get_mut().unwrap_or_else(PoisonError::into_inner);
                future.as_mut().poll(context).is_ready()
            }
            State::Running(task) => match Pin::new(task).poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => true,
                Poll::Ready(Err(error)) => {
                    self.state = State::Ended(error.try_into_panic().ok().map(Mutex::new));
                    true
                }
            },
            State::Ended(_) => true,
        };
        // What the driver has settled before its end comes first.
        let settled = self.board.take_settled(context);
        if !settled.is_empty() {
            return Poll::Ready(Some(settled));
        }
        if let State::Ended(panic) = &mut self.state
            && let Some(panic) = panic.take()
        {
            resume_unwind(panic.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
        if is_over {
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

/// Begins nothing further. What has begun goes on.
impl Drop for Driver {
    fn drop(&mut self) {
        self.board.leave();
    }
}

/// Works until the reader is gone and nothing is under way any more.
async fn drive<P: DeletePosts>(side: Side<P>) {
    let side = Arc::new(side);
    let mut under_way = FuturesUnordered::new();
    let mut is_reader_gone = false;
    poll_fn(|context| {
        loop {
            match side.board.take_batches(context) {
                Work::Batches(batches) => {
                    let batches = batches.into_iter();
                    under_way
                        .extend(batches.map(|batch| Begun::new(&side, &batch).carry_out(batch)));
                }
                Work::None => break,
                Work::End => {
                    is_reader_gone = true;
                    break;
                }
            }
        }
        let is_idle = loop {
            match Pin::new(&mut under_way).poll_next(context) {
                // It is posted at once, because the next batch may panic.
                Poll::Ready(Some(outcomes)) => side.board.post_settled(outcomes),
                Poll::Ready(None) => break true,
                Poll::Pending => break false,
            }
        };
        if is_idle && is_reader_gone {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// What the batches of a run share on the driver's side.
struct Side<P> {
    provider: Arc<P>,
    run: Arc<RunContext>,
    board: Arc<Board>,
    health: Health,
    /// The fate that the run's requests are to give.
    done: Fate,
}

impl<P: DeletePosts> Side<P> {
    /// Counts a request of a provider that doesn't count its own. The result is `None` if the run is cut off first.
    async fn count<F: Future>(&self, request: F) -> Option<F::Output> {
        let _under_way = self.run.count_request();
        // Without a runtime there is no timer, and nothing that could cut the run off.
        if Handle::try_current().is_err() {
            return Some(request.await);
        }
        self.run.until(End::CutOff, request).await
    }
}

/// However the driver ends, also in a panic, nothing more is sent.
impl<P> Drop for Side<P> {
    fn drop(&mut self) {
        // A handle may keep the run, and must not keep the journal open.
        self.run.close_journal();
        self.run.note_end();
    }
}

/// A batch that the driver has taken. Each of its posts gets its outcome even if it is dropped, because the provider's
/// code panicked or the runtime was shut down.
struct Begun<P: DeletePosts> {
    side: Arc<Side<P>>,
    ids: Vec<PostId>,
    earlier: Vec<EarlierAttempts>,
    is_asked: bool,
    /// The outcomes, while they are written to the journal.
    settled: Vec<Outcome>,
}

impl<P: DeletePosts> Begun<P> {
    fn new(side: &Arc<Side<P>>, batch: &Batch) -> Self {
        Self {
            side: Arc::clone(side),
            ids: batch.ids.clone(),
            earlier: batch.earlier.clone(),
            is_asked: false,
            settled: Vec::new(),
        }
    }

    async fn carry_out(mut self, batch: Batch) -> Vec<Outcome> {
        let side = Arc::clone(&self.side);
        // The run may have been stopped since the batch was posted.
        if let Some(reason) = side.run.stopped_by() {
            return self.settle(Vec::new(), |earlier| earlier.fate_of_unsent(reason.clone()));
        }
        let recorder = side.run.recorder();
        // The future is large. In a box, it is moved only once.
        let asked = Box::pin(side.provider.delete_posts(batch));
        let outcomes = if side.provider.records_attempts() {
            self.is_asked = true;
            Some(asked.await)
        } else {
            let sending = match &recorder {
                Some(recorder) => match recorder.sends_now(&self.ids).await {
                    Ok(sending) => Some((recorder, sending)),
                    Err(reason) => {
                        side.run.stop(reason.clone());
                        return self
                            .settle(Vec::new(), |earlier| earlier.fate_of_unsent(reason.clone()));
                    }
                },
                None => None,
            };
            // The run may have been stopped while the journal was written.
            if let Some(reason) = side.run.stopped_by() {
                if let Some((recorder, sending)) = &sending {
                    let unsent = recorder.answered(sending, AttemptKind::NotSent, None, &self.ids);
                    let _ = unsent.await;
                }
                return self.settle(Vec::new(), |earlier| earlier.fate_of_unsent(reason.clone()));
            }
            self.is_asked = true;
            let outcomes = side.count(asked).await;
            if let (Some((recorder, sending)), Some(outcomes)) = (&sending, &outcomes)
                && let Err(reason) = record_unsent(recorder, sending, outcomes).await
            {
                side.run.stop(reason);
            }
            outcomes
        };
        let Some(outcomes) = outcomes else {
            self.count_lost_attempt();
            let reason = side.run.reason();
            return self.settle(Vec::new(), |earlier| earlier.fate_of_unsent(reason.clone()));
        };
        side.health.update(&side.run, &outcomes);
        self.settled = self.settle(outcomes, |_| Fate::Unreported);
        if let Some(recorder) = recorder
            && let Err(reason) = recorder.settled(&self.settled).await
        {
            side.run.stop(reason);
        }
        std::mem::take(&mut self.settled)
    }

    /// Counts an attempt whose answer nobody waits for.
    fn count_lost_attempt(&mut self) {
        self.earlier
            .resize_with(self.ids.len(), EarlierAttempts::default);
        for earlier in &mut self.earlier {
            earlier.made = earlier.made.saturating_add(1);
            earlier.unanswered = earlier.unanswered.saturating_add(1);
        }
    }

    /// Gives every post exactly one outcome, whatever the provider's side reported.
    fn settle(
        &mut self,
        reported: Vec<Outcome>,
        otherwise: impl Fn(EarlierAttempts) -> Fate,
    ) -> Vec<Outcome> {
        let provider = self.side.provider.provider();
        let is_complete = self.side.provider.records_attempts();
        let mut earlier = std::mem::take(&mut self.earlier).into_iter();
        let ids = std::mem::take(&mut self.ids);
        let reported = by_id(&ids, reported);
        let outcomes = ids.into_iter().zip(reported).map(|(id, reported)| {
            let earlier = earlier.next().unwrap_or_default();
            match reported {
                Some(outcome) if is_complete => outcome,
                Some(outcome) => earlier.add_to(outcome, &self.side.done),
                None => Outcome {
                    attempts: earlier.made,
                    unanswered: earlier.unanswered,
                    ..Outcome::new(id, provider.clone(), otherwise(earlier))
                },
            }
        });
        let outcomes: Vec<_> = outcomes.collect();
        self.side.run.count_known(&outcomes, outcomes.len());
        outcomes
    }
}

/// The outcome that was reported for each of the ids, in their order. If there are several for an id, the first counts.
fn by_id(ids: &[PostId], reported: Vec<Outcome>) -> Vec<Option<Outcome>> {
    // The providers of this crate report them in order. Then no table is needed.
    let are_in_order = reported.iter().map(|outcome| &outcome.id).eq(ids);
    if are_in_order {
        return reported.into_iter().map(Some).collect();
    }
    let mut table = HashMap::with_capacity(ids.len());
    for outcome in reported {
        let id = canonical(outcome.id.as_str()).into_owned();
        table.entry(id).or_insert(outcome);
    }
    let reported = ids.iter().map(|id| {
        let outcome = table.remove(canonical(id.as_str()).as_ref())?;
        Some(Outcome {
            id: id.clone(),
            ..outcome
        })
    });
    reported.collect()
}

/// Records for which posts of a batch a provider has sent nothing.
async fn record_unsent(
    recorder: &Recorder,
    sending: &Sending,
    outcomes: &[Outcome],
) -> Result<(), Failure> {
    let is_unsent = |outcome: &&Outcome| matches!(outcome.fate, Fate::NotAttempted(_));
    let unsent = outcomes.iter().filter(is_unsent);
    let unsent: Vec<_> = unsent.map(|outcome| outcome.id.clone()).collect();
    let kind = match unsent.len() {
        0 => return Ok(()),
        all if all == sending.ids.len() => AttemptKind::NotSent,
        // A request was sent for the others.
        _ => AttemptKind::REFUSED,
    };
    recorder.answered(sending, kind, None, &unsent).await
}

impl<P: DeletePosts> Drop for Begun<P> {
    fn drop(&mut self) {
        if self.ids.is_empty() {
            if !self.settled.is_empty() {
                self.side
                    .board
                    .post_broken_off(std::mem::take(&mut self.settled));
            }
            return;
        }
        let reason = "the run's driver ended before it had an answer: its runtime was shut down, or the provider's \
                      code panicked";
        let reason = Failure::detailed(ErrorKind::Stopped, reason);
        self.side.run.stop(reason.clone());
        if self.is_asked {
            self.count_lost_attempt();
        }
        let outcomes = self.settle(Vec::new(), |earlier| earlier.fate_of_unsent(reason.clone()));
        self.side.board.post_broken_off(outcomes);
    }
}
