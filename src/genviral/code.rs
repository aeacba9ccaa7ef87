use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Error, ErrorKind, Provider};

/// The `error_code` in an answer of Genviral: its name for an error.
///
/// A known code decides the [`ErrorKind`], whatever the HTTP status is:
///
/// | kind | codes |
/// |---|---|
/// | `Unauthorized` | `invalid_token`, `subscription_required`, `tier_not_allowed`, `unauthorized` |
/// | `RateLimited` | `rate_limited` |
/// | `Server` | `bulk_delete_failed` |
/// | `Refused` | `invalid_json`, `invalid_payload`, `too_many_post_ids` |
///
/// For any other code, the HTTP status decides the kind.
///
/// # Example
///
/// ```
/// use unpost::genviral::ErrorCode;
///
/// assert_eq!(ErrorCode::from("invalid_token"), ErrorCode::InvalidToken);
/// assert_eq!(ErrorCode::from("new_thing").as_str(), "new_thing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum ErrorCode {
    /// `bulk_delete_failed` (500): the server failed. The outcomes may say which posts it had deleted by
    /// then.
    BulkDeleteFailed,
    /// `invalid_json` (400): the request's body isn't JSON.
    InvalidJson,
    /// `invalid_payload` (422): the list of ids is missing or invalid.
    InvalidPayload,
    /// `invalid_token` (401): the API key isn't known.
    InvalidToken,
    /// `rate_limited` (429): too many requests.
    RateLimited,
    /// `subscription_required` (402): the plan has ended.
    SubscriptionRequired,
    /// `tier_not_allowed` (403): the plan doesn't include this.
    TierNotAllowed,
    /// `too_many_post_ids` (400): more than 50 ids.
    TooManyPostIds,
    /// `unauthorized` (401): the key doesn't allow this.
    Unauthorized,
    /// A code that this version of the crate doesn't know, as Genviral wrote it.
    Other(String),
}

impl ErrorCode {
    /// The code as Genviral writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::BulkDeleteFailed => "bulk_delete_failed",
            Self::InvalidJson => "invalid_json",
            Self::InvalidPayload => "invalid_payload",
            Self::InvalidToken => "invalid_token",
            Self::RateLimited => "rate_limited",
            Self::SubscriptionRequired => "subscription_required",
            Self::TierNotAllowed => "tier_not_allowed",
            Self::TooManyPostIds => "too_many_post_ids",
            Self::Unauthorized => "unauthorized",
            Self::Other(name) => name,
        }
    }

    /// The kind of error that this code means, whatever the HTTP status is. `None` for a code that this
    /// version of the crate doesn't know.
    pub(crate) fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::BulkDeleteFailed => Some(ErrorKind::Server),
            Self::InvalidJson | Self::InvalidPayload | Self::TooManyPostIds => {
                Some(ErrorKind::Refused)
            }
            Self::InvalidToken
            | Self::SubscriptionRequired
            | Self::TierNotAllowed
            | Self::Unauthorized => Some(ErrorKind::Unauthorized),
            Self::RateLimited => Some(ErrorKind::RateLimited),
            Self::Other(_) => None,
        }
    }
}

impl Error {
    /// The code in Genviral's answer. `None` if the answer has no code, or isn't from Genviral.
    ///
    /// ```
    /// use unpost::{Error, genviral::ErrorCode};
    ///
    /// fn is_too_much(error: &Error) -> bool {
    ///     error.genviral_code() == Some(ErrorCode::TooManyPostIds)
    /// }
    /// ```
    pub fn genviral_code(&self) -> Option<ErrorCode> {
        self.code_of(Provider::Genviral).map(ErrorCode::from)
    }
}

impl From<&str> for ErrorCode {
    fn from(name: &str) -> Self {
        match name {
            "bulk_delete_failed" => Self::BulkDeleteFailed,
            "invalid_json" => Self::InvalidJson,
            "invalid_payload" => Self::InvalidPayload,
            "invalid_token" => Self::InvalidToken,
            "rate_limited" => Self::RateLimited,
            "subscription_required" => Self::SubscriptionRequired,
            "tier_not_allowed" => Self::TierNotAllowed,
            "too_many_post_ids" => Self::TooManyPostIds,
            "unauthorized" => Self::Unauthorized,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<String> for ErrorCode {
    fn from(name: String) -> Self {
        Self::from(name.as_str())
    }
}

impl From<ErrorCode> for String {
    fn from(code: ErrorCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
