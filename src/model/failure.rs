use std::fmt::{self, DebugStruct};

use serde::{Deserialize, Serialize};

use super::error_kind::ErrorKind;

/// Why a post wasn't deleted, or why that isn't known.
///
/// ```
/// use unpost::{ErrorKind, Failure};
///
/// let failure = Failure::new(ErrorKind::Timeout);
/// assert_eq!(failure.to_string(), "no answer in time");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// What kind of thing went wrong.
    pub kind: ErrorKind,
    /// The HTTP status of the answer, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The provider's own code, a number or a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The provider's own words. They may change at any time, so decide by `kind` and `code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The crate's own words on a failure that the provider doesn't explain: what is wrong with an id, or why
    /// there was no connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
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
        }
    }

    /// A failure with the crate's own words.
    pub(crate) fn detailed(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(kind)
        }
    }
}

impl Failure {
    /// Whether several such failures in a row show that the provider is down or can't be reached.
    pub(crate) fn is_outage(&self) -> bool {
        self.kind.is_outage()
    }
}

impl fmt::Debug for Failure {
    /// Leaves out the fields that are empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Failure");
        shown.field("kind", &self.kind);
        show(&mut shown, "http_status", self.http_status.as_ref());
        show(&mut shown, "code", self.code.as_ref());
        show(&mut shown, "message", self.message.as_ref());
        show(&mut shown, "detail", self.detail.as_ref());
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

/// A server's text, shortened and without control characters, so that it is fit for one line of a log.
pub(crate) struct Excerpt<'a>(pub(crate) &'a str);

impl Excerpt<'_> {
    const LENGTH: usize = 300;
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for character in self.0.chars().take(Self::LENGTH) {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        if self.0.chars().nth(Self::LENGTH).is_some() {
            f.write_str("…")?;
        }
        Ok(())
    }
}
