mod answer;
mod bulk_shape;
mod post_state;
mod posts;
mod rules;
mod window;

pub use self::bulk_shape::BulkShape;
pub use self::post_state::PostState;

#[cfg(feature = "internals")]
use std::time::Instant;
use std::{fmt, time::Duration};

use self::{posts::Stage, rules::Rules, window::Windows};
use super::{
    fault::Fault,
    request::Request,
    router::Rules as _,
    server::{Server, Shared, lock},
};
use crate::ayrshare::{Client, ClientBuilder};
use crate::model::Error;

const API_KEY: &str = "MOCK-AYRSHARE-API-KEY";

/// Ayrshare on loopback: a fresh server with its own posts, profiles and window.
///
/// Post ids are unique across profiles, as they are at the provider: [`post`](Ayrshare::post),
/// [`remove_by_hand`](Ayrshare::remove_by_hand) and [`remaining`](Ayrshare::remaining) look at every profile. Seeding an id
/// again replaces the post.
///
/// ```
/// use unpost::mock::{Ayrshare, PostState};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
/// let ayrshare = Ayrshare::start().await;
/// ayrshare.publish("post-1", ["twitter", "instagram"]).schedule("post-2", ["linkedin"]);
/// ayrshare.profile("TENANT-KEY").schedule("post-3", ["facebook"]);
///
/// let request = unpost::ayrshare::DeleteRequest::by_id("post-2");
/// ayrshare.client()?.delete(request).await?;
///
/// assert_eq!(ayrshare.post("post-2"), Some(PostState::Deleted));
/// assert_eq!(ayrshare.remaining(), ["post-1", "post-3"]);
/// assert!(ayrshare.unexpected().is_empty());
/// # Ok(()) }
/// ```
///
/// # What it answers
///
/// | request | answer |
/// |---|---|
/// | another key, or a [revoked](Ayrshare::revoke_key) one | 401, code 102 |
/// | an empty or unknown `Profile-Key` | 403, code 144 |
/// | beyond the [window](Ayrshare::window) | 429 |
/// | no JSON, or none of `id`, `bulk`, `deleteAllScheduled` | 400, code 101 |
/// | half an X pair | 400, code 400 |
/// | an unknown id, or one of another profile | 400, code 114 |
/// | a post deleted or marked before | 400, code 383 |
/// | `markManualDeleted`, and nobody [removed it by hand](Ayrshare::remove_by_hand) | 400, code 382 |
/// | a published post | what each of its networks did; `instagram` and `tiktok` refuse and keep it |
/// | a scheduled post, or an accepted mark | `success` and the id |
/// | `deleteAllScheduled` | `success`; every scheduled post of that profile is gone |
///
/// Answers to a known key and profile carry `x-ratelimit-max` and `x-ratelimit-count`.
///
/// # Guesses
///
/// The provider doesn't publish these; a client must not depend on them:
/// - without the X pair, a post that is also on other networks fails whole (code 419), and with HTTP 400;
/// - with a wrong X pair, X alone refuses (code 272);
/// - where a network refuses, the HTTP status is 400, and `tiktok` gives no code;
/// - a post removed by hand can be deleted without the mark;
/// - `id` is looked at before `bulk`; the shape of a `bulk` answer ([`BulkShape`]), and its HTTP status 200;
/// - the body of a 429, which has no code here.
pub struct Ayrshare {
    server: Server<Rules>,
    base_url: String,
}

impl Ayrshare {
    /// The X API key that a fresh mock accepts.
    pub const X_API_KEY: &str = "MOCK-X-API-KEY";
    /// The X API secret that a fresh mock accepts.
    pub const X_API_SECRET: &str = "MOCK-X-API-SECRET";

    /// Starts a server without posts on a free port, on a thread of its own; it stops when dropped.
    pub async fn start() -> Self {
        Self::behind(Server::start(Self::rules()).await)
    }

