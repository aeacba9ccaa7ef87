use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of thing went wrong: the first question to ask of an [`Error`](crate::Error), and of a
/// [`Failure`](crate::Failure) inside an [`Outcome`](crate::Outcome).
///
/// Serialized as its name in snake case.
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
    /// Refused here, and nothing was sent: an empty or unprintable id, key or URL, no ids, more than
    /// 50 of them for Genviral. Correct the call.
    Invalid,
    /// The key, the profile or the plan is refused (HTTP 401, 402, 403; Ayrshare's codes 102, 144,
    /// 276). No other request with these credentials will fare better.
    Unauthorized,
    /// The post went to X, and X's own API keys are missing (Ayrshare's code 419) or half there (400).
    /// Give both to `x_keys`.
    XKeysRequired,
    /// The provider knows no such post (Ayrshare's code 114, or Genviral's `skipped`): it never
    /// existed, belongs to somebody else, or (Genviral) was deleted before.
    NotFound,
    /// The post was deleted before (Ayrshare's code 383).
    AlreadyDeleted,
    /// `mark_manual_deleted` was refused: the post still stands at a network (Ayrshare's code 382).
    NotManuallyDeleted,
    /// The post's status doesn't allow deleting it (Genviral's guardrail: posted, canceled, partial).
    Blocked,
    /// Gone from some networks; others still hold the post. The outcome's `networks` tells which.
    Partial,
    /// Too many requests (HTTP 429), or so many such answers in a day that none more is risked.
    /// [`retry_after`](crate::Error::retry_after) says when to come back.
    RateLimited,
    /// The provider refused for any other reason, by code or by a status of 4xx. The post stands, unless the
    /// error [may have acted](crate::Error::is_uncertain): a refused `bulk` may have come half-way.
    Refused,
    /// The provider failed (5xx) without a word on the post.
    Server,
    /// No connection could be made, so this attempt sent nothing; one before it may have
    /// ([`is_uncertain`](crate::Error::is_uncertain) says so).
    Connect,
    /// No answer came in time; or no time was left to send anything, and `attempts` is 0.
    Timeout,
    /// The request left and the answer was lost or cut.
    Disconnected,
    /// Not sent, through no fault of this post's: its caller stopped the run before its turn came, or
    /// another id of its request couldn't be sent.
    Stopped,
    /// What answered isn't the provider, or speaks another language than its documentation: a
    /// redirect, HTML, JSON of another shape, an answer past the size limit.
    UnexpectedResponse,
}

impl ErrorKind {
    /// The causes that pass by themselves.
    pub(crate) fn is_transient(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Server | Self::Connect | Self::Timeout | Self::Disconnected
        )
    }

    /// The causes that, one after the other, show a provider to be down or not to be there.
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

    /// The causes that end a run: every further request with these credentials meets the same.
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
