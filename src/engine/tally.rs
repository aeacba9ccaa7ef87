//! What is known of each post of a call, attempt by attempt: one outcome a post.

use std::time::Duration;

use super::exchange::{Answer, Attempted, BoxError, Head};
use super::finished::Finished;
use super::operation::{AttemptKind, Operation, PostReading, Reading, ThrottledBy};
use crate::journal::Evidence;
use crate::model::{ErrorKind, Failure, Fate, Outcome, PostId};

/// The posts of one call, with what is known of each.
pub(crate) struct Tally<'a, O> {
    operation: &'a O,
    /// One for each post of the request; `None` while the post is open.
    settled: Vec<Option<Settled>>,
    /// The posts without an outcome, in the order given.
    open: Vec<PostId>,
    /// The attempts that earlier calls made for each open post, in the same order. A post without an entry had none.
    earlier: Vec<EarlierAttempts>,
    /// How many attempts this call made.
    attempts: u32,
    /// How many of them a limit refused.
    throttled: u32,
    /// How many of them may have been carried out although no answer says so.
    unanswered: u32,
    /// Whether an attempt got as far as the provider.
    was_sent: bool,
    /// What the last attempt came to.
    kind: AttemptKind,
    failure: Option<Failure>,
    raw: Vec<u8>,
    source: Option<BoxError>,
    /// How long to wait before the next request, as the provider or the limiter says.
    retry_after: Option<Duration>,
}

/// The attempts that earlier calls made for a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EarlierAttempts {
    /// How many were made.
    pub made: u32,
    /// How many of them may have been carried out although no answer says so.
    pub unanswered: u32,
}

impl EarlierAttempts {
    /// The attempts that led to this outcome.
    pub(crate) fn of(outcome: &Outcome) -> Self {
        Self {
            made: outcome.attempts,
            unanswered: outcome.unanswered,
        }
    }

    /// Adds these attempts to the outcome of a later request that knew nothing of them. `done` is the fate that the
    /// request was to give.
    pub(crate) fn add_to(self, outcome: Outcome, done: &Fate) -> Outcome {
        let fate = match outcome.fate {
            fate if self.unanswered == 0 => fate,
            // One of these attempts did it.
            Fate::AlreadyDeleted => done.clone(),
            // One of them may have deleted it, wholly or from other networks.
            Fate::NotAttempted(failure) => Fate::Uncertain(failure),
            Fate::Failed(failure) if !outcome.networks.is_empty() => Fate::Uncertain(failure),
            fate => fate,
        };
        Outcome {
            attempts: self.made.saturating_add(outcome.attempts),
            unanswered: self.unanswered.saturating_add(outcome.unanswered),
            fate,
            ..outcome
        }
    }

    /// The fate of a post that isn't sent again, for this reason.
    pub(crate) fn fate_of_unsent(self, reason: Failure) -> Fate {
        if self.unanswered > 0 {
            // One of these attempts may have deleted the post.
            Fate::Uncertain(reason)
        } else {
            Fate::NotAttempted(reason)
        }
    }
}

impl From<Evidence> for EarlierAttempts {
    fn from(evidence: Evidence) -> Self {
        Self {
            made: evidence.attempts,
            unanswered: evidence.unanswered,
        }
    }
}

/// A post's outcome, and which attempt of the call gave it.
#[derive(Clone)]
struct Settled {
    outcome: Outcome,
    by_attempt: u32,
}

/// Why there is no further attempt.
pub(crate) enum Ending {
    /// The last one says what became of the posts, or nothing better will come.
    Finished,
    /// No further attempt may be sent, for this reason. The duration is the wait until one may be sent, if that is
    /// known.
    Unsent(Failure, Option<Duration>),
    /// The run was stopped.
    Stopped(Failure),
    /// The run was cut off during an attempt.
    CutOff {
        /// Whether the request's body may have left.
        has_left: bool,
        reason: Failure,
    },
}

/// What one attempt came to.
#[derive(Clone, Copy)]
pub(crate) struct AttemptResult {
    pub(crate) kind: AttemptKind,
    pub(crate) head: Option<Head>,
    /// How long the body asks to wait.
    wait: Option<Duration>,
}

impl<'a, O: Operation> Tally<'a, O> {
    /// Begins with every post open. The attempts that earlier calls made for these posts count too.
    pub(crate) fn new(operation: &'a O, earlier: &[EarlierAttempts]) -> Self {
        Self {
            operation,
            settled: vec![None; operation.posts().len()],
            open: operation.posts().to_vec(),
            earlier: earlier.to_vec(),
            attempts: 0,
            throttled: 0,
            unanswered: 0,
            was_sent: false,
            kind: AttemptKind::NotSent,
            failure: None,
            raw: Vec::new(),
            source: None,
            retry_after: None,
        }
    }

