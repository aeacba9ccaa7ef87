//! What a run needs of a provider.

mod any_provider;
mod batch;
mod health;

use std::time::Duration;

pub use self::any_provider::AnyProvider;
pub use self::batch::Batch;
pub(crate) use self::health::Health;
use crate::journal::{Record, Scope};
use crate::model::{Error, Outcome, PostId, Provider};

/// What [`DeleteMany`](crate::DeleteMany) needs of a provider. Both clients implement it, and you can implement it for another
/// provider.
///
/// The run takes care of distinct ids, batches, concurrency, the budget of retries and the end. The
/// implementation takes care of timeouts, waits between attempts and a rate limit. It must not panic, because
/// a panic reaches the reader of the run.
///
/// An implementation that sends its requests with `delete_in` of a client has all of that from the client. One that
/// sends them in another way learns from [`Batch`] whether the run was stopped, and waits with [`Batch::sleep`].
///
/// This trait can't be used as `dyn DeletePosts`. [`AnyProvider`] is one type for all implementations.
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

    /// What the batches of this provider do, and for which profile, as a journal records it. If the profile has no
    /// name, a fingerprint made with the journal's [`salt`](crate::Journal::salt) stands for it.
    ///
    /// An implementation that sends through a client returns the client's scope. By default, this is an error, because
    /// records of several profiles would be mixed up.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) if the profile has neither a name nor a fingerprint. Then a run with a
    /// journal sends nothing.
    fn scope(&self, salt: Option<&str>) -> Result<Scope, Error> {
        let _ = salt;
        Err(Error::invalid(
            "a journal must know whose posts these are: implement `scope` of `DeletePosts`, and `resume` with it",
        ))
    }

    /// Takes note of what is on record before anything is sent, so that the requests of an earlier process count for the
    /// rate limit. An implementation that sends through a client passes the record on to it. By default, this does nothing.
    fn resume(&self, record: &Record) {
        let _ = record;
    }

    /// Deletes the posts of one batch, with all retries that make sense, and returns the outcome of each.
    ///
    /// An id without an outcome becomes [`Unreported`](crate::Fate::Unreported). An outcome whose id isn't in the batch
    /// is ignored. The run ends if the credentials are refused, or if the rate limit lets nothing be sent
    /// ([`NotAttempted`](crate::Fate::NotAttempted) for [`RateLimited`](crate::ErrorKind::RateLimited)).
    fn delete_posts(&self, batch: Batch) -> impl Future<Output = Vec<Outcome>> + Send;

    /// Whether each request is counted while it is made, as a client's `delete_in` does. It is `false` by default.
    ///
    /// If it is `false`, the run counts one request for each batch. It adds the attempts that were made before the run
    /// to the outcomes that come back, and a post that was deleted already counts as deleted if such an attempt got no
    /// answer. If the time of [`stop_within`](crate::RunHandle::stop_within) is over, the run waits no longer, and the
    /// posts of the batch are [`Uncertain`](crate::Fate::Uncertain).
    ///
    /// Return `true` if every request is sent with `delete_in`. An implementation that only passes its batches to another
    /// one returns what that one returns.
    fn records_attempts(&self) -> bool {
        false
    }

    /// The exact JSON of the first request for these posts, for [`DeleteMany::plan`](crate::DeleteMany::plan). It is
    /// `None` by default.
    fn body(&self, _ids: &[PostId]) -> Option<String> {
        None
    }

    /// The least time that the rate limit allows for so many requests, for [`DeleteMany::plan`](crate::DeleteMany::plan).
    /// It is 0 by default. The time that an answer takes doesn't count.
    fn least_time(&self, _requests: usize) -> Duration {
        Duration::ZERO
    }
}