    /// A mock without a server, for tests that bring requests to [`answer`](Self::answer) themselves. Nothing listens
    /// at its `base_url`.
    #[cfg(feature = "internals")]
    #[doc(hidden)]
    pub fn offline() -> Self {
        Self::behind(Server::offline(Self::rules()))
    }

    fn rules() -> Rules {
        Rules::new(API_KEY, Self::X_API_KEY, Self::X_API_SECRET)
    }

    fn behind(server: Server<Rules>) -> Self {
        let base_url = server.origin() + Rules::PATH.trim_end_matches("/post");
        Self { server, base_url }
    }

    /// Puts a request to the rules that the server puts it to, at this time: status, headers and body of the answer.
    /// No fault of [`fail_next`](Self::fail_next) strikes it, and [`requests`](Self::requests) doesn't list it.
    #[cfg(feature = "internals")]
    #[doc(hidden)]
    pub fn answer(
        &self,
        headers: &[(&str, &str)],
        body: &[u8],
        now: Instant,
    ) -> (u16, Vec<(String, String)>, Vec<u8>) {
        self.server.router().answer(headers, body, now)
    }

    /// Everything before `/post`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The API key that this mock accepts.
    pub fn api_key(&self) -> &str {
        API_KEY
    }

    /// A client of the primary profile, with the key and the X pair that a fresh mock accepts.
    ///
    /// # Errors
    /// None that a mock can cause: it is what building any client may come to.
    pub fn client(&self) -> Result<Client, Error> {
        self.client_builder().build()
    }

    /// The same, for other settings.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// let ayrshare = unpost::mock::Ayrshare::start().await;
    /// let client = ayrshare.client_builder().retry(unpost::Retry::never()).build()?;
    /// # Ok(()) }
    /// ```
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(API_KEY)
            .base_url(self.base_url())
            .x_keys(Self::X_API_KEY, Self::X_API_SECRET)
    }

    /// Puts a published post of the primary profile on these networks.
    pub fn publish<N: Into<String>>(
        &self,
        id: impl Into<String>,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        self.seed(id.into(), Stage::Published, collect(networks))
    }

    /// Gives the primary profile a scheduled post that hasn't gone out to these networks yet.
    pub fn schedule<N: Into<String>>(
        &self,
        id: impl Into<String>,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        self.seed(id.into(), Stage::Scheduled, collect(networks))
    }

    fn seed(&self, id: String, stage: Stage, networks: Vec<String>) -> &Self {
        self.server
            .router()
            .rules
            .posts
            .seed(id, None, stage, networks);
        self
    }

    /// Registers a profile, if it isn't yet, and hands out what seeds it.
    ///
    /// An empty key is registered in vain: as at the provider, it is refused and never means the primary profile.
    pub fn profile(&self, key: impl Into<String>) -> Profile {
        let key = key.into();
        self.server.router().rules.profiles.insert(key.clone());
        Profile {
            router: self.server.shared(),
            key,
        }
    }

    /// A person takes a published post down at its networks: from now on `markManualDeleted` is accepted for it.
    ///
    /// No other post is affected: what was never published can't be taken down.
    ///
    /// ```
    /// # use unpost::mock::{Ayrshare, PostState};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let ayrshare = Ayrshare::start().await;
    /// ayrshare.publish("post-1", ["instagram"]).remove_by_hand("post-1");
    /// assert_eq!(ayrshare.post("post-1"), Some(PostState::RemovedByHand));
    /// assert!(ayrshare.remaining().is_empty());
    /// # }
    /// ```
    pub fn remove_by_hand(&self, id: &str) -> &Self {
        self.server.router().rules.posts.remove_by_hand(id);
        self
    }

    /// Has the mock accept this X pair instead of [`X_API_KEY`](Self::X_API_KEY) and [`X_API_SECRET`](Self::X_API_SECRET).
    pub fn x_keys(&self, key: impl Into<String>, secret: impl Into<String>) -> &Self {
        self.server.router().rules.x_keys = (key.into(), secret.into());
        self
    }

    /// Takes the API key away: every later request is answered 401.
    pub fn revoke_key(&self) -> &Self {
        self.server.router().rules.api_key = None;
        self
    }

    /// Admits so many requests per profile and period, instead of 300 in 5 minutes.
    ///
    /// The window opens with a profile's first request and is fixed: it doesn't slide. Setting it starts every profile
    /// afresh.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let ayrshare = unpost::mock::Ayrshare::start().await;
    /// ayrshare.window(2, Duration::from_millis(100)); // the third request within 100 ms gets 429
    /// # }
    /// ```
    pub fn window(&self, limit: u32, period: Duration) -> &Self {
        self.server.router().rules.windows = Windows::new(limit, period);
        self
    }

    /// Chooses how `bulk` is answered; at first as [`BulkShape::Array`].
    pub fn bulk_shape(&self, shape: BulkShape) -> &Self {
        self.server.router().rules.bulk_shape = shape;
        self
    }

    /// Fails the next requests, as many as told, whoever sends them; what was told before comes first.
    ///
    /// ```
    /// # use unpost::mock::{Ayrshare, Fault};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let ayrshare = Ayrshare::start().await;
    /// ayrshare.fail_next(1, Fault::status(502).after_acting()); // the post is gone, and the client can't know
    /// # }
    /// ```
    pub fn fail_next(&self, times: usize, fault: Fault) -> &Self {
        self.server.router().fail_next(times, fault);
        self
    }

    /// What has become of a post; `None` if it was never seeded.
    pub fn post(&self, id: &str) -> Option<PostState> {
        self.server.router().rules.posts.state(id)
    }

    /// The ids of all posts, of any profile, that still stand somewhere or are scheduled; sorted.
    pub fn remaining(&self) -> Vec<String> {
        self.server.router().rules.posts.remaining()
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.server.router().requests()
    }

    /// The requests that no rule knew, answered 501.
    pub fn unexpected(&self) -> Vec<Request> {
        self.server.router().unexpected()
    }
}

