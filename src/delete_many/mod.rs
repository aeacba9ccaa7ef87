//! Deletes any number of posts, with one outcome for each distinct id.
//!
//! ```text
//! ids ── feed ──► outcomes ── batches ──► board ──► driver ──► the provider
//!                 the reader ◄── outcomes ── board ◄── driver
//! ```
//!
//! `feed` takes distinct ids from the caller's iterator, a batch at a time, while the stream is read. `driver` runs as
//! a task of its own: it makes the requests, receives the answers, and settles one outcome for each post, whether or
//! not anybody reads. `board` is what the two share. `handle` lets anybody watch and stop the run.

mod board;
mod distinct;
mod driver;
mod feed;
mod handle;
mod outcomes;

use std::fmt;
use std::sync::Arc;

use self::driver::Driver;
use self::feed::Feed;
pub use self::handle::{Progress, RunHandle};
pub use self::outcomes::Outcomes;
use crate::delete_posts::DeletePosts;
use crate::engine::run::RunContext;
use crate::model::PostId;

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
        let batch_size = self
            .batch_size
            .clamp(1, self.provider.largest_batch().max(1));
        let feed = Feed::new(self.ids, self.provider.provider(), batch_size);
        let run = Arc::new(RunContext::default());
        let driver = Driver::new(self.provider, Arc::clone(&run), self.concurrency);
        Outcomes::new(feed, driver, run, self.concurrency)
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
