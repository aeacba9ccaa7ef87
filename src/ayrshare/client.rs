//! The client, and how it deletes the batches of a run.

use zeroize::Zeroizing;

use std::fmt;
use std::time::Duration;

use super::bulk_fallback::delete_in_bulk;
use super::mark_posts::MarkPosts;
use super::request::{DeleteRequest, DeleteResponse};
use crate::client::Core;
use crate::delete_many::DeleteMany;
use crate::delete_posts::{Batch, DeletePosts};
use crate::engine::operation::first_body;
use crate::http::credentials::Credential;
use crate::http::secrets::Secret;
use crate::journal::{Journal, OperationKind, Record, Scope};
use crate::model::{Error, Outcome, PostId, Provider};

/// A client of one Ayrshare account and one of its profiles.
///
/// A client is cheap to clone. Clones share the connections and the profile's rate limit. A client always
/// stays with its profile; [`for_profile`](Client::for_profile) makes the client of another profile.
#[derive(Clone)]
pub struct Client {
    pub(super) core: Core,
}

impl Client {
    /// Makes the client of another profile of the same account.
    ///
    /// The new client shares the connections, the settings and the X API keys with this one. It has the
    /// rate limit of its profile, which it shares with all clients that were made this way for that
    /// profile.
    ///
    /// # Errors
    /// Returns [`Invalid`](crate::ErrorKind::Invalid) if the key is empty or unprintable.
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

