//! Both providers as stateful servers on loopback, for tests and trials.
//!
//! Seed posts, take a [`client`](Ayrshare::client) (or point one at [`base_url`](Ayrshare::base_url)), then ask what is really left and which requests came:
//! the answer a client gives is only worth what the server's state says about it.
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
//! # What they enforce
//!
//! What the providers are known to enforce: keys, profiles, the X key pair, networks that keep their posts, the status
//! guardrail, scope, batch sizes, Ayrshare's request window. Where nobody has published what a provider answers, the mock
//! has to guess; each guess is named in the documentation of [`Ayrshare`] and [`Genviral`].
//!
//! # What goes wrong
//!
//! [`fail_next`](Ayrshare::fail_next) has the next requests fail as a [`Fault`] describes: any status and body, late, cut
//! off, and before *or after* the deletion was carried out.
//!
//! # What no rule knows
//!
//! A request to another path or with another method is answered 501, told on standard error at once, and kept in
//! [`unexpected`](Ayrshare::unexpected). The mock never panics for it, neither in its server nor when dropped: a test that
//! cares asserts that the list is empty.

mod ayrshare;
mod fault;
mod genviral;
mod reply;
mod request;
mod router;
mod server;

pub use ayrshare::{Ayrshare, BulkShape, PostState, Profile};
pub use fault::Fault;
pub use genviral::Genviral;
pub use request::Request;
