//! Deleting through [Ayrshare](https://www.ayrshare.com).
//!
//! Ayrshare deletes published posts from their networks and scheduled ones before they go out.
//! Instagram and TikTok offer no way to delete what is published, nor Facebook for image stories: the
//! answer says so, network by network, and such a post is [`Partial`](crate::Fate::Partial) or
//! [`Failed`](crate::Fate::Failed), never deleted.
//!
//! ```no_run
//! # async fn example() -> unpost::Result<()> {
//! use unpost::ayrshare::{Client, DeleteRequest};
//!
//! let client = Client::builder("API_KEY").profile_key("PROFILE_KEY").build()?;
//! let response = client.delete(DeleteRequest::by_id("p8Ee6xDPx8PRxsjtDXf3")).await?;
//! for network in response.networks() {
//!     println!("{}: {}", network.network, network.status);
//! }
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

use crate::client::{Core, PROFILE, Service, Settings, shared_settings, variable};
use crate::delete_many::{Batch, DeleteMany, DeletePosts};
use crate::engine::call::Run;
use crate::engine::limiter::Pace;
use crate::http::secrets::Secret;
use crate::http::transport::{Exchange, Method};
use crate::model::{Error, PostId};
use crate::model::{Fate, Outcome, Provider};

const SERVICE: Service = Service {
    base_url: "https://api.ayrshare.com/api",
    path: "/post",
    method: Method::Delete,
    pace: Pace::ayrshare,
};

/// Unchecked, and zeroed with the builder.
type Key = Zeroizing<String>;

const X_API_KEY: &str = "x-twitter-oauth1-api-key";
const X_API_SECRET: &str = "x-twitter-oauth1-api-secret";

/// A client of one Ayrshare account and one of its profiles.
///
/// Cheap to clone; clones share the connections and the profile's pace. It never changes: another
/// profile is another client, from [`for_profile`](Client::for_profile).
#[derive(Clone)]
pub struct Client {
    core: Core,
}

impl Client {
    /// Begins a client with the primary profile's API key. Everything is checked by
    /// [`build`](ClientBuilder::build).
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::ayrshare::Client::builder("API_KEY").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(api_key: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            api_key: Zeroizing::new(api_key.into()),
            profile_key: None,
            x_keys: None,
            settings: Settings::default(),
        }
    }

    /// The client of another profile of the same account: the same connections, settings and X keys,
    /// and a pace of its own, which it shares with every other client of that profile made this way.
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
        let profile = Secret::new("the Profile-Key", Zeroizing::new(profile_key.into()))?;
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
        let finished = self.core.call(&request, Run::default()).await;
        let finished = if request.is_about_one_post() {
            finished.of_one_post()
        } else {
            finished.of_batch()
        };
        Ok(DeleteResponse::new(finished?))
    }

    /// Deletes any number of posts, at the pace that Ayrshare allows, and yields one outcome for each
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
        Provider::Ayrshare
    }

    fn batch_size(&self) -> usize {
        1
    }

    fn largest_batch(&self) -> usize {
        usize::MAX
    }

    async fn delete_posts(&self, batch: Batch) -> Vec<Outcome> {
        delete_posts(&self.core, batch).await
    }
}

pub(crate) async fn delete_posts<E: Exchange + Sync>(core: &Core<E>, batch: Batch) -> Vec<Outcome> {
    let run = Run {
        budget: Some(&batch.budget),
        halt: Some(&batch.halt),
        ..Run::default()
    };
    if let [id] = batch.ids.as_slice() {
        return core.call(&DeleteRequest::by_id(id), run).await.outcomes;
    }
    let finished = core.call(&DeleteRequest::bulk(batch.ids), run).await;
    let answered = finished.is_answered();
    let mut outcomes = finished.outcomes;
    for outcome in &mut outcomes {
        let is_open = match outcome.fate {
            Fate::Unreported => true,
            Fate::Uncertain(_) => answered,
            _ => false,
        };
        if is_open && (batch.halt.reason().is_some() || !ask_again(core, outcome, run).await) {
            break;
        }
    }
    outcomes
}

