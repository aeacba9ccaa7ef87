use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::text::Excerpt;
use crate::model::{Error, ErrorKind, Provider};

macro_rules! codes {
    ($(#[doc = $type_doc:literal])+ {
        $($(#[doc = $doc:literal])+ $variant:ident = $code:literal is $kind:ident,)+
    }) => {
        $(#[doc = $type_doc])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $variant,)+
            /// A code that this version of the crate doesn't know, as Genviral wrote it.
            Other(String),
        }

        impl ErrorCode {
            /// The code as Genviral writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Other(code) => code,
                }
            }

            /// The kind of error that this code means, whatever the HTTP status is. `None` for a code
            /// that this version of the crate doesn't know.
            pub(crate) fn kind(&self) -> Option<ErrorKind> {
                match self {
                    $(Self::$variant => Some(ErrorKind::$kind),)+
                    Self::Other(_) => None,
                }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(code: &str) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

codes! {
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
    /// assert_eq!("rate_limited".parse(), Ok(ErrorCode::RateLimited));
    /// ```
    {
        /// `bulk_delete_failed` (500): the server failed. The outcomes may say which posts it had
        /// deleted by then.
        BulkDeleteFailed = "bulk_delete_failed" is Server,
        /// `invalid_json` (400): the request's body isn't JSON.
        InvalidJson = "invalid_json" is Refused,
        /// `invalid_payload` (422): the list of ids is missing or invalid.
        InvalidPayload = "invalid_payload" is Refused,
        /// `invalid_token` (401): the API key isn't known.
        InvalidToken = "invalid_token" is Unauthorized,
        /// `rate_limited` (429): too many requests.
        RateLimited = "rate_limited" is RateLimited,
        /// `subscription_required` (402): the plan has ended.
        SubscriptionRequired = "subscription_required" is Unauthorized,
        /// `tier_not_allowed` (403): the plan doesn't include this.
        TierNotAllowed = "tier_not_allowed" is Unauthorized,
        /// `too_many_post_ids` (400): more than 50 ids.
        TooManyPostIds = "too_many_post_ids" is Refused,
        /// `unauthorized` (401): the key doesn't allow this.
        Unauthorized = "unauthorized" is Unauthorized,
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
        self.code_of(&Provider::Genviral).map(ErrorCode::from)
    }
}

impl FromStr for ErrorCode {
    type Err = Infallible;

    fn from_str(code: &str) -> Result<Self, Infallible> {
        Ok(Self::from(code))
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
        Excerpt(self.as_str()).fmt(f)
    }
}
