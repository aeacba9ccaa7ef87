//! What a run needs of a provider.

use std::sync::Arc;

use crate::engine::call::CallContext;
use crate::engine::run::RunContext;
use crate::engine::tally::EarlierAttempts;
use crate::journal::{OperationKind, Record, Scope};
use crate::model::{Error, Outcome, PostId, Provider};

/// What [`DeleteMany`](crate::DeleteMany) needs of a provider. Both clients implement it, and you can implement it for another
/// provider.
///
/// The run takes care of distinct ids, batches, concurrency, the budget of retries and the end. The
/// implementation takes care of timeouts, waits between attempts and a rate limit. It must not panic, because
/// a panic reaches the reader of the run.
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
///         Provider::Other("acme".into())
///     }
///
///     fn batch_size(&self) -> usize {
///         100
///     }
///
///     async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
///         let ids = batch.ids().iter();
///         ids.map(|id| Outcome::new(id, self.provider(), Fate::NotFound)).collect()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let summary = DeleteMany::new(Empty, ["post-1", "post-2"]).run().summary().await;
/// assert_eq!(summary.not_found, 2);
/// # }
/// ```
pub trait DeletePosts: Send + Sync + 'static {
    /// The provider that the outcomes name.
    fn provider(&self) -> Provider;

    /// How many ids go into one request, unless the caller asks for another number.
    fn batch_size(&self) -> usize;

    /// The most ids that one request may name. A larger `batch_size` of the caller is reduced to this number. By
    /// default it is the same as [`batch_size`](Self::batch_size).
    fn largest_batch(&self) -> usize {
        self.batch_size()
    }

    /// What its batches do, and for which profile, as a journal records it. The journal's [`salt`](crate::Journal::salt)
    /// makes a name for a profile that has none.
    ///
    /// By default, the operation is [`Delete`](OperationKind::Delete) and the profile has the name `default`. Return another
    /// scope if it marks posts, or if there are several profiles.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) if the profile has no name and the journal no salt. Then nothing is sent.
    fn scope(&self, salt: Option<&str>) -> Result<Scope, Error> {
        let _ = salt;
        Ok(Scope::new(
            OperationKind::Delete,
            self.provider(),
            "default",
        ))
    }

    /// Takes note of what is on record before anything is sent, so that the requests of an earlier process count for the
    /// rate limit. By default, this does nothing.
    fn resume(&self, record: &Record) {
        let _ = record;
    }

    /// Deletes the posts of one batch, with all retries that make sense, and returns the outcome of each.
    ///
    /// An id without an outcome becomes [`Unreported`](crate::Fate::Unreported). An outcome whose id isn't in the batch
    /// is ignored. The run ends if the credentials are refused, or if the rate limit lets nothing be sent
    /// ([`NotAttempted`](crate::Fate::NotAttempted) for [`RateLimited`](crate::ErrorKind::RateLimited)).
    fn delete_posts(&self, batch: Batch) -> impl Future<Output = Vec<Outcome>> + Send;
}

/// The posts of one request of a run. They are distinct, and their ids can be sent.
#[derive(Debug)]
pub struct Batch {
    pub(crate) ids: Vec<PostId>,
    /// The attempts that were made for each of the ids before this run. It is empty if there were none.
    pub(crate) earlier: Vec<EarlierAttempts>,
    pub(crate) run: Arc<RunContext>,
}

impl Batch {
    /// The ids, at least one.
    pub fn ids(&self) -> &[PostId] {
        &self.ids
    }

    /// What a call for all posts of this batch belongs to.
    #[cfg(feature = "internals")]
    #[doc(hidden)]
    pub fn call_context(&self) -> CallContext<'_> {
        self.context()
    }

    pub(crate) fn context(&self) -> CallContext<'_> {
        CallContext::of_run(&self.run, &self.earlier)
    }

    /// Pays for one retry of this batch out of the run's budget. Returns whether the budget allowed it.
    ///
    /// A run has a budget of 20 retries, so that an outage costs few extra requests. Five batches that succeed
    /// pay for one more. A batch succeeds unless each of its posts failed as in an outage:
    /// [`Server`](crate::ErrorKind::Server), [`Connect`](crate::ErrorKind::Connect), [`Timeout`](crate::ErrorKind::Timeout),
    /// [`Disconnected`](crate::ErrorKind::Disconnected) or
    /// [`UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse) with a [`detail`](crate::Failure::detail), which says
    /// that the answer isn't the provider's.
    pub fn try_spend_retry(&self) -> bool {
        self.run.try_spend_retry()
    }
}
