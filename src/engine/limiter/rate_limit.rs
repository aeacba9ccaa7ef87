use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::seconds;

/// How many requests of one profile may be sent in a window, and how many answers of 429 are risked in a day.
///
/// Every task that uses the same profile of the same client shares one count of the window, so a program
/// may run as many tasks as it likes.
///
/// The rate headers of an answer override this setting if they are stricter. If the provider says that 200
/// requests are allowed, or that another process has used half of them, the client keeps to that. The window
/// should be as long as the provider's own: with a shorter one, requests that the provider still counts look
/// like another process's.
///
/// ```
/// use std::time::Duration;
/// use unpost::RateLimit;
///
/// // An account with a smaller allowance, and a service that would rather stop early than be throttled.
/// let limit = RateLimit::new(150, Duration::from_secs(300)).max_throttled_per_day(20);
/// # let _ = limit;
/// ```
///
/// # In a configuration
///
/// A limit can be read and written with serde, from and to JSON, TOML and other formats. `requests` must be present. It
/// is a number, which needs a `window` in seconds, or the text `"unlimited"`, which means
/// [`unlimited`](RateLimit::unlimited) and allows no `window`. `null` is read as `"unlimited"`. `max_throttled_per_day` is
/// 100 if it is left out. A number out of range is set to the nearest one allowed, as in [`new`](RateLimit::new). An
/// unknown member or a negative number is an error.
///
/// ```
/// # use {std::time::Duration, unpost::RateLimit};
/// let limit: RateLimit = serde_json::from_str(r#"{"requests":150,"window":300}"#)?;
/// assert_eq!(limit, RateLimit::new(150, Duration::from_secs(300)));
///
/// let limit: RateLimit = serde_json::from_str(r#"{"requests":"unlimited","max_throttled_per_day":20}"#)?;
/// assert_eq!(limit, RateLimit::unlimited().max_throttled_per_day(20));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Config", into = "Config")]
pub struct RateLimit {
    pub(super) requests: Option<u32>,
    pub(super) window: Duration,
    pub(super) max_throttled_per_day: u32,
}

impl RateLimit {
    /// At most `requests` in any `window`.
    ///
    /// 0 requests count as 1. A window is between 1 ms and 24 hours; a shorter or longer one is set to the nearer
    /// of the two.
    ///
    /// ```
    /// # use {std::time::Duration, unpost::RateLimit};
    /// assert_eq!(RateLimit::new(0, Duration::ZERO), RateLimit::new(1, Duration::from_millis(1)));
    /// ```
    pub fn new(requests: u32, window: Duration) -> Self {
        let window = window.clamp(Duration::from_millis(1), DAY);
        Self {
            requests: Some(requests.max(1)),
            window,
            max_throttled_per_day: DEFAULT_MAX_THROTTLED,
        }
    }

    /// No limit until the provider shows one, by its rate headers or by an answer of 429.
    ///
    /// ```
    /// # use unpost::RateLimit;
    /// let limit = RateLimit::unlimited().max_throttled_per_day(50);
    /// # let _ = limit;
    /// ```
    pub fn unlimited() -> Self {
        Self {
            requests: None,
            window: ASSUMED_WINDOW,
            max_throttled_per_day: DEFAULT_MAX_THROTTLED,
        }
    }

    /// How many answers of 429 a profile may get within any 24 hours. After that nothing is sent, and requests fail
    /// with [`RateLimited`](crate::ErrorKind::RateLimited), until the oldest of those answers is 24 hours old.
    ///
    /// The default is 100, and the least is 1. A provider may suspend a profile that gets too many of these answers,
    /// whichever process they went to. Each request under way counts as if it were answered 429, so no more requests
    /// than this are ever under way at once.
    ///
    /// ```
    /// # use {std::time::Duration, unpost::RateLimit};
    /// let limit = RateLimit::new(300, Duration::from_secs(300)).max_throttled_per_day(10);
    /// # let _ = limit;
    /// ```
    #[must_use]
    pub fn max_throttled_per_day(self, answers: u32) -> Self {
        Self {
            max_throttled_per_day: answers.max(1),
            ..self
        }
    }

    /// The least time that so many requests take, if nothing of the window is used before the first.
    pub(crate) fn least_time(&self, requests: usize) -> Duration {
        let Some(limit) = self.requests.and_then(|limit| usize::try_from(limit).ok()) else {
            return Duration::ZERO;
        };
        let full_windows = requests.saturating_sub(1) / limit.max(1);
        let full_windows = u32::try_from(full_windows).unwrap_or(u32::MAX);
        self.window.saturating_mul(full_windows)
    }
}

/// A limit as a configuration has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    requests: Requests,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "seconds::serialize",
        deserialize_with = "seconds::deserialize_strict"
    )]
    window: Option<Duration>,
    #[serde(default = "default_max_throttled")]
    max_throttled_per_day: u32,
}

/// How many requests a window holds, as a configuration has it.
#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "`requests` must be a whole number, or \"unlimited\""
)]
enum Requests {
    AtMost(u32),
    Unlimited(Unlimited),
    /// Means unlimited too, but is never written, because TOML has no such value.
    Null,
}

#[derive(Serialize, Deserialize)]
enum Unlimited {
    #[serde(rename = "unlimited")]
    Unlimited,
}

fn default_max_throttled() -> u32 {
    DEFAULT_MAX_THROTTLED
}

impl TryFrom<Config> for RateLimit {
    type Error = &'static str;

    fn try_from(config: Config) -> Result<Self, &'static str> {
        let limit = match (config.requests, config.window) {
            (Requests::AtMost(requests), Some(window)) => Self::new(requests, window),
            (Requests::Unlimited(_) | Requests::Null, None) => Self::unlimited(),
            (Requests::AtMost(_), None) => {
                return Err("a rate limit with a number of `requests` needs a `window` in seconds");
            }
            (Requests::Unlimited(_) | Requests::Null, Some(_)) => {
                return Err("a rate limit with a `window` needs a number of `requests`");
            }
        };
        Ok(limit.max_throttled_per_day(config.max_throttled_per_day))
    }
}

impl From<RateLimit> for Config {
    fn from(limit: RateLimit) -> Self {
        let unlimited = Requests::Unlimited(Unlimited::Unlimited);
        Self {
            requests: limit.requests.map_or(unlimited, Requests::AtMost),
            window: limit.requests.map(|_| limit.window),
            max_throttled_per_day: limit.max_throttled_per_day,
        }
    }
}

pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DEFAULT_MAX_THROTTLED: u32 = 100;
/// The window's length, for as long as it isn't known.
const ASSUMED_WINDOW: Duration = Duration::from_secs(300);
