//! Any number of posts, one outcome each: deduplicated, batched, a bounded number of requests at a
//! time, all of it driven by whoever reads the stream.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::iter::Fuse;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::delete_posts::{Batch, DeletePosts};
use crate::engine::run::{RunContext, stopped_by_caller};
use crate::model::{ErrorKind, Failure, Fate, Outcome, PostId, Provider, Summary};

/// Any number of posts to delete, set up step by step and begun with [`run`](DeleteMany::run).
///
/// Made by `delete_many` of any client. Each distinct id comes out exactly once, whatever happens: rate
/// limits, outages, partial answers, a key that is revoked half-way.
///
/// # Example
///
/// ```
/// use unpost::{DeleteMany, DeletePosts};
///
/// async fn delete_campaign(client: impl DeletePosts) {
///     let mut outcomes = DeleteMany::new(client, ["post-1", "post-2"]).concurrency(4).run();
///     while let Some(outcome) = outcomes.next().await {
///         println!("{}: {}", outcome.id, outcome.fate);
///     }
/// }
/// ```
#[must_use = "nothing is sent until it is run"]
pub struct DeleteMany<'a, P> {
    provider: P,
    ids: Box<dyn Iterator<Item = PostId> + Send + 'a>,
    concurrency: usize,
    batch_size: usize,
}

impl<'a, P: DeletePosts> DeleteMany<'a, P> {
    /// Posts to delete through this provider. The ids are pulled as they are needed, never more than
    /// one batch for each request under way, and repeated ones count once.
    pub fn new(
        provider: P,
        ids: impl IntoIterator<Item: Into<PostId> + 'a, IntoIter: Send + 'a>,
    ) -> Self {
        Self {
            batch_size: provider.batch_size(),
            provider,
            ids: Box::new(ids.into_iter().map(Into::into)),
            concurrency: 8,
        }
    }

    /// How many requests may be under way at a time: 8 by default, at least 1.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// How many ids go into one request: at least 1, and at most as many as the provider takes. Each client's
    /// `delete_many` says what its default is.
    pub fn batch_size(mut self, ids: usize) -> Self {
        self.batch_size = ids;
        self
    }

    /// Begins. Nothing is sent until the stream is read.
    pub fn run(self) -> Outcomes<'a> {
        let provider = Arc::new(self.provider);
        Outcomes {
            provider: provider.provider(),
            batch_size: self.batch_size.clamp(1, provider.largest_batch().max(1)),
            concurrency: self.concurrency,
            ids: Distinct::new(self.ids),
            send: Box::new(move |batch| {
                let provider = Arc::clone(&provider);
                Box::pin(async move { provider.delete_posts(batch).await })
            }),
            in_flight: FuturesUnordered::new(),
            ready: VecDeque::new(),
            failures_in_a_row: 0,
            run: Arc::default(),
        }
    }
}

impl<P> fmt::Debug for DeleteMany<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteMany")
            .field("concurrency", &self.concurrency)
            .field("batch_size", &self.batch_size)
            .finish_non_exhaustive()
    }
}

/// The outcomes of a run, each as soon as it is known: a `Stream`, and an async iterator of its own
/// ([`next`](Outcomes::next)).
///
/// The run goes on only while it is read. An answer that isn't looked at in time counts as lost, so a
/// reader that does slow work between two outcomes should hand the outcomes to another task. A call to the
/// same profile from inside the loop is slow work too: it waits for places in the profile's window that the
/// unread requests hold. Collect such calls, and make them after the run.
///
/// A run that waits for the profile's rate limit is silent for as long as that takes. With 300 requests in
/// 5 minutes, 1,000 posts in a request each take a quarter of an hour.
///
/// # Cancelling
/// Dropping the stream sends nothing further. The outcomes of requests under way are lost, and their posts
/// may be gone or not. To end early and lose nothing, call [`stop`](Outcomes::stop) and read on.
pub struct Outcomes<'a> {
    provider: Provider,
    batch_size: usize,
    concurrency: usize,
    ids: Distinct<'a>,
    send: Box<dyn Fn(Batch) -> BoxFuture<'static, Vec<Outcome>> + Send>,
    in_flight: FuturesUnordered<BoxFuture<'static, Answered>>,
    ready: VecDeque<Outcome>,
    failures_in_a_row: usize,
    run: Arc<RunContext>,
}

