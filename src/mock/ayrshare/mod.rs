mod answer;
mod bulk_shape;
mod post_state;
mod posts;
mod profile;
mod rules;
mod story_kind;
mod target;
mod window;

pub use self::bulk_shape::BulkShape;
pub use self::post_state::PostState;
pub use self::profile::Profile;
pub use self::story_kind::StoryKind;

#[cfg(feature = "internals")]
use std::time::Instant;
use std::{fmt, time::Duration};

use self::{
    posts::{Stage, collect},
    rules::Rules,
    window::Windows,
};
use super::{fault::Fault, request::Request, router::Rules as _, server::Server};
use crate::ayrshare::{Client, ClientBuilder};
use crate::model::Error;

const API_KEY: &str = "MOCK-AYRSHARE-API-KEY";

/// Ayrshare on loopback: a server with its own posts, profiles and rate limits.
///
/// Post ids are unique across profiles in the mock. [`post`](Ayrshare::post),
/// [`remove_by_hand`](Ayrshare::remove_by_hand) and [`remaining`](Ayrshare::remaining) therefore look at
/// the posts of every profile. Seeding an id again replaces the post.
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
/// | more requests than the [window](Ayrshare::window) admits | 429 |
/// | a body that isn't JSON, has none of `id`, `bulk`, `deleteAllScheduled`, or has a [malformed](Ayrshare::malformed) id | 400, code 101 |
/// | only one of the X API keys | 400, code 400 |
/// | an unknown id, or a post of another profile | 400, code 114 |
/// | a post that was already deleted, or marked as manually deleted | 400, code 383 |
/// | `markManualDeleted` for a post that nobody [removed by hand](Ayrshare::remove_by_hand) | 400, code 382 |
/// | a published post | the result of each network; `instagram` and `tiktok` refuse and keep the post, and so does `facebook` if it is an [image story](Ayrshare::publish_story) |
/// | a scheduled post, or a post that is now marked as manually deleted | `success` and the id |
/// | `deleteAllScheduled` | `success`; every scheduled post of the profile is deleted |
///
/// Every answer to a request with a known key and profile has the headers `x-ratelimit-max` and
/// `x-ratelimit-count`.
///
/// # Guesses
///
/// Ayrshare doesn't publish these details, and a client must not depend on them. The texts of the messages
/// are the mock's own.
///
/// Keys and limits:
/// - Another API key gets HTTP status 401, and another `Profile-Key` 403. Codes 101 and 400 come with HTTP
///   status 400.
/// - The keys are checked first, then the rate limit, then the body.
/// - An empty X header counts as a missing one. One X API key alone is refused whatever the request is about.
/// - A profile's window doesn't slide. A request with a known key and profile counts, unless its answer is 429.
/// - The body of a 429 has no code.
///
/// Requests:
/// - Any text is an id, except a blank one. A blank id, or one declared [`malformed`](Ayrshare::malformed),
///   makes the mock refuse the whole request with code 101.
/// - If a request has both `id` and `bulk`, only `id` counts.
/// - `deleteAllScheduled` and `markManualDeleted` are set only by the JSON value `true`, not by a string.
/// - The answers to a profile's requests have the same shape as those to the primary profile's.
///
/// Posts:
/// - A scheduled post gets `success` and the id. So does a post that was removed by hand and is deleted without
///   `markManualDeleted`.
/// - A success has no `code`.
/// - A post of another profile gets the same answer as an unknown id.
/// - `markManualDeleted` for a scheduled post gets code 382. A post that is already marked gets code 383.
/// - `deleteAllScheduled` succeeds even if nothing is scheduled, and ignores `markManualDeleted`.
///
/// Networks:
/// - If a network refuses, the HTTP status is 400, and the post is still removed from the others. A later request
///   asks only the networks that are left.
/// - `instagram` refuses with code 138, `facebook` refuses an [image story](Ayrshare::publish_story) with code
///   107, and `tiktok` gives no code. Networks without a rule remove every post.
/// - Without the X API keys, a published post on X is removed from none of its networks. The answer is HTTP 400
///   with code 419.
/// - With wrong X API keys, only X refuses (code 272).
/// - Scheduled posts, `deleteAllScheduled` and `markManualDeleted` need no X API keys.
///
/// `bulk`:
/// - The answer has HTTP status 200, whatever became of the posts, and one of the shapes in [`BulkShape`].
/// - It takes any number of ids, and published posts as well as scheduled ones. A repeated id counts once.
/// - With `markManualDeleted`, each of the posts is marked.
/// - The request counts once for the rate limit.
pub struct Ayrshare {
    server: Server<Rules>,
    base_url: String,
}

impl Ayrshare {
    /// The X API key that a new mock accepts.
    pub const X_API_KEY: &str = "MOCK-X-API-KEY";
    /// The X API secret that a new mock accepts.
    pub const X_API_SECRET: &str = "MOCK-X-API-SECRET";

    /// Starts a server without posts on a free port and a thread of its own. Dropping the mock stops the server.
    pub async fn start() -> Self {
        Self::behind(Server::start(Self::rules()).await)
    }

    /// A mock without a server, for tests that call [`answer`](Self::answer). Nothing listens at its
    /// `base_url`.
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

    /// Answers a request at this time as the server would. Returns the status, headers and body. The faults of
    /// [`fail_next`](Self::fail_next) don't apply, and [`requests`](Self::requests) doesn't list the request.
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

    /// The base URL for a client: everything before `/post`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The API key that this mock accepts.
    pub fn api_key(&self) -> &str {
        API_KEY
    }

