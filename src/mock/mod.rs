//! Both providers as stateful servers on loopback, for tests and trials.
//!
//! Seed posts, take a [`client`](Ayrshare::client) (or point one at [`base_url`](Ayrshare::base_url)), and
//! delete. Then ask the mock which posts are really left and which requests came, and compare that with
//! what the client says.
//!
//! ```
//! use unpost::{ayrshare::DeleteRequest, mock};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
//! let ayrshare = mock::Ayrshare::start().await;
//! ayrshare.publish("post-1", ["twitter", "facebook"]).schedule("post-2", ["linkedin"]);
//!
//! ayrshare.client()?.delete(DeleteRequest::by_id("post-1")).await?;
//!
//! assert_eq!(ayrshare.remaining(), ["post-2"]);
//! assert_eq!(ayrshare.requests().len(), 1);
//! # Ok(()) }
//! ```
//!
//! # What the mocks enforce
//!
//! The mocks enforce what the providers are known to enforce: keys, profiles, X API keys, networks that keep
//! their posts, statuses that block a deletion, scope, batch sizes, and Ayrshare's rate limit. Some answers
//! of the providers aren't published, and the mocks guess them. The documentation of [`Ayrshare`] and
//! [`Genviral`] names each guess.
//!
//! # Failures
//!
//! [`fail_next`](Ayrshare::fail_next) makes the next requests fail as a [`Fault`] describes. A fault can
//! give any status and body, delay the answer or close the connection. It does so before *or after* the
//! deletion is carried out. It can be aimed at [one post](Fault::for_post) or
//! [one profile](Fault::for_profile).
//!
//! Some failures are the provider's own: [`Ayrshare::malformed`] and [`Genviral::strict_ids`] refuse a whole
//! request for one id, [`Genviral::fail_delete`] fails for one post, and [`Genviral::fail_after`] fails in the
//! middle of a batch.
//!
//! # Results without a server
//!
//! [`error`], [`ayrshare_response`] and [`genviral_response`] make what a call returns, for the tests of code that is
//! given results and makes no calls itself.
//!
//! # Unexpected requests
//!
//! A request to another path or with another method gets a 501. The mock reports it on standard error and
//! keeps it in [`unexpected`](Ayrshare::unexpected), but it doesn't panic. Assert that this list is empty if
//! your test should fail because of such a request.

mod ayrshare;
mod fault;
mod genviral;
mod reply;
mod request;
mod results;
mod router;
mod server;

pub use ayrshare::{Ayrshare, BulkShape, PostState, Profile, StoryKind};
pub use fault::Fault;
pub use genviral::{Genviral, IdSpelling, RestOfBatch};
pub use request::Request;
pub use results::{ErrorBuilder, ayrshare_response, error, genviral_response};
