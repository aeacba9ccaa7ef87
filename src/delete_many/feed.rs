//! Takes the ids of a run from the caller's iterator, a batch at a time.

use std::collections::VecDeque;

use super::distinct::{Distinct, Ids};
use crate::engine::tally::EarlierAttempts;
use crate::journal::Record;
use crate::model::{ErrorKind, Failure, Fate, Outcome, PostId, Provider};

/// The ids that haven't been sent yet. An id that can't be sent, or is settled on record, has its outcome at once.
pub(super) struct Feed<'a> {
    ids: Distinct<'a>,
    provider: Provider,
    batch_size: usize,
    /// What earlier runs came to.
    pub(super) record: Option<Record>,
    /// The outcomes of ids that aren't sent.
    pub(super) unsent: VecDeque<Outcome>,
    has_ended: bool,
}

/// What is known of an id.
enum Found {
    /// It is to be sent. These are the attempts on record for it.
    Open(PostId, EarlierAttempts),
    /// It isn't to be sent.
    Settled(Outcome),
}

impl<'a> Feed<'a> {
    pub(super) fn new(ids: Ids<'a>, provider: Provider, batch_size: usize) -> Self {
        Self {
            ids: Distinct::new(ids),
            provider,
            batch_size,
            record: None,
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

    /// The next ids to send, and the attempts that earlier runs made for each. There are none if the ids have ended, or
    /// if none of the next ids is to be sent.
    pub(super) fn next_batch(&mut self) -> (Vec<PostId>, Vec<EarlierAttempts>) {
        let (mut batch, mut earlier) = (Vec::new(), Vec::new());
        while batch.len() < self.batch_size && self.unsent.len() < self.batch_size {
            let Some(id) = self.next_id() else { break };
            match self.look_up(id) {
                Found::Open(id, attempts) => {
                    batch.push(id);
                    if self.record.is_some() {
                        earlier.push(attempts);
                    }
                }
                Found::Settled(outcome) => self.unsent.push_back(outcome),
            }
        }
        (batch, earlier)
    }

    /// The outcome of the next id, which isn't sent for this reason.
    pub(super) fn next_unsent(&mut self, reason: &Failure) -> Option<Outcome> {
        let id = self.next_id()?;
        Some(match self.look_up(id) {
            Found::Open(id, earlier) => self.unsent(id, earlier, reason),
            Found::Settled(outcome) => outcome,
        })
    }

    /// Takes back ids that weren't sent after all, for this reason.
    pub(super) fn return_unsent(
        &mut self,
        ids: Vec<PostId>,
        earlier: &[EarlierAttempts],
        reason: &Failure,
    ) {
        let mut earlier = earlier.iter().copied();
        for id in ids {
            let unsent = self.unsent(id, earlier.next().unwrap_or_default(), reason);
            self.unsent.push_back(unsent);
        }
    }

    fn unsent(&self, id: PostId, earlier: EarlierAttempts, reason: &Failure) -> Outcome {
        Outcome {
            attempts: earlier.made,
            unanswered: earlier.unanswered,
            ..self.outcome(id, earlier.fate_of_unsent(reason.clone()))
        }
    }

    fn look_up(&self, id: PostId) -> Found {
        if let Some(flaw) = id.flaw() {
            let fate = Fate::NotAttempted(Failure::detailed(ErrorKind::Invalid, flaw));
            return Found::Settled(self.outcome(id, fate));
        }
        let Some(record) = &self.record else {
            return Found::Open(id, EarlierAttempts::default());
        };
        if let Some(settled) = record.settled(&id) {
            return Found::Settled(settled);
        }
        let earlier = record.earlier(&id).into();
        Found::Open(id, earlier)
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
