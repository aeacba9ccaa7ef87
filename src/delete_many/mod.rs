//! Deletes any number of posts, with one outcome for each distinct id.
//!
//! ```text
//! ids ── feed ──► outcomes ── batches ──► board ──► driver ──► the provider
//!                 the reader ◄── outcomes ── board ◄── driver
//! ```
//!
//! `feed` takes distinct ids from the caller's iterator, a batch at a time, while the stream is read. `driver` runs as
//! a task of its own: it makes the requests, receives the answers, and settles one outcome for each post, whether or
//! not anybody reads. `board` is what the two share. `handle` lets anybody watch and stop the run. `plan` says what a run
//! would do.

mod board;
mod distinct;
mod driver;
mod feed;
mod handle;
mod history;
mod outcomes;
mod plan;

use std::fmt;
use std::sync::Arc;

use self::driver::Driver;
use self::feed::Feed;
pub use self::handle::{Progress, RunHandle};
use self::history::History;
pub use self::outcomes::Outcomes;
pub use self::plan::Plan;
use crate::delete_posts::{AnyProvider, DeletePosts};
use crate::engine::recorder::Recorder;
use crate::engine::run::RunContext;
use crate::journal::{DynJournal, Journal, OperationKind, Record, Scope};
use crate::model::{Failure, Fate, Outcome, PostId};

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
    journal: Option<Arc<dyn DynJournal>>,
    kept: Vec<Outcome>,
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
            journal: None,
            kept: Vec::new(),
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

    /// Keeps the run on record, and goes on from what is on record.
    ///
    /// A post that is settled on record ([`should_retry`](crate::Fate::should_retry) is `false`) isn't asked for again:
    /// it comes out with its recorded outcome. A post that may have been deleted is asked for again, and the attempts
    /// on record count: "already deleted" then means that one of them deleted it. Ids on record that aren't handed in
    /// are ignored. So after the process has ended, however it has, hand in the same ids with the same journal.
    ///
    /// The requests and the 429s on record count towards the profile's window and its daily limit of 429s. The journal
    /// identifies the profile by the name that the client gives it, or by a fingerprint of its key if it has none. If
    /// you give the profile another name, or change the key of a profile without a name, the journal knows nothing of
    /// the profile any more.
    ///
    /// If the journal fails, nothing more is sent, and the posts that weren't sent are
    /// [`NotAttempted`](crate::Fate::NotAttempted) for [`Stopped`](crate::ErrorKind::Stopped), with the reason in
    /// [`detail`](crate::Failure::detail).
    ///
    /// ```
    /// use unpost::{DeletePosts, DeleteMany, JsonLines, Summary};
    ///
    /// async fn delete_campaign(client: impl DeletePosts, ids: Vec<String>) -> unpost::Result<Summary> {
    ///     let journal = JsonLines::open("campaign.jsonl")?;
    ///     Ok(DeleteMany::new(client, ids).journal(journal).run().summary().await)
    /// }
    /// ```
    pub fn journal(mut self, journal: impl Journal) -> Self {
        self.journal = Some(Arc::new(journal));
        self
    }

    /// Goes on from outcomes of earlier runs, for those who keep them elsewhere than in a [journal](Self::journal).
    ///
    /// What holds for outcomes on record holds for these. Those of another provider are ignored. They must be of the same
    /// profile and of the same operation: an outcome doesn't say whether its request was to delete the post or to mark it,
    /// unless its fate does.
    ///
    /// ```
    /// use unpost::{DeletePosts, DeleteMany, Outcome, Summary};
    ///
    /// async fn try_again(client: impl DeletePosts, earlier: Vec<Outcome>) -> Summary {
    ///     let ids: Vec<_> = earlier.iter().map(|outcome| outcome.id.clone()).collect();
    ///     DeleteMany::new(client, ids).resume(earlier).run().summary().await
    /// }
    /// ```
    pub fn resume(mut self, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        self.kept.extend(outcomes);
        self
    }

    /// What [`run`](Self::run) would do, without sending anything. This pulls all ids from their iterator. It takes
    /// account of outcomes to [`resume`](Self::resume), but doesn't read a [`journal`](Self::journal).
    ///
    /// ```
    /// use std::time::Duration;
    /// use unpost::{DeleteMany, DeletePosts};
    ///
    /// fn cost(client: impl DeletePosts, ids: &[String]) -> (usize, Duration) {
    ///     let plan = DeleteMany::new(client, ids).plan();
    ///     (plan.requests, plan.at_least)
    /// }
    /// ```
    pub fn plan(self) -> Plan {
        let batch_size = self.ids_in_a_batch();
        let mut given = 0;
        let ids = self.ids.inspect(|_| given += 1);
        let mut feed = Feed::new(Box::new(ids), self.provider.provider(), batch_size);
        if !self.kept.is_empty() {
            // Nothing is written, so any salt will do.
            let scope = scope_of(&self.provider, Some("")).0;
            feed.record = Some(history::of_kept(Record::new(scope), self.kept));
        }
        let mut plan = Plan::new(AnyProvider::new(self.provider), batch_size, feed);
        plan.repeated = given - plan.posts - plan.refused.len();
        plan
    }

    /// Starts the run. Nothing is sent until the stream is read.
    pub fn run(self) -> Outcomes<'a> {
        let batch_size = self.ids_in_a_batch();
        let provider = Arc::new(self.provider);
        let feed = Feed::new(self.ids, provider.provider(), batch_size);
        let salt = match &self.journal {
            Some(journal) => journal.salt(),
            // Nothing is written, so any name will do.
            None => Some(""),
        };
        let (scope, flaw) = scope_of(&*provider, salt);
        // Without a journal, nobody needs the profile's name.
        let flaw = flaw.filter(|_| self.journal.is_some());
        let recorder = self.journal.filter(|_| flaw.is_none());
        let recorder = recorder.map(|journal| Recorder::new(journal, scope.clone()));
        let run = Arc::new(RunContext::recorded_by(recorder.clone()));
        if let Some(flaw) = flaw {
            run.stop(flaw);
        }
        let done = match scope.operation {
            OperationKind::MarkManualDeleted => Fate::MarkedDeleted,
            _ => Fate::Deleted,
        };
        let history = History::new(&provider, scope, recorder, self.kept);
        let driver = Driver::new(provider, Arc::clone(&run), self.concurrency, done);
        Outcomes::new(history, feed, driver, run, self.concurrency)
    }

    fn ids_in_a_batch(&self) -> usize {
        self.batch_size
            .clamp(1, self.provider.largest_batch().max(1))
    }
}

/// The provider's scope. If the provider can't tell it, a scope without a profile, and the reason.
fn scope_of(provider: &impl DeletePosts, salt: Option<&str>) -> (Scope, Option<Failure>) {
    match provider.scope(salt) {
        Ok(scope) => (scope, None),
        Err(error) => {
            let scope = Scope::new(OperationKind::Delete, provider.provider(), "");
            (scope, Some(error.failure().clone()))
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
