use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::scope::{OperationKind, Scope};
use crate::model::{Outcome, PostId, Provider};

/// A request that is about to be sent. It is on record before the first byte leaves.
///
/// # Example
///
/// ```
/// use std::time::SystemTime;
/// use unpost::{OperationKind, Provider, Scope, Sending};
///
/// let scope = Scope::new(OperationKind::Delete, Provider::from("acme"), "main");
/// let sending = Sending::new(&scope, vec!["post-1".into()], SystemTime::UNIX_EPOCH);
/// assert_eq!(sending.scope(), scope);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Sending {
    /// What the request does.
    pub operation: OperationKind,
    /// The provider that it goes to.
    pub provider: Provider,
    /// The profile: the name that the client has for it, or a fingerprint of its keys.
    pub profile: String,
    /// The posts that it names. Empty for [`OperationKind::DeleteAllScheduled`].
    pub ids: Vec<PostId>,
    /// When it is sent.
    pub at: SystemTime,
}

impl Sending {
    /// A request of this scope.
    pub fn new(scope: &Scope, ids: Vec<PostId>, at: SystemTime) -> Self {
        let Scope {
            operation,
            provider,
            profile,
        } = scope.clone();
        Self {
            operation,
            provider,
            profile,
            ids,
            at,
        }
    }

    /// The scope of the request.
    pub fn scope(&self) -> Scope {
        Scope::new(
            self.operation.clone(),
            self.provider.clone(),
            self.profile.as_str(),
        )
    }
}

/// What is known of a request that was on record: nothing was carried out for these posts.
///
/// There is none for a request whose answer was lost, or for one that settled its posts.
///
/// # Example
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use unpost::{Answered, NotCarriedOut, OperationKind, Provider, Scope, Sending};
///
/// let scope = Scope::new(OperationKind::Delete, Provider::from("acme"), "main");
/// let at = SystemTime::UNIX_EPOCH;
/// let sending = Sending::new(&scope, vec!["post-1".into()], at);
/// let answered = Answered::new(&sending, NotCarriedOut::Throttled, at + Duration::from_secs(1));
/// assert_eq!(answered.sent_at, sending.at);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Answered {
    /// What the request was to do.
    pub operation: OperationKind,
    /// The provider that it was for.
    pub provider: Provider,
    /// The profile: the name that the client has for it, or a fingerprint of its keys.
    pub profile: String,
    /// The posts for which nothing was carried out. If the answer settled some posts, the request named more.
    pub ids: Vec<PostId>,
    /// Why nothing was carried out.
    pub kind: NotCarriedOut,
    /// The [`at`](Sending::at) of the request. It says which request this is about.
    pub sent_at: SystemTime,
    /// When this became known.
    pub at: SystemTime,
}

impl Answered {
    /// Says of all posts of this request that nothing was carried out. If the answer settled some of them, set
    /// [`ids`](Self::ids) to the others.
    pub fn new(sending: &Sending, kind: NotCarriedOut, at: SystemTime) -> Self {
        let Sending {
            operation,
            provider,
            profile,
            ids,
            at: sent_at,
        } = sending.clone();
        Self {
            operation,
            provider,
            profile,
            ids,
            kind,
            sent_at,
            at,
        }
    }

    /// The scope of the request.
    pub fn scope(&self) -> Scope {
        Scope::new(
            self.operation.clone(),
            self.provider.clone(),
            self.profile.as_str(),
        )
    }
}

/// Why nothing was carried out. Serialized as its name in snake case.
///
/// ```
/// use unpost::NotCarriedOut;
///
/// assert_eq!(serde_json::to_string(&NotCarriedOut::NotSent)?, r#""not_sent""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotCarriedOut {
    /// No byte of the request left, so it took no place in the profile's window.
    NotSent,
    /// The provider refused the request as a whole, or because of another of its posts, or a social network's limit did
    /// with another status than 429.
    Refused,
    /// The profile's limit refused the request (HTTP 429).
    Throttled,
    /// A social network's limit refused the request (HTTP 429). This counts towards the profile's daily limit of 429s
    /// too.
    ThrottledByNetwork,
    /// A reason of a newer version of this crate, read back. It counts as [`Refused`](Self::Refused).
    #[serde(other)]
    Unknown,
}

/// One thing on record.
///
/// # Example
///
/// ```
/// use unpost::{Entry, Fate, OperationKind, Outcome, Provider, Scope};
///
/// let scope = Scope::new(OperationKind::Delete, Provider::from("acme"), "main");
/// let outcome = Outcome::new("post-1", Provider::from("acme"), Fate::Deleted);
/// let entry = Entry::Settled(scope, outcome);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry {
    /// A request was about to be sent.
    AboutToSend(Sending),
    /// It is known that nothing was carried out.
    Answered(Answered),
    /// A request that names no post was carried out.
    CarriedOut(Scope),
    /// What became of a post.
    Settled(Scope, Outcome),
}

impl From<Sending> for Entry {
    fn from(sending: Sending) -> Self {
        Self::AboutToSend(sending)
    }
}

impl From<Answered> for Entry {
    fn from(answered: Answered) -> Self {
        Self::Answered(answered)
    }
}
