use std::fmt;

use serde::Serialize;

use super::decode::{decode_all_scheduled, decode_bulk, decode_one};
use crate::engine::finished::Finished;
use crate::engine::ids;
use crate::engine::json::{self, Json};
use crate::engine::operation::{AttemptKind, Operation, Reading, to_json};
use crate::journal::OperationKind;
use crate::model::{Error, Fate, NetworkResult, Outcome, PostId, Provider};

/// What to delete. There are four kinds of requests, one for each function below.
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
#[must_use = "nothing is deleted until a client sends it"]
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
    /// Deletes the post with this id. The id is the one that Ayrshare returned when the post was published
    /// or scheduled.
    ///
    /// A published post is removed from its networks. A scheduled post is never sent to them.
    pub fn by_id(id: impl Into<PostId>) -> Self {
        Self {
            kind: Kind::ById,
            ids: vec![id.into()],
        }
    }

    /// Deletes all posts with these ids in one request. A repeated id counts once.
    ///
    /// Ayrshare doesn't document the answer to such a request. This crate reads several shapes of answers
    /// that name the posts. A post that the answer doesn't name is
    /// [`Unreported`](crate::Fate::Unreported). Use `delete_many` to get an exact answer for each of many
    /// posts.
    pub fn bulk(ids: impl IntoIterator<Item: Into<PostId>>) -> Self {
        Self {
            kind: Kind::Bulk,
            ids: ids::distinct(ids),
        }
    }

    /// Deletes every post of the client's profile that is scheduled and not yet published. Be sure of the
    /// profile.
    ///
    /// If the answer is lost, the call returns an error and doesn't repeat the request. A second request
    /// would also delete posts that were scheduled in the meantime.
    pub fn delete_all_scheduled() -> Self {
        Self {
            kind: Kind::AllScheduled,
            ids: Vec::new(),
        }
    }

    /// Marks a post as manually deleted in Ayrshare, after somebody deleted the post at its networks by
    /// hand. Nothing is removed from a network.
    ///
    /// Ayrshare refuses with [`NotManuallyDeleted`](crate::ErrorKind::NotManuallyDeleted) (code 382) if
    /// the post still stands at a network.
    pub fn mark_manual_deleted(id: impl Into<PostId>) -> Self {
        Self {
            kind: Kind::MarkManualDeleted,
            ids: vec![id.into()],
        }
    }

    /// The distinct ids that the request names, in the order given. Empty for
    /// [`delete_all_scheduled`](DeleteRequest::delete_all_scheduled).
    ///
    /// ```
    /// use unpost::ayrshare::DeleteRequest;
    ///
    /// assert_eq!(DeleteRequest::bulk(["post-1", "post-2", "post-1"]).ids(), ["post-1", "post-2"]);
    /// ```
    pub fn ids(&self) -> &[PostId] {
        &self.ids
    }

    /// What it does, as a journal records it.
    pub(super) fn operation(&self) -> OperationKind {
        match self.kind {
            Kind::ById | Kind::Bulk => OperationKind::Delete,
            Kind::AllScheduled => OperationKind::DeleteAllScheduled,
            Kind::MarkManualDeleted => OperationKind::MarkManualDeleted,
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match self.kind {
            Kind::AllScheduled => Ok(()),
            _ => ids::check(&Provider::Ayrshare, &self.ids, usize::MAX),
        }
    }
}

impl Operation for DeleteRequest {
    const PROVIDER: Provider = Provider::Ayrshare;

    fn posts(&self) -> &[PostId] {
        &self.ids
    }

    fn is_about_one_post(&self) -> bool {
        matches!(self.kind, Kind::ById | Kind::MarkManualDeleted)
    }

    fn is_repeatable(&self) -> bool {
        self.kind != Kind::AllScheduled
    }

    fn done(&self) -> Fate {
        match self.kind {
            Kind::MarkManualDeleted => Fate::MarkedDeleted,
            _ => Fate::Deleted,
        }
    }

    fn encode(&self, open: &[PostId]) -> Vec<u8> {
        to_json(&Body {
            id: open.first().filter(|_| self.is_about_one_post()),
            bulk: (self.kind == Kind::Bulk).then_some(open),
            delete_all_scheduled: self.kind == Kind::AllScheduled,
            mark_manual_deleted: self.kind == Kind::MarkManualDeleted,
        })
    }

    fn decode(&self, open: &[PostId], http_status: u16, body: &[u8]) -> Reading {
        let json = match json::parse(body) {
            Some(json @ (Json::Object(_) | Json::List(_))) if !matches!(http_status, 300..=399) => {
                json
            }
            _ => return Reading::by_status(http_status),
        };
        match (self.kind, open) {
            (Kind::Bulk, _) => decode_bulk(open, http_status, &json),
            (Kind::AllScheduled, _) => decode_all_scheduled(http_status, &json),
            (Kind::ById | Kind::MarkManualDeleted, [id]) => {
                decode_one(id, http_status, &json, &self.done())
            }
            _ => Reading::silent(AttemptKind::Foreign, None),
        }
    }
}

/// The JSON of a request. Members that the request doesn't need are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a PostId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bulk: Option<&'a [PostId]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    delete_all_scheduled: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mark_manual_deleted: bool,
}

/// The result of a call that was `Ok`: one outcome for each post of the request.
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
/// let fates: Vec<_> = response.outcomes().iter().map(|outcome| &outcome.fate).collect();
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

    #[cfg(feature = "mock")]
    pub(crate) fn from_parts(outcomes: Vec<Outcome>, raw: String) -> Self {
        Self { outcomes, raw }
    }

    /// One outcome for each distinct id of the request, in the order given. Empty for
    /// `delete_all_scheduled`.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The same outcomes, for a caller that keeps them.
    ///
    /// ```
    /// fn keep(response: unpost::ayrshare::DeleteResponse) -> Vec<unpost::Outcome> {
    ///     response.into_outcomes()
    /// }
    /// ```
    pub fn into_outcomes(self) -> Vec<Outcome> {
        self.outcomes
    }

    /// What each network answered about the post, if the request names exactly one. Otherwise empty: each
    /// outcome then has its own `networks`.
    pub fn networks(&self) -> &[NetworkResult] {
        match self.outcomes.as_slice() {
            [only] => &only.networks,
            _ => &[],
        }
    }

    /// The id of the post, if the request names exactly one.
    pub fn post_id(&self) -> Option<&PostId> {
        match self.outcomes.as_slice() {
            [only] => Some(&only.id),
            _ => None,
        }
    }

    /// The answer as Ayrshare sent it, for details that this crate doesn't read.
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