    /// A client of the primary profile, with the API key and the X API keys that a new mock accepts.
    ///
    /// # Errors
    /// Returns an error only if [`ClientBuilder::build`] does, which a mock gives no reason for.
    pub fn client(&self) -> Result<Client, Error> {
        self.client_builder().build()
    }

    /// The builder of [`client`](Self::client), for other settings.
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

    /// Adds a published post of the primary profile that stands on these networks. Networks have Ayrshare's names:
    /// X is `twitter`, and Google Business is `gmb`.
    pub fn publish<N: Into<String>>(
        &self,
        id: impl Into<String>,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        self.seed(id.into(), Stage::Published, collect(networks))
    }

    /// Adds a published story of the primary profile that stands on these networks. The kind matters only to
    /// `facebook`, which keeps an image story and deletes a video story. To the other networks, a story is a post
    /// like any other.
    ///
    /// ```
    /// use unpost::{ErrorKind, ayrshare::DeleteRequest, mock::{Ayrshare, StoryKind}};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// let ayrshare = Ayrshare::start().await;
    /// ayrshare.publish_story("post-1", StoryKind::Image, ["facebook", "bluesky"]);
    ///
    /// let error = ayrshare.client()?.delete(DeleteRequest::by_id("post-1")).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Partial);
    /// # Ok(()) }
    /// ```
    pub fn publish_story<N: Into<String>>(
        &self,
        id: impl Into<String>,
        kind: StoryKind,
        networks: impl IntoIterator<Item = N>,
    ) -> &Self {
        let (id, networks) = (id.into(), collect(networks));
        self.server
            .router()
            .rules
            .posts
            .seed_story(id, None, kind, networks);
        self
    }

    /// Adds a scheduled post of the primary profile that hasn't gone out to these networks yet.
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

    /// Registers a profile with this key, if the mock doesn't know the key yet. The result seeds the profile.
    ///
    /// The mock refuses requests with an empty key even if it is registered. As at Ayrshare, an empty key never
    /// means the primary profile.
    pub fn profile(&self, key: impl Into<String>) -> Profile {
        let key = key.into();
        self.server.router().rules.profiles.insert(key.clone());
        Profile::new(self.server.shared(), key)
    }

    /// Removes a published post from its networks, as a person would. The mock accepts `markManualDeleted` for
    /// the post from then on.
    ///
    /// Nothing happens if the post isn't published.
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

    /// Changes the X API keys that the mock accepts. The defaults are [`X_API_KEY`](Self::X_API_KEY) and
    /// [`X_API_SECRET`](Self::X_API_SECRET).
    pub fn x_keys(&self, key: impl Into<String>, secret: impl Into<String>) -> &Self {
        self.server.router().rules.x_keys = (key.into(), secret.into());
        self
    }

    /// Revokes the API key. Every later request gets a 401.
    pub fn revoke_key(&self) -> &Self {
        self.server.router().rules.api_key = None;
        self
    }

    /// Sets the rate limit: how many requests each profile may send in a period. The default is 300 in 5
    /// minutes.
    ///
    /// A profile's window opens with its first request and lasts for the whole period. The window doesn't
    /// slide. This method closes the open windows of all profiles.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let ayrshare = unpost::mock::Ayrshare::start().await;
    /// ayrshare.window(2, Duration::from_millis(100)); // a third request within 100 ms gets a 429
    /// # }
    /// ```
    pub fn window(&self, limit: u32, period: Duration) -> &Self {
        self.server.router().rules.windows = Windows::new(limit, period);
        self
    }

    /// Sets the shape of the answers to `bulk`. The default is [`BulkShape::Array`].
    pub fn bulk_shape(&self, shape: BulkShape) -> &Self {
        self.server.router().rules.bulk_shape = shape;
        self
    }

    /// Lets the mock take this id for a malformed one: every request that names it, alone or in a `bulk`, is
    /// refused with HTTP status 400 and code 101, and none of its posts is deleted. Blank ids are always
    /// malformed.
    ///
    /// No page says what Ayrshare does with such an id: this is a guess.
    ///
    /// ```
    /// # use unpost::{ayrshare::DeleteRequest, mock::Ayrshare};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// let ayrshare = Ayrshare::start().await;
    /// ayrshare.schedule("post-1", ["bluesky"]).malformed("post-7");
    ///
    /// let client = ayrshare.client()?;
    /// assert!(client.delete(DeleteRequest::by_id("post-7")).await.is_err());
    /// assert!(client.delete(DeleteRequest::by_id("post-1")).await.is_ok());
    /// # Ok(()) }
    /// ```
    pub fn malformed(&self, id: impl Into<String>) -> &Self {
        self.server.router().rules.malformed.insert(id.into());
        self
    }

    /// Makes the next `times` requests to which this fault applies fail with it. By default it applies to any
    /// request, whoever sends it. Faults of earlier calls come first. [`Fault`] has the exact order.
    ///
    /// ```
    /// # use unpost::mock::{Ayrshare, Fault};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let ayrshare = Ayrshare::start().await;
    /// ayrshare.fail_next(1, Fault::status(502).after_acting()); // the post is gone, but the answer doesn't say so
    /// # }
    /// ```
    pub fn fail_next(&self, times: usize, fault: Fault) -> &Self {
        self.server.router().fail_next(times, fault);
        self
    }

    /// The state of a post. `None` if the post was never seeded.
    pub fn post(&self, id: &str) -> Option<PostState> {
        self.server.router().rules.posts.state(id)
    }

    /// The sorted ids of all posts of all profiles that still stand on a network or are scheduled.
    pub fn remaining(&self) -> Vec<String> {
        self.server.router().rules.posts.remaining()
    }

    /// All requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.server.router().requests()
    }

    /// The requests to another path or with another method, which got a 501.
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
