use std::fmt;

use crate::engine::finished::Finished;
use crate::engine::ids;
use crate::model::{Error, Fate, Outcome, PostId, Provider};

/// How many distinct ids Genviral takes in one request.
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
/// What Genviral can't do can't be asked of it:
///
/// ```compile_fail
/// unpost::genviral::DeleteRequest::delete_all_scheduled();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteRequest {
    pub(super) is_about_one_post: bool,
    /// Distinct, in the order given.
    pub(super) ids: Vec<PostId>,
}

impl DeleteRequest {
    /// The post with this UUID.
    pub fn by_id(id: impl Into<PostId>) -> Self {
        Self {
            is_about_one_post: true,
            ids: vec![id.into()],
        }
    }

    /// All posts with these UUIDs, in one request: 1 to 50, repeated ones counted once. More are
    /// refused before anything is sent; `delete_many` takes any number.
    pub fn bulk(ids: impl IntoIterator<Item: Into<PostId>>) -> Self {
        Self {
            is_about_one_post: false,
            ids: ids::distinct(ids),
        }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        ids::check(Provider::Genviral, &self.ids, MOST_IDS)
    }
}

/// What came of a request that was answered: Genviral's lists, as far as they are about posts that
/// were asked for.
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

    /// One outcome for each distinct id asked, in the order asked.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Permanently removed.
    pub fn deleted(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with(|fate| matches!(fate, Fate::Deleted))
    }

    /// Standing, behind a status that doesn't allow deleting.
    pub fn blocked(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with(|fate| matches!(fate, Fate::Blocked { .. }))
    }

    /// Not in the key's scope, deleted before, or never there: which of the three, Genviral doesn't
    /// tell.
    pub fn skipped(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with(|fate| matches!(fate, Fate::NotFound))
    }

    /// Standing, since the deletion itself failed.
    pub fn failed(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with(|fate| matches!(fate, Fate::Failed(_)))
    }

    /// Asked for, and in none of the lists.
    pub fn unreported(&self) -> impl ExactSizeIterator<Item = &Outcome> {
        self.with(|fate| matches!(fate, Fate::Unreported))
    }

    /// The answer itself, for what this crate doesn't read out of it, such as ids that weren't asked
    /// for.
    pub fn raw_json(&self) -> &str {
        &self.raw
    }

    fn with(&self, wanted: fn(&Fate) -> bool) -> impl ExactSizeIterator<Item = &Outcome> {
        let wanted = self.outcomes.iter().filter(|it| wanted(&it.fate));
        wanted.collect::<Vec<_>>().into_iter()
    }
}

impl fmt::Debug for DeleteResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteResponse")
            .field("outcomes", &self.outcomes)
            .finish_non_exhaustive()
    }
}
