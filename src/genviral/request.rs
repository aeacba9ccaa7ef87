use std::fmt;

use serde::Serialize;

use super::decode::decode;
use crate::engine::finished::Finished;
use crate::engine::ids;
use crate::engine::operation::{Operation, Reading, to_json};
use crate::model::{Error, Fate, Outcome, PostId, Provider};

/// The most distinct ids that Genviral takes in one request.
pub(super) const MOST_IDS: usize = 50;

/// What to delete.
///
/// # Example
///
/// ```
/// use unpost::genviral::DeleteRequest;
///
/// let one = DeleteRequest::by_id("0f4f54d4-8cce-4fb7-8c7b-befbcb8af812");
/// let many = DeleteRequest::bulk(["0f4f54d4-8cce-4fb7-8c7b-befbcb8af812"]);
/// ```
///
/// Genviral can't delete all scheduled posts, so this doesn't compile:
///
/// ```compile_fail
/// unpost::genviral::DeleteRequest::delete_all_scheduled();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is deleted until a client sends it"]
pub struct DeleteRequest {
    is_about_one_post: bool,
    /// Distinct, in the order given.
    pub(super) ids: Vec<PostId>,
}

impl DeleteRequest {
    /// Deletes the post with this UUID.
    pub fn by_id(id: impl Into<PostId>) -> Self {
        Self {
            is_about_one_post: true,
            ids: vec![id.into()],
        }
    }

    /// Deletes all posts with these UUIDs in one request. A repeated UUID counts once.
    ///
    /// Genviral takes 1 to 50 of them. The client refuses any other number before it sends anything; use
    /// `delete_many` for more.
    pub fn bulk(ids: impl IntoIterator<Item: Into<PostId>>) -> Self {
        Self {
            is_about_one_post: false,
            ids: ids::distinct(ids),
        }
    }

    /// The distinct ids that the request names, in the order given.
    ///
    /// ```
    /// use unpost::genviral::DeleteRequest;
    ///
    /// assert_eq!(DeleteRequest::bulk(["post-1", "post-2", "post-1"]).ids(), ["post-1", "post-2"]);
    /// ```
    pub fn ids(&self) -> &[PostId] {
        &self.ids
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        ids::check(&Provider::Genviral, &self.ids, MOST_IDS)
    }
}

impl Operation for DeleteRequest {
    const PROVIDER: Provider = Provider::Genviral;

    fn posts(&self) -> &[PostId] {
        &self.ids
    }

    fn is_about_one_post(&self) -> bool {
        self.is_about_one_post
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn done(&self) -> Fate {
        Fate::Deleted
    }

    fn encode(&self, open: &[PostId]) -> Vec<u8> {
        to_json(&Body { post_ids: open })
    }

    fn decode(&self, open: &[PostId], http_status: u16, body: &[u8]) -> Reading {
        decode(open, http_status, body)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    post_ids: &'a [PostId],
}

/// The result of a call that was `Ok`: one outcome for each post. They can also be read by the lists of
/// Genviral's answer.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use unpost::{genviral::DeleteRequest, mock};
///
/// let genviral = mock::Genviral::start().await;
/// genviral.seed("post-1", "draft");
/// genviral.seed("post-2", "posted");
///
/// let request = DeleteRequest::bulk(["post-1", "post-2", "post-3"]);
/// let response = genviral.client()?.delete(request).await?;
/// assert_eq!(response.deleted().len(), 1);
/// assert_eq!(response.blocked().len(), 1);
/// assert_eq!(response.skipped().len(), 1);
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

    /// One outcome for each distinct id of the request, in the order given.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The same outcomes, for a caller that keeps them.
    ///
    /// ```
    /// fn keep(response: unpost::genviral::DeleteResponse) -> Vec<unpost::Outcome> {
    ///     response.into_outcomes()
    /// }
    /// ```
    pub fn into_outcomes(self) -> Vec<Outcome> {
        self.outcomes
    }

    /// The posts that are permanently removed.
    pub fn deleted(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with_fate(|fate| matches!(fate, Fate::Deleted))
    }

    /// The posts that still stand because their status doesn't allow deleting them.
    pub fn blocked(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with_fate(|fate| matches!(fate, Fate::Blocked { .. }))
    }

    /// The posts that Genviral doesn't find: they aren't in the key's scope, were deleted before, or never
    /// existed. Genviral doesn't say which of the three.
    pub fn skipped(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with_fate(|fate| matches!(fate, Fate::NotFound))
    }

    /// The posts that still stand because deleting them failed.
    pub fn failed(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with_fate(|fate| matches!(fate, Fate::Failed(_)))
    }

    /// The posts of the request that none of Genviral's lists names.
    pub fn unreported(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with_fate(|fate| matches!(fate, Fate::Unreported))
    }

    /// The answer as Genviral sent it, for details that this crate doesn't read, such as ids that weren't
    /// in the request.
    pub fn raw_json(&self) -> &str {
        &self.raw
    }

    fn with_fate(&self, test: fn(&Fate) -> bool) -> impl ExactSizeIterator<Item = &Outcome> {
        let matching = self.outcomes.iter().filter(|outcome| test(&outcome.fate));
        matching.collect::<Vec<_>>().into_iter()
    }
}

impl fmt::Debug for DeleteResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteResponse")
            .field("outcomes", &self.outcomes)
            .finish_non_exhaustive()
    }
}
