//! The client, and its side of a run.

use std::fmt;

use super::bulk_fallback::delete_in_bulk;
use super::request::{DeleteRequest, DeleteResponse};
use zeroize::Zeroizing;

use crate::client::Core;
use crate::delete_many::DeleteMany;
use crate::delete_posts::{Batch, DeletePosts};
use crate::http::credentials::Credential;
use crate::http::secrets::Secret;
use crate::model::{Error, Outcome, PostId, Provider};

/// A client of one Ayrshare account and one of its profiles.
///
/// Cheap to clone; clones share the connections and the profile's rate limit. It never changes: another
/// profile is another client, from [`for_profile`](Client::for_profile).
#[derive(Clone)]
pub struct Client {
    pub(super) core: Core,
}

impl Client {
    /// The client of another profile of the same account: the same connections, settings and X keys,
    /// and a rate limit of its own, which it shares with every other client of that profile made this way.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for an empty or unprintable key.
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::ayrshare::Client::builder("API_KEY").build()?;
    /// let tenant = client.for_profile("PROFILE_KEY")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_profile(&self, profile_key: impl Into<String>) -> Result<Self, Error> {
        let profile = profile_credential(profile_key.into())?;
        Ok(Self {
            core: self.core.for_profile(profile)?,
        })
    }

    /// Deletes, and waits until it is known what came of it, or that it can't be known.
    ///
    /// - [`by_id`](DeleteRequest::by_id) and
    ///   [`mark_manual_deleted`](DeleteRequest::mark_manual_deleted) are `Ok` only when that post was
    ///   deleted (or marked) and no network says otherwise. A partly deleted post is an error, with
    ///   every network in [`outcomes`](crate::Error::outcomes).
    /// - [`bulk`](DeleteRequest::bulk) is `Ok` when Ayrshare answered it; each post's fate is in the
    ///   outcomes.
    /// - [`delete_all_scheduled`](DeleteRequest::delete_all_scheduled) is `Ok` when Ayrshare says that
    ///   it was done.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind). Ask [`is_uncertain`](crate::Error::is_uncertain) whether
    /// Ayrshare may have acted all the same.
    ///
    /// # Cancelling
    /// Dropping the future sends nothing further. What has been sent can't be taken back: the post may
    /// be deleted a moment later.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use unpost::{ErrorKind, ayrshare::DeleteRequest, mock};
    ///
    /// let ayrshare = mock::Ayrshare::start().await;
    /// ayrshare.publish("post-1", ["facebook", "bluesky"]);
    /// let client = ayrshare.client()?;
    ///
    /// let response = client.delete(DeleteRequest::by_id("post-1")).await?;
    /// assert_eq!(response.networks().len(), 2);
    ///
    /// let error = client.delete(DeleteRequest::by_id("post-1")).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::AlreadyDeleted);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete(&self, request: DeleteRequest) -> Result<DeleteResponse, Error> {
        request.check()?;
        let finished = self.core.call(&request).await;
        finished.into_result().map(DeleteResponse::new)
    }

    /// Deletes any number of posts, as fast as the rate limit allows, and yields one outcome for each
    /// distinct id as it becomes known.
    ///
    /// Each is asked for by its own id, whose answer Ayrshare documents.
    /// [`batch_size`](DeleteMany::batch_size) opts in to `bulk`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> unpost::Result<()> {
    /// let ayrshare = unpost::mock::Ayrshare::start().await;
    /// ayrshare.publish("post-1", ["facebook"]).schedule("post-2", ["bluesky"]);
    ///
    /// let ids = ["post-1", "post-2", "post-3"];
    /// let summary = ayrshare.client()?.delete_many(ids).run().summary().await;
    /// assert_eq!(summary.to_string(), "3 posts: 2 deleted, 1 not found");
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_many<'a>(
        &self,
        ids: impl IntoIterator<Item: Into<PostId> + 'a, IntoIter: Send + 'a>,
    ) -> DeleteMany<'a, Self> {
        DeleteMany::new(self.clone(), ids)
    }
}

impl DeletePosts for Client {
    fn provider(&self) -> Provider {
        Provider::Ayrshare
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn largest_batch(&self) -> usize {
        usize::MAX
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        match batch.ids() {
            [id] => {
                let request = DeleteRequest::by_id(id);
                let finished = self.core.call_in_run(&batch.run, &request, 0).await;
                finished.outcomes
            }
            _ => delete_in_bulk(&self.core, batch).await,
        }
    }
}

#[cfg(feature = "internals")]
impl crate::client::HasCore for Client {
    fn core_mut(&mut self) -> &mut Core {
        &mut self.core
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}

/// The credential that says whose posts a request is about.
pub(super) fn profile_credential(
    profile_key: impl Into<Zeroizing<String>>,
) -> Result<Credential, Error> {
    let profile_key = Secret::new("the Profile-Key", profile_key)?;
    Ok(Credential::in_header("profile-key", profile_key))
}
