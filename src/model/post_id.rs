use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

/// The provider's own id of a post, as the provider returned it when the post was made.
///
/// Any text can be made a `PostId`, so a list of ids from a database or a file needs no checks.
/// The client checks each id before it sends anything. It refuses a blank id, and one with a control
/// character.
///
/// Ids are compared letter by letter. Cloning one is cheap.
///
/// # Example
///
/// ```
/// use unpost::PostId;
///
/// let id = PostId::from("p8Ee6xDPx8PRxsjtDXf3");
/// assert_eq!(id.as_str(), "p8Ee6xDPx8PRxsjtDXf3");
/// assert_eq!(id.to_string(), "p8Ee6xDPx8PRxsjtDXf3");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(from = "String")]
pub struct PostId(Arc<str>);

impl PostId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is wrong with this id, if it can't be sent. The client refuses a request with such an id.
    ///
    /// ```
    /// use unpost::PostId;
    ///
    /// assert_eq!(PostId::from("post-1").flaw(), None);
    /// assert_eq!(PostId::from("  ").flaw(), Some("a post id is blank"));
    /// ```
    pub fn flaw(&self) -> Option<&'static str> {
        if self.0.trim().is_empty() {
            Some("a post id is blank")
        } else if self.0.chars().any(char::is_control) {
            Some("a post id has a control character in it")
        } else {
            None
        }
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

impl PartialEq<str> for PostId {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for PostId {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

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
