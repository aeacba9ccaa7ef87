//! The client, and how it deletes the batches of a run.

use std::fmt;
use std::time::Duration;

use super::code::ErrorCode;
use super::request::{DeleteRequest, DeleteResponse, MOST_IDS};
use crate::client::Core;
use crate::delete_many::DeleteMany;
use crate::delete_posts::{Batch, DeletePosts};
use crate::division::Division;
use crate::engine::call::CallContext;
use crate::engine::operation::first_body;
use crate::journal::{Journal, OperationKind, Record, Scope};
use crate::model::{Error, ErrorKind, Failure, Outcome, PostId, Provider};

/// A client of one Genviral API key.
///
/// A client is cheap to clone. Clones share the connections and the rate limit.
#[derive(Clone)]
pub struct Client {
    pub(super) core: Core,
}

impl Client {
    /// The same client under a name for its profile, as the builder's
    /// [`profile_name`](super::ClientBuilder::profile_name) gives it. It shares everything with this one.
    ///
    /// # Errors
    /// Returns [`Invalid`](crate::ErrorKind::Invalid) if the name is empty, longer than 256 bytes, or contains a control
    /// character.
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::genviral::Client::builder("API_KEY").build()?;
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
    /// let client = unpost::genviral::Client::builder("API_KEY").build()?;
    /// assert_eq!(client.base_url(), "https://www.genviral.io/api/partner/v1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn base_url(&self) -> &str {
        self.core.base_url()
    }

    /// Deletes what the request names. Returns once the result is known, or once it is clear that the
    /// result can't be known.
    ///
    /// - [`by_id`](DeleteRequest::by_id) is `Ok` only if the post was deleted.
    /// - [`bulk`](DeleteRequest::bulk) is `Ok` if Genviral accepted the request as a whole. Each post's fate is in the
    ///   outcomes.
    ///
    /// # Errors
    /// [`ErrorKind`](crate::ErrorKind) lists the possible errors. If
    /// [`is_uncertain`](crate::Error::is_uncertain) is true, Genviral may have acted despite the error.
    ///
    /// # Cancelling
    /// Dropping the future sends nothing further. A request that has been sent can't be taken back: the
    /// posts may be deleted a moment later.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use unpost::{ErrorKind, genviral::DeleteRequest, mock};
    ///
    /// let genviral = mock::Genviral::start().await;
    /// genviral.seed("post-1", "scheduled");
    /// genviral.seed("post-2", "posted");
    /// let client = genviral.client()?;
    ///
    /// client.delete(DeleteRequest::by_id("post-1")).await?;
    /// let error = client.delete(DeleteRequest::by_id("post-2")).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Blocked);
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
    /// # Errors
    /// Besides those of [`delete`](Self::delete): [`Invalid`](crate::ErrorKind::Invalid) if the profile has no name and the
    /// journal no [salt](crate::Journal::salt), and [`Stopped`](crate::ErrorKind::Stopped) if the journal fails before the
    /// request is sent.
    ///
    /// ```
    /// use unpost::{JsonLines, genviral::{Client, DeleteRequest}};
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
            .call_journaled(&request, OperationKind::Delete, journal)
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
    /// use unpost::genviral::{Client, DeleteRequest};
    /// use unpost::{Batch, DeletePosts, Outcome, Provider, Record, Scope};
    ///
    /// /// Deletes each post with a request of its own.
    /// struct OneByOne(Client);
    ///
    /// impl DeletePosts for OneByOne {
    ///     fn provider(&self) -> Provider {
    ///         Provider::Genviral
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
    ///             match self.0.delete_in(&batch, DeleteRequest::by_id(id)).await {
    ///                 Ok(response) => outcomes.extend_from_slice(response.outcomes()),
    ///                 Err(error) => outcomes.extend(error.into_outcomes()),
    ///             }
    ///         }
    ///         outcomes
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> unpost::Result<()> {
    /// let genviral = unpost::mock::Genviral::start().await;
    /// genviral.seed("post-1", "draft");
    ///
    /// let provider = OneByOne(genviral.client()?);
    /// let summary = unpost::DeleteMany::new(provider, ["post-1", "post-2"]).run().summary().await;
    /// assert_eq!((summary.deleted, summary.not_found), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete_in(
        &self,
        batch: &Batch,
        request: DeleteRequest,
    ) -> Result<DeleteResponse, Error> {
        request.check()?;
        let finished = batch.call(&self.core, &request).await;
        finished.into_result().map(DeleteResponse::new)
    }

    /// Deletes any number of posts, as fast as Genviral allows, and yields one outcome for each
    /// distinct id as it becomes known.
    ///
    /// By default, one request names 50 posts, which is the most that Genviral takes.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> unpost::Result<()> {
    /// let genviral = unpost::mock::Genviral::start().await;
    /// genviral.seed("post-1", "draft").seed("post-2", "scheduled");
    ///
    /// let ids = ["post-1", "post-2", "post-3"];
    /// let summary = genviral.client()?.delete_many(ids).run().summary().await;
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

crate::client::other_options!("genviral");
#[cfg(feature = "blocking")]
crate::blocking::blocking_options!("genviral");

impl DeletePosts for Client {
    fn provider(&self) -> Provider {
        Provider::Genviral
    }

    fn batch_size(&self) -> usize {
        MOST_IDS
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
        let Batch {
            ids, earlier, run, ..
        } = batch;
        let mut division = Division::default();
        let mut next = Some((ids, earlier));
        while let Some((ids, earlier)) = next {
            let context = CallContext::of_run(&run, &earlier);
            let finished = self.core.call_in(context, &DeleteRequest::bulk(ids)).await;
            division.settle(finished, may_be_an_id);
            if let Some(reason) = run.stopped_by() {
                division.end(reason);
            }
            next = division.next_part();
        }
        division.into_outcomes()
    }

    fn body(&self, ids: &[PostId]) -> Option<String> {
        first_body(&DeleteRequest::bulk(ids))
    }

    fn least_time(&self, requests: usize) -> Duration {
        self.core.least_time(requests)
    }
}

/// Whether one wrong id may be the reason why a request about several posts was refused.
fn may_be_an_id(failure: &Failure) -> bool {
    let is_bad_request = matches!(failure.http_status, Some(400 | 422));
    let code = failure.code.as_deref().map(ErrorCode::from);
    failure.kind == ErrorKind::Refused
        && (is_bad_request || code == Some(ErrorCode::InvalidPayload))
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
    /// # let genviral = unpost::mock::Genviral::start().await;
    /// # genviral.seed("post-1", "draft");
    /// use unpost::{blocking, genviral::DeleteRequest};
    ///
    /// let client = blocking::Client::new(genviral.client()?)?;
    /// client.delete(DeleteRequest::by_id("post-1"))?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, request: DeleteRequest) -> Result<DeleteResponse, Error> {
        self.wait_for(self.client().delete(request))
    }

    /// Does what [`Client::delete_journaled`] does, and blocks the thread until it is done.
    ///
    /// # Errors
    /// Returns the errors of [`Client::delete_journaled`].
    ///
    /// ```
    /// use unpost::{JsonLines, blocking, genviral::{Client, DeleteRequest}};
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
    /// # fn name(client: &unpost::blocking::Client<unpost::genviral::Client>) -> unpost::Result<()> {
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
    /// use unpost::{blocking, genviral};
    ///
    /// let client = blocking::Client::new(genviral::Client::builder("PUBLIC_ID.SECRET").build()?)?;
    /// assert_eq!(client.base_url(), "https://www.genviral.io/api/partner/v1");
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