impl fmt::Debug for Ayrshare {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ayrshare")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// Seeds one profile of an [`Ayrshare`] mock, and tells what is left of it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let ayrshare = unpost::mock::Ayrshare::start().await;
/// let tenant = ayrshare.profile("TENANT-KEY");
/// tenant.publish("post-1", ["bluesky"]).schedule("post-2", ["linkedin"]);
/// ayrshare.publish("post-3", ["bluesky"]); // the primary profile's
///
/// assert_eq!(tenant.remaining(), ["post-1", "post-2"]);
/// # }
/// ```
pub struct Profile {
    router: Shared<Rules>,
    key: String,
}

impl Profile {
    /// Its `Profile-Key`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Puts a published post of this profile on these networks.
    pub fn publish<N: Into<String>>(
        &self,
        id: impl Into<String>,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        self.seed(id.into(), Stage::Published, collect(networks))
    }

    /// Gives this profile a scheduled post that hasn't gone out to these networks yet.
    pub fn schedule<N: Into<String>>(
        &self,
        id: impl Into<String>,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        self.seed(id.into(), Stage::Scheduled, collect(networks))
    }

    fn seed(&self, id: String, stage: Stage, networks: Vec<String>) -> &Self {
        lock(&self.router)
            .rules
            .posts
            .seed(id, Some(self.key.clone()), stage, networks);
        self
    }

    /// The ids of this profile's posts that still stand somewhere or are scheduled; sorted.
    pub fn remaining(&self) -> Vec<String> {
        lock(&self.router).rules.posts.remaining_of(&self.key)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Profile").finish_non_exhaustive()
    }
}

fn collect<N: Into<String>>(networks: impl IntoIterator<Item = N>) -> Vec<String> {
    networks.into_iter().map(Into::into).collect()
}
