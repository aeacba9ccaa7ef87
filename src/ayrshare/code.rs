use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::{Error, ErrorKind, Provider};

/// The number that Ayrshare gives to an error.
///
/// A code is a number, and the known numbers have names, as with HTTP statuses. A code that is newer than
/// this version of the crate is a value like any other. Decide by the code and not by the message,
/// because Ayrshare composes its messages at run time.
///
/// A code with a name decides the [`ErrorKind`], whatever the HTTP status is, unless another part of the answer
/// contradicts it:
///
/// | kind | codes |
/// |---|---|
/// | `Unauthorized` | 102, 144, 276 |
/// | `XKeysRequired` | 400, 419 |
/// | `NotFound` | 114 |
/// | `AlreadyDeleted` | 383 |
/// | `NotManuallyDeleted` | 382 |
/// | `RateLimited` | 429; 435 and 444 if the limit is a network's, not Ayrshare's |
/// | `Refused` | all other codes with a name |
///
/// For a code without a name, the HTTP status decides the kind.
///
/// # Example
///
/// ```
/// use unpost::{Error, ErrorKind, ayrshare::ErrorCode};
///
/// fn must_link_the_network(error: &Error) -> bool {
///     error.ayrshare_code() == Some(ErrorCode::NETWORK_NOT_LINKED)
/// }
///
/// // The kind says whether the post is gone. Another part of the answer may contradict its code.
/// fn is_gone_already(error: &Error) -> bool {
///     error.kind() == ErrorKind::AlreadyDeleted
/// }
///
/// assert_eq!(ErrorCode::ALREADY_DELETED.get(), 383);
/// assert_eq!(ErrorCode::new(383).name(), Some("ALREADY_DELETED"));
/// assert_eq!(ErrorCode::new(99_999).name(), None);
/// assert_eq!("383".parse(), Ok(ErrorCode::ALREADY_DELETED));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErrorCode(u32);

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal is $kind:ident;)+) => {
        impl ErrorCode {
            $($(#[doc = $doc])+ pub const $name: Self = Self($code);)+

            /// The name of this code in this crate, if it has one.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some(stringify!($name)),)+
                    _ => None,
                }
            }

            /// The kind of error that this code means, whatever the HTTP status is. `None` for a code
            /// that this version of the crate doesn't know.
            pub(crate) fn kind(self) -> Option<ErrorKind> {
                match self.0 {
                    $($code => Some(ErrorKind::$kind),)+
                    _ => None,
                }
            }
        }
    };
}

codes! {
    /// A parameter is missing or wrong.
    INVALID_PARAMETERS = 101 is Refused;
    /// The API key is invalid.
    INVALID_API_KEY = 102 is Unauthorized;
    /// Facebook answered with an error.
    FACEBOOK_ERROR = 107 is Refused;
    /// There is no post with this id.
    POST_NOT_FOUND = 114 is NotFound;
    /// Instagram answered with an error.
    INSTAGRAM_ERROR = 138 is Refused;
    /// The Profile-Key is invalid.
    INVALID_PROFILE_KEY = 144 is Unauthorized;
    /// The network isn't linked to the profile.
    NETWORK_NOT_LINKED = 156 is Refused;
    /// The authorization at Facebook is lost and must be renewed.
    FACEBOOK_UNAUTHORIZED = 161 is Refused;
    /// The authorization at X has a problem. Link the account again.
    X_UNAUTHORIZED = 272 is Refused;
    /// The profile is suspended.
    PROFILE_SUSPENDED = 276 is Unauthorized;
    /// TikTok is still processing the post.
    TIKTOK_PROCESSING = 288 is Refused;
    /// A post can't be marked as manually deleted because it still stands at a network.
    NOT_MANUALLY_DELETED = 382 is NotManuallyDeleted;
    /// The post is already deleted.
    ALREADY_DELETED = 383 is AlreadyDeleted;
    /// The request had only one of the two X API keys.
    X_KEYS_INCOMPLETE = 400 is XKeysRequired;
    /// The post went to X, and the request had no X API keys.
    X_KEYS_MISSING = 419 is XKeysRequired;
    /// The profile's rate limit is reached. The code repeats the HTTP status.
    RATE_LIMITED = 429 is RateLimited;
    /// The *network's* rate limit is reached. The answer says how long to wait.
    NETWORK_RATE_LIMITED_FOR = 435 is RateLimited;
    /// The *network's* rate limit is reached.
    NETWORK_RATE_LIMITED = 444 is RateLimited;
}

impl ErrorCode {
    /// The code with this number.
    pub const fn new(code: u32) -> Self {
        Self(code)
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether the code reports a network's rate limit, and not the profile's.
    pub(crate) fn is_limit_of_network(self) -> bool {
        matches!(
            self,
            Self::NETWORK_RATE_LIMITED_FOR | Self::NETWORK_RATE_LIMITED
        )
    }
}

impl Error {
    /// The code in Ayrshare's answer. `None` if the answer has no code, or isn't from Ayrshare.
    ///
    /// Use it to find out why something was refused. Whether the post is gone is what [`kind`](Error::kind) and
    /// [`outcomes`](Error::outcomes) say, because another part of the answer may contradict its code.
    ///
    /// ```
    /// use unpost::{Error, ayrshare::ErrorCode};
    ///
    /// fn must_link_the_network(error: &Error) -> bool {
    ///     error.ayrshare_code() == Some(ErrorCode::NETWORK_NOT_LINKED)
    /// }
    /// ```
    pub fn ayrshare_code(&self) -> Option<ErrorCode> {
        let code = self.code_of(&Provider::Ayrshare)?;
        code.parse().ok()
    }
}

impl From<u32> for ErrorCode {
    fn from(code: u32) -> Self {
        Self(code)
    }
}

impl FromStr for ErrorCode {
    type Err = ParseIntError;

    fn from_str(code: &str) -> Result<Self, ParseIntError> {
        code.parse().map(Self)
    }
}

impl PartialEq<u32> for ErrorCode {
    fn eq(&self, other: &u32) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl From<ErrorCode> for u32 {
    fn from(code: ErrorCode) -> Self {
        code.0
    }
}
