//! Deletes any number of posts, with one outcome for each distinct id.
//!
//! Ids are deduplicated and batched, and a bounded number of requests is under way at a time. Nothing
//! happens unless somebody reads the stream.

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
use crate::engine::ids::canonical;
use crate::engine::run::{RunContext, stopped_by_caller};
use crate::model::{ErrorKind, Failure, Fate, Outcome, PostId, Provider, Summary};

/// Deletes any number of posts: set it up step by step, and start it with [`run`](DeleteMany::run).
///
/// `delete_many` of any client makes one. Each distinct id has exactly one outcome, whatever happens: rate
/// limits, outages, partial answers, or a key that is revoked half-way.
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
    /// Prepares to delete these posts through this provider. The ids are pulled from the iterator as they
    /// are needed, at most one batch for each request under way. Repeated ids count once.
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

    /// How many ids go into one request: at least 1, and at most as many as the provider takes. The
    /// documentation of each client's `delete_many` gives the default.
    pub fn batch_size(mut self, ids: usize) -> Self {
        self.batch_size = ids;
        self
    }

    /// Starts the run. Nothing is sent until the stream is read.
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

/// The outcomes of a run, each as soon as it is known. This is a `Stream`, and [`next`](Outcomes::next)
/// reads it without a stream library.
///
/// The run makes progress only while it is read. An answer that isn't read in time counts as lost, so a
/// reader that does slow work between two outcomes should hand the outcomes to another task. A call to the
/// same profile from inside the loop is slow work too: it waits for places in the profile's window that the
/// unread requests hold. Make such calls after the run.
///
/// A run that waits for the profile's rate limit gives no outcomes meanwhile. With 300 requests in
/// 5 minutes, 1,000 posts in a request each take a quarter of an hour.
///
/// # Cancelling
/// If the stream is dropped, nothing more is sent. The outcomes of requests under way are lost, and their posts
/// may be gone or not. To end early and lose nothing, call [`stop`](Outcomes::stop) and read on.
#[must_use = "nothing is sent unless it is read"]
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

/// A batch, and the outcomes that the provider's side returned for it.
struct Answered {
    ids: Vec<PostId>,
    outcomes: Vec<Outcome>,
}

impl Outcomes<'_> {
    /// The next outcome; `None` once every post has had its own.
    pub async fn next(&mut self) -> Option<Outcome> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Starts no further request. Requests under way are finished, with a retry if an answer is lost. Every
    /// other post is [`NotAttempted`](Fate::NotAttempted) for [`Stopped`](ErrorKind::Stopped). So is a post
    /// that waits for the profile's rate limit, or whose id hasn't been pulled yet.
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

    /// Why the run ends early, if it does: a failure that would only repeat, or [`stop`](Outcomes::stop).
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

    /// Starts requests until as many are under way as may be.
    fn fill(&mut self) {
        while self.run.stopped_by().is_none() && self.ready.is_empty() {
            if self.in_flight.len() >= self.concurrency {
                return;
            }
            // The batch is empty if the ids have ended, or if none of the next ids can be sent.
            let ids = self.next_batch();
            if ids.is_empty() {
                return;
            }
            let (provider, run) = (self.provider.clone(), Arc::clone(&self.run));
            let answer = (self.send)(Batch {
                ids: ids.clone(),
                run: Arc::clone(&self.run),
            });
            self.in_flight.push(Box::pin(async move {
                // This is polled for the first time later, and the run may be stopped by then.
                let outcomes = match run.stopped_by() {
                    None => answer.await,
                    Some(reason) => {
                        let fate = Fate::NotAttempted(reason.clone());
                        let outcome = |id| Outcome::new(id, provider.clone(), fate.clone());
                        ids.iter().map(outcome).collect()
                    }
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
                    self.ready
                        .push_back(Outcome::new(id, self.provider.clone(), fate));
                }
            }
        }
        batch
    }

    /// Gives every post of a batch exactly one outcome, whatever the provider's side returned.
    fn settle(&mut self, answered: Answered) {
        self.update_run(&answered.outcomes);
        let mut reported: HashMap<PostId, Outcome> = HashMap::new();
        for outcome in answered.outcomes {
            reported.entry(outcome.id.clone()).or_insert(outcome);
        }
        for id in answered.ids {
            let outcome = reported.remove(&id);
            self.ready.push_back(
                outcome
                    .unwrap_or_else(|| Outcome::new(id, self.provider.clone(), Fate::Unreported)),
            );
        }
    }

    /// Stops the run if there is no point in sending more, and otherwise rewards a success.
    fn update_run(&mut self, outcomes: &[Outcome]) {
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

/// If this many requests fail in a row, each after its retries, the provider counts as down and the run ends.
/// If twice the concurrency is more, that many must fail.
const FAILURES_THAT_END_A_RUN: usize = 10;

impl Stream for Outcomes<'_> {
    type Item = Outcome;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        loop {
            if let Some(outcome) = self.ready.pop_front() {
                return Poll::Ready(Some(outcome));
            }
            self.fill();
            // Answers are polled even if an outcome is ready. Otherwise they would time out during a long row
            // of ids that can't be sent.
            match Pin::new(&mut self.in_flight).poll_next(context) {
                Poll::Ready(Some(answered)) => self.settle(answered),
                Poll::Pending if self.ready.is_empty() => return Poll::Pending,
                Poll::Pending => {}
                Poll::Ready(None) if !self.ready.is_empty() => {}
                Poll::Ready(None) => {
                    // No request is under way. If the run is stopped, the remaining ids are not attempted.
                    let Some(reason) = self.run.stopped_by().cloned() else {
                        return Poll::Ready(None);
                    };
                    let provider = self.provider.clone();
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

/// Gives each distinct id once.
///
/// An id that was seen is kept as a hash of 128 bits, which is smaller than its text. The hash keys are
/// random and differ for each run. Two of a billion ids have the same hash with a chance below 1 in 10^20.
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
        ids.find(|id| {
            let id = canonical(id.as_str());
            seen.insert((keys.0.hash_one(&id), keys.1.hash_one(&id)))
        })
    }
}
