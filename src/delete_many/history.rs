//! What earlier runs came to: their journal, and the outcomes that the caller kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::future::BoxFuture;

use crate::delete_posts::DeletePosts;
use crate::engine::recorder::Recorder;
use crate::journal::{Entry, OperationKind, Record, Scope};
use crate::model::{Failure, Fate, Outcome};

/// Reads what is on record.
pub(super) struct History(Mutex<BoxFuture<'static, Result<Record, Failure>>>);

impl History {
    /// The history of a run that writes to this journal, with the outcomes that the caller kept. `None` if there is
    /// neither.
    pub(super) fn new<P: DeletePosts>(
        provider: &Arc<P>,
        scope: Scope,
        recorder: Option<Recorder>,
        kept: Vec<Outcome>,
    ) -> Option<Self> {
        if recorder.is_none() && kept.is_empty() {
            return None;
        }
        let provider = Arc::clone(provider);
        Some(Self(Mutex::new(Box::pin(async move {
            let record = match recorder {
                Some(recorder) => recorder.load().await?,
                None => Record::new(scope),
            };
            provider.resume(&record);
            Ok(of_kept(record, kept))
        }))))
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Record, Failure>> {
        let history = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        history.as_mut().poll(context)
    }
}

/// Adds outcomes of earlier runs to the record. Those of another provider are about other posts. An outcome doesn't say
/// which operation it is of, but some fates do: a mark settles no deletion, and a deletion settles no mark.
pub(super) fn of_kept(mut record: Record, kept: Vec<Outcome>) -> Record {
    let scope = record.scope().clone();
    let is_marking = scope.operation == OperationKind::MarkManualDeleted;
    let is_of_a_deletion = |fate: &Fate| {
        matches!(
            fate,
            Fate::Deleted | Fate::Partial | Fate::Blocked { .. } | Fate::Unreported
        )
    };
    for outcome in kept {
        if outcome.provider == scope.provider && !(is_marking && is_of_a_deletion(&outcome.fate)) {
            record.add(Entry::Settled(scope.clone(), outcome));
        }
    }
    record
}
