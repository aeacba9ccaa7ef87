mod rules;

use std::fmt;
#[cfg(feature = "internals")]
use std::time::Instant;

use self::rules::{Post, Rules};
use super::{fault::Fault, request::Request, router::Rules as _, server::Server};
use crate::genviral::{Client, ClientBuilder};
use crate::model::Error;

const API_KEY: &str = "mock-public-id.mock-secret";

/// Genviral on loopback: a fresh server with its own posts.
///
/// ```
/// use unpost::mock::Genviral;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let genviral = Genviral::start().await;
/// genviral
///     .seed("11111111-1111-4111-8111-111111111111", "scheduled")
///     .seed("22222222-2222-4222-8222-222222222222", "posted"); // blocked: it went out
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
/// | no JSON | 400 `invalid_json` |
/// | `postIds` (or `post_ids`) missing, empty or not all strings | 422 `invalid_payload` |
/// | more than 50 distinct ids | 400 `too_many_post_ids` |
/// | ids | 200, each distinct one in exactly one of the lists below |
///
/// | a post | is found under |
/// |---|---|
/// | in status `draft`, `pending`, `scheduled`, `retry` or `failed` | `deletedIds`, in the order asked |
/// | in any other status | `blockedStatuses` |
/// | [out of scope](Genviral::out_of_scope), deleted before or unknown | `skipped` |
/// | whose [deletion fails](Genviral::fail_delete) | `errors`, a member only then |
///
/// # Guesses
///
/// The provider doesn't publish these; a client must not depend on them: ids needn't be UUIDs here; of `postIds` and
/// `post_ids` the former wins; there is no request limit.
pub struct Genviral {
    server: Server<Rules>,
    base_url: String,
}

impl Genviral {
    /// Starts a server without posts on a free port, on a thread of its own; it stops when dropped.
    pub async fn start() -> Self {
        Self::behind(Server::start(Rules::new(API_KEY)).await)
    }

    /// A mock without a server, for tests that bring requests to [`answer`](Self::answer) themselves. Nothing listens
    /// at its `base_url`.
    #[cfg(feature = "internals")]
    #[doc(hidden)]
    pub fn offline() -> Self {
        Self::behind(Server::offline(Rules::new(API_KEY)))
    }

    fn behind(server: Server<Rules>) -> Self {
        let base_url = server.origin() + Rules::PATH.trim_end_matches("/posts/delete");
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

    /// Everything before `/posts/delete`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The API key that this mock accepts.
    pub fn api_key(&self) -> &str {
        API_KEY
    }

    /// A client with the key that this mock accepts.
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
    /// let genviral = unpost::mock::Genviral::start().await;
    /// let client = genviral.client_builder().retry(unpost::Retry::never()).build()?;
    /// # Ok(()) }
    /// ```
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(API_KEY).base_url(self.base_url())
    }

    /// Puts a post in this status into the key's workspace, or replaces it; any status will do.
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

    /// Puts a scheduled post into a workspace that the key doesn't reach: it is skipped and stands.
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

    /// Puts a scheduled post into the key's workspace whose deletion the database refuses, until it is seeded anew.
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

    /// Takes the API key away: every later request is answered 401.
    pub fn revoke_key(&self) -> &Self {
        self.server.router().rules.api_key = None;
        self
    }

    /// Fails the next requests, as many as told, whoever sends them; what was told before comes first.
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

    /// The status of a post that still stands; `None` once it is deleted, or if it was never seeded.
    pub fn post(&self, id: &str) -> Option<String> {
        self.server
            .router()
            .rules
            .posts
            .get(id)
            .map(|post| post.status.clone())
    }

    /// The ids of all posts that still stand, in any workspace; sorted.
    pub fn remaining(&self) -> Vec<String> {
        self.server.router().rules.posts.keys().cloned().collect()
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

impl fmt::Debug for Genviral {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Genviral")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
