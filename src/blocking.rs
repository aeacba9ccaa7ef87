//! The same methods without async, for programs that have no runtime (feature `blocking`).
//!
//! Build a provider's client as usual, and wrap it in [`Client`]. The provider's own client documents the
//! methods for single requests. [`Client::delete_many`] deletes any number of posts.
//!
//! A [`Client`] drives its own runtime on the calling thread. Inside another runtime, each call starts a
//! thread and blocks the calling one until it is done. Use the async client there.

use std::fmt;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::delete_many;
use crate::delete_posts::DeletePosts;
use crate::model::{Error, Outcome, PostId, Summary};

/// A provider's client, wrapped so that its methods block until they are done.
///
/// It is cheap to clone and may be shared between threads, whose calls run at the same time.
#[derive(Clone)]
pub struct Client<C> {
    client: C,
    driver: Arc<Driver>,
}

impl<C> Client<C> {
    /// Wraps a client.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) if the system can't provide a runtime, for example because it is
    /// out of file descriptors.
    pub fn new(client: C) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let driver = Driver(Some(runtime.map_err(Error::setup)?));
        Ok(Self {
            client,
            driver: Arc::new(driver),
        })
    }

    pub(crate) fn client(&self) -> &C {
        &self.client
    }

    /// The same driver with another client.
    pub(crate) fn with_client(&self, client: C) -> Self {
        Self {
            client,
            driver: Arc::clone(&self.driver),
        }
    }

    pub(crate) fn wait_for<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        self.driver.wait_for(future)
    }
}

impl<C: DeletePosts + Clone> Client<C> {
    /// Deletes any number of posts: see [`DeleteMany`](crate::DeleteMany).
    ///
    /// ```
    /// use unpost::{DeletePosts, blocking};
    ///
    /// fn delete_campaign(client: &blocking::Client<impl DeletePosts + Clone>) {
    ///     for outcome in client.delete_many(["post-1", "post-2"]).concurrency(4).run() {
    ///         println!("{}: {}", outcome.id, outcome.fate);
    ///     }
    /// }
    /// ```
    pub fn delete_many<'a>(
        &self,
        ids: impl IntoIterator<Item: Into<PostId> + 'a, IntoIter: Send + 'a>,
    ) -> DeleteMany<'a, C> {
        DeleteMany {
            posts: delete_many::DeleteMany::new(self.client.clone(), ids),
            driver: Arc::clone(&self.driver),
        }
    }
}

impl<C: fmt::Debug> fmt::Debug for Client<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}

/// As [`crate::DeleteMany`].
#[derive(Debug)]
#[must_use = "nothing is sent until it is run"]
pub struct DeleteMany<'a, P> {
    posts: delete_many::DeleteMany<'a, P>,
    driver: Arc<Driver>,
}

impl<'a, P: DeletePosts> DeleteMany<'a, P> {
    /// As [`crate::DeleteMany::concurrency`].
    pub fn concurrency(self, requests: usize) -> Self {
        Self {
            posts: self.posts.concurrency(requests),
            ..self
        }
    }

    /// As [`crate::DeleteMany::batch_size`].
    pub fn batch_size(self, ids: usize) -> Self {
        Self {
            posts: self.posts.batch_size(ids),
            ..self
        }
    }

    /// As [`crate::DeleteMany::run`].
    pub fn run(self) -> Outcomes<'a> {
        Outcomes {
            outcomes: self.posts.run(),
            driver: self.driver,
        }
    }
}

/// An iterator over the outcomes of a run. See [`crate::Outcomes`].
#[derive(Debug)]
#[must_use = "nothing is sent unless it is read"]
pub struct Outcomes<'a> {
    outcomes: delete_many::Outcomes<'a>,
    driver: Arc<Driver>,
}

impl Outcomes<'_> {
    /// As [`crate::Outcomes::stop`].
    pub fn stop(&mut self) {
        self.outcomes.stop();
    }

    /// As [`crate::Outcomes::summary`].
    pub fn summary(self) -> Summary {
        self.driver.wait_for(self.outcomes.summary())
    }
}

impl Iterator for Outcomes<'_> {
    type Item = Outcome;

    fn next(&mut self) -> Option<Outcome> {
        self.driver.wait_for(self.outcomes.next())
    }
}

/// A runtime that runs on the caller's thread. It is `None` only while the driver is dropped.
struct Driver(Option<Runtime>);

impl Driver {
    fn wait_for<T: Send>(&self, future: impl Future<Output = T> + Send) -> T {
        let wait = || match &self.0 {
            Some(runtime) => runtime.block_on(future),
            None => unreachable!("a driver is used after it was dropped"),
        };
        if Handle::try_current().is_err() {
            return wait();
        }
        // Inside a runtime, only another thread may wait.
        let waited = std::thread::scope(|scope| scope.spawn(wait).join());
        waited.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Driver {
    /// Shuts the runtime down in the background, because dropping it inside another runtime panics.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Driver")
    }
}
