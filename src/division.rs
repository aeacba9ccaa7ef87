//! Divides a batch that its provider refuses in a way that a wrong id may explain, until the wrong ids are found.
//!
//! A refused batch is sent again in two halves. One wrong id of 50 is found with at most 12 further requests, and a
//! batch of n ids takes at most 2n − 1 requests, besides retries. If three single ids are refused before any part is
//! accepted, the ids may not be the reason. Then each part that is left is sent once, and a part that is refused
//! isn't divided unless another one is accepted.

use crate::engine::finished::Finished;
use crate::engine::tally::EarlierAttempts;
use crate::model::{Failure, Fate, Outcome, PostId};

/// A batch in its parts. Each part has the outcomes of the request in which it was refused.
#[derive(Debug, Default)]
pub(crate) struct Division {
    /// The parts to be sent.
    waiting: Vec<Vec<Outcome>>,
    /// Refused parts of several ids, which are divided only if another part is accepted.
    undivided: Vec<Vec<Outcome>>,
    settled: Vec<Outcome>,
    refused_alone: u32,
    is_any_accepted: bool,
}

/// If so many single ids are refused before any part is accepted, the ids may not be the reason.
const REFUSED_ALONE: u32 = 3;

impl Division {
    /// The ids of the next part to send, and the attempts that were made for them before.
    pub(crate) fn next_part(&mut self) -> Option<(Vec<PostId>, Vec<EarlierAttempts>)> {
        let part = self.waiting.pop()?.into_iter();
        let part = part.map(|outcome| (EarlierAttempts::of(&outcome), outcome.id));
        let (earlier, ids) = part.unzip();
        Some((ids, earlier))
    }

    /// Takes in what came of the request for the batch or for a part. If it was refused in a way that a wrong id may
    /// explain, the posts that it leaves open are divided.
    pub(crate) fn settle(&mut self, finished: Finished, may_be_an_id: impl Fn(&Failure) -> bool) {
        let Finished {
            outcomes, failure, ..
        } = finished;
        match failure {
            Some(refusal) if refusal.kind.is_about_credentials() => {
                self.settled.extend(outcomes);
                self.end(&refusal);
            }
            Some(refusal) if may_be_an_id(&refusal) => {
                // An earlier attempt of the call may have settled some of the posts.
                let is_open = |outcome: &Outcome| outcome.fate.failure() == Some(&refusal);
                let (refused, settled) = outcomes.into_iter().partition(is_open);
                self.settled.extend::<Vec<_>>(settled);
                self.take_refused(refused);
            }
            failure => {
                self.settled.extend(outcomes);
                if failure.is_none() {
                    self.is_any_accepted = true;
                    for part in std::mem::take(&mut self.undivided) {
                        self.divide(part);
                    }
                }
            }
        }
    }

    fn take_refused(&mut self, mut refused: Vec<Outcome>) {
        if refused.len() <= 1 {
            self.refused_alone += u32::from(!refused.is_empty());
            self.settled.append(&mut refused);
        } else if self.refused_alone >= REFUSED_ALONE && !self.is_any_accepted {
            self.undivided.push(refused);
        } else {
            self.divide(refused);
        }
    }

    fn divide(&mut self, mut part: Vec<Outcome>) {
        let second = part.split_off(part.len().div_ceil(2));
        self.waiting.extend([second, part]);
    }

    /// Sends no further part, for this reason.
    pub(crate) fn end(&mut self, reason: &Failure) {
        let waiting = std::mem::take(&mut self.waiting);
        for outcome in waiting.into_iter().flatten() {
            let reason = reason.clone();
            self.settled.push(Outcome {
                fate: if outcome.unanswered == 0 && reason.kind.is_about_credentials() {
                    Fate::Failed(reason)
                } else {
                    EarlierAttempts::of(&outcome).fate_of_unsent(reason)
                },
                ..outcome
            });
        }
    }

    pub(crate) fn into_outcomes(self) -> Vec<Outcome> {
        let undivided = self.undivided.into_iter().flatten();
        self.settled.into_iter().chain(undivided).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorKind, Provider};

    /// What comes of a request for these posts, each of which has the fate that `fate` gives it.
    fn finished(
        ids: &[PostId],
        failure: Option<Failure>,
        fate: impl Fn(&PostId) -> Fate,
    ) -> Finished {
        let outcome = |id| Outcome::new(id, Provider::from("acme"), fate(id));
        Finished {
            provider: Provider::from("acme"),
            is_about_one_post: false,
            is_repeatable: true,
            outcomes: ids.iter().map(outcome).collect(),
            raw: Vec::new(),
            failure,
            retry_after: None,
            attempts: 1,
            is_uncertain: false,
            source: None,
        }
    }

    fn ids(count: usize) -> Vec<PostId> {
        (0..count).map(|id| PostId::from(id.to_string())).collect()
    }

    fn is_refused(failure: &Failure) -> bool {
        failure.kind == ErrorKind::Refused
    }