/// A batch, and what was said of its posts.
struct Answered {
    ids: Vec<PostId>,
    outcomes: Vec<Outcome>,
}

impl Outcomes<'_> {
    /// The next outcome; `None` once every post has had its own.
    pub async fn next(&mut self) -> Option<Outcome> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Begins no further request. Requests under way are settled; a lost answer is asked for again. Every
    /// other post comes out as [`NotAttempted`](Fate::NotAttempted) for [`Stopped`](ErrorKind::Stopped),
    /// also one that waits for the profile's rate limit or hasn't been pulled yet.
    ///
    /// ```
    /// use unpost::{DeleteMany, DeletePosts};
    ///
    /// async fn change_of_mind(client: impl DeletePosts) {
    ///     let mut outcomes = DeleteMany::new(client, ["post-1", "post-2"]).run();
    ///     outcomes.stop();
    ///     assert_eq!(outcomes.summary().await.not_attempted, 2);
    /// }
    /// ```
    pub fn stop(&mut self) {
        self.run.stop(stopped_by_caller());
    }

    /// Why the run ends early, once it does: a failure that can't get better, or [`stop`](Outcomes::stop).
    pub fn stopped_by(&self) -> Option<&Failure> {
        self.run.stopped_by()
    }

    /// Reads to the end and counts the outcomes.
    pub async fn summary(mut self) -> Summary {
        let mut summary = Summary::default();
        while let Some(outcome) = self.next().await {
            summary.add(&outcome);
        }
        summary.stopped_by = self.stopped_by().cloned();
        summary
    }

    /// Begins as many requests as may be under way.
    fn fill(&mut self) {
        while self.run.stopped_by().is_none() && self.ready.is_empty() {
            if self.in_flight.len() >= self.concurrency {
                return;
            }
            // Empty at the end of the ids, or if only ids came that can't be sent.
            let ids = self.next_batch();
            if ids.is_empty() {
                return;
            }
            let (provider, run) = (self.provider, Arc::clone(&self.run));
            let answer = (self.send)(Batch {
                ids: ids.clone(),
                run: Arc::clone(&self.run),
            });
            self.in_flight.push(Box::pin(async move {
                // The batch begins only now, and the run may have been stopped since.
                let outcomes = match run.stopped_by() {
                    None => answer.await,
                    Some(reason) => not_attempted(&ids, provider, reason),
                };
                Answered { ids, outcomes }
            }));
        }
    }

    /// The next ids that can be sent. An id that can't be sent has its outcome at once.
    fn next_batch(&mut self) -> Vec<PostId> {
        let mut batch = Vec::new();
        while batch.len() < self.batch_size && self.ready.len() < self.batch_size {
            let Some(id) = self.ids.next() else { break };
            match id.flaw() {
                None => batch.push(id),
                Some(flaw) => {
                    let fate = Fate::NotAttempted(Failure::detailed(ErrorKind::Invalid, flaw));
                    self.ready.push_back(Outcome::new(id, self.provider, fate));
                }
            }
        }
        batch
    }

    /// Gives every post of a batch its one outcome, whatever the provider's side returned.
    fn absorb(&mut self, answered: Answered) {
        self.learn(&answered.outcomes);
        let mut told: HashMap<PostId, Outcome> = HashMap::new();
        for outcome in answered.outcomes {
            told.entry(outcome.id.clone()).or_insert(outcome);
        }
        for id in answered.ids {
            let outcome = told.remove(&id);
            self.ready.push_back(
                outcome.unwrap_or_else(|| Outcome::new(id, self.provider, Fate::Unreported)),
            );
        }
    }

    /// Stops the run if there is no point in sending more.
    fn learn(&mut self, outcomes: &[Outcome]) {
        let is_hopeless = |outcome: &&Outcome| match &outcome.fate {
            Fate::NotAttempted(failure) if failure.kind == ErrorKind::RateLimited => true,
            fate => (fate.failure()).is_some_and(|failure| failure.kind.is_about_credentials()),
        };
        if let Some(failure) = outcomes.iter().find(is_hopeless).and_then(failure_of) {
            self.run.stop(failure.clone());
        }
        let is_outage = |outcome| failure_of(outcome).is_some_and(Failure::is_outage);
        match outcomes.last().and_then(failure_of) {
            Some(failure) if outcomes.iter().all(is_outage) => {
                self.failures_in_a_row += 1;
                let twice_the_concurrency = self.concurrency.saturating_mul(2);
                if self.failures_in_a_row >= twice_the_concurrency.max(FAILURES_THAT_END_A_RUN) {
                    self.run.stop(failure.clone());
                }
            }
            _ => {
                self.failures_in_a_row = 0;
                self.run.reward_success();
            }
        }
    }
}

