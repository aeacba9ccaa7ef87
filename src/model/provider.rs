use std::borrow::Cow;
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use super::text::Excerpt;

/// The provider through which a post is deleted.
///
/// A provider is serialized as its name, which [`as_str`](Provider::as_str) returns, and every name can be read back:
/// `ayrshare` and `genviral` as the variants for them, any other text as [`Other`](Provider::Other) with that text.
///
/// Providers are compared by name, so `Other("ayrshare")` equals `Ayrshare` and is read back as `Ayrshare`. Give a
/// provider of your own another name. Names are case-sensitive. `Display` writes `Ayrshare`, `Genviral`, or the other
/// name.
///
/// # Example
///
/// ```
/// use unpost::Provider;
///
/// assert_eq!(Provider::Ayrshare.as_str(), "ayrshare");
/// assert_eq!(Provider::Ayrshare.to_string(), "Ayrshare");
/// assert_eq!(Provider::from("genviral"), Provider::Genviral);
/// assert_eq!("acme".parse(), Ok(Provider::Other("acme".into())));
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
#[non_exhaustive]
pub enum Provider {
    /// <https://www.ayrshare.com>
    Ayrshare,
    /// <https://www.genviral.io>
    Genviral,
    /// A provider that this crate doesn't know, with its name: your own [`DeletePosts`](crate::DeletePosts), or one
    /// of a newer version of this crate.
    Other(Cow<'static, str>),
}

impl Provider {
    /// The name as it is serialized: `ayrshare`, `genviral`, or the text of [`Other`](Provider::Other).
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ayrshare => "ayrshare",
            Self::Genviral => "genviral",
            Self::Other(name) => name,
        }
    }

    fn known(name: &str) -> Option<Self> {
        match name {
            "ayrshare" => Some(Self::Ayrshare),
            "genviral" => Some(Self::Genviral),
            _ => None,
        }
    }
}

impl From<&str> for Provider {
    fn from(name: &str) -> Self {
        Self::known(name).unwrap_or_else(|| Self::Other(Cow::Owned(name.to_owned())))
    }
}

impl From<String> for Provider {
    fn from(name: String) -> Self {
        Self::known(&name).unwrap_or(Self::Other(Cow::Owned(name)))
    }
}

impl FromStr for Provider {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from(name))
    }
}

impl Serialize for Provider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialEq for Provider {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Provider {}

impl Hash for Provider {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialOrd for Provider {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Provider {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ayrshare => f.write_str("Ayrshare"),
            Self::Genviral => f.write_str("Genviral"),
            Self::Other(name) => Excerpt(name).fmt(f),
        }
    }
}
