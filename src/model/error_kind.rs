use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of thing went wrong: the first question to ask of an [`Error`](crate::Error), and of a
/// [`Failure`](crate::Failure) inside an [`Outcome`](crate::Outcome).
///
/// Each provider's `ErrorCode` says which of the provider's codes belongs to which kind. A kind is
/// serialized as its name in snake case.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call was refused here, and nothing was sent: an empty or unprintable id, key or URL, no ids,
    /// or more ids than the provider takes. Correct the call.
    Invalid,
    /// The provider refused the key, the profile or the plan: HTTP 401, 402 or 403, or a code that says
    /// so. No other request with these credentials will fare better.
    Unauthorized,
    /// The post went to X, and the X API keys of your own app are missing, or only one of them was sent.
    /// Set both.
    XKeysRequired,
    /// The provider knows no such post. The post never existed or belongs to somebody else; with some
    /// providers, it may also have been deleted before.
    NotFound,
    /// The post was deleted before.
    AlreadyDeleted,
    /// The provider refused to mark the post as deleted by hand, because it still stands at a network.
    NotManuallyDeleted,
    /// The post's status doesn't allow deleting it.
    Blocked,
    /// The post is gone from some networks, and others still hold it. The outcome's `networks` tells
    /// which.
    Partial,
    /// Too many requests (HTTP 429), or so many such answers in a day that no more are risked.
    /// [`retry_after`](crate::Error::retry_after) says when to come back.
    RateLimited,
    /// The provider refused for any other reason, by a code or by a status of 4xx. The post stands,
    /// unless the error [may have acted](crate::Error::is_uncertain): a refused request about several
    /// posts may have come half-way.
    Refused,
    /// The provider failed (5xx) without a word about the post.
    Server,
    /// No connection could be made, so this attempt sent nothing. An earlier attempt may have sent
    /// something; [`is_uncertain`](crate::Error::is_uncertain) says so.
    Connect,
    /// No answer came in time. Or no time was left to send anything; `attempts` is 0 then.
    Timeout,
    /// The request left, and the answer was lost or cut.
    Disconnected,
    /// The request was not sent, and this post is not the reason: the caller stopped the run before its
    /// turn came, or another id of its request couldn't be sent.
    Stopped,
    /// The answer doesn't come from the provider, or isn't one that the provider documents: a redirect,
    /// HTML, JSON of another shape, an answer above the size limit.
    UnexpectedResponse,
}

impl ErrorKind {
    /// Whether the cause passes by itself.
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
        matches!(self, Self::Unauthorized | Self::XKeysRequired)
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
            Self::Stopped => "held back",
            Self::UnexpectedResponse => "the answer isn't one the provider documents",
        })
    }
}
