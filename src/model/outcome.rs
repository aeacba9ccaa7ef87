use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error_kind::ErrorKind;
use super::failure::{Failure, show};
use super::post_id::PostId;
use super::provider::Provider;
use super::text::Excerpt;
use super::unknown::Unknown;

/// What became of one post.
///
/// N distinct ids go in, and exactly N outcomes come out, whatever happens on the way.
///
/// # In JSON
///
/// One outcome is one line of JSON, and the line can be read back. A line outlives the version that wrote it:
///
/// - `id`, `provider` and `fate` must be there, with what the fate needs. Each network needs `network` and `status`.
///   Any other missing member counts as empty. Unknown members are ignored if the fate and the kind of its failure are
///   known.
/// - A fate of a newer version is read as [`Fate::Unknown`], and a kind of failure as
///   [`ErrorKind::Unknown`]. All members that this version doesn't know are then kept, and are written back while the
///   fate or the kind is still unknown. If you set the fate or the kind, yours is written.
/// - A kept number has the same value when it is written back, if an `i64`, a `u64` or an `f64` can hold it. The nearest
///   `f64` is written for any other number. The members of an object inside a kept member may come in another order.
///
/// `docs/outcome.schema.json` in the repository is the JSON Schema of a line.
///
/// # Example
///
/// ```
/// # fn main() -> Result<(), serde_json::Error> {
/// use unpost::{Fate, Outcome, Provider};
///
/// let outcome = Outcome::new("p8Ee6xDPx8PRxsjtDXf3", Provider::from("acme"), Fate::Deleted);
/// let line = serde_json::to_string(&outcome)?;
/// assert_eq!(
///     line,
///     r#"{"id":"p8Ee6xDPx8PRxsjtDXf3","provider":"acme","fate":"deleted","networks":[],"attempts":0}"#
/// );
/// assert_eq!(serde_json::from_str::<Outcome>(&line)?, outcome);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Outcome {
    /// The post.
    pub id: PostId,
    /// The provider that was asked.
    pub provider: Provider,
    /// What became of it.
    pub fate: Fate,
    /// What each network answered about it, in the order of the answer. Empty if the provider named no
    /// network.
    pub networks: Vec<NetworkResult>,
    /// How many times a request for this post was attempted. Attempts that found no connection count too.
    pub attempts: u32,
    /// How many of those attempts may have been carried out although no answer says so. If the post is
    /// then [`NotFound`](Fate::NotFound), most likely one of them deleted it.
    pub unanswered: u32,
    /// What the line of a newer version said of the fate.
    pub(crate) unknown_fate: Option<Arc<Unknown>>,
}

impl Outcome {
    /// An outcome without networks or attempts, for an implementation of
    /// [`DeletePosts`](crate::DeletePosts) and for tests. Its fields are public.
    pub fn new(id: impl Into<PostId>, provider: Provider, fate: Fate) -> Self {
        Self {
            id: id.into(),
            provider,
            fate,
            networks: Vec::new(),
            attempts: 0,
            unanswered: 0,
            unknown_fate: None,
        }
    }

    /// What the line of a newer version said of the fate. `None` if the fate is known.
    pub(super) fn unknown_fate(&self) -> Option<&Unknown> {
        (self.unknown_fate.as_deref()).filter(|_| self.fate == Fate::Unknown)
    }
}

/// What a line said of an unknown fate is compared only while `fate` is [`Fate::Unknown`].
impl PartialEq for Outcome {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.provider == other.provider
            && self.fate == other.fate
            && self.unknown_fate() == other.unknown_fate()
            && self.networks == other.networks
            && self.attempts == other.attempts
            && self.unanswered == other.unanswered
    }
}

impl Eq for Outcome {}

impl Hash for Outcome {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.id, &self.provider, &self.fate, self.unknown_fate()).hash(state);
        (&self.networks, self.attempts, self.unanswered).hash(state);
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Outcome");
        shown
            .field("id", &self.id)
            .field("provider", &self.provider)
            .field("fate", &self.fate);
        show(&mut shown, "unknown_fate", self.unknown_fate.as_ref());
        shown
            .field("networks", &self.networks)
            .field("attempts", &self.attempts)
            .field("unanswered", &self.unanswered)
            .finish()
    }
}

/// What became of a post.
///
/// A fate is serialized as an object with its name under `fate`, next to what it holds:
/// `{"fate":"blocked","status":"posted"}`. The name of a fate that this version of the crate doesn't know is read
/// as [`Unknown`](Fate::Unknown). A fate alone keeps nothing of what it was read from, so it is then written as
/// `{"fate":"unknown"}`. An [`Outcome`] keeps all of it.
///
/// # Example
///
/// ```
/// use unpost::Fate;
///
/// assert!(Fate::Deleted.is_gone());
/// assert!(!Fate::MarkedDeleted.is_gone()); // nothing was removed from a network
/// assert!(Fate::Unreported.should_retry());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fate {
    /// Deleted. The provider says so about this very post, or it says "already deleted" on a retry after the
    /// answer to an earlier request of ours was lost.
    Deleted,
    /// Marked as deleted in the provider's records, because you said so. Nothing was removed from a
    /// network.
    MarkedDeleted,
    /// The post was deleted before we asked.
    AlreadyDeleted,
    /// The provider knows no such post: the id is wrong, or the post belongs to another profile or
    /// workspace, or, with some providers, it was deleted before. If there were
    /// [`unanswered`](Outcome::unanswered) attempts, one of them may have deleted it.
    NotFound,
    /// The post is gone from some networks and still on others: see [`Outcome::networks`].
    Partial,
    /// The post's status doesn't allow deleting it. Asking again changes nothing.
    Blocked {
        /// The status that stood in the way, as the provider names it, such as `posted`. At most 256 bytes of it.
        status: String,
    },
    /// The request was refused, and the post still exists.
    Failed(Failure),
    /// The post may or may not be gone: a request was sent, and no answer can be trusted.
    Uncertain(Failure),
    /// The provider answered, and the answer says nothing about this post.
    Unreported,
    /// Nothing was carried out for this post: no request for it was sent, or the provider refused one because of another
    /// id.
    NotAttempted(Failure),
    /// A fate of a newer version of this crate, in a line that this version read back. No call returns it.
    Unknown,
}

