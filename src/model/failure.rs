use std::error::Error as StdError;
use std::fmt::{self, DebugStruct};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use super::error_kind::ErrorKind;
use super::seconds;
use super::text::Excerpt;
use super::unknown::{Members, Unknown};

/// Why a post wasn't deleted, or why that isn't known.
///
/// Cloning a failure is cheap. The outcomes that one failure explains share its texts. A text that was cut ends with
/// `… [cut]`.
///
/// # In JSON
///
/// A failure is an object. `retry_after` is a number of seconds, whole or with a fraction. A negative number is
/// read as 0, and a number above 2³² − 1 as 2³² − 1.
///
/// A `kind` of a newer version of this crate is read as [`Unknown`](ErrorKind::Unknown). Its name is kept, and so are
/// the members that this version doesn't know. They are written back while `kind` is still `Unknown`, after the
/// members that are known. If you set another kind, yours is written, and nothing that was kept.
/// Members with the names of an [`Outcome`](crate::Outcome)'s fields are not kept, because they are the outcome's.
///
/// ```
/// use unpost::{ErrorKind, Failure};
///
/// let written = r#"{"kind":"a_kind_of_tomorrow","limit":5}"#;
/// let failure: Failure = serde_json::from_str(written)?;
/// assert_eq!(failure.kind, ErrorKind::Unknown);
/// assert_eq!(serde_json::to_string(&failure)?, written);
/// # Ok::<(), serde_json::Error>(())
/// ```
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
    /// What the line of a newer version said of the kind.
    pub(crate) unknown_kind: Option<Arc<Unknown>>,
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

    /// What the line of a newer version said of the kind. `None` if the kind is known.
    fn unknown_kind(&self) -> Option<&Unknown> {
        (self.unknown_kind.as_deref()).filter(|_| self.kind == ErrorKind::Unknown)
    }

    /// Whether several such failures in a row show that the provider is down or can't be reached. An unexpected answer
    /// in the provider's own words is about its post alone. If it isn't the provider's, the crate says so in `detail`.
    pub(crate) fn is_outage(&self) -> bool {
        let is_about_post = self.kind == ErrorKind::UnexpectedResponse && self.detail.is_none();
        self.kind.is_outage() && !is_about_post
    }
}

/// What a line said of an unknown kind is compared only while `kind` is [`ErrorKind::Unknown`].
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.unknown_kind() == other.unknown_kind()
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
        (self.kind, self.unknown_kind(), self.http_status).hash(state);
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
        if let Some(unknown) = self.unknown_kind() {
            write!(f, " ({})", Excerpt(&unknown.name))?;
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
    /// What remains: the members that aren't known.
    #[serde(flatten)]
    members: Members,
}

/// The members that an outcome has beside those of its failure. A failure that is read from a whole line keeps none of
/// them: another outcome that holds the failure would write them twice, and its line couldn't be read.
const OF_OUTCOME: [&str; 6] = [
    "id",
    "provider",
    "fate",
    "networks",
    "attempts",
    "unanswered",
];

impl From<Read> for Failure {
    fn from(mut read: Read) -> Self {
        let kind = ErrorKind::from(read.kind.as_str());
        let mut unknown_kind = None;
        if kind == ErrorKind::Unknown {
            let members = &mut read.members.0;
            members.retain(|(name, _)| !OF_OUTCOME.contains(&name.as_str()));
            unknown_kind = Unknown::new(read.kind, read.members, kind.as_str());
        }
        Self {
            kind,
            http_status: read.http_status,
            code: read.code,
            message: read.message.map(Into::into),
            detail: read.detail.map(Into::into),
            retry_after: read.retry_after,
            unknown_kind,
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
    #[serde(flatten)]
    unknown: Option<&'a Members>,
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unknown = self.unknown_kind();
        let written = Written {
            kind: unknown.map_or(self.kind.as_str(), |unknown| &unknown.name),
            http_status: self.http_status,
            code: self.code.as_deref(),
            message: self.message.as_deref(),
            detail: self.detail.as_deref(),
            retry_after: self.retry_after,
            unknown: unknown.map(|unknown| &unknown.members),
        };
        written.serialize(serializer)
    }
}
