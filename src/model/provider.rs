use std::fmt;

use serde::{Deserialize, Serialize};

/// The provider through which a post is deleted.
///
/// ```
/// assert_eq!(unpost::Provider::Ayrshare.to_string(), "Ayrshare");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Provider {
    /// <https://www.ayrshare.com>
    Ayrshare,
    /// <https://www.genviral.io>
    Genviral,
    /// A provider that this crate doesn't know: your own [`DeletePosts`](crate::DeletePosts).
    Other,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ayrshare => "Ayrshare",
            Self::Genviral => "Genviral",
            Self::Other => "another provider",
        })
    }
}