/// Asks for one post that a batch's answer didn't settle, where "already deleted" means that the batch
/// did it. Says whether there is a point in asking for another.
async fn ask_again<E>(core: &Core<E>, outcome: &mut Outcome, run: Run<'_>) -> bool
where
    E: Exchange + Sync,
{
    let run = Run {
        attempts_before: outcome.attempts,
        ..run
    };
    let request = DeleteRequest::by_id(&outcome.id);
    if let Some(settled) = core.call(&request, run).await.outcomes.pop() {
        *outcome = settled;
    }
    match &outcome.fate {
        Fate::Failed(failure) | Fate::Uncertain(failure) => {
            !failure.kind.is_about_credentials() && run.can_afford_retry()
        }
        _ => {
            run.got_through();
            true
        }
    }
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
/// use unpost::{Retry, ayrshare::Client};
///
/// let client = Client::builder("API_KEY")
///     .profile_key("PROFILE_KEY")
///     .x_keys("X_API_KEY", "X_API_SECRET")
///     .attempt_timeout(Duration::from_secs(20))
///     .retry(Retry::attempts(5))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct ClientBuilder {
    api_key: Key,
    profile_key: Option<Key>,
    x_keys: Option<(Key, Key)>,
    settings: Settings,
}

impl ClientBuilder {
    /// Begins with what the environment says: `AYRSHARE_API_KEY`, and, where they are set,
    /// `AYRSHARE_PROFILE_KEY` and the pair `X_TWITTER_OAUTH1_API_KEY` and
    /// `X_TWITTER_OAUTH1_API_SECRET`. No client reads the environment otherwise.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) if the API key isn't set, only one of the X pair is, or
    /// one of them isn't text. One that is set and empty is refused by [`build`](Self::build).
    ///
    /// ```no_run
    /// # fn main() -> unpost::Result<()> {
    /// let client = unpost::ayrshare::ClientBuilder::from_env()?.build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let variable = |name| variable(name, &lookup);
        let Some(api_key) = variable("AYRSHARE_API_KEY")? else {
            return Err(Error::invalid(
                "the environment variable AYRSHARE_API_KEY isn't set: put the primary profile's API key there",
            ));
        };
        let profile_key = variable("AYRSHARE_PROFILE_KEY")?;
        let x_api_key = variable("X_TWITTER_OAUTH1_API_KEY")?;
        let x_keys = match (x_api_key, variable("X_TWITTER_OAUTH1_API_SECRET")?) {
            (None, None) => None,
            (Some(api_key), Some(api_secret)) => Some((api_key, api_secret)),
            _ => {
                return Err(Error::invalid(
                    "only one of the environment variables X_TWITTER_OAUTH1_API_KEY and \
                     X_TWITTER_OAUTH1_API_SECRET is set: set both, or neither",
                ));
            }
        };
        Ok(Self {
            api_key,
            profile_key,
            x_keys,
            settings: Settings::default(),
        })
    }

    /// The profile whose posts are deleted: sent as `Profile-Key`, beside the API key. Without it, it
    /// is the primary profile; an empty one is an error and not the primary profile.
    pub fn profile_key(mut self, profile_key: impl Into<String>) -> Self {
        self.profile_key = Some(Zeroizing::new(profile_key.into()));
        self
    }

    /// The API key and secret of your own X app: needed since 31 March 2026 for posts that went to X.
    /// The same pair serves every profile of the account.
    pub fn x_keys(mut self, api_key: impl Into<String>, api_secret: impl Into<String>) -> Self {
        self.x_keys = Some((
            Zeroizing::new(api_key.into()),
            Zeroizing::new(api_secret.into()),
        ));
        self
    }

    shared_settings!();

    /// Checks all of it and makes the client. Nothing is sent.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for an empty or unprintable key, a base URL that would
    /// give the keys away, or a setting that the HTTP client or its TLS refuses.
    pub fn build(self) -> Result<Client, Error> {
        let api_key = Secret::new("the API key", self.api_key)?;
        let mut others = Vec::new();
        if let Some(profile_key) = self.profile_key {
            others.push((PROFILE, Secret::new("the Profile-Key", profile_key)?));
        }
        if let Some((api_key, api_secret)) = self.x_keys {
            others.push((X_API_KEY, Secret::new("the X API key", api_key)?));
            others.push((X_API_SECRET, Secret::new("the X API secret", api_secret)?));
        }
        Ok(Client {
            core: Core::new(&SERVICE, &api_key, others, self.settings)?,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("has_profile_key", &self.profile_key.is_some())
            .field("has_x_keys", &self.x_keys.is_some())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ErrorKind;

    fn from(variables: &[(&str, &str)]) -> Result<Client, Error> {
        let find = |name: &str| variables.iter().find(|(it, _)| *it == name);
        ClientBuilder::from_variables(|name| find(name).map(|(_, value)| value.into()))?.build()
    }

    #[test]
    fn the_environment_gives_the_key_the_profile_and_the_x_pair() {
        let client = from(&[
            ("AYRSHARE_API_KEY", "key"),
            ("AYRSHARE_PROFILE_KEY", "profile"),
            ("X_TWITTER_OAUTH1_API_KEY", "x-key"),
            ("X_TWITTER_OAUTH1_API_SECRET", "x-secret"),
        ]);
        assert_eq!(client.unwrap().core.header("profile-key"), Some("profile"));
    }

    #[test]
    fn an_environment_that_is_half_set_is_refused() {
        let key = ("AYRSHARE_API_KEY", "key");
        for variables in [
            &[][..],
            &[("AYRSHARE_API_KEY", "")],
            &[key, ("AYRSHARE_PROFILE_KEY", "")],
            &[key, ("X_TWITTER_OAUTH1_API_KEY", "x-key")],
            &[key, ("X_TWITTER_OAUTH1_API_SECRET", "x-secret")],
        ] {
            assert_eq!(
                from(variables).unwrap_err().kind(),
                ErrorKind::Invalid,
                "{variables:?}"
            );
        }
    }
}
