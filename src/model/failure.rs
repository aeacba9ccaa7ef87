use std::error::Error as StdError;
use std::fmt::{self, DebugStruct};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use super::error_kind::ErrorKind;
use super::seconds;
use super::text::Excerpt;

/// Why a post wasn't deleted, or why that isn't known.
///
/// Cloning a failure is cheap. The outcomes that one failure explains share its texts. A text that was cut ends with
/// `… [cut]`.
///
/// # In JSON
///
/// A failure is an object. `retry_after` is a number of seconds, whole or with a fraction. A negative number is
/// read as 0, and a number above 2³² − 1 as 2³² − 1. A `kind` of a newer version of this crate is read as
/// [`Unknown`](ErrorKind::Unknown), and written as it was read while `kind` is still `Unknown`.
///
/// # Example
///
/// ```
/// use unpost::{ErrorKind, Failure};
///
/// let failure = Failure::new(ErrorKind::Timeout);
/// assert_eq!(failure.to_string(), "no answer in time");
/// ```
#[derive(Clone, Deserialize)]
#[serde(from = "Read")]
#[non_exhaustive]
pub struct Failure {
    /// What kind of thing went wrong.
    pub kind: ErrorKind,
    /// The HTTP status of the answer, where there was one.
    pub http_status: Option<u16>,
    /// The provider's own code, a number or a name, at most 256 bytes of it.
    pub code: Option<String>,
    /// The provider's own words, at most 4 KiB of them. They may change at any time, so decide by `kind` and
    /// `code`.
    pub message: Option<Arc<str>>,
    /// What the crate says about a failure that the provider doesn't explain, or the text of the HTTP library's
    /// error: what is wrong with an id, or why there was no connection. At most 4 KiB.
    pub detail: Option<Arc<str>>,
    /// How long to wait before the next request, if the provider or this client's rate limit asks for a wait. At
    /// most 24 hours in what this crate returns.
    pub retry_after: Option<Duration>,
    /// What a newer version calls the kind, if the kind is unknown.
    pub(crate) unknown_kind: Option<Arc<str>>,
}

impl Failure {
    /// A failure of this kind and nothing more; its fields are public.
    pub fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            http_status: None,
            code: None,
            message: None,
            detail: None,
            retry_after: None,
            unknown_kind: None,
        }
    }

    /// A failure with the crate's own words.
    pub(crate) fn detailed(kind: ErrorKind, detail: impl Into<Arc<str>>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(kind)
        }
    }
}

impl Failure {
    /// Says how long to wait, after the rest of a text.
    pub(super) fn write_wait(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retry_after {
            Some(wait) => write!(f, "; try again in {} s", wait.as_secs_f32().ceil()),
            None => Ok(()),
        }
    }

    /// What a newer version calls the kind. `None` if the kind is known.
    fn name_of_unknown(&self) -> Option<&Arc<str>> {
        (self.unknown_kind.as_ref()).filter(|_| self.kind == ErrorKind::Unknown)
    }

    /// Whether several such failures in a row show that the provider is down or can't be reached. An unexpected answer
    /// in the provider's own words is about its post alone. If it isn't the provider's, the crate says so in `detail`.
    pub(crate) fn is_outage(&self) -> bool {
        let is_about_post = self.kind == ErrorKind::UnexpectedResponse && self.detail.is_none();
        self.kind.is_outage() && !is_about_post
    }
}

/// The name of an unknown kind is compared only while `kind` is [`ErrorKind::Unknown`].
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.name_of_unknown() == other.name_of_unknown()
            && self.http_status == other.http_status
            && self.code == other.code
            && self.message == other.message
            && self.detail == other.detail
            && self.retry_after == other.retry_after
    }
}

impl Eq for Failure {}

impl Hash for Failure {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.kind, self.name_of_unknown(), self.http_status).hash(state);
        (&self.code, &self.message, &self.detail, self.retry_after).hash(state);
    }
}

impl fmt::Debug for Failure {
    /// Leaves out the fields that are empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Failure");
        shown.field("kind", &self.kind);
        show(&mut shown, "unknown_kind", self.unknown_kind.as_ref());
        show(&mut shown, "http_status", self.http_status.as_ref());
        show(&mut shown, "code", self.code.as_ref());
        show(&mut shown, "message", self.message.as_ref());
        show(&mut shown, "detail", self.detail.as_ref());
        show(&mut shown, "retry_after", self.retry_after.as_ref());
        shown.finish()
    }
}

/// Shows a field that isn't empty.
pub(super) fn show(to: &mut DebugStruct<'_, '_>, name: &str, value: Option<&impl fmt::Debug>) {
    if let Some(value) = value {
        to.field(name, value);
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(name) = self.name_of_unknown() {
            write!(f, " ({})", Excerpt(name))?;
        }
        match (self.http_status, &self.code) {
            (Some(status), Some(code)) => write!(f, " (HTTP {status}, code {})", Excerpt(code))?,
            (Some(status), None) => write!(f, " (HTTP {status})")?,
            (None, Some(code)) => write!(f, " (code {})", Excerpt(code))?,
            (None, None) => {}
        }
        for words in self.detail.iter().chain(&self.message) {
            write!(f, ": {}", Excerpt(words))?;
        }
        Ok(())
    }
}

impl StdError for Failure {}

/// A failure as it is read.
#[derive(Deserialize)]
struct Read {
    kind: String,
    http_status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    detail: Option<String>,
    #[serde(default, with = "seconds")]
    retry_after: Option<Duration>,
}

impl From<Read> for Failure {
    fn from(read: Read) -> Self {
        let kind = ErrorKind::from(read.kind.as_str());
        let is_new = kind == ErrorKind::Unknown && read.kind != kind.as_str();
        Self {
            kind,
            http_status: read.http_status,
            code: read.code,
            message: read.message.map(Into::into),
            detail: read.detail.map(Into::into),
            retry_after: read.retry_after,
            unknown_kind: is_new.then(|| read.kind.into()),
        }
    }
}

/// A failure as it is written.
#[derive(Serialize)]
struct Written<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", with = "seconds")]
    retry_after: Option<Duration>,
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            kind: (self.name_of_unknown()).map_or(self.kind.as_str(), |name| name),
            http_status: self.http_status,
            code: self.code.as_deref(),
            message: self.message.as_deref(),
            detail: self.detail.as_deref(),
            retry_after: self.retry_after,
        };
        written.serialize(serializer)
    }
}
