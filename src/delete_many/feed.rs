//! Takes the ids of a run from the caller's iterator, a batch at a time.

use std::collections::VecDeque;

use super::distinct::{Distinct, Ids};
use crate::model::{ErrorKind, Failure, Fate, Outcome, PostId, Provider};

/// The ids that haven't been sent yet. An id that can't be sent has its outcome at once.
pub(super) struct Feed<'a> {
    ids: Distinct<'a>,
    provider: Provider,
    batch_size: usize,
    /// The outcomes of ids that aren't sent.
    pub(super) unsent: VecDeque<Outcome>,
    has_ended: bool,
}

impl<'a> Feed<'a> {
    pub(super) fn new(ids: Ids<'a>, provider: Provider, batch_size: usize) -> Self {
        Self {
            ids: Distinct::new(ids),
            provider,
            batch_size,
            unsent: VecDeque::new(),
            has_ended: false,
        }
    }

    pub(super) fn batch_size(&self) -> usize {
        self.batch_size
    }

    pub(super) fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The next ids that can be sent. It is empty if the ids have ended, or if none of the next ids can be sent.
    pub(super) fn next_batch(&mut self) -> Vec<PostId> {
        let mut batch = Vec::new();
        while batch.len() < self.batch_size && self.unsent.len() < self.batch_size {
            let Some(id) = self.next_id() else { break };
            match id.flaw() {
                None => batch.push(id),
                Some(flaw) => {
                    let fate = Fate::NotAttempted(Failure::detailed(ErrorKind::Invalid, flaw));
                    self.unsent.push_back(self.outcome(id, fate));
                }
            }
        }
        batch
    }

    /// The outcome of the next id, which isn't sent for this reason.
    pub(super) fn next_unsent(&mut self, reason: &Failure) -> Option<Outcome> {
        let id = self.next_id()?;
        Some(self.outcome(id, Fate::NotAttempted(reason.clone())))
    }

    /// Whether every id has been taken.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    fn next_id(&mut self) -> Option<PostId> {
        let id = self.ids.next();
        self.has_ended = id.is_none();
        id
    }

    fn outcome(&self, id: PostId, fate: Fate) -> Outcome {
        Outcome::new(id, self.provider.clone(), fate)
    }
}
