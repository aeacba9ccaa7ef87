//! What a limiter is told of a request, and what it says of a wait.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::exchange::Head;
use crate::engine::operation::{AttemptKind, ThrottledBy};

/// What came of a request, as far as its profile's window is concerned.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use unpost::{Pacer, RateHeaders, RateLimit, Ready, Usage};
///
/// let mut pacer = Pacer::new(RateLimit::new(1, Duration::from_secs(60)));
/// let now = SystemTime::now();
/// pacer.sent(now);
/// // There was no connection, so the place is free again.
/// pacer.settle(now, now, Usage::NotSent, &RateHeaders::default());
/// assert_eq!(pacer.ready(now), Ready::Now);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Usage {
    /// Nothing left, so the provider counted nothing. The place is free again.
    NotSent,
    /// No answer came. The provider may have counted the request.
    Unanswered,
    /// The provider answered, and counted the request.
    Answered,
    /// The answer says that the profile's window is full: HTTP 429, or the same in other words.
    Throttled,
    /// HTTP 429 because a social network throttles. It closes no window, but it counts towards the profile's daily
    /// limit of 429s.
    ThrottledByNetwork,
}

impl Usage {
    /// What an attempt means for the window. `head` is the head of its answer, if there was one.
    pub(crate) fn of(kind: AttemptKind, head: Option<&Head>) -> Self {
        let status = head.map(|head| head.status);
        match (status, kind.throttled_by(status)) {
            _ if kind == AttemptKind::NotSent => Self::NotSent,
            (None, _) => Self::Unanswered,
            (Some(_), Some(ThrottledBy::Profile)) => Self::Throttled,
            (Some(429), Some(ThrottledBy::Network)) => Self::ThrottledByNetwork,
            _ => Self::Answered,
        }
    }

    pub(super) fn is_429(self) -> bool {
        matches!(self, Self::Throttled | Self::ThrottledByNetwork)
    }
}

/// What a request waits for if it may not be sent yet.
///
/// It is serialized as its name in snake case, which [`as_str`](WaitingFor::as_str) returns.
///
/// ```
/// use unpost::WaitingFor;
///
/// assert_eq!(WaitingFor::RateLimit.as_str(), "rate_limit");
/// assert_eq!(WaitingFor::RateLimit.to_string(), "the profile's window is full");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WaitingFor {
    /// The answer to a request under way. Until it comes, no further request may be sent. It may come at any moment, so
    /// a time that is given with this is the latest one.
    Answer,
    /// Room in the profile's window, which is full.
    RateLimit,
    /// The end of the time for which a 429 closed the window. If the daily limit of 429s is reached, the moment at
    /// which it allows a request again.
    Throttled,
}

impl WaitingFor {
    /// The name as it is serialized.
    ///
    /// ```
    /// assert_eq!(unpost::WaitingFor::Answer.as_str(), "answer");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::RateLimit => "rate_limit",
            Self::Throttled => "throttled",
        }
    }
}

impl fmt::Display for WaitingFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answer => "the answer to a request under way decides",
            Self::RateLimit => "the profile's window is full",
            Self::Throttled => "an answer of 429 closed the profile's window",
        })
    }
}
