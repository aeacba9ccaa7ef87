use std::borrow::{Borrow, Cow};
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::text::is_invisible;

/// The provider's own id of a post, as the provider returned it when the post was made.
///
/// Any text can be made a `PostId`, so a list of ids from a database or a file needs no checks.
/// The client checks each id before it sends anything. It refuses a blank id, an id with a space at an end, and an
/// id with an invisible character: see [`flaw`](PostId::flaw).
///
/// Ids are compared letter by letter and printed as they are. A request or a run takes a UUID in upper case and in
/// lower case for the same id, as the provider does: it sends the UUID as it was given first. Cloning an id is cheap.
///
/// # Example
///
/// ```
/// use unpost::PostId;
///
/// let id = PostId::from("p8Ee6xDPx8PRxsjtDXf3");
/// assert_eq!(id.as_str(), "p8Ee6xDPx8PRxsjtDXf3");
/// assert_eq!(id.to_string(), "p8Ee6xDPx8PRxsjtDXf3");
/// assert_eq!(String::from(id.clone()), id);
/// assert_eq!("p8Ee6xDPx8PRxsjtDXf3".parse(), Ok(id));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "String")]
pub struct PostId(Arc<str>);

impl PostId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is wrong with this id, if it can't be sent, and what to do about it. The client refuses a request with
    /// such an id.
    ///
    /// An id can't be sent if it is blank, if it begins or ends with a space of any kind, or if there is a character
    /// in it that nobody sees: a control character, a byte order mark, a zero-width character, or a mark that changes
    /// the direction of the text. Such characters come from files and spreadsheets, and the provider would know no
    /// such post.
    ///
    /// ```
    /// use unpost::PostId;
    ///
    /// assert_eq!(PostId::from("post 1").flaw(), None);
    /// assert_eq!(PostId::from("  ").flaw().as_deref(), Some("a post id is blank: leave it out"));
    /// assert_eq!(
    ///     PostId::from("\u{feff}post-1").flaw().as_deref(),
    ///     Some("a post id begins with a byte order mark (U+FEFF): take it out"),
    /// );
    /// ```
    pub fn flaw(&self) -> Option<String> {
        // Nearly every id is like this, and every character of it is visible.
        if !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let is_space_or_invisible = |found: &char| found.is_whitespace() || is_invisible(*found);
        if self.0.chars().all(|found| is_space_or_invisible(&found)) {
            return Some("a post id is blank: leave it out".to_owned());
        }
        let first = self.0.chars().next().filter(is_space_or_invisible);
        let last = self.0.chars().next_back().filter(is_space_or_invisible);
        let inner = self.0.chars().find(|found| is_invisible(*found));
        let (place, found) = (first.map(|found| ("begins with", found)))
            .or_else(|| last.map(|found| ("ends with", found)))
            .or_else(|| inner.map(|found| ("contains", found)))?;
        let (name, number) = (name_of(found), u32::from(found));
        Some(format!(
            "a post id {place} {name} (U+{number:04X}): take it out"
        ))
    }
}

/// What a character is called that is a space or invisible.
fn name_of(character: char) -> &'static str {
    match character {
        '\t' => "a tab",
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => "a line break",
        '\u{a0}' | '\u{202f}' => "a no-break space",
        '\u{200b}' => "a zero-width space",
        '\u{200c}' | '\u{200d}' => "a zero-width joiner or non-joiner",
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "a mark that changes the direction of text"
        }
        '\u{2060}' => "a word joiner",
        '\u{feff}' => "a byte order mark",
        _ if character.is_control() => "a control character",
        _ if character.is_whitespace() => "a space",
        _ => "an invisible character",
    }
}

macro_rules! from_texts {
    ($($text:ty),+) => {
        $(impl From<$text> for PostId {
            fn from(id: $text) -> Self {
                Self(Arc::from(AsRef::<str>::as_ref(&id)))
            }
        })+
    };
}

from_texts!(&str, &&str, &String, String, Box<str>, Cow<'_, str>);

impl FromStr for PostId {
    type Err = Infallible;

    fn from_str(id: &str) -> Result<Self, Infallible> {
        Ok(Self::from(id))
    }
}

impl From<PostId> for String {
    fn from(id: PostId) -> Self {
        id.as_str().to_owned()
    }
}

impl From<&PostId> for PostId {
    fn from(id: &PostId) -> Self {
        id.clone()
    }
}

impl AsRef<str> for PostId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Lets a set or map of ids be searched with a `&str`.
impl Borrow<str> for PostId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

macro_rules! equal_texts {
    ($($text:ty),+) => {
        $(impl PartialEq<$text> for PostId {
            fn eq(&self, other: &$text) -> bool {
                &*self.0 == AsRef::<str>::as_ref(other)
            }
        }

        impl PartialEq<PostId> for $text {
            fn eq(&self, other: &PostId) -> bool {
                other == self
            }
        })+
    };
}

equal_texts!(str, &str, String);

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostId({:?})", self.as_str())
    }
}

impl Serialize for PostId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