    /// The same client under a name for its profile, as the builder's
    /// [`profile_name`](super::ClientBuilder::profile_name) gives it. It shares everything with this one.
    ///
    /// # Errors
    /// Returns [`Invalid`](crate::ErrorKind::Invalid) if the name is empty, longer than 256 bytes, or contains a control
    /// character.
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::ayrshare::Client::builder("API_KEY").build()?;
    /// let named = client.named("acme")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn named(&self, name: impl Into<String>) -> Result<Self, Error> {
        Ok(Self {
            core: self.core.named(name.into())?,
        })
    }

    /// Where requests go: everything before the path of the endpoint, without a slash at its end.
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::ayrshare::Client::builder("API_KEY").build()?;
    /// assert_eq!(client.base_url(), "https://api.ayrshare.com/api");
    /// # Ok(())
    /// # }
    /// ```
    pub fn base_url(&self) -> &str {
        self.core.base_url()
    }

    /// Deletes what the request names. Returns once the result is known, or once it is clear that the
    /// result can't be known.
    ///
    /// - [`by_id`](DeleteRequest::by_id) and
    ///   [`mark_manual_deleted`](DeleteRequest::mark_manual_deleted) are `Ok` only if the post was
    ///   deleted (or marked) and no network says otherwise. A partly deleted post is an error, with
    ///   every network in [`outcomes`](crate::Error::outcomes).
    /// - [`bulk`](DeleteRequest::bulk) is `Ok` if Ayrshare accepted the request as a whole. Each post's fate is in the
    ///   outcomes.
    /// - [`delete_all_scheduled`](DeleteRequest::delete_all_scheduled) is `Ok` if Ayrshare says that the
    ///   posts were deleted.
    ///
    /// # Errors
    /// [`ErrorKind`](crate::ErrorKind) lists the possible errors. If
    /// [`is_uncertain`](crate::Error::is_uncertain) is true, Ayrshare may have acted despite the error.
    ///
    /// # Cancelling
    /// Dropping the future sends nothing further. A request that has been sent can't be taken back: the
    /// post may be deleted a moment later.
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

    /// Does what [`delete`](Self::delete) does, keeps the request on record, and goes on from what is on record, also after
    /// the process has ended.
    ///
    /// A post that is settled on record isn't asked for again: it has its recorded outcome. A post that may have been
    /// deleted is asked for again, and the attempts on record count. See [`DeleteMany::journal`]. The record belongs to
    /// one profile. If you give the profile another [name](Self::named), or change the key of a primary profile without
    /// a name, the journal knows nothing of it any more.
    ///
    /// So a [`delete_all_scheduled`](DeleteRequest::delete_all_scheduled) is sent at most once with a journal, whatever
    /// happens to the process: if it was carried out, the response is `Ok` and has no text, and if its answer was lost, the
    /// error is [uncertain](crate::Error::is_uncertain). A new takedown of scheduled posts needs a new journal.
    ///
    /// # Errors
    /// Besides those of [`delete`](Self::delete): [`Invalid`](crate::ErrorKind::Invalid) if the profile has no name and the
    /// journal no [salt](crate::Journal::salt), and [`Stopped`](crate::ErrorKind::Stopped) if the journal fails before the
    /// request is sent.
    ///
    /// ```
    /// use unpost::{JsonLines, ayrshare::{Client, DeleteRequest}};
    ///
    /// async fn delete_once(client: &Client) -> unpost::Result<()> {
    ///     let journal = JsonLines::open("takedown.jsonl")?;
    ///     client.delete_journaled(DeleteRequest::by_id("post-1"), journal).await?;
    ///     Ok(())
    /// }
    /// ```
    pub async fn delete_journaled(
        &self,
        request: DeleteRequest,
        journal: impl Journal,
    ) -> Result<DeleteResponse, Error> {
        request.check()?;
        let finished = self
            .core
            .call_journaled(&request, request.operation(), journal)
            .await?;
        finished.into_result().map(DeleteResponse::new)
    }

    /// Does what [`delete`](Self::delete) does, as a part of a run: for a [`DeletePosts`] of your own.
    ///
    /// The request waits for the profile's window as patiently as the run does. It isn't sent if the run is stopped
    /// first. It counts in the run's [`Progress`](crate::Progress), and its retries are paid for out of the run's
    /// budget. The run ends if the credentials are refused, or after ten requests in a row that failed as in an outage.
    /// If several requests name the same post, the later ones know of the earlier attempts. So "already deleted"
    /// means deleted if the answer to an earlier one was lost.
    ///
    /// The request may name some of the batch's posts, or all. Return `true` from
    /// [`records_attempts`](DeletePosts::records_attempts) if all requests are sent with this method. Pass
    /// [`scope`](DeletePosts::scope) and [`resume`](DeletePosts::resume) on to the client, so that a journal knows the profile
    /// and the client its window.
    ///
    /// # Errors
    /// Returns the errors of [`delete`](Self::delete).
    /// A request that isn't sent because the run was stopped is [`Stopped`](crate::ErrorKind::Stopped).
    ///
    /// ```
    /// use unpost::ayrshare::{Client, DeleteRequest};
    /// use unpost::{Batch, DeletePosts, ErrorKind, Outcome, Provider, Record, Scope};
    ///
    /// /// Marks each post as manually deleted, and deletes those that still stand at a network.
    /// struct MarksOrDeletes(Client);
    ///
    /// impl DeletePosts for MarksOrDeletes {
    ///     fn provider(&self) -> Provider {
    ///         Provider::Ayrshare
    ///     }
    ///
    ///     fn batch_size(&self) -> usize {
    ///         1
    ///     }
    ///
    ///     fn records_attempts(&self) -> bool {
    ///         true
    ///     }
    ///
    ///     fn scope(&self, salt: Option<&str>) -> unpost::Result<Scope> {
    ///         self.0.scope(salt)
    ///     }
    ///
    ///     fn resume(&self, record: &Record) {
    ///         self.0.resume(record);
    ///     }
    ///
    ///     async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
    ///         let mut outcomes = Vec::new();
    ///         for id in batch.ids() {
    ///             let mut result = self.0.delete_in(&batch, DeleteRequest::mark_manual_deleted(id)).await;
    ///             if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotManuallyDeleted) {
    ///                 result = self.0.delete_in(&batch, DeleteRequest::by_id(id)).await;
    ///             }
    ///             outcomes.extend(match result {
    ///                 Ok(response) => response.outcomes().to_vec(),
    ///                 Err(error) => error.into_outcomes(),
    ///             });
    ///         }
    ///         outcomes
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> unpost::Result<()> {
    /// let ayrshare = unpost::mock::Ayrshare::start().await;
    /// ayrshare.publish("post-1", ["facebook"]).publish("post-2", ["facebook"]);
    /// ayrshare.remove_by_hand("post-2");
    ///
    /// let provider = MarksOrDeletes(ayrshare.client()?);
    /// let summary = unpost::DeleteMany::new(provider, ["post-1", "post-2"]).run().summary().await;
    /// assert_eq!((summary.deleted, summary.marked_deleted), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_in(
        &self,
        batch: &Batch,
        request: DeleteRequest,
    ) -> Result<DeleteResponse, Error> {
        request.check()?;
        if request.ids().is_empty() {
            return Err(Error::invalid(
                "`delete_all_scheduled` is about no post of the run: send it with `delete_journaled` or `delete`",
            ));
        }
        let finished = batch.call(&self.core, &request).await;
        finished.into_result().map(DeleteResponse::new)
    }

    /// Deletes any number of posts, as fast as the rate limit allows, and yields one outcome for each
    /// distinct id as it becomes known.
    ///
    /// By default, each post gets a request of its own, because Ayrshare documents only the answer to
    /// that. A [`batch_size`](DeleteMany::batch_size) above 1 uses `bulk`.
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

    /// Marks any number of posts as manually deleted, after somebody deleted them at their networks by hand. Each post
    /// gets a request of its own, as fast as the rate limit allows.
    ///
    /// This is a run, as [`delete_many`](Self::delete_many) is. A post that is marked is
    /// [`MarkedDeleted`](crate::Fate::MarkedDeleted). One that still stands at a network is
    /// [`Failed`](crate::Fate::Failed) with [`NotManuallyDeleted`](crate::ErrorKind::NotManuallyDeleted), and the run
    /// goes on.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> unpost::Result<()> {
    /// let ayrshare = unpost::mock::Ayrshare::start().await;
    /// ayrshare.publish("post-1", ["instagram"]).publish("post-2", ["instagram"]);
    /// ayrshare.remove_by_hand("post-1");
    ///
    /// let summary = ayrshare.client()?.mark_many(["post-1", "post-2"]).run().summary().await;
    /// assert_eq!((summary.marked_deleted, summary.failed), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn mark_many<'a>(
        &self,
        ids: impl IntoIterator<Item: Into<PostId> + 'a, IntoIter: Send + 'a>,
    ) -> DeleteMany<'a, MarkPosts> {
        DeleteMany::new(MarkPosts::new(self.core.clone()), ids)
    }
}

