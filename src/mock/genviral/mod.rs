mod id_spelling;
mod posts;
mod rest_of_batch;
mod rules;

pub use self::id_spelling::IdSpelling;
pub use self::rest_of_batch::RestOfBatch;

use std::fmt;
#[cfg(feature = "internals")]
use std::time::Instant;

use self::{
    posts::Post,
    rules::{Breakdown, Rules},
};
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
/// | an id that isn't a UUID, after [`strict_ids`](Genviral::strict_ids) | 422 `invalid_payload` |
/// | more than 50 ids | 400 `too_many_post_ids` |
/// | a batch that [fails half-way](Genviral::fail_after) | 500 `bulk_delete_failed`, with the ids that were handled in the lists below |
/// | any other 1 to 50 ids | 200, with each of them in exactly one of the lists below |
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
/// Genviral doesn't publish these details, and a client must not depend on them. The texts of the messages are
/// the mock's own.
/// - The limit of 50 counts the ids as they are supplied, before repeated ones are removed. That is how we read
///   the page, which gives the limit for the array.
/// - The key is checked first, then whether the ids are strings, then their number, then their form.
/// - Any text is an id. After [`strict_ids`](Genviral::strict_ids), only a UUID of any version is one, and one
///   other id makes the mock refuse the whole request.
/// - A UUID is the same post in upper and in lower case. The answer spells it as
///   [`id_spelling`](Genviral::id_spelling) says.
/// - If a request has both `postIds` and `post_ids`, only `postIds` counts.
/// - A missing key gets the same answer as another one.
/// - Any status that the page doesn't name blocks a deletion too.
/// - A post whose deletion fails still stands. The answer is 200 even if every deletion fails.
/// - `blockedStatuses` and `skipped` are in the order of the request too.
/// - A batch that [fails half-way](Genviral::fail_after) has the ids that it handled in their usual lists.
/// - There is no rate limit, and no answer has a header about one.
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
        self.insert(id.into(), Post::in_scope(status))
    }

    /// Adds a scheduled post to another workspace. A request for the post skips it, and it stays.
    pub fn out_of_scope(&self, id: impl Into<String>) -> &Self {
        self.insert(
            id.into(),
            Post {
                in_scope: false,
                ..Post::in_scope("scheduled")
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
                failure: Some(message.into()),
                ..Post::in_scope("scheduled")
            },
        )
    }

    fn insert(&self, id: String, post: Post) -> &Self {
        self.server.router().rules.posts.insert(id, post);
        self
    }

    /// Makes the mock refuse ids that aren't UUIDs: a request with such an id gets 422 `invalid_payload`, and
    /// none of its posts is deleted. By default, any text is an id.
    ///
    /// Genviral's ids are UUIDs. That one other id makes it refuse the whole request is a guess.
    ///
    /// ```
    /// use unpost::{ErrorKind, genviral::DeleteRequest, mock::Genviral};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// let genviral = Genviral::start().await;
    /// genviral.strict_ids();
    ///
    /// let error = genviral.client()?.delete(DeleteRequest::by_id("post-1")).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Refused);
    /// # Ok(()) }
    /// ```
    pub fn strict_ids(&self) -> &Self {
        self.server.router().rules.takes_only_uuids = true;
        self
    }

    /// Sets how the answers spell the ids of a request. The default is [`IdSpelling::AsSent`]. It makes a
    /// difference only for UUIDs that are sent in upper case.
    pub fn id_spelling(&self, spelling: IdSpelling) -> &Self {
        self.server.router().rules.id_spelling = spelling;
        self
    }

    /// Makes the next batch fail when its first `handled` ids are handled: the answer is 500
    /// `bulk_delete_failed`, its `data` has these ids in their usual lists, and the other posts still stand.
    /// `rest` decides whether the answer names those.
    ///
    /// Ids are counted without repetitions. If the request has no more than `handled` of them, all are handled
    /// before it fails. Several calls apply to one request each, in order. A request that is refused, or that a
    /// [`Fault`] keeps from being carried out, uses none of them.
    ///
    /// Genviral's page says only that such an answer has all attempted ids where possible. Where they stand in
    /// it is a guess.
    ///
    /// ```
    /// use unpost::{Retry, genviral::DeleteRequest, mock::{Genviral, RestOfBatch}};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// let genviral = Genviral::start().await;
    /// genviral.seed("post-1", "draft").seed("post-2", "draft").fail_after(1, RestOfBatch::Unmentioned);
    ///
    /// let client = genviral.client_builder().retry(Retry::never()).build()?;
    /// let error = client.delete(DeleteRequest::bulk(["post-1", "post-2"])).await.unwrap_err();
    /// assert!(error.outcomes()[0].fate.is_gone());
    /// assert_eq!(genviral.remaining(), ["post-2"]);
    /// # Ok(()) }
    /// ```
    pub fn fail_after(&self, handled: usize, rest: RestOfBatch) -> &Self {
        let breakdown = Breakdown {
            after: handled,
            rest,
        };
        self.server.router().rules.breakdowns.push_back(breakdown);
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

    /// The sorted ids of all posts that aren't deleted, in any workspace, spelled as they were seeded.
    pub fn remaining(&self) -> Vec<String> {
        self.server.router().rules.posts.ids()
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