impl Fate {
    /// The name as it is serialized.
    ///
    /// ```
    /// assert_eq!(unpost::Fate::AlreadyDeleted.as_str(), "already_deleted");
    /// ```
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::MarkedDeleted => "marked_deleted",
            Self::AlreadyDeleted => "already_deleted",
            Self::NotFound => "not_found",
            Self::Partial => "partial",
            Self::Blocked { .. } => "blocked",
            Self::Failed(_) => "failed",
            Self::Uncertain(_) => "uncertain",
            Self::Unreported => "unreported",
            Self::NotAttempted(_) => "not_attempted",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the provider says that the post is deleted, by us or before.
    ///
    /// It is `false` for [`MarkedDeleted`](Fate::MarkedDeleted), which removes nothing, for
    /// [`NotFound`](Fate::NotFound), where the id may be wrong, and for [`Unknown`](Fate::Unknown).
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Deleted | Self::AlreadyDeleted)
    }

    /// Whether it makes sense to try the post again: nothing was carried out, no answer can be trusted, or the
    /// cause goes away by itself (a limit, an outage) or can be removed (a wrong key).
    ///
    /// Deleting a post twice does no harm. `false` if the post is settled or would only be refused again.
    ///
    /// It is `false` for [`Unknown`](Fate::Unknown) too, because that fate may be a settled one. Read the line with the
    /// version that wrote it. If only the kind of the failure is unknown ([`ErrorKind::Unknown`]), the fate decides:
    /// `false` for [`Failed`](Fate::Failed), `true` for [`Uncertain`](Fate::Uncertain) and
    /// [`NotAttempted`](Fate::NotAttempted).
    ///
    /// ```
    /// use unpost::{ErrorKind, Failure, Fate};
    ///
    /// assert!(Fate::Failed(Failure::new(ErrorKind::Server)).should_retry());
    /// assert!(!Fate::Failed(Failure::new(ErrorKind::Refused)).should_retry());
    /// ```
    pub fn should_retry(&self) -> bool {
        match self {
            Self::Uncertain(_) | Self::Unreported => true,
            Self::NotAttempted(failure) => failure.kind != ErrorKind::Invalid,
            Self::Failed(failure) => {
                failure.kind.is_transient()
                    || failure.kind.is_about_credentials()
                    || failure.kind == ErrorKind::XKeysRequired
            }
            _ => false,
        }
    }
}

impl Fate {
    /// The failure of a fate that holds one: why the post wasn't deleted, or why that isn't known.
    ///
    /// ```
    /// use unpost::{ErrorKind, Failure, Fate};
    ///
    /// let fate = Fate::NotAttempted(Failure::new(ErrorKind::Stopped));
    /// assert_eq!(fate.failure().map(|failure| failure.kind), Some(ErrorKind::Stopped));
    /// assert_eq!(Fate::Deleted.failure(), None);
    /// ```
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::Uncertain(failure) | Self::NotAttempted(failure) => {
                Some(failure)
            }
            _ => None,
        }
    }

    pub(crate) fn failure_mut(&mut self) -> Option<&mut Failure> {
        match self {
            Self::Failed(failure) | Self::Uncertain(failure) | Self::NotAttempted(failure) => {
                Some(failure)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleted => f.write_str("deleted"),
            Self::MarkedDeleted => f.write_str("marked as deleted"),
            Self::AlreadyDeleted => f.write_str("already deleted"),
            Self::NotFound => f.write_str("not found"),
            Self::Partial => f.write_str("partly deleted"),
            Self::Blocked { status } => write!(f, "blocked: its status is {}", Excerpt(status)),
            Self::Failed(failure) => write!(f, "failed: {failure}"),
            Self::Uncertain(failure) => write!(f, "uncertain: {failure}"),
            Self::Unreported => f.write_str("not mentioned in the answer"),
            Self::NotAttempted(failure) => write!(f, "not attempted: {failure}"),
            Self::Unknown => f.write_str("a fate that only a newer version knows"),
        }
    }
}

/// What one network answered about one post.
///
/// Names, statuses and codes are the provider's. They are kept as they came, whether this crate knows
/// them or not. Of a message, at most 4 KiB are kept, and of any other text at most 256 bytes. A text that was cut
/// ends with `… [cut]`.
///
/// ```
/// use unpost::NetworkResult;
///
/// let result = NetworkResult::new("mastodon", "success");
/// assert_eq!(result.network, "mastodon");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NetworkResult {
    /// The network's key in the answer, such as `twitter`, `facebook` or `gmb`.
    pub network: String,
    /// The post's status at that network, such as `success` or `error`; empty if the answer gives none.
    pub status: String,
    /// The post's id at that network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The provider's number for what went wrong at that network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// The provider's words on what went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl NetworkResult {
    /// A result without id, code or message; its fields are public.
    pub fn new(network: impl Into<String>, status: impl Into<String>) -> Self {
        Self {
            network: network.into(),
            status: status.into(),
            id: None,
            code: None,
            message: None,
        }
    }

    /// Whether the network says that it removed the post.
    pub fn is_success(&self) -> bool {
        is_success(&self.status)
    }
}

/// Whether a status says that something was removed.
pub(crate) fn is_success(status: &str) -> bool {
    matches!(status, "success" | "deleted")
}
