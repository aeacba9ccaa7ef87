//! The end of a run before its time, known to all of its batches at once.

use std::pin::pin;
use std::sync::OnceLock;

use futures_util::future::{Either, select};
use tokio::sync::Notify;

use crate::model::Failure;

/// Why a run sends nothing more, once it doesn't.
#[derive(Debug, Default)]
pub(crate) struct Halt {
    reason: OnceLock<Failure>,
    called: Notify,
}

impl Halt {
    /// The first reason stays.
    pub(crate) fn call(&self, reason: Failure) {
        let _ = self.reason.set(reason);
        self.called.notify_waiters();
    }

    pub(crate) fn reason(&self) -> Option<&Failure> {
        self.reason.get()
    }

    /// Waits for this, unless the run is halted before.
    pub(crate) async fn or<F: Future>(&self, wait: F) -> Result<F::Output, Failure> {
        // Before the look, so that no call between the two goes unheard.
        let called = self.called.notified();
        if let Some(reason) = self.reason() {
            return Err(reason.clone());
        }
        // Where both have come, the halt was first or might have been: nothing goes.
        match select(pin!(called), pin!(wait)).await {
            Either::Left(_) => Err(self.reason().cloned().unwrap_or_else(stopped)),
            Either::Right((output, _)) => Ok(output),
        }
    }
}

/// Why a run ends that its caller stopped.
pub(crate) fn stopped() -> Failure {
    Failure::detailed(crate::ErrorKind::Stopped, "the run was stopped")
}