    /// Settles the posts whose outcome was known before the call. `known` has an entry for each post, in order.
    pub(crate) fn settle_known(&mut self, known: &[Option<Outcome>]) {
        if known.is_empty() {
            return;
        }
        let mut known = known.iter();
        let mut earlier = std::mem::take(&mut self.earlier).into_iter();
        for (slot, id) in self.settled.iter_mut().zip(std::mem::take(&mut self.open)) {
            let attempts = earlier.next().unwrap_or_default();
            if let Some(Some(outcome)) = known.next() {
                *slot = Some(Settled {
                    outcome: outcome.clone(),
                    by_attempt: 0,
                });
            } else {
                self.open.push(id);
                self.earlier.push(attempts);
            }
        }
    }

    /// The posts without an outcome, in the order given.
    pub(crate) fn open(&self) -> &[PostId] {
        &self.open
    }

    /// How many attempts this call made.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How many of them a limit refused.
    pub(crate) fn throttled(&self) -> u32 {
        self.throttled
    }

    /// Whether the provider may have acted on an attempt, so that only another attempt can find out.
    pub(crate) fn needs_an_answer(&self) -> bool {
        let was_throttled = matches!(self.kind, AttemptKind::Throttled(_));
        self.unanswered > 0 && !was_throttled
    }

    /// Whether every post has its outcome.
    pub(crate) fn is_settled(&self) -> bool {
        self.open.is_empty() && !self.settled.is_empty()
    }

    /// Counts an attempt at the open posts and records what came of it. The posts that the answer mentions
    /// are settled, and the others stay open.
    pub(crate) fn record(&mut self, attempted: Attempted) -> AttemptResult {
        self.attempts = self.attempts.saturating_add(1);
        let (reading, head) = match attempted {
            Ok(Answer { head, body }) => {
                let reading = self.operation.decode(&self.open, head.status, &body);
                (self.raw, self.source) = (body, None);
                (reading, Some(head))
            }
            Err(error) => {
                let reading = Reading::of_transport_error(&error);
                (self.raw, self.source) = (Vec::new(), error.source);
                (reading, error.head)
            }
        };
        let (kind, wait) = (reading.kind, reading.wait);
        self.settle(reading.posts);
        self.was_sent |= kind != AttemptKind::NotSent;
        self.throttled += u32::from(matches!(kind, AttemptKind::Throttled(_)));
        let may_have_acted = u32::from(kind.may_have_acted());
        self.unanswered = self.unanswered.saturating_add(may_have_acted);
        (self.kind, self.failure) = (kind, reading.failure);
        AttemptResult { kind, head, wait }
    }

    fn settle(&mut self, readings: Vec<Option<PostReading>>) {
        let mut readings = readings.into_iter();
        let asked = std::mem::take(&mut self.open);
        let mut earlier = std::mem::take(&mut self.earlier).into_iter();
        let unsettled = self.settled.iter_mut().filter(|slot| slot.is_none());
        for (slot, id) in unsettled.zip(asked) {
            let earlier = earlier.next().unwrap_or_default();
            let Some(PostReading { fate, networks }) = readings.next().flatten() else {
                self.open.push(id);
                self.earlier.push(earlier);
                continue;
            };
            let unanswered = earlier.unanswered.saturating_add(self.unanswered);
            *slot = Some({
                let fate = match fate {
                    // An earlier attempt, which got no answer, deleted the post.
                    Fate::AlreadyDeleted if unanswered > 0 => self.operation.done(),
                    // This answer is about the networks that it names. An earlier attempt may have
                    // deleted the post from others.
                    Fate::Failed(failure) if unanswered > 0 && !networks.is_empty() => {
                        Fate::Uncertain(failure)
                    }
                    fate => fate,
                };
                Settled {
                    outcome: Outcome {
                        networks,
                        attempts: earlier.made.saturating_add(self.attempts),
                        unanswered,
                        ..Outcome::new(id, O::PROVIDER, fate)
                    },
                    by_attempt: self.attempts,
                }
            });
        }
    }

    /// Records the wait before the next request. The outcomes that the last attempt settled get it in their failure
    /// at once, and the open posts get it when the call ends.
    pub(super) fn record_wait(&mut self, wait: Option<Duration>) {
        self.retry_after = wait;
        let settled = self.settled.iter_mut().flatten();
        for settled in settled.filter(|settled| settled.by_attempt == self.attempts) {
            if let Some(failure) = settled.outcome.fate.failure_mut() {
                failure.retry_after = wait.or(failure.retry_after);
            }
        }
    }

    /// Ends the call.
    pub(crate) fn end(mut self, ending: Ending) -> Finished {
        match ending {
            Ending::Finished => {}
            Ending::Unsent(reason, retry_after) => {
                // The failure of the last attempt, if there is one, stays the reason.
                self.failure.get_or_insert(reason);
                self.retry_after = retry_after.or(self.retry_after);
            }
            Ending::Stopped(reason) => {
                if !self.was_sent {
                    self.failure = Some(reason);
                }
            }
            Ending::CutOff { has_left, reason } => {
                self.attempts = self.attempts.saturating_add(1);
                self.was_sent |= has_left;
                self.unanswered = self.unanswered.saturating_add(u32::from(has_left));
                self.kind = if has_left {
                    AttemptKind::Lost
                } else {
                    AttemptKind::NotSent
                };
                self.failure = Some(reason);
            }
        }
        self.finish()
    }

