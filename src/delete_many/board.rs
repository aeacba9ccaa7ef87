//! What the reader and the driver of a run share: batches for the one, outcomes for the other.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use crate::delete_posts::Batch;
use crate::model::Outcome;

/// The reader posts batches, and the driver posts the outcomes of each. Each wakes the other.
#[derive(Default)]
pub(super) struct Board(Mutex<State>);

#[derive(Default)]
struct State {
    batches: VecDeque<Batch>,
    settled: VecDeque<Vec<Outcome>>,
    reader: Option<Waker>,
    driver: Option<Waker>,
    is_reader_gone: bool,
    is_driver_broken: bool,
}

/// What the driver finds on the board.
pub(super) enum Work {
    Batches(VecDeque<Batch>),
    /// Nothing yet; the driver will be woken.
    None,
    /// The reader is gone, and no batch will come.
    End,
}

impl Board {
    /// Posts a batch for the driver.
    pub(super) fn post_batch(&self, batch: Batch) {
        let mut state = self.lock();
        state.batches.push_back(batch);
        wake(state.driver.take(), state);
    }

    /// Takes the outcomes of all batches that are settled. If there are none, the reader will be woken.
    pub(super) fn take_settled(&self, reader: &Context<'_>) -> VecDeque<Vec<Outcome>> {
        let mut state = self.lock();
        if state.settled.is_empty() {
            register(&mut state.reader, reader);
        }
        std::mem::take(&mut state.settled)
    }

    /// Takes the batches that the reader has posted. If there are none, the driver will be woken.
    pub(super) fn take_batches(&self, driver: &Context<'_>) -> Work {
        let mut state = self.lock();
        if !state.batches.is_empty() {
            return Work::Batches(std::mem::take(&mut state.batches));
        }
        if state.is_reader_gone {
            return Work::End;
        }
        register(&mut state.driver, driver);
        Work::None
    }

    /// Posts the outcomes of a batch for the reader.
    pub(super) fn post_settled(&self, outcomes: Vec<Outcome>) {
        let mut state = self.lock();
        state.settled.push_back(outcomes);
        wake(state.reader.take(), state);
    }

    /// Posts the last outcomes of a batch whose driver ends early.
    pub(super) fn post_broken_off(&self, outcomes: Vec<Outcome>) {
        self.lock().is_driver_broken = true;
        self.post_settled(outcomes);
    }

    /// Whether the driver ends early.
    pub(super) fn is_driver_broken(&self) -> bool {
        self.lock().is_driver_broken
    }

    /// Takes back the batches that haven't begun.
    pub(super) fn take_back(&self) -> VecDeque<Batch> {
        std::mem::take(&mut self.lock().batches)
    }

    /// Takes back the batches that haven't begun, because nobody reads any more.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.is_reader_gone = true;
        state.batches.clear();
        wake(state.driver.take(), state);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn register(slot: &mut Option<Waker>, context: &Context<'_>) {
    if !slot
        .as_ref()
        .is_some_and(|waker| waker.will_wake(context.waker()))
    {
        *slot = Some(context.waker().clone());
    }
}

/// Wakes without the lock, because a waker may run the other side at once.
fn wake(waker: Option<Waker>, state: MutexGuard<'_, State>) {
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}