fn failure_of(outcome: &Outcome) -> Option<&Failure> {
    outcome.fate.failure()
}

fn not_attempted(ids: &[PostId], provider: Provider, reason: &Failure) -> Vec<Outcome> {
    let fate = Fate::NotAttempted(reason.clone());
    let unsent = ids.iter();
    unsent
        .map(|id| Outcome::new(id, provider, fate.clone()))
        .collect()
}

/// If so many requests fail in a row, each after its retries, the provider counts as down and the run ends.
/// With a high concurrency it takes twice as many as may be under way.
const FAILURES_THAT_END_A_RUN: usize = 10;

impl Stream for Outcomes<'_> {
    type Item = Outcome;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        loop {
            if let Some(outcome) = self.ready.pop_front() {
                return Poll::Ready(Some(outcome));
            }
            self.fill();
            // Answers are looked at also when an outcome is ready. Otherwise a long row of ids that can't be
            // sent would keep them waiting until they time out.
            match Pin::new(&mut self.in_flight).poll_next(context) {
                Poll::Ready(Some(answered)) => self.absorb(answered),
                Poll::Pending if self.ready.is_empty() => return Poll::Pending,
                Poll::Pending => {}
                Poll::Ready(None) if !self.ready.is_empty() => {}
                Poll::Ready(None) => {
                    // Nothing is under way and nothing more is sent, so the rest comes out unsent.
                    let Some(reason) = self.run.stopped_by().cloned() else {
                        return Poll::Ready(None);
                    };
                    let provider = self.provider;
                    let rest = self.ids.next();
                    return Poll::Ready(
                        rest.map(|id| Outcome::new(id, provider, Fate::NotAttempted(reason))),
                    );
                }
            }
        }
    }
}

impl fmt::Debug for Outcomes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes")
            .field("provider", &self.provider)
            .field("concurrency", &self.concurrency)
            .field("batch_size", &self.batch_size)
            .field("requests_under_way", &self.in_flight.len())
            .field("stopped", &self.run.stopped_by())
            .finish_non_exhaustive()
    }
}

/// Ids, each once.
///
/// Seen ids are kept as 128 bits of hash, under keys drawn anew for each run: 16 bytes an id instead
/// of its text. That two of a billion ids share one is less likely than 1 in 10^20.
struct Distinct<'a> {
    ids: Fuse<Box<dyn Iterator<Item = PostId> + Send + 'a>>,
    seen: HashSet<(u64, u64)>,
    keys: (RandomState, RandomState),
}

impl<'a> Distinct<'a> {
    fn new(ids: Box<dyn Iterator<Item = PostId> + Send + 'a>) -> Self {
        Self {
            ids: ids.fuse(),
            seen: HashSet::new(),
            keys: (RandomState::new(), RandomState::new()),
        }
    }
}

impl Iterator for Distinct<'_> {
    type Item = PostId;

    fn next(&mut self) -> Option<PostId> {
        let Self { ids, seen, keys } = self;
        ids.find(|id| seen.insert((keys.0.hash_one(id), keys.1.hash_one(id))))
    }
}
