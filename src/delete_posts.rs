//! What a run needs of a provider.

use std::sync::Arc;

use crate::engine::run::RunContext;
use crate::model::{Outcome, PostId, Provider};

/// What [`DeleteMany`] needs of a provider. Both clients implement it; so can you, for a third one.
///
/// The run sees to distinct ids, batches, concurrency, the budget of retries and when to end. Timeouts, waits
/// between attempts and a rate limit are up to the implementation. It must not panic, because a panic reaches
/// the reader of the run.
///
/// # Example
///
/// ```
/// use unpost::{Batch, DeleteMany, DeletePosts, Fate, Outcome, Provider};
///
/// /// Knows no post at all.
/// struct Empty;
///
/// impl DeletePosts for Empty {
///     fn provider(&self) -> Provider {
///         Provider::Other
///     }
///
///     fn batch_size(&self) -> usize {
///         100
///     }
///
///     async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
///         let ids = batch.ids().iter();
///         ids.map(|id| Outcome::new(id, Provider::Other, Fate::NotFound)).collect()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let summary = DeleteMany::new(Empty, ["post-1", "post-2"]).run().summary().await;
/// assert_eq!(summary.not_found, 2);
/// # }
/// ```
pub trait DeletePosts: Send + Sync + 'static {
    /// Whom the outcomes are said to come from.
    fn provider(&self) -> Provider;

    /// How many ids go into one request, unless the caller asks for another number.
    fn batch_size(&self) -> usize;

    /// The most ids that one request may name, which a caller's `batch_size` is cut down to: by default as many
    /// as [`batch_size`](Self::batch_size).
    fn largest_batch(&self) -> usize {
        self.batch_size()
    }

    /// Deletes the posts of one batch, with all retries that make sense, and says what became of each.
    ///
    /// An id that the answer leaves out is [`Unreported`](Fate::Unreported); one that isn't of the batch
    /// is ignored. A refusal of the credentials, or a rate limit that lets nothing be sent
    /// ([`NotAttempted`](Fate::NotAttempted) for [`RateLimited`](ErrorKind::RateLimited)), ends the run.
    fn delete_posts(&self, batch: Batch) -> impl Future<Output = Vec<Outcome>> + Send;
}

/// The posts of one request of a run: distinct, and fit to be sent.
#[derive(Debug)]
pub struct Batch {
    pub(crate) ids: Vec<PostId>,
    pub(crate) run: Arc<RunContext>,
}

impl Batch {
    /// The ids, at least one.
    pub fn ids(&self) -> &[PostId] {
        &self.ids
    }

    /// What the calls of the run share.
    #[cfg(feature = "internals")]
    #[doc(hidden)]
    pub fn run(&self) -> &RunContext {
        &self.run
    }

    /// Pays for one more request for this batch, and says whether the run could afford it.
    ///
    /// A run has a budget of 20 retries, and five batches that get through pay for another, so that an
    /// outage costs few extra requests. A batch got through unless each of its posts failed as in an outage: [`Server`](ErrorKind::Server), [`Connect`](ErrorKind::Connect),
    /// [`Timeout`](ErrorKind::Timeout), [`Disconnected`](ErrorKind::Disconnected) or
    /// [`UnexpectedResponse`](ErrorKind::UnexpectedResponse).
    pub fn try_spend_retry(&self) -> bool {
        self.run.try_spend_retry()
    }
}