crate::client::other_options!("ayrshare");
#[cfg(feature = "blocking")]
crate::blocking::blocking_options!("ayrshare");

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

    fn scope(&self, salt: Option<&str>) -> Result<Scope, Error> {
        self.core.scope(OperationKind::Delete, salt)
    }

    fn resume(&self, record: &Record) {
        self.core.resume(record);
    }

    fn records_attempts(&self) -> bool {
        true
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        match batch.ids() {
            [id] => {
                let request = DeleteRequest::by_id(id);
                let finished = self.core.call_in(batch.context(), &request);
                finished.await.outcomes
            }
            _ => delete_in_bulk(&self.core, batch).await,
        }
    }

    fn body(&self, ids: &[PostId]) -> Option<String> {
        first_body(&match ids {
            [id] => DeleteRequest::by_id(id),
            _ => DeleteRequest::bulk(ids),
        })
    }

    fn least_time(&self, requests: usize) -> Duration {
        self.core.least_time(requests)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}

#[cfg(feature = "blocking")]
impl crate::blocking::Client<Client> {
    /// Does what [`Client::delete`] does, and blocks the thread until it is done.
    ///
    /// # Errors
    /// Returns the errors of [`Client::delete`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// # let ayrshare = unpost::mock::Ayrshare::start().await;
    /// # ayrshare.publish("post-1", ["bluesky"]);
    /// use unpost::{ayrshare::DeleteRequest, blocking};
    ///
    /// let client = blocking::Client::new(ayrshare.client()?)?;
    /// client.delete(DeleteRequest::by_id("post-1"))?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, request: DeleteRequest) -> Result<DeleteResponse, Error> {
        self.wait_for(self.client().delete(request))
    }

    /// Does what [`Client::mark_many`] does.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// # let ayrshare = unpost::mock::Ayrshare::start().await;
    /// # ayrshare.publish("post-1", ["instagram"]);
    /// # ayrshare.remove_by_hand("post-1");
    /// let client = unpost::blocking::Client::new(ayrshare.client()?)?;
    /// assert_eq!(client.mark_many(["post-1"]).run().summary().marked_deleted, 1);
    /// # Ok(()) }
    /// ```
    pub fn mark_many<'a>(
        &self,
        ids: impl IntoIterator<Item: Into<PostId> + 'a, IntoIter: Send + 'a>,
    ) -> crate::blocking::DeleteMany<'a, MarkPosts> {
        self.with_client(MarkPosts::new(self.client().core.clone()))
            .delete_many(ids)
    }

    /// Does what [`Client::for_profile`] does.
    ///
    /// # Errors
    /// Returns the errors of [`Client::for_profile`].
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// use unpost::{ayrshare, blocking};
    ///
    /// let client = blocking::Client::new(ayrshare::Client::builder("API_KEY").build()?)?;
    /// let tenant = client.for_profile("PROFILE_KEY")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_profile(&self, profile_key: impl Into<String>) -> Result<Self, Error> {
        Ok(self.with_client(self.client().for_profile(profile_key)?))
    }

    /// Does what [`Client::delete_journaled`] does, and blocks the thread until it is done.
    ///
    /// # Errors
    /// Returns the errors of [`Client::delete_journaled`].
    ///
    /// ```
    /// use unpost::{JsonLines, blocking, ayrshare::{Client, DeleteRequest}};
    ///
    /// fn delete_once(client: &blocking::Client<Client>) -> unpost::Result<()> {
    ///     let journal = JsonLines::open("takedown.jsonl")?;
    ///     client.delete_journaled(DeleteRequest::by_id("post-1"), journal)?;
    ///     Ok(())
    /// }
    /// ```
    pub fn delete_journaled(
        &self,
        request: DeleteRequest,
        journal: impl Journal,
    ) -> Result<DeleteResponse, Error> {
        self.wait_for(self.client().delete_journaled(request, journal))
    }

    /// Does what [`Client::named`] does.
    ///
    /// # Errors
    /// Returns the errors of [`Client::named`].
    ///
    /// ```
    /// # fn name(client: &unpost::blocking::Client<unpost::ayrshare::Client>) -> unpost::Result<()> {
    /// let named = client.named("acme")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn named(&self, label: impl Into<String>) -> Result<Self, Error> {
        Ok(self.with_client(self.client().named(label)?))
    }

    /// Does what [`Client::base_url`] does.
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// use unpost::{ayrshare, blocking};
    ///
    /// let client = blocking::Client::new(ayrshare::Client::builder("API_KEY").build()?)?;
    /// assert_eq!(client.base_url(), "https://api.ayrshare.com/api");
    /// # Ok(())
    /// # }
    /// ```
    pub fn base_url(&self) -> &str {
        self.client().base_url()
    }
}

#[cfg(feature = "internals")]
impl Client {
    /// The same client with the same limiter. `exchange` makes its attempts, instead of HTTP.
    #[doc(hidden)]
    #[must_use]
    pub fn over(&self, exchange: std::sync::Arc<dyn crate::engine::exchange::Exchange>) -> Self {
        Self {
            core: self.core.over(exchange),
        }
    }
}

/// The credential that selects the profile whose posts a request is about.
pub(super) fn profile_credential(
    profile_key: impl Into<Zeroizing<String>>,
) -> Result<Credential, Error> {
    let profile_key = Secret::new("the Profile-Key", profile_key)?;
    Ok(Credential::in_header("profile-key", profile_key))
}
