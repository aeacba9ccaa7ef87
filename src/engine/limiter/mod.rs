//! How fast a profile's requests go: the setting, and a pacer that is handed the time.
//!
//! No clock, no socket and no randomness in here: what the pacer decides follows from what it was told.
//! `docs/pacing.md` says in plain words what it does and how well that works.

mod headers;
mod pacer;

use std::time::{Duration, Instant};

pub(crate) use headers::RateHeaders;
pub(crate) use pacer::Pacer;

/// How fast the requests of one profile go.
///
/// A provider allows a profile so many requests in so long a window. Every task that uses the same profile of the
/// same client shares one account of that window, so a host may run as many tasks as it likes.
///
/// The rate headers of an answer are believed over this setting where they are stricter: if the provider says
/// that 200 requests are allowed, or that another process has used half of them, that is what counts.
///
/// ```
/// use std::time::Duration;
/// use unpost::Pace;
///
/// // An account with a smaller allowance, and a service that would rather stop early than be throttled.
/// let pace = Pace::new(150, Duration::from_secs(300)).rate_limit_budget(20);
/// # let _ = pace;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    requests: Option<u32>,
    window: Duration,
    budget: u32,
}

impl Pace {
    /// At most `requests` in any `window`.
    ///
    /// 0 requests count as 1. A window is between 1 ms and 24 hours; anything outside is moved to the nearer end.
    ///
    /// ```
    /// # use {std::time::Duration, unpost::Pace};
    /// assert_eq!(Pace::new(0, Duration::ZERO), Pace::new(1, Duration::from_millis(1)));
    /// ```
    pub fn new(requests: u32, window: Duration) -> Self {
        let window = window.clamp(Duration::from_millis(1), DAY);
        Self {
            requests: Some(requests.max(1)),
            window,
            budget: DEFAULT_BUDGET,
        }
    }

    /// No window until the provider shows one, by its rate headers or by an answer of 429.
    ///
    /// ```
    /// # use unpost::Pace;
    /// let pace = Pace::unpaced().rate_limit_budget(50);
    /// # let _ = pace;
    /// ```
    pub fn unpaced() -> Self {
        Self {
            requests: None,
            window: ASSUMED_WINDOW,
            budget: DEFAULT_BUDGET,
        }
    }

    /// How many answers of 429 a profile may be given within any 24 hours. From then on nothing is sent, and requests
    /// fail with `ErrorKind::RateLimited`, until the oldest of those answers is 24 hours old.
    ///
    /// 100 unless told, and at least 1. Ayrshare suspends a profile at 1,000, whichever process they went to. A request
    /// under way is counted as though it might be answered 429, so no more than this many are ever under way at once.
    ///
    /// ```
    /// # use {std::time::Duration, unpost::Pace};
    /// let pace = Pace::new(300, Duration::from_secs(300)).rate_limit_budget(10);
    /// # let _ = pace;
    /// ```
    #[must_use]
    pub fn rate_limit_budget(self, answers: u32) -> Self {
        Self {
            budget: answers.max(1),
            ..self
        }
    }

    /// Ayrshare's documented window.
    pub(crate) fn ayrshare() -> Self {
        Self::new(300, Duration::from_secs(300))
    }

    /// Genviral documents none.
    pub(crate) fn genviral() -> Self {
        Self::unpaced()
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DEFAULT_BUDGET: u32 = 100;
/// For how long sends are remembered where no window is known.
const ASSUMED_WINDOW: Duration = Duration::from_secs(300);

/// May the next request go?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ready {
    /// Yes: call [`Pacer::sent`] under the same lock, then send.
    Now,
    /// Not yet: ask again then. Never more than 24 hours away.
    At(Instant),
    /// The budget of 429s is used up: nothing may be sent until then.
    Spent { until: Instant },
}

/// What became of a request, as far as pacing is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Any answer but a 429.
    Answer,
    /// A 429 of the provider's: the profile's window is full.
    Throttled,
    /// A 429 that passes on a social network's own limit: it holds that call alone, yet counts against the budget.
    NetworkThrottled,
    /// No answer: a timeout, a dead connection, a dropped future. It may have been counted.
    Nothing,
    /// Surely never sent: it takes nothing from the window.
    Unsent,
}

#[cfg(test)]
mod claims;
#[cfg(test)]
#[allow(unreachable_pub, reason = "the fuzz target takes this file in, too")]
mod header_claims;
#[cfg(test)]
mod tests;
