use std::fmt;

use crate::engine::finished::Finished;
use crate::engine::ids;
use crate::model::{Error, NetworkResult, Outcome, PostId, Provider};

/// What to delete: one of four kinds, each sending just the members it needs.
///
/// # Example
///
/// ```
/// use unpost::ayrshare::DeleteRequest;
///
/// let one = DeleteRequest::by_id("p8Ee6xDPx8PRxsjtDXf3");
/// let many = DeleteRequest::bulk(["p8Ee6xDPx8PRxsjtDXf3", "IdpUOyihLEpIx0d0N9mI"]);
/// let pending = DeleteRequest::delete_all_scheduled();
/// let marked = DeleteRequest::mark_manual_deleted("DD3fA2DC4qe2T48hSdgs");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteRequest {
    pub(super) kind: Kind,
    /// Distinct, in the order given.
    pub(super) ids: Vec<PostId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    ById,
    Bulk,
    AllScheduled,
    MarkManualDeleted,
}

impl DeleteRequest {
    /// The post with this id, as returned when it was published or scheduled: taken from the networks,
    /// or, if it is still pending, never sent to them.
    pub fn by_id(id: impl Into<PostId>) -> Self {
        Self {
            kind: Kind::ById,
            ids: vec![id.into()],
        }
    }

    /// All posts with these ids, in one request. Repeated ids count once.
    ///
    /// What Ayrshare answers to it isn't documented. Every shape that names its posts is understood,
    /// and a post it doesn't name is [`Unreported`](crate::Fate::Unreported). For many posts with an
    /// exact answer each, use `delete_many`.
    pub fn bulk(ids: impl IntoIterator<Item: Into<PostId>>) -> Self {
        Self {
            kind: Kind::Bulk,
            ids: ids::distinct(ids),
        }
    }

    /// Every post of the client's profile that is scheduled and not yet published. Be sure of the
    /// profile.
    ///
    /// Sent once: when the answer is lost, the error says so and nothing is repeated, since posts
    /// scheduled in between would go too.
    pub fn delete_all_scheduled() -> Self {
        Self {
            kind: Kind::AllScheduled,
            ids: Vec::new(),
        }
    }

    /// Marks a post as deleted in Ayrshare, after somebody deleted it at its networks by hand; Ayrshare
    /// doesn't try to. Nothing is removed from a network.
    ///
    /// Refused with [`NotManuallyDeleted`](crate::ErrorKind::NotManuallyDeleted) (code 382) if the post
    /// still stands at a network.
    pub fn mark_manual_deleted(id: impl Into<PostId>) -> Self {
        Self {
            kind: Kind::MarkManualDeleted,
            ids: vec![id.into()],
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match self.kind {
            Kind::AllScheduled => Ok(()),
            _ => ids::check(Provider::Ayrshare, &self.ids, usize::MAX),
        }
    }
}

/// What came of a request that was answered.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use unpost::{Fate, ayrshare::DeleteRequest, mock};
///
/// let ayrshare = mock::Ayrshare::start().await;
/// ayrshare.schedule("post-1", ["linkedin"]);
///
/// let request = DeleteRequest::bulk(["post-1", "post-2"]);
/// let response = ayrshare.client()?.delete(request).await?;
/// let fates: Vec<_> = response.outcomes().iter().map(|it| &it.fate).collect();
/// assert_eq!(fates, [&Fate::Deleted, &Fate::NotFound]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct DeleteResponse {
    outcomes: Vec<Outcome>,
    raw: String,
}

impl DeleteResponse {
    pub(super) fn new(finished: Finished) -> Self {
        let (outcomes, raw) = finished.into_parts();
        Self { outcomes, raw }
    }

    /// One outcome for each distinct id asked, in the order asked; none for `delete_all_scheduled`.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// What each network answered about the one post of the request; for `bulk`, see each outcome's
    /// own `networks`.
    pub fn networks(&self) -> &[NetworkResult] {
        match self.outcomes.as_slice() {
            [only] => &only.networks,
            _ => &[],
        }
    }

    /// The one post of the request.
    pub fn post_id(&self) -> Option<&PostId> {
        match self.outcomes.as_slice() {
            [only] => Some(&only.id),
            _ => None,
        }
    }

    /// The answer itself, for what this crate doesn't read out of it.
    pub fn raw_json(&self) -> &str {
        &self.raw
    }
}

impl fmt::Debug for DeleteResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteResponse")
            .field("outcomes", &self.outcomes)
            .finish_non_exhaustive()
    }
}
