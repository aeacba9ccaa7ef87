use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::SystemTime;

use super::entry::{Answered, Entry, NotCarriedOut, Sending};
use super::scope::{OperationKind, Scope};
use super::time::to_millis;
use crate::model::spelling::canonical;
use crate::model::{ErrorKind, Failure, Fate, Outcome, PostId};

/// What is on record for one [`Scope`]: which posts are settled, what may have been carried out for the others, and
/// when the profile's window was used.
///
/// A [`Journal`](crate::Journal) makes one by adding all its entries in the order in which they were recorded. Entries of
/// other scopes may be among them: they settle nothing, but the requests of the same provider and profile count for
/// the window. Two spellings of a UUID are one post.
///
/// Evidence only grows. A request that was about to be sent counts as an attempt that may have been carried out, until
/// an entry says that nothing was, or until an outcome accounts for it. No later outcome lowers the count of those that
/// are left.
///
/// A million settled posts take some 120 MB if most outcomes differ in their ids alone, as outcomes without networks
/// do. Each outcome that is unlike all others takes the length of its JSON on top.
///
/// # Example
///
/// ```
/// use std::time::SystemTime;
/// use unpost::{Entry, Fate, OperationKind, Outcome, PostId, Provider, Record, Scope, Sending};
///
/// let scope = Scope::new(OperationKind::Delete, Provider::from("acme"), "main");
/// let (one, other) = (PostId::from("post-1"), PostId::from("post-2"));
/// let mut record = Record::new(scope.clone());
/// for id in [&one, &other] {
///     record.add(Sending::new(&scope, vec![id.clone()], SystemTime::UNIX_EPOCH).into());
/// }
/// let mut deleted = Outcome::new(&one, Provider::from("acme"), Fate::Deleted);
/// deleted.attempts = 1;
/// record.add(Entry::Settled(scope, deleted.clone()));
///
/// // The process ended here. The second post may be gone or not.
/// assert_eq!(record.settled(&one), Some(deleted));
/// assert_eq!(record.settled(&other), None);
/// assert_eq!(record.earlier(&other).unanswered, 1);
/// assert_eq!(record.sent_at().len(), 2);
/// ```
#[derive(Clone)]
pub struct Record {
    scope: Scope,
    /// By a hash of 128 bits of the id, which is smaller than its text. The hash keys are random. Two of a billion ids
    /// have the same hash with a chance below 1 in 10^20.
    posts: HashMap<(u64, u64), Known>,
    keys: (RandomState, RandomState),
    /// The requests that name no post.
    unnamed: Attempts,
    is_carried_out: bool,
    outcomes: Outcomes,
    sent_at: Vec<SystemTime>,
    throttled_at: Vec<SystemTime>,
}

/// The attempts on record for a post.
///
/// ```
/// use unpost::{Evidence, OperationKind, Provider, Record, Scope};
///
/// let record = Record::new(Scope::new(OperationKind::Delete, Provider::from("acme"), "main"));
/// assert_eq!(record.earlier(&"post-1".into()), Evidence::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Evidence {
    /// How many were made, also those that found no connection.
    pub attempts: u32,
    /// How many of them may have been carried out although no answer says so.
    pub unanswered: u32,
}

/// At least this many times are kept, of requests and of 429s each. A window of 300 requests in 5 minutes takes more
/// than a day to fill them.
const TIMES: usize = 100_000;

