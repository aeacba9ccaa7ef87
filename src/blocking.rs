//! The same methods without async, for programs that have no runtime (feature `blocking`).
//!
//! Build a provider's client as usual, and wrap it in [`Client`]. The provider's own client documents the
//! methods for single requests. [`Client::delete_many`] deletes any number of posts.
//!
//! # The thread
//!
//! The first [`Client`] starts a thread of the name `unpost`. It drives the connections and timers of all blocking
//! clients of the process, also between their calls, and ends soon after the last of them and of their
//! [`Outcomes`] is dropped. A call waits for this thread and blocks its own.
//!
//! So blocking clients may be made from one client, be used from any thread and inside any runtime, and
//! be mixed with async calls of the same client. All of them share one rate limit for each profile. Inside a runtime, a call
//! blocks one of the runtime's threads, and what else this thread would do has to wait. Use the async client there.
//!
//! A process that is forked while a client exists has no such thread, and calls in it never return. Make the clients after
//! the fork.

mod background;
mod options;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use self::background::Background;
pub(crate) use self::options::blocking_options;
use crate::delete_many::{self, Plan, RunHandle};
use crate::delete_posts::DeletePosts;
use crate::journal::Journal;
use crate::model::{Error, Failure, Outcome, PostId, Summary};

/// A provider's client, wrapped so that its methods block until they are done.
///
/// It is cheap to clone and may be shared between threads, whose calls run at the same time.
#[derive(Clone)]
pub struct Client<C> {
    client: C,
    background: Arc<Background>,
}

impl<C> Client<C> {
    /// Wraps a client, and starts the [thread](self#the-thread) if no other blocking client exists.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) if the system can't provide a thread or a runtime, for example because
    /// it is out of file descriptors.
    ///
    /// ```
    /// use unpost::{DeletePosts, blocking};
    ///
    /// fn without_async<C: DeletePosts>(client: C) -> unpost::Result<blocking::Client<C>> {
    ///     blocking::Client::new(client)
    /// }
    /// ```
    pub fn new(client: C) -> Result<Self, Error> {
        Ok(Self {
            client,
            background: Background::shared()?,
        })
    }

    pub(crate) fn client(&self) -> &C {
        &self.client
    }

    /// The same thread with another client.
    pub(crate) fn with_client<D>(&self, client: D) -> Client<D> {
        Client {
            client,
            background: Arc::clone(&self.background),
        }
    }

    pub(crate) fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.background.wait_for(future)
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
            background: Arc::clone(&self.background),
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
    background: Arc<Background>,
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

    /// As [`crate::DeleteMany::plan`].
    pub fn plan(self) -> Plan {
        self.posts.plan()
    }

    /// As [`crate::DeleteMany::journal`].
    pub fn journal(self, journal: impl Journal) -> Self {
        Self {
            posts: self.posts.journal(journal),
            ..self
        }
    }

    /// As [`crate::DeleteMany::resume`].
    pub fn resume(self, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self {
            posts: self.posts.resume(outcomes),
            ..self
        }
    }

    /// As [`crate::DeleteMany::run`].
    pub fn run(self) -> Outcomes<'a> {
        let outcomes = self.posts.run();
        Outcomes {
            handle: outcomes.handle(),
            run: Some(outcomes),
            background: self.background,
        }
    }
}

/// An iterator over the outcomes of a run. See [`crate::Outcomes`].
#[derive(Debug)]
#[must_use = "nothing is sent unless it is read"]
pub struct Outcomes<'a> {
    /// `None` only while it is dropped.
    run: Option<delete_many::Outcomes<'a>>,
    handle: RunHandle,
    background: Arc<Background>,
}

impl Outcomes<'_> {
    /// The next outcome, if it is known within so much time; `Ok(None)` once every post has had its own. Without any
    /// time, this returns what is known already.
    ///
    /// # Errors
    /// [`TimedOut`] if no outcome came in time. Nothing is lost by that, and the next call goes on.
    ///
    /// ```
    /// use std::time::Duration;
    /// use unpost::{DeletePosts, blocking};
    ///
    /// fn delete_campaign(client: &blocking::Client<impl DeletePosts + Clone>) {
    ///     let mut outcomes = client.delete_many(["post-1", "post-2"]).run();
    ///     loop {
    ///         match outcomes.next_timeout(Duration::from_secs(1)) {
    ///             Ok(Some(outcome)) => println!("{}: {}", outcome.id, outcome.fate),
    ///             Ok(None) => break,
    ///             Err(blocking::TimedOut) => println!("still waiting"),
    ///         }
    ///     }
    /// }
    /// ```
    pub fn next_timeout(&mut self, patience: Duration) -> Result<Option<Outcome>, TimedOut> {
        let Some(outcomes) = &mut self.run else {
            return Ok(None);
        };
        // The timer is made inside, because it belongs to a runtime.
        let next = async { tokio::time::timeout(patience, outcomes.next()).await };
        self.background.wait_for(next).map_err(|_| TimedOut)
    }

    /// A handle with which anybody can watch and stop the run, also while this thread waits for the next outcome.
    ///
    /// ```
    /// use std::time::Duration;
    /// use unpost::{DeletePosts, Summary, blocking};
    ///
    /// fn delete_for_an_hour(client: &blocking::Client<impl DeletePosts + Clone>, ids: Vec<String>) -> Summary {
    ///     let outcomes = client.delete_many(ids).run();
    ///     let handle = outcomes.handle();
    ///     std::thread::spawn(move || {
    ///         std::thread::sleep(Duration::from_secs(60 * 60));
    ///         handle.stop();
    ///     });
    ///     outcomes.summary()
    /// }
    /// ```
    pub fn handle(&self) -> RunHandle {
        self.handle.clone()
    }

    /// As [`crate::Outcomes::stop`].
    pub fn stop(&self) {
        self.handle.stop();
    }

    /// As [`crate::Outcomes::stopped_by`].
    pub fn stopped_by(&self) -> Option<Failure> {
        self.handle.stopped_by()
    }

    /// As [`crate::Outcomes::summary`].
    pub fn summary(mut self) -> Summary {
        let outcomes = self.run.take();
        outcomes.map_or_else(Summary::default, |outcomes| {
            self.background.wait_for(outcomes.summary())
        })
    }
}

impl Iterator for Outcomes<'_> {
    type Item = Outcome;

    fn next(&mut self) -> Option<Outcome> {
        let outcomes = self.run.as_mut()?;
        self.background.wait_for(outcomes.next())
    }
}

impl Drop for Outcomes<'_> {
    fn drop(&mut self) {
        let Some(run) = self.run.take() else {
            return;
        };
        // What is under way is still received, so the thread stays until then.
        if let Some(under_way) = run.under_way() {
            Background::keep_for(&self.background, under_way);
        }
        self.background.drop_inside(run);
    }
}

/// No outcome came in time: see [`Outcomes::next_timeout`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimedOut;

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no outcome came in time")
    }
}

impl std::error::Error for TimedOut {}
