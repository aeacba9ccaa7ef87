//! A limiter that several processes share.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_core::future::BoxFuture;

use super::headers::RateHeaders;
use super::pacer::{Pacer, Ready};
use super::rate_limit::RateLimit;
use super::usage::{Usage, WaitingFor};
use crate::engine::exchange::BoxError;
use crate::model::Provider;

/// Decides when a request of a profile may be sent. Implement it so that several processes share a profile's window, and
/// hand it to a builder's `limiter`.
///
/// Without one, each client keeps the window in its own memory. That is enough for one process, and faster.
///
/// An implementation usually keeps a [`Pacer`] for each [`Window`] where all processes reach it, such as in a row of a
/// database, and lets one of them change it at a time. Each request costs two calls: [`reserve`](Self::reserve) before
/// it, and [`settle`](Self::settle) once its answer is there. The requests of one client and profile reserve one after the
/// other, in the order in which they came.
///
/// If `reserve` fails, nothing is sent: the request fails with [`Stopped`](crate::ErrorKind::Stopped) and the error's
/// text. If `settle` fails, it is called again before the next place is reserved, so that no answer is forgotten as long
/// as the process lives.
///
/// Every profile must have a name, by which the processes agree which window is meant: set it with the builder's
/// `profile_name` or with the client's `named`. A request of a profile without a name fails with
/// [`Invalid`](crate::ErrorKind::Invalid).
///
/// # Example
///
/// ```
/// use std::collections::HashMap;
/// use std::error::Error;
/// use std::sync::{Mutex, PoisonError};
/// use std::time::{Duration, SystemTime};
/// use unpost::{Limiter, Pacer, Place, RateHeaders, Reservation, Usage, Window};
///
/// /// A table of pacers as JSON. Think of a database.
/// #[derive(Default)]
/// struct Table(Mutex<HashMap<String, String>>);
///
/// impl Table {
///     /// Does something to the pacer of a window, in one transaction.
///     fn change<T>(&self, window: &Window, change: impl FnOnce(&mut Pacer) -> T) -> serde_json::Result<T> {
///         let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         let key = format!("{} {}", window.provider().as_str(), window.profile());
///         let limit = window.rate_limit().clone();
///         let mut pacer = match rows.get(&key) {
///             Some(row) => serde_json::from_str::<Pacer>(row)?.with_limit(limit),
///             None => Pacer::new(limit),
///         };
///         let result = change(&mut pacer);
///         rows.insert(key, serde_json::to_string(&pacer)?);
///         Ok(result)
///     }
/// }
///
/// impl Limiter for Table {
///     async fn reserve(&self, window: &Window) -> Result<Reservation, Box<dyn Error + Send + Sync>> {
///         let now = SystemTime::now();
///         Ok(self.change(window, |pacer| Reservation::from_pacer(pacer, now))?)
///     }
///
///     async fn settle(
///         &self,
///         window: &Window,
///         place: &Place,
///         usage: Usage,
///         headers: &RateHeaders,
///     ) -> Result<Duration, Box<dyn Error + Send + Sync>> {
///         let now = SystemTime::now();
///         Ok(self.change(window, |pacer| {
///             pacer.settle(now, place.sent_at(), usage, headers);
///             pacer.closed_for(now)
///         })?)
///     }
/// }
///
/// ```
pub trait Limiter: Send + Sync + 'static {
    /// Takes a place in the window, if there is room.
    ///
    /// Once a place is granted, it must not be granted again, whatever becomes of this process. The future may be dropped
    /// before it ends; a place that was taken all the same is never settled. A pacer lets such a place go by itself.
    fn reserve(
        &self,
        window: &Window,
    ) -> impl Future<Output = Result<Reservation, BoxError>> + Send;

    /// Records what came of the request for which the place was reserved, and returns for how long the window is closed
    /// now. `headers` is what the answer's headers say of the window.
    fn settle(
        &self,
        window: &Window,
        place: &Place,
        usage: Usage,
        headers: &RateHeaders,
    ) -> impl Future<Output = Result<Duration, BoxError>> + Send;
}

/// The window of one profile at one provider.
///
/// See [`Limiter`] for an example.
#[derive(Clone, Debug)]
pub struct Window {
    pub(super) provider: Provider,
    pub(super) profile: Arc<str>,
    pub(super) limit: RateLimit,
}