    /// Divides a batch of `0..count` whose provider refuses every part with a wrong id. Returns the ids that were
    /// refused, and how many requests were sent.
    fn divide(count: usize, wrong: &[usize]) -> (Vec<usize>, usize) {
        let refusal = Failure::new(ErrorKind::Refused);
        let send = |part: &[PostId]| {
            let is_wrong = |id: &PostId| wrong.iter().any(|wrong| *id == wrong.to_string());
            if part.iter().any(is_wrong) {
                let fate = |_: &PostId| Fate::Failed(refusal.clone());
                finished(part, Some(refusal.clone()), fate)
            } else {
                finished(part, None, |_| Fate::Deleted)
            }
        };
        let all = ids(count);
        let (mut division, mut requests) = (Division::default(), 1);
        division.settle(send(&all), is_refused);
        while let Some((part, _)) = division.next_part() {
            division.settle(send(&part), is_refused);
            requests += 1;
        }
        let mut outcomes = division.into_outcomes();
        outcomes.sort_by_key(|outcome| outcome.id.as_str().parse::<usize>().unwrap());
        assert!(outcomes.iter().map(|outcome| &outcome.id).eq(&all));
        let refused = outcomes.iter().enumerate();
        let refused = refused.filter(|(_, outcome)| outcome.fate != Fate::Deleted);
        (refused.map(|(place, _)| place).collect(), requests)
    }

    #[test]
    fn the_wrong_ids_are_found_and_the_rest_is_deleted_in_a_bounded_number_of_requests() {
        assert_eq!(divide(50, &[]), (vec![], 1));
        let of_one = (0..50).map(|wrong| {
            let (found, requests) = divide(50, &[wrong]);
            assert_eq!(found, [wrong]);
            requests
        });
        assert_eq!(of_one.max(), Some(13));
        for first in 0..46 {
            let several = [first, first + 1, first + 2, first + 4];
            assert_eq!(divide(50, &several).0, several);
        }
        let every_second: Vec<_> = (0..50).filter(|id| id % 2 == 1).collect();
        assert_eq!(divide(50, &every_second), (every_second, 99));
    }

    #[test]
    fn a_batch_in_which_every_id_is_refused_is_soon_left_alone() {
        let all: Vec<_> = (0..50).collect();
        assert_eq!(divide(50, &all), (all, 15));
    }

    #[test]
    fn only_the_posts_that_the_refusal_leaves_open_are_divided() {
        let refusal = Failure::new(ErrorKind::Refused);
        let fate = |id: &PostId| match id.as_str() {
            "0" => Fate::Deleted,
            _ => Fate::Uncertain(refusal.clone()),
        };
        let mut division = Division::default();
        division.settle(finished(&ids(3), Some(refusal.clone()), fate), is_refused);
        let (part, _) = division.next_part().unwrap();
        assert_eq!((part, division.settled.len()), (vec!["1".into()], 1));
    }

    #[test]
    fn a_run_that_is_stopped_during_a_division_leaves_the_rest_to_be_retried() {
        let refusal = Failure::new(ErrorKind::Refused);
        let fate = |_: &PostId| Fate::Failed(refusal.clone());
        let mut division = Division::default();
        division.settle(finished(&ids(4), Some(refusal.clone()), fate), is_refused);
        division.end(&Failure::new(ErrorKind::Stopped));
        assert!(division.next_part().is_none());
        let outcomes = division.into_outcomes();
        let stopped = Fate::NotAttempted(Failure::new(ErrorKind::Stopped));
        assert_eq!(outcomes.len(), 4);
        assert!(
            outcomes
                .iter()
                .all(|outcome| outcome.fate == stopped && stopped.should_retry())
        );
    }

    #[test]
    fn no_part_is_sent_after_the_credentials_are_refused_and_nothing_is_called_deleted() {
        let refusal = Failure::new(ErrorKind::Refused);
        let mut division = Division::default();
        let mut batch = finished(&ids(4), Some(refusal.clone()), |_| {
            Fate::Uncertain(refusal.clone())
        });
        batch
            .outcomes
            .iter_mut()
            .for_each(|outcome| outcome.unanswered = 1);
        division.settle(batch, is_refused);
        let (part, _) = division.next_part().unwrap();
        let no_key = Failure::new(ErrorKind::Unauthorized);
        let fate = |id: &PostId| match id.as_str() {
            "1" => Fate::Deleted,
            _ => Fate::Failed(no_key.clone()),
        };
        division.settle(finished(&part, Some(no_key.clone()), fate), is_refused);
        assert!(division.next_part().is_none());
        let fates = division.into_outcomes().into_iter();
        let fates: Vec<_> = fates
            .map(|outcome| (outcome.id.to_string(), outcome.fate))
            .collect();
        let wanted = [
            ("0", Fate::Failed(no_key.clone())),
            ("1", Fate::Deleted),
            ("2", Fate::Uncertain(no_key.clone())),
            ("3", Fate::Uncertain(no_key)),
        ];
        assert_eq!(fates, wanted.map(|(id, fate)| (id.to_owned(), fate)));
    }
}
