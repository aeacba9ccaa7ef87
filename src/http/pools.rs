//! Keeps one connection pool for each Tokio runtime that sends.
//!
//! A connection is driven by the runtime that opened it. Another runtime that picks it from a shared pool waits
//! for an answer that nobody reads, and a connection whose runtime is gone is dead.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Handle, Id};
use tokio::time::Instant;

/// The HTTP clients of one client, its clones and its clients for other profiles: one for each runtime.
pub(super) struct Pools {
    make: Box<Make>,
    open: Mutex<Vec<Pool>>,
}

/// Makes an HTTP client with an empty pool.
type Make = dyn Fn() -> reqwest::Result<reqwest::Client> + Send + Sync;

struct Pool {
    /// The runtime that sends through it. The first pool has none until a runtime sends.
    runtime: Option<Id>,
    http: reqwest::Client,
    last_used: Instant,
}

impl Pools {
    /// Makes the first pool, so that what is wrong with the settings is known at once.
    pub(super) fn new(
        make: impl Fn() -> reqwest::Result<reqwest::Client> + Send + Sync + 'static,
    ) -> reqwest::Result<Self> {
        let first = Pool {
            runtime: None,
            http: make()?,
            last_used: Instant::now(),
        };
        Ok(Self {
            make: Box::new(make),
            open: Mutex::new(vec![first]),
        })
    }

    /// The HTTP client of the runtime that polls this.
    pub(super) async fn of_this_runtime(&self) -> reqwest::Result<reqwest::Client> {
        let Ok(runtime) = Handle::try_current() else {
            return (self.make)();
        };
        let now = Instant::now();
        let Some((http, unused_for)) = self.find(runtime.id(), now) else {
            // This takes milliseconds and calls the caller's code, so no lock is held.
            let http = (self.make)()?;
            return Ok(self.add(runtime.id(), http, now));
        };
        if unused_for >= LONG_ENOUGH_TO_MISS_A_CLOSE && !is_driven_meanwhile(&runtime) {
            notice_closed_connections().await;
        }
        Ok(http)
    }

    /// The HTTP client of this runtime, and for how long it wasn't used.
    fn find(&self, runtime: Id, now: Instant) -> Option<(reqwest::Client, Duration)> {
        let mut open = self.lock();
        let is_own = |pool: &Pool| pool.runtime == Some(runtime);
        let position = open.iter().position(is_own);
        let position = position.or_else(|| open.iter().position(|pool| pool.runtime.is_none()))?;
        let pool = open.get_mut(position)?;
        pool.runtime = Some(runtime);
        let unused_for = now.saturating_duration_since(pool.last_used);
        pool.last_used = now;
        Some((pool.http.clone(), unused_for))
    }

    /// Keeps the HTTP client for this runtime, unless another thread of the runtime was faster.
    fn add(&self, runtime: Id, http: reqwest::Client, now: Instant) -> reqwest::Client {
        let mut open = self.lock();
        if let Some(pool) = open.iter().find(|pool| pool.runtime == Some(runtime)) {
            return pool.http.clone();
        }
        if open.len() >= MOST_POOLS {
            let oldest = (0..)
                .zip(open.iter())
                .min_by_key(|(_, pool)| pool.last_used);
            if let Some((oldest, _)) = oldest {
                open.swap_remove(oldest);
            }
        }
        open.push(Pool {
            runtime: Some(runtime),
            http: http.clone(),
            last_used: now,
        });
        http
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Pool>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pools")
    }
}

/// At most this many pools are kept, namely those that were used last, because nothing tells when a runtime is gone. A
/// server may have a runtime for each core, and a program one for each call. A pool takes some 100 kB.
const MOST_POOLS: usize = 64;

/// After a pause of this length, a server may have closed a connection. In a loop of requests the pauses are shorter,
/// so the requests pay nothing for the check.
const LONG_ENOUGH_TO_MISS_A_CLOSE: Duration = Duration::from_millis(1);

tokio::task_local! {
    /// Set while the thread that polls isn't the one that drives the runtime.
    static DRIVEN_BY_ANOTHER_THREAD: ();
}

/// Polls the future, and says that a thread other than the polling one drives the runtime all the time.
#[cfg(feature = "blocking")]
pub(crate) async fn driven_by_another_thread<T>(future: impl Future<Output = T>) -> T {
    DRIVEN_BY_ANOTHER_THREAD.scope((), future).await
}

/// Whether another thread drives the runtime while this thread does something else.
fn is_driven_meanwhile(runtime: &Handle) -> bool {
    runtime.metrics().num_workers() > 1 || DRIVEN_BY_ANOTHER_THREAD.try_with(|()| ()).is_ok()
}

/// Lets the runtime check its sockets, and lets the tasks of the connections read what has arrived.
///
/// While the only thread of a runtime does something else, the runtime doesn't check its sockets. A connection that the
/// server closes meanwhile still looks open afterwards, and a request that is sent on it is lost.
#[allow(
    clippy::disallowed_methods,
    reason = "the runtime around is the one that has to look, which `is_driven_meanwhile` makes sure of"
)]
async fn notice_closed_connections() {
    // The first one lets the runtime look at the sockets. A runtime may come back here before it runs the tasks.
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}
