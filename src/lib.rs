//! Deletes social-media posts through [Ayrshare](ayrshare) and [Genviral](genviral), and tells what
//! became of each one.
//!
//! ```
//! use unpost::{ayrshare::DeleteRequest, mock}; // `mock` needs the feature of that name
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> unpost::Result<()> {
//! let server = mock::Ayrshare::start().await; // a stand-in: no key, no network
//! server.publish("post-1", ["facebook", "bluesky"]);
//!
//! let client = server.client()?; // for the real one: ayrshare::ClientBuilder::from_env()?.build()?
//! let response = client.delete(DeleteRequest::by_id("post-1")).await?;
//! for network in response.networks() {
//!     println!("{}: {}", network.network, network.status);
//! }
//! assert!(server.remaining().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Overview
//!
//! - [`ayrshare::Client`] and [`genviral::Client`] delete. A client holds one set of credentials, never
//!   changes and is cheap to clone; a builder makes it from keys or from the environment.
//! - [`ayrshare::DeleteRequest`] and [`genviral::DeleteRequest`] say what to delete. What a provider
//!   can't do has no constructor.
//! - [`Outcome`] is what became of one post: its [`PostId`], its [`Fate`], what each network answered
//!   ([`NetworkResult`]), how many attempts it took. N distinct ids in, N outcomes out.
//! - [`Error`] is why a call as a whole failed: its [`ErrorKind`], whether the provider may have acted
//!   all the same, and the outcomes that are known in spite of it.
//! - [`DeleteMany`] is any number of posts, [`Outcomes`] the stream that answers, [`Summary`] its figures.
//!   [`DeletePosts`] is what it needs of a provider: a third one can be yours.
//! - [`Retry`] and [`RateLimit`] say how often and how fast. The defaults keep to the providers' limits.
//!
//! # Where to read on
//!
//! - [`docs::guide`]: which request to use, what to do about each fate and each error, what is sent
//!   again and what never is, deadlines, proxies, tests.
//! - [`docs::rate_limits`]: how a profile's window is found and kept, with figures.
//! - [`docs::faults`]: what comes of every way a network can fail, row by row, as tests see it; and
//!   [`docs::secrets`]: where keys are, and where they aren't.
//! - [`docs::performance`]: what all of it costs beside the same by hand.
//! - [`docs::contract`]: which sentence of the providers' documentation is held by which test.
//! - `examples/` in the repository: `quickstart` and `delete_many` need no key, `delete` is a command-line tool.
//!
//! # Features
//!
//! | feature | by default | |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls, with its cryptography |
//! | `http2` | yes | HTTP/2 where the server speaks it |
//! | `rustls-no-provider` | | TLS by rustls; the application installs the cryptography |
//! | `native-tls` | | TLS by the operating system, or OpenSSL on Linux |
//! | `blocking` | | the module `blocking`: the same verbs without async |
//! | `mock` | | the module `mock`: both providers as servers on loopback, for your tests |
//!
//! Without any of the three for TLS, only plain HTTP to loopback is possible.
//!
//! # What it does not do
//!
//! - It deletes, and nothing else: it doesn't publish, schedule, list or search posts.
//! - It can't delete what a provider can't: nothing published on Instagram or TikTok, nothing that
//!   Genviral has posted. It says so of each such post.
//! - It keeps no record, starts no task and writes no log of its own, and reads the environment only in
//!   `from_env`.
//! - It doesn't coordinate processes: the pace is kept within one client and its clones.
#![cfg_attr(
    not(feature = "internals"),
    allow(unreachable_pub, reason = "only `internals` shows the engine's seams")
)]

mod client;
mod delete_many;
mod delete_posts;
mod engine;
mod http;
mod model;

pub mod ayrshare;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
#[allow(
    clippy::doc_markdown,
    reason = "the pages are prose, and one is printed by a test"
)]
pub mod docs;
pub mod genviral;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;

pub use delete_many::{DeleteMany, Outcomes};
pub use delete_posts::{Batch, DeletePosts};
pub use engine::limiter::RateLimit;
pub use engine::retry::Retry;
pub use model::{
    Error, ErrorKind, Failure, Fate, NetworkResult, Outcome, PostId, Provider, Result, Summary,
};

/// The README's code, tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
