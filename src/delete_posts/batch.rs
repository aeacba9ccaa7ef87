//! The posts of one request of a run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;

use super::health::Health;
use crate::client::Core;
use crate::engine::call::CallContext;
use crate::engine::finished::Finished;
use crate::engine::ids::{canonical, is_same};
use crate::engine::operation::Operation;
use crate::engine::run::{End, RunContext};
use crate::engine::tally::EarlierAttempts;
use crate::journal::OperationKind;
use crate::model::{Failure, Fate, PostId};

/// The posts of one request of a run. They are distinct, and their ids can be sent.
///
/// A [`DeletePosts`](crate::DeletePosts) of your own can send requests for them with a client's `delete_in`, or in its
/// own way. The methods here tell it whether the run goes on.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use unpost::{Batch, DeletePosts, ErrorKind, Failure, Fate, Outcome, Provider};
///
/// /// Asks for one post at a time, once a second.
/// struct Slow;
///
/// impl DeletePosts for Slow {
///     fn provider(&self) -> Provider {
///         Provider::Other("acme".into())
///     }
///
///     fn batch_size(&self) -> usize {
///         1
///     }
///
///     async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
///         let goes_on = batch.sleep(Duration::from_secs(1)).await;
///         let fate = if goes_on {
///             Fate::Deleted // the request would be here
///         } else {
///             Fate::NotAttempted(batch.stopped().await)
///         };
///         batch.ids().iter().map(|id| Outcome::new(id, self.provider(), fate.clone())).collect()
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let run = unpost::DeleteMany::new(Slow, ["post-1", "post-2"]).run();
/// run.stop();
/// assert_eq!(run.summary().await.not_attempted, 2);
/// # }
/// ```
#[derive(Debug)]
pub struct Batch {
    pub(crate) ids: Vec<PostId>,
    /// The attempts that were made for each of the ids before this run. It is empty if there were none.
    pub(crate) earlier: Vec<EarlierAttempts>,
    pub(crate) run: Arc<RunContext>,
    /// The attempts of requests for some of the posts, added to those before this run. The key is the post, and the fate
    /// that the request was to give it, since an attempt to mark a post is no evidence of its deletion.
    later: Mutex<HashMap<(String, &'static str), EarlierAttempts>>,
    /// What came of requests for a part of the batch.
    health: Health,
}

impl Batch {
    pub(crate) fn new(
        ids: Vec<PostId>,
        earlier: Vec<EarlierAttempts>,
        run: Arc<RunContext>,
    ) -> Self {
        Self {
            ids,
            earlier,
            run,
            later: Mutex::default(),
            health: Health::new(1),
        }
    }

    /// The ids, at least one.
    pub fn ids(&self) -> &[PostId] {
        &self.ids
    }

    /// Whether the run was stopped, so that nothing further should be sent. A request under way may be finished.
    pub fn is_stopped(&self) -> bool {
        self.run.stopped_by().is_some()
    }

    /// Waits until the run is stopped, and returns the reason. A post for which nothing was sent is then
    /// [`NotAttempted`](crate::Fate::NotAttempted) for this reason. If the run isn't stopped, this never returns.
    pub async fn stopped(&self) -> Failure {
        self.run.comes_to(End::Stopped).await;
        self.run.reason()
    }

    /// Waits for so long, but only until the run is stopped. Returns whether the run goes on.
    ///
    /// It needs a Tokio runtime with time enabled.
    pub async fn sleep(&self, time: Duration) -> bool {
        self.run.until(End::Stopped, sleep(time)).await.is_some() && !self.is_stopped()
    }

    /// Pays for one retry of this batch out of the run's budget. Returns whether the budget allowed it.
    ///
    /// A run has a budget of 20 retries, so that an outage costs few extra requests. Five batches that succeed
    /// pay for one more, and so do five requests of `delete_in` for a part of a batch. A batch succeeds unless each of
    /// its posts failed as in an outage:
    /// [`Server`](crate::ErrorKind::Server), [`Connect`](crate::ErrorKind::Connect), [`Timeout`](crate::ErrorKind::Timeout),
    /// [`Disconnected`](crate::ErrorKind::Disconnected) or
    /// [`UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse) with a [`detail`](crate::Failure::detail), which says
    /// that the answer isn't the provider's.
    pub fn try_spend_retry(&self) -> bool {
        self.run.try_spend_retry()
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

    /// Makes a call that belongs to this batch's run. It may be about some of the posts, and several calls may be about
    /// the same post.
    pub(crate) async fn call<O: Operation>(&self, core: &Core, operation: &O) -> Finished {
        let purpose = operation.done().as_str();
        let earlier = self.earlier_of(operation.posts(), purpose);
        let mut context = CallContext::of_run(&self.run, &earlier);
        if operation.done() == Fate::MarkedDeleted {
            let recorder = context.recorder.as_deref();
            let recorder = recorder.map(|recorder| recorder.of(OperationKind::MarkManualDeleted));
            context.recorder = recorder.map(Arc::new);
        }
        let finished = core.call_in(context, operation).await;
        let mut later = self.later();
        for outcome in &finished.outcomes {
            let id = canonical(outcome.id.as_str()).into_owned();
            later.insert((id, purpose), EarlierAttempts::of(outcome));
        }
        drop(later);
        // The run looks at whole batches itself.
        if operation.posts().len() < self.ids.len() {
            self.health.update(&self.run, &finished.outcomes);
        }
        finished
    }

    /// The attempts that were made for each of these posts up to now.
    fn earlier_of(&self, ids: &[PostId], purpose: &'static str) -> Vec<EarlierAttempts> {
        let later = self.later();
        if self.earlier.is_empty() && later.is_empty() {
            return Vec::new();
        }
        let before = |id: &str| {
            let mut own = self.ids.iter().zip(&self.earlier);
            let (_, earlier) = own.find(|(own, _)| is_same(own.as_str(), id))?;
            Some(*earlier)
        };
        let of = |id: &PostId| {
            let later = later.get(&(canonical(id.as_str()).into_owned(), purpose));
            let earlier = later.copied().or_else(|| before(id.as_str()));
            earlier.unwrap_or_default()
        };
        ids.iter().map(of).collect()
    }

    fn later(&self) -> MutexGuard<'_, HashMap<(String, &'static str), EarlierAttempts>> {
        self.later.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