impl Record {
    /// A record of this scope with nothing in it.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            posts: HashMap::new(),
            keys: (RandomState::new(), RandomState::new()),
            unnamed: Attempts::default(),
            is_carried_out: false,
            outcomes: Outcomes::default(),
            sent_at: Vec::new(),
            throttled_at: Vec::new(),
        }
    }

    /// The scope that the record is about.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Adds what was recorded next.
    pub fn add(&mut self, entry: Entry) {
        match entry {
            Entry::AboutToSend(sending) => self.add_sending(&sending),
            Entry::Answered(answered) => self.add_answered(&answered),
            Entry::CarriedOut(scope) => self.is_carried_out |= scope == self.scope,
            Entry::Settled(scope, outcome) => {
                if scope == self.scope {
                    self.add_outcome(outcome);
                }
            }
        }
    }

    /// The outcome on record, if the post is settled: it was attempted, and [`Fate::should_retry`] is `false`. A mark
    /// settles no deletion. Its id is spelled as in `id`.
    pub fn settled(&self, id: &PostId) -> Option<Outcome> {
        let outcome = self.posts.get(&self.key(id))?.outcome.as_deref()?;
        let outcome: Outcome = serde_json::from_str(outcome).ok()?;
        Some(Outcome {
            id: id.clone(),
            ..outcome
        })
    }

    /// The attempts on record for a post.
    pub fn earlier(&self, id: &PostId) -> Evidence {
        let known = self.posts.get(&self.key(id));
        known
            .map(|known| known.attempts.evidence)
            .unwrap_or_default()
    }

    /// Whether a request that names no post may have been carried out, or was. There is such a request only if the scope's
    /// operation is [`DeleteAllScheduled`](crate::OperationKind::DeleteAllScheduled) or one that this crate doesn't know.
    pub fn may_have_acted(&self) -> bool {
        self.unnamed.evidence.unanswered > 0
    }

    /// Whether a request that names no post was carried out, as its answer said.
    pub fn is_carried_out(&self) -> bool {
        self.is_carried_out
    }

    /// When requests of this provider and profile were sent, whatever they did, in the order recorded. All requests of the
    /// last day are there, unless there were more than 100,000, and older ones may be.
    pub fn sent_at(&self) -> &[SystemTime] {
        &self.sent_at
    }

    /// When the requests that got a 429 were sent, in the order recorded. The limit was the profile's or a social
    /// network's. All those of the last day are there, unless there were more than 100,000, and older ones may be.
    pub fn throttled_at(&self) -> &[SystemTime] {
        &self.throttled_at
    }

    fn add_sending(&mut self, sending: &Sending) {
        let scope = sending.scope();
        if scope.shares_window_with(&self.scope) {
            push(&mut self.sent_at, sending.at);
        }
        if scope == self.scope {
            self.each(&sending.ids, |attempts| attempts.begin(sending.at));
        }
    }

    fn add_answered(&mut self, answered: &Answered) {
        let scope = answered.scope();
        if scope.shares_window_with(&self.scope) {
            match answered.kind {
                NotCarriedOut::NotSent => remove(&mut self.sent_at, answered.sent_at),
                NotCarriedOut::Throttled | NotCarriedOut::ThrottledByNetwork => {
                    push(&mut self.throttled_at, answered.sent_at);
                }
                NotCarriedOut::Refused | NotCarriedOut::Unknown => {}
            }
        }
        if scope == self.scope {
            self.each(&answered.ids, |attempts| attempts.deny(answered.sent_at));
        }
    }

    fn add_outcome(&mut self, outcome: Outcome) {
        if self.scope.operation == OperationKind::Delete && is_of_a_mark(&outcome.fate) {
            return;
        }
        let known = self.posts.entry(self.key(&outcome.id)).or_default();
        known.attempts.settle(&outcome);
        let settles = match outcome.fate {
            // Nothing was carried out, whatever was in the way.
            Fate::NotAttempted(_) => false,
            _ => !outcome.fate.should_retry(),
        };
        if settles {
            known.outcome = self.outcomes.keep(outcome);
        }
    }

    /// Changes the attempts of each of these posts, or of the requests that name no post.
    fn each(&mut self, ids: &[PostId], change: impl Fn(&mut Attempts)) {
        if ids.is_empty() {
            change(&mut self.unnamed);
        }
        for id in ids {
            let known = self.posts.entry(self.key(id)).or_default();
            change(&mut known.attempts);
        }
    }

    fn key(&self, id: &PostId) -> (u64, u64) {
        let id = canonical(id.as_str());
        (self.keys.0.hash_one(&id), self.keys.1.hash_one(&id))
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("scope", &self.scope)
            .field("posts", &self.posts.len())
            .field("may_have_acted", &self.may_have_acted())
            .field("sent", &self.sent_at.len())
            .field("throttled", &self.throttled_at.len())
            .finish_non_exhaustive()
    }
}

