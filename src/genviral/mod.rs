//! Deleting through [Genviral](https://www.genviral.io).
//!
//! Genviral deletes what hasn't been published: drafts, and posts that are pending, scheduled, to be
//! retried or failed. It takes nothing off a network: what is posted, canceled or partly posted comes
//! back as [`Blocked`](crate::Fate::Blocked) with its status. There is no way to delete all scheduled
//! posts at once, so asking for it doesn't compile.
//!
//! The API key carries the scope, one workspace or your own posts; ids outside it are
//! [`NotFound`](crate::Fate::NotFound), as are those that never existed or were deleted before.
//!
//! ```no_run
//! # async fn example() -> unpost::Result<()> {
//! use unpost::genviral::{Client, DeleteRequest};
//!
//! let client = Client::builder("PUBLIC_ID.SECRET").build()?;
//! client.delete(DeleteRequest::by_id("0f4f54d4-8cce-4fb7-8c7b-befbcb8af812")).await?;
//! # Ok(())
//! # }
//! ```

mod code;
mod decode;
mod request;

use std::ffi::OsString;
use std::fmt;

pub use self::code::ErrorCode;
pub use self::request::{DeleteRequest, DeleteResponse};

use zeroize::Zeroizing;

use self::request::MOST_IDS;
use crate::client::{Core, Service, Settings, shared_settings, variable};
use crate::delete_many::{Batch, DeleteMany, DeletePosts};
use crate::engine::call::Run;
use crate::engine::limiter::Pace;
use crate::http::secrets::Secret;
use crate::http::transport::{Exchange, Method};
use crate::model::{Error, PostId};
use crate::model::{Outcome, Provider};

const SERVICE: Service = Service {
    base_url: "https://www.genviral.io/api/partner/v1",
    path: "/posts/delete",
    method: Method::Post,
    pace: Pace::genviral,
};

/// A client of one Genviral API key.
///
/// Cheap to clone; clones share the connections and the pace.
#[derive(Clone)]
pub struct Client {
    core: Core,
}

impl Client {
    /// Begins a client with an API key, which looks like `<public_id>.<secret>`. Everything is checked
    /// by [`build`](ClientBuilder::build).
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::genviral::Client::builder("PUBLIC_ID.SECRET").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(api_key: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            api_key: Zeroizing::new(api_key.into()),
            settings: Settings::default(),
        }
    }

    /// Deletes, and waits until it is known what came of it, or that it can't be known.
    ///
    /// - [`by_id`](DeleteRequest::by_id) is `Ok` only when that post was deleted.
    /// - [`bulk`](DeleteRequest::bulk) is `Ok` when Genviral answered it; each post's fate is in the
    ///   outcomes.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind). Ask [`is_uncertain`](crate::Error::is_uncertain) whether
    /// Genviral may have acted all the same.
    ///
    /// # Cancelling
    /// Dropping the future sends nothing further. What has been sent can't be taken back: the posts may
    /// be deleted a moment later.
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
        let finished = self.core.call(&request, Run::default()).await;
        let finished = if request.is_about_one_post() {
            finished.of_one_post()
        } else {
            finished.of_batch()
        };
        Ok(DeleteResponse::new(finished?))
    }

    /// Deletes any number of posts, at the pace that Genviral allows, and yields one outcome for each
    /// distinct id as it becomes known.
    ///
    /// They go in batches of 50.
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
    pub fn delete_many<'a, I>(&self, ids: I) -> DeleteMany<'a, Self>
    where
        I: IntoIterator,
        I::IntoIter: Send + 'a,
        I::Item: Into<PostId> + 'a,
    {
        DeleteMany::new(self.clone(), ids)
    }
}

impl DeletePosts for Client {
    fn provider(&self) -> Provider {
        Provider::Genviral
    }

    fn batch_size(&self) -> usize {
        MOST_IDS
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        delete_posts(&self.core, batch).await
    }
}

pub(crate) async fn delete_posts<E: Exchange + Sync>(core: &Core<E>, batch: Batch) -> Vec<Outcome> {
    let request = DeleteRequest::bulk(batch.ids);
    let run = Run {
        budget: Some(&batch.budget),
        halt: Some(&batch.halt),
        ..Run::default()
    };
    core.call(&request, run).await.outcomes
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}

/// Collects what a [`Client`] needs.
///
/// ```
/// # fn main() -> unpost::Result<()> {
/// use std::time::Duration;
/// use unpost::genviral::Client;
///
/// let client = Client::builder("PUBLIC_ID.SECRET")
///     .deadline(Duration::from_secs(60))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct ClientBuilder {
    api_key: Zeroizing<String>,
    settings: Settings,
}

impl ClientBuilder {
    /// Begins with what the environment says: `GENVIRAL_API_KEY`. No client reads the environment
    /// otherwise.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) if it isn't set, or isn't text. One that is set and empty
    /// is refused by [`build`](Self::build).
    ///
    /// ```no_run
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::genviral::ClientBuilder::from_env()?.build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        match variable("GENVIRAL_API_KEY", lookup)? {
            Some(api_key) => Ok(Self {
                api_key,
                settings: Settings::default(),
            }),
            None => Err(Error::invalid(
                "the environment variable GENVIRAL_API_KEY isn't set: put the API key there",
            )),
        }
    }

    shared_settings!();

    /// Checks all of it and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for an empty or unprintable key, a base URL that would
    /// give the key away, or a setting that the HTTP client or its TLS refuses.
    pub fn build(self) -> Result<Client, Error> {
        let api_key = Secret::new("the API key", self.api_key)?;
        Ok(Client {
            core: Core::new(&SERVICE, &api_key, Vec::new(), self.settings)?,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_gives_the_key() {
        let set = |value: Option<&str>| {
            ClientBuilder::from_variables(|_| value.map(Into::into)).and_then(ClientBuilder::build)
        };
        assert!(set(Some("public.secret")).is_ok());
        assert!(set(Some("")).is_err());
        assert!(set(None).is_err());
    }
}