impl Window {
    /// The provider that counts the requests.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The profile's name, as the builder's `profile_name` or the client's `named` gave it.
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The limit that the client is set to.
    pub fn rate_limit(&self) -> &RateLimit {
        &self.limit
    }
}

/// The answer to a request for a place in a window.
///
/// See [`Limiter`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reservation {
    /// The request may be sent now.
    Granted(Place),
    /// It may not be sent yet.
    NotBefore {
        /// How long to wait before asking again.
        wait: Duration,
        /// What is waited for. If it is an [`Answer`](WaitingFor::Answer), the client asks again sooner.
        waiting_for: WaitingFor,
    },
    /// The daily limit of 429s is reached.
    Spent {
        /// How long it takes until the first of those 429s is a day old.
        wait: Duration,
    },
}

impl Reservation {
    /// Asks a pacer, and takes the place if there is one.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use unpost::{Pacer, Place, RateLimit, Reservation};
    ///
    /// let mut pacer = Pacer::new(RateLimit::new(300, Duration::from_secs(300)));
    /// let now = SystemTime::now();
    /// let reservation = Reservation::from_pacer(&mut pacer, now);
    /// assert_eq!(reservation, Reservation::Granted(Place::new(now)));
    /// ```
    pub fn from_pacer(pacer: &mut Pacer, now: SystemTime) -> Self {
        let from_now = |time: SystemTime| time.duration_since(now).unwrap_or_default();
        match pacer.ready(now) {
            Ready::Now => {
                pacer.sent(now);
                Self::Granted(Place::new(now))
            }
            Ready::At { at, waiting_for } => Self::NotBefore {
                wait: from_now(at),
                waiting_for,
            },
            Ready::Spent { until } => Self::Spent {
                wait: from_now(until),
            },
        }
    }
}

/// A place that was reserved in a window. It names the request when that is settled.
///
/// ```
/// use std::time::SystemTime;
/// use unpost::Place;
///
/// let now = SystemTime::now();
/// let place = Place::new(now).token("lease 17");
/// assert_eq!((place.sent_at(), place.as_token()), (now, Some("lease 17")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    sent: SystemTime,
    token: Option<String>,
}

impl Place {
    /// A place that was reserved at this time.
    pub fn new(sent: SystemTime) -> Self {
        Self { sent, token: None }
    }

    /// Adds a text by which the limiter knows the place, such as a number of its own.
    #[must_use]
    pub fn token(self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self
        }
    }

    /// When the place was reserved. A pacer knows the request by this time.
    pub fn sent_at(&self) -> SystemTime {
        self.sent
    }

    /// The text that the limiter gave it.
    pub fn as_token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

impl<L: Limiter> Limiter for Arc<L> {
    async fn reserve(&self, window: &Window) -> Result<Reservation, BoxError> {
        L::reserve(self, window).await
    }

    async fn settle(
        &self,
        window: &Window,
        place: &Place,
        usage: Usage,
        headers: &RateHeaders,
    ) -> Result<Duration, BoxError> {
        L::settle(self, window, place, usage, headers).await
    }
}

/// A [`Limiter`] of any type.
pub trait DynLimiter: Send + Sync + 'static {
    /// Does what [`Limiter::reserve`] does.
    fn reserve<'a>(&'a self, window: &'a Window) -> BoxFuture<'a, Result<Reservation, BoxError>>;

    /// Does what [`Limiter::settle`] does.
    fn settle<'a>(
        &'a self,
        window: &'a Window,
        place: &'a Place,
        usage: Usage,
        headers: &'a RateHeaders,
    ) -> BoxFuture<'a, Result<Duration, BoxError>>;
}

impl<L: Limiter> DynLimiter for L {
    fn reserve<'a>(&'a self, window: &'a Window) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(Limiter::reserve(self, window))
    }

    fn settle<'a>(
        &'a self,
        window: &'a Window,
        place: &'a Place,
        usage: Usage,
        headers: &'a RateHeaders,
    ) -> BoxFuture<'a, Result<Duration, BoxError>> {
        Box::pin(Limiter::settle(self, window, place, usage, headers))
    }
}

impl fmt::Debug for dyn DynLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limiter")
    }
}
