use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

/// What kind of thing went wrong, in an [`Error`](crate::Error) or in a [`Failure`](crate::Failure) inside an
/// [`Outcome`](crate::Outcome).
///
/// Each provider's `ErrorCode` says which of the provider's codes belongs to which kind. A kind is
/// serialized as its name in snake case, which [`as_str`](ErrorKind::as_str) returns. A name that this version of
/// the crate doesn't know is read as [`Unknown`](ErrorKind::Unknown), by serde and by [`FromStr`] alike.
///
/// # Example
///
/// ```
/// use unpost::{ErrorKind, Error};
///
/// fn explain(error: &Error) -> &'static str {
///     match error.kind() {
///         ErrorKind::AlreadyDeleted => "nothing left to delete",
///         ErrorKind::NotFound => "look at the id and the profile",
///         ErrorKind::Partial => "look at the networks of its outcome",
///         ErrorKind::Unauthorized => "look at the API key",
///         _ if error.is_uncertain() => "may be gone, may not: ask again",
///         _ => "still there",
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(from = "String")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client refused the call or its settings and sent nothing: an id, a key, a base URL or another setting
    /// can't be used, no ids were given, or more than the provider takes in one request. Correct the call.
    Invalid,
    /// The provider refused the key, the profile or the plan, in its own words: HTTP 401, 402 or 403, or a code
    /// that says so. Every other request with these credentials fails too, so a run ends.
    Unauthorized,
    /// This post went to X, and the X API keys of your own app are missing, or only one of them was sent.
    /// Set both, and send the post again. Posts on other networks need no X API keys, so a run goes on.
    XKeysRequired,
    /// The provider knows no such post. The post never existed or belongs to somebody else; with some
    /// providers, it may also have been deleted before.
    NotFound,
    /// The post was deleted before.
    AlreadyDeleted,
    /// The provider refused to mark the post as deleted by hand, because it still exists at a network.
    NotManuallyDeleted,
    /// The post's status doesn't allow deleting it.
    Blocked,
    /// The post is gone from some networks, and others still hold it. The outcome's `networks` tells
    /// which.
    Partial,
    /// Too many requests: the provider's limit (HTTP 429), a network's own limit, or this client's daily limit of
    /// such answers. [`retry_after`](crate::Error::retry_after) says how long to wait, if that is known.
    RateLimited,
    /// The provider refused for any other reason, and says so in its answer. The HTTP status may be 4xx or 200. The
    /// post still exists, unless the error [is uncertain](crate::Error::is_uncertain): a refused request about several
    /// posts may have been carried out in part.
    Refused,
    /// The provider failed (5xx), and its answer says nothing about the post.
    Server,
    /// No connection could be made, so this attempt sent nothing. An earlier attempt may have sent
    /// something; [`is_uncertain`](crate::Error::is_uncertain) says so.
    Connect,
    /// No answer came in time. If `attempts` is 0, no time was left to send anything.
    Timeout,
    /// The request was sent, and its answer was lost or cut off.
    Disconnected,
    /// The request was not sent, and this post is not the reason: the caller stopped the run before the post's turn
    /// came, or before the post was sent again after a refusal that another id caused, or something else in its request
    /// prevented sending.
    Stopped,
    /// The answer doesn't come from the provider, or isn't one that the provider documents: a redirect,
    /// HTML, a 4xx other than 429 in the words of a gateway or a firewall, JSON of another shape, an answer that
    /// contradicts itself, or one above the size limit. The request isn't retried. One such answer doesn't end a run.
    /// Ten failures in a row do (or more, with a high concurrency), but an answer in the provider's own words that is
    /// only unclear about its post doesn't count as one of them.
    UnexpectedResponse,
    /// A kind of a newer version of this crate, read back from what that version wrote. No call of this
    /// version fails with it.
    Unknown,
}

impl ErrorKind {
    /// The name as it is serialized.
    ///
    /// ```
    /// use unpost::ErrorKind;
    ///
    /// assert_eq!(ErrorKind::RateLimited.as_str(), "rate_limited");
    /// assert_eq!("rate_limited".parse(), Ok(ErrorKind::RateLimited));
    /// assert_eq!("a_kind_of_tomorrow".parse(), Ok(ErrorKind::Unknown));
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthorized => "unauthorized",
            Self::XKeysRequired => "x_keys_required",
            Self::NotFound => "not_found",
            Self::AlreadyDeleted => "already_deleted",
            Self::NotManuallyDeleted => "not_manually_deleted",
            Self::Blocked => "blocked",
            Self::Partial => "partial",
            Self::RateLimited => "rate_limited",
            Self::Refused => "refused",
            Self::Server => "server",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Disconnected => "disconnected",
            Self::Stopped => "stopped",
            Self::UnexpectedResponse => "unexpected_response",
            Self::Unknown => "unknown",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "invalid" => Self::Invalid,
            "unauthorized" => Self::Unauthorized,
            "x_keys_required" => Self::XKeysRequired,
            "not_found" => Self::NotFound,
            "already_deleted" => Self::AlreadyDeleted,
            "not_manually_deleted" => Self::NotManuallyDeleted,
            "blocked" => Self::Blocked,
            "partial" => Self::Partial,
            "rate_limited" => Self::RateLimited,
            "refused" => Self::Refused,
            "server" => Self::Server,
            "connect" => Self::Connect,
            "timeout" => Self::Timeout,
            "disconnected" => Self::Disconnected,
            "stopped" => Self::Stopped,
            "unexpected_response" => Self::UnexpectedResponse,
            _ => Self::Unknown,
        }
    }

    /// Whether the cause goes away by itself.
    pub(crate) fn is_transient(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Server | Self::Connect | Self::Timeout | Self::Disconnected
        )
    }

    /// Whether several failures of this kind in a row show that the provider is down or can't be reached.
    pub(crate) fn is_outage(self) -> bool {
        matches!(
            self,
            Self::Server
                | Self::Connect
                | Self::Timeout
                | Self::Disconnected
                | Self::UnexpectedResponse
        )
    }

    /// Whether every further request with these credentials fails the same way, so that a run ends.
    pub(crate) fn is_about_credentials(self) -> bool {
        self == Self::Unauthorized
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "not sent",
            Self::Unauthorized => "the key, profile or plan was refused",
            Self::XKeysRequired => "your own X API keys are needed, both of them (x_keys)",
            Self::NotFound => "no such post",
            Self::AlreadyDeleted => "the post was already deleted",
            Self::NotManuallyDeleted => "the post was not deleted by hand at its network",
            Self::Blocked => "the post's status doesn't allow deleting it",
            Self::Partial => "some networks still hold the post",
            Self::RateLimited => "too many requests",
            Self::Refused => "the provider refused",
            Self::Server => "the provider failed",
            Self::Connect => "no connection to the provider",
            Self::Timeout => "no answer in time",
            Self::Disconnected => "the answer was lost",
            Self::Stopped => "not sent, for a reason outside this post",
            Self::UnexpectedResponse => "the answer isn't one the provider documents",
            Self::Unknown => "a failure that only a newer version knows",
        })
    }
}

/// A name that isn't known gives [`Unknown`](ErrorKind::Unknown).
impl FromStr for ErrorKind {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from_name(name))
    }
}

impl From<&str> for ErrorKind {
    fn from(name: &str) -> Self {
        Self::from_name(name)
    }
}

impl From<String> for ErrorKind {
    fn from(name: String) -> Self {
        Self::from_name(&name)
    }
}

impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
