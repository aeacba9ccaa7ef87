use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::model::Provider;
use crate::model::text::Excerpt;

/// What a request does, as a [`Journal`](crate::Journal) records it.
///
/// It is serialized as its name, which [`as_str`](OperationKind::as_str) returns, and every name can be read back. A name
/// that this version doesn't know is read as [`Other`](OperationKind::Other), so a record of a newer version survives.
/// Two of them are equal if their names are.
///
/// # Example
///
/// ```
/// use unpost::OperationKind;
///
/// assert_eq!(OperationKind::Delete.as_str(), "delete");
/// assert_eq!(OperationKind::from("mark_manual_deleted"), OperationKind::MarkManualDeleted);
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
#[non_exhaustive]
pub enum OperationKind {
    /// Deletes posts that the request names.
    Delete,
    /// Deletes all scheduled posts of a profile. The request names no post.
    DeleteAllScheduled,
    /// Marks a post as deleted in the provider's records. Nothing is removed from a network.
    MarkManualDeleted,
    /// Anything else, with its name.
    Other(Cow<'static, str>),
}

impl OperationKind {
    /// The name as it is serialized.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Delete => "delete",
            Self::DeleteAllScheduled => "delete_all_scheduled",
            Self::MarkManualDeleted => "mark_manual_deleted",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for OperationKind {
    fn from(name: &str) -> Self {
        match name {
            "delete" => Self::Delete,
            "delete_all_scheduled" => Self::DeleteAllScheduled,
            "mark_manual_deleted" => Self::MarkManualDeleted,
            _ => Self::Other(Cow::Owned(name.to_owned())),
        }
    }
}

impl From<String> for OperationKind {
    fn from(name: String) -> Self {
        Self::from(name.as_str())
    }
}

impl FromStr for OperationKind {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(Self::from(name))
    }
}

impl Serialize for OperationKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialEq for OperationKind {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for OperationKind {}

impl Hash for OperationKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Excerpt(self.as_str()).fmt(f)
    }
}

/// Which requests a record is about. A record of another scope settles nothing: a mark settles no delete, and a post of
/// one profile says nothing about a post of another.
///
/// # Example
///
/// ```
/// use unpost::{OperationKind, Provider, Scope};
///
/// let scope = Scope::new(OperationKind::Delete, Provider::from("acme"), "main");
/// assert_eq!(scope.profile, "main");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Scope {
    /// What the requests do.
    pub operation: OperationKind,
    /// The provider that they go to.
    pub provider: Provider,
    /// The profile: the name that the client has for it, or a fingerprint of its keys. It is never a key.
    pub profile: String,
}

impl Scope {
    /// The scope of this operation, provider and profile.
    pub fn new(operation: OperationKind, provider: Provider, profile: impl Into<String>) -> Self {
        Self {
            operation,
            provider,
            profile: profile.into(),
        }
    }

    /// Whether both use the window of one profile, whatever they do.
    pub(super) fn shares_window_with(&self, other: &Self) -> bool {
        self.provider == other.provider && self.profile == other.profile
    }
}
