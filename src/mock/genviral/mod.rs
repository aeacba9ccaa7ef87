mod rules;

use std::fmt;
#[cfg(feature = "internals")]
use std::time::Instant;

use self::rules::{Post, Rules};
use super::{fault::Fault, request::Request, router::Rules as _, server::Server};
use crate::genviral::{Client, ClientBuilder};
use crate::model::Error;

const API_KEY: &str = "mock-public-id.mock-secret";

/// Genviral on loopback: a server with its own posts.
///
/// ```
/// use unpost::mock::Genviral;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let genviral = Genviral::start().await;
/// genviral
///     .seed("11111111-1111-4111-8111-111111111111", "scheduled")
///     .seed("22222222-2222-4222-8222-222222222222", "posted"); // can't be deleted
///
/// // … have the code under test delete through `genviral.base_url()` …
///
/// assert_eq!(genviral.post("22222222-2222-4222-8222-222222222222").as_deref(), Some("posted"));
/// assert_eq!(genviral.remaining().len(), 2);
/// # }
/// ```
///
/// # What it answers
///
/// | request | answer |
/// |---|---|
/// | another key, or a [revoked](Genviral::revoke_key) one | 401 `invalid_token` |
/// | a body that isn't JSON | 400 `invalid_json` |
/// | `postIds` (or `post_ids`) missing, empty or not all strings | 422 `invalid_payload` |
/// | more than 50 distinct ids | 400 `too_many_post_ids` |
/// | 1 to 50 distinct ids | 200, with each of them in exactly one of the lists below |
///
/// | post | list |
/// |---|---|
/// | its status is `draft`, `pending`, `scheduled`, `retry` or `failed` | `deletedIds`, in the order of the request |
/// | it has any other status | `blockedStatuses` |
/// | it is [out of scope](Genviral::out_of_scope), was deleted before, or is unknown | `skipped` |
/// | its [deletion fails](Genviral::fail_delete) | `errors`, which the answer has only then |
///
/// # Guesses
///
/// Genviral doesn't publish these details, and a client must not depend on them:
/// - The ids don't have to be UUIDs.
/// - If a request has both `postIds` and `post_ids`, only `postIds` counts.
/// - There is no rate limit.
pub struct Genviral {
    server: Server<Rules>,
    base_url: String,
}

impl Genviral {
    /// Starts a server without posts on a free port and a thread of its own. Dropping the mock stops the server.
    pub async fn start() -> Self {
        Self::behind(Server::start(Rules::new(API_KEY)).await)
    }

    /// A mock without a server, for tests that call [`answer`](Self::answer). Nothing listens at its
    /// `base_url`.
    #[cfg(feature = "internals")]
    #[doc(hidden)]
    pub fn offline() -> Self {
        Self::behind(Server::offline(Rules::new(API_KEY)))
    }

    fn behind(server: Server<Rules>) -> Self {
        let base_url = server.origin() + Rules::PATH.trim_end_matches("/posts/delete");
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

    /// The base URL for a client: everything before `/posts/delete`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The API key that this mock accepts.
    pub fn api_key(&self) -> &str {
        API_KEY
    }

    /// A client with the API key that this mock accepts.
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
    /// let genviral = unpost::mock::Genviral::start().await;
    /// let client = genviral.client_builder().retry(unpost::Retry::never()).build()?;
    /// # Ok(()) }
    /// ```
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(API_KEY).base_url(self.base_url())
    }

    /// Adds a post with this status to the key's workspace, or replaces it. Any status is allowed.
    pub fn seed(&self, id: impl Into<String>, status: impl Into<String>) -> &Self {
        self.insert(
            id.into(),
            Post {
                status: status.into(),
                in_scope: true,
                failure: None,
            },
        )
    }

    /// Adds a scheduled post to another workspace. A request for the post skips it, and it stays.
    pub fn out_of_scope(&self, id: impl Into<String>) -> &Self {
        self.insert(
            id.into(),
            Post {
                status: "scheduled".into(),
                in_scope: false,
                failure: None,
            },
        )
    }

    /// Adds a scheduled post to the key's workspace whose deletion fails with this message, until it is seeded
    /// again.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let genviral = unpost::mock::Genviral::start().await;
    /// genviral.fail_delete("11111111-1111-4111-8111-111111111111", "the row is locked");
    /// # }
    /// ```
    pub fn fail_delete(&self, id: impl Into<String>, message: impl Into<String>) -> &Self {
        self.insert(
            id.into(),
            Post {
                status: "scheduled".into(),
                in_scope: true,
                failure: Some(message.into()),
            },
        )
    }

    fn insert(&self, id: String, post: Post) -> &Self {
        self.server.router().rules.posts.insert(id, post);
        self
    }

    /// Revokes the API key. Every later request gets a 401.
    pub fn revoke_key(&self) -> &Self {
        self.server.router().rules.api_key = None;
        self
    }

    /// Makes the next `times` requests to which this fault applies fail with it. By default it applies to any
    /// request. Faults of earlier calls come first. [`Fault`] has the exact order.
    ///
    /// ```
    /// # use unpost::mock::{Fault, Genviral};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let genviral = Genviral::start().await;
    /// genviral.fail_next(2, Fault::status(429).header("Retry-After", "1"));
    /// # }
    /// ```
    pub fn fail_next(&self, times: usize, fault: Fault) -> &Self {
        self.server.router().fail_next(times, fault);
        self
    }

    /// The status of a post. `None` if the post is deleted, or was never seeded.
    pub fn post(&self, id: &str) -> Option<String> {
        self.server
            .router()
            .rules
            .posts
            .get(id)
            .map(|post| post.status.clone())
    }

    /// The sorted ids of all posts that aren't deleted, in any workspace.
    pub fn remaining(&self) -> Vec<String> {
        self.server.router().rules.posts.keys().cloned().collect()
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

impl fmt::Debug for Genviral {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Genviral")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
