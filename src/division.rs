//! Divides a batch that its provider refuses in a way that a wrong id may explain, until the wrong ids are found.
//!
//! A refused batch is sent again in two halves. One wrong id of 50 is found with at most 12 further requests, and a
//! batch of n ids takes at most 2n − 1 requests, besides retries. If three single ids are refused before any part
//! gets past the refusal, the ids aren't the reason, and the rest isn't sent.

use crate::engine::tally::EarlierAttempts;
use crate::model::{Failure, Fate, Outcome, PostId};

/// A batch in its parts. Each part has the outcomes of the request in which it was refused.
#[derive(Debug, Default)]
pub(crate) struct Division {
    waiting: Vec<Vec<Outcome>>,
    settled: Vec<Outcome>,
    refused_alone: u32,
    got_past_refusal: bool,
}

/// What came of the request for the batch, or for a part of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PartResult {
    /// The credentials were refused, so no further part has a chance.
    Hopeless,
    /// The request was refused, and one of its ids may be the reason.
    Refused,
    /// The request wasn't refused because of an id. Its outcomes are final.
    Settled,
}

impl PartResult {
    pub(crate) fn from_failure(
        failure: Option<&Failure>,
        is_refused_for_an_id: impl Fn(&Failure) -> bool,
    ) -> Self {
        match failure {
            Some(failure) if failure.kind.is_about_credentials() => Self::Hopeless,
            Some(failure) if is_refused_for_an_id(failure) => Self::Refused,
            _ => Self::Settled,
        }
    }
}

/// If so many single ids are refused before any part gets past the refusal, the ids aren't the reason.
const REFUSED_ALONE: u32 = 3;

impl Division {
    /// The ids of the next part to send, and what was attempted for them before.
    pub(crate) fn next_part(&mut self) -> Option<(Vec<PostId>, EarlierAttempts)> {
        let part = self.waiting.pop()?;
        let earlier = part.first().map(|outcome| EarlierAttempts {
            made: outcome.attempts,
            unanswered: outcome.unanswered,
        });
        let ids = part.into_iter().map(|outcome| outcome.id).collect();
        Some((ids, earlier.unwrap_or_default()))
    }

    /// Takes in the outcomes of the batch, or of a part. If several ids were refused, they are divided.
    pub(crate) fn settle(&mut self, mut outcomes: Vec<Outcome>, result: PartResult) {
        self.got_past_refusal |= result == PartResult::Settled;
        self.refused_alone += u32::from(result == PartResult::Refused && outcomes.len() == 1);
        let is_divided = result == PartResult::Refused && outcomes.len() > 1;
        if is_divided {
            let second = outcomes.split_off(outcomes.len().div_ceil(2));
            self.waiting.extend([second, outcomes]);
        } else {
            self.settled.append(&mut outcomes);
        }
        if result == PartResult::Hopeless {
            let fate = self.settled.last().map(|outcome| outcome.fate.clone());
            for outcome in self.waiting.iter_mut().flatten() {
                outcome.fate = fate.clone().unwrap_or(Fate::Unreported);
            }
        }
        let is_pointless = self.refused_alone >= REFUSED_ALONE && !self.got_past_refusal;
        if is_pointless || result == PartResult::Hopeless {
            self.settled.extend(self.waiting.drain(..).rev().flatten());
        }
    }

    pub(crate) fn into_outcomes(self) -> Vec<Outcome> {
        self.settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ErrorKind, Provider};

    /// Divides a batch of `0..count` whose provider refuses every part with a wrong id. Returns the ids that were
    /// refused, and how many requests were sent.
    fn divide(count: usize, wrong: &[usize]) -> (Vec<usize>, usize) {
        let refused = Fate::Failed(Failure::new(ErrorKind::Refused));
        let send = |ids: &[PostId]| {
            let is_wrong = |id: &PostId| wrong.iter().any(|wrong| id == wrong.to_string().as_str());
            let is_refused = ids.iter().any(is_wrong);
            let fate = if is_refused { &refused } else { &Fate::Deleted };
            let outcome = |id| Outcome::new(id, Provider::from("acme"), fate.clone());
            let result = if is_refused {
                PartResult::Refused
            } else {
                PartResult::Settled
            };
            (ids.iter().map(outcome).collect(), result)
        };
        let ids: Vec<_> = (0..count).map(|id| PostId::from(id.to_string())).collect();
        let (outcomes, result) = send(&ids);
        let (mut division, mut requests) = (Division::default(), 1);
        division.settle(outcomes, result);
        while let Some((ids, _)) = division.next_part() {
            let (outcomes, result) = send(&ids);
            division.settle(outcomes, result);
            requests += 1;
        }
        let mut outcomes = division.into_outcomes();
        outcomes.sort_by_key(|outcome| outcome.id.as_str().parse::<usize>().unwrap());
        assert!(outcomes.iter().map(|outcome| &outcome.id).eq(&ids));
        let of_refused = outcomes.iter().enumerate();
        let of_refused = of_refused.filter(|(_, outcome)| outcome.fate == refused);
        (of_refused.map(|(place, _)| place).collect(), requests)
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
        let every_second: Vec<_> = (0..50).filter(|id| id % 2 == 1).collect();
        assert_eq!(divide(50, &every_second), (every_second, 99));
    }

    #[test]
    fn a_batch_in_which_every_id_is_refused_is_soon_left_alone() {
        let all: Vec<_> = (0..50).collect();
        let (found, requests) = divide(50, &all);
        assert_eq!((found, requests), (all, 10));
    }
}