/// What is known of a post.
#[derive(Clone, Default)]
struct Known {
    attempts: Attempts,
    /// The outcome in JSON, once the post is settled. This is smaller than an [`Outcome`].
    outcome: Option<Arc<str>>,
}

/// The attempts at one post.
#[derive(Clone, Default)]
struct Attempts {
    evidence: Evidence,
    /// When the last attempt was made, in milliseconds, if nothing is known of it yet. It is counted as unanswered.
    open: Option<u64>,
}

impl Attempts {
    /// A request is about to be sent.
    fn begin(&mut self, at: SystemTime) {
        self.evidence.attempts = self.evidence.attempts.saturating_add(1);
        self.evidence.unanswered = self.evidence.unanswered.saturating_add(1);
        self.open = Some(to_millis(at));
    }

    /// Nothing was carried out by the request that was sent then.
    fn deny(&mut self, sent_at: SystemTime) {
        if self.open == Some(to_millis(sent_at)) {
            self.close();
        }
    }

    /// The last attempt doesn't count as unanswered any longer.
    fn close(&mut self) {
        if self.open.take().is_some() {
            self.evidence.unanswered = self.evidence.unanswered.saturating_sub(1);
        }
    }

    fn settle(&mut self, outcome: &Outcome) {
        let attempts = self.evidence.attempts;
        // An outcome with fewer attempts than are on record is of a run that doesn't know of the last one.
        let knows_all = outcome.attempts > 0 && outcome.attempts >= attempts;
        let (accounts_for_the_last, at_least) = match outcome.fate {
            // The provider answered. An implementation that counts no attempts says 0.
            Fate::Deleted
            | Fate::MarkedDeleted
            | Fate::AlreadyDeleted
            | Fate::NotFound
            | Fate::Partial
            | Fate::Blocked { .. }
            | Fate::Failed(_) => (knows_all || outcome.attempts == 0, 0),
            Fate::NotAttempted(_) => (knows_all, 0),
            // An attempt may have been carried out, even if the outcome doesn't count it.
            Fate::Uncertain(_) | Fate::Unreported => (knows_all, 1),
            Fate::Unknown => (false, 0),
        };
        if accounts_for_the_last {
            self.close();
        }
        let counted = outcome.unanswered.max(at_least);
        self.evidence.unanswered = self.evidence.unanswered.max(counted);
        // An attempt that may have been carried out was made.
        self.evidence.attempts = attempts.max(outcome.attempts).max(self.evidence.unanswered);
    }
}

/// Outcomes in JSON. A text that many posts have in common is kept once.
#[derive(Clone, Default)]
struct Outcomes(HashSet<Arc<str>>);

impl Outcomes {
    /// How many different texts are looked for. Outcomes with the ids of networks are all different.
    const MOST: usize = 1_000;

    /// `None` if the outcome can't be written, which doesn't happen.
    fn keep(&mut self, outcome: Outcome) -> Option<Arc<str>> {
        let without_id = Outcome {
            id: PostId::from(""),
            ..outcome
        };
        let text = serde_json::to_string(&without_id).ok()?;
        if let Some(known) = self.0.get(text.as_str()) {
            return Some(Arc::clone(known));
        }
        let text = Arc::from(text);
        if self.0.len() < Self::MOST {
            self.0.insert(Arc::clone(&text));
        }
        Some(text)
    }
}

/// Whether only a mark can have had this fate. It says nothing of a deletion.
fn is_of_a_mark(fate: &Fate) -> bool {
    let is_refused_mark = |failure: &Failure| failure.kind == ErrorKind::NotManuallyDeleted;
    *fate == Fate::MarkedDeleted || fate.failure().is_some_and(is_refused_mark)
}

/// Adds a time. From time to time the oldest are dropped.
fn push(times: &mut Vec<SystemTime>, at: SystemTime) {
    if times.len() >= 2 * TIMES {
        times.drain(..TIMES);
    }
    times.push(at);
}

/// Removes the last of these times.
fn remove(times: &mut Vec<SystemTime>, at: SystemTime) {
    let is_same = |time: &SystemTime| to_millis(*time) == to_millis(at);
    if let Some(place) = times.iter().rposition(is_same) {
        times.remove(place);
    }
}

#[cfg(test)]
mod tests;