    /// The open posts get their outcome from the last attempt.
    fn finish(mut self) -> Finished {
        if let Some(failure) = &mut self.failure {
            failure.retry_after = self.retry_after.or(failure.retry_after);
        }
        let settled = std::mem::take(&mut self.settled);
        let mut open = std::mem::take(&mut self.open).into_iter();
        let mut earlier = std::mem::take(&mut self.earlier).into_iter();
        let outcomes = settled.into_iter().filter_map(|settled| {
            if let Some(settled) = settled {
                return Some(settled.outcome);
            }
            let earlier = earlier.next().unwrap_or_default();
            let unanswered = earlier.unanswered.saturating_add(self.unanswered);
            Some(Outcome {
                attempts: earlier.made.saturating_add(self.attempts),
                unanswered,
                ..Outcome::new(open.next()?, O::PROVIDER, self.fate_of_open(unanswered))
            })
        });
        let outcomes: Vec<_> = outcomes.collect();
        let is_uncertain = if outcomes.is_empty() {
            self.unanswered > 0 && self.kind != AttemptKind::Answered
        } else {
            outcomes
                .iter()
                .any(|outcome| matches!(outcome.fate, Fate::Uncertain(_) | Fate::Unreported))
        };
        Finished {
            provider: O::PROVIDER,
            is_about_one_post: self.operation.is_about_one_post(),
            is_repeatable: self.operation.is_repeatable(),
            outcomes,
            raw: self.raw,
            failure: self.failure,
            retry_after: self.retry_after,
            attempts: self.attempts,
            is_uncertain,
            source: self.source,
        }
    }

    fn fate_of_open(&self, unanswered: u32) -> Fate {
        let failure = || {
            let failure = self.failure.clone();
            failure.unwrap_or_else(|| Failure::new(ErrorKind::UnexpectedResponse))
        };
        match self.kind {
            AttemptKind::Answered => Fate::Unreported,
            _ if unanswered > 0 => Fate::Uncertain(failure()),
            _ if self.was_sent => Fate::Failed(failure()),
            _ => Fate::NotAttempted(failure()),
        }
    }
}

impl AttemptResult {
    /// Whether the answer reports the profile's limit, even if it also says something about the posts.
    pub(crate) fn is_throttled_by_profile(self) -> bool {
        let status = self.head.map(|head| head.status);
        self.kind.throttled_by(status) == Some(ThrottledBy::Profile)
    }

    /// Whether the profile's limit turned the request away, so that nothing was carried out.
    pub(crate) fn is_turned_away(self) -> bool {
        self.kind == AttemptKind::THROTTLED
    }

    /// How long to wait before the next request of this kind: as long as the provider asks. If the attempt
    /// met the profile's limit, the wait is at least as long as the limiter stays closed.
    pub(crate) fn asked_wait(self, closed_for: Duration) -> Option<Duration> {
        let by_header = || self.head.and_then(|head| head.rate.retry_after);
        let asked = self.wait.or_else(by_header);
        if self.is_throttled_by_profile() {
            Some(asked.unwrap_or_default().max(closed_for))
        } else {
            asked
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NetworkResult, Provider};

    #[test]
    fn what_an_unanswered_attempt_may_have_done_outlives_a_request_that_knew_nothing_of_it() {
        let failure = || Failure::new(ErrorKind::Refused);
        let outcome = |fate| Outcome::new("a", Provider::from("acme"), fate);
        let of_a_network = |fate| Outcome {
            networks: vec![NetworkResult::new("bluesky", "error")],
            ..outcome(fate)
        };
        for (later, with_evidence) in [
            (outcome(Fate::AlreadyDeleted), Fate::Deleted),
            (outcome(Fate::NotFound), Fate::NotFound),
            (
                outcome(Fate::NotAttempted(failure())),
                Fate::Uncertain(failure()),
            ),
            (outcome(Fate::Failed(failure())), Fate::Failed(failure())),
            (
                of_a_network(Fate::Failed(failure())),
                Fate::Uncertain(failure()),
            ),
        ] {
            let later = Outcome {
                attempts: 1,
                ..later
            };
            for (unanswered, fate) in [(0, later.fate.clone()), (1, with_evidence)] {
                let earlier = EarlierAttempts {
                    made: 2,
                    unanswered,
                };
                let sum = earlier.add_to(later.clone(), &Fate::Deleted);
                assert_eq!((sum.fate, sum.attempts), (fate, 3));
                assert_eq!(sum.unanswered, unanswered);
            }
        }
    }
}
