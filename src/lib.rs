//! Deletes social-media posts through [Ayrshare](ayrshare) and [Genviral](genviral), and reports what
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
//! - [`ayrshare::Client`] and [`genviral::Client`] delete posts. A client holds one set of credentials, never
//!   changes and is cheap to clone; a builder makes it from keys or from the environment.
//! - [`ayrshare::DeleteRequest`] and [`genviral::DeleteRequest`] say what to delete. There is no
//!   constructor for what a provider can't do.
//! - [`Outcome`] is what became of one post: its [`PostId`], its [`Fate`], what each network answered
//!   ([`NetworkResult`]), how many attempts it took. N distinct ids give N outcomes. The fates [`Fate::Failed`],
//!   [`Fate::Uncertain`] and [`Fate::NotAttempted`] hold a [`Failure`]. An outcome can be stored as one line of JSON, which
//!   later versions can read. This version can also read what a later one wrote.
//! - [`Error`] says why a call as a whole failed. It has an [`ErrorKind`], tells whether the provider may
//!   have acted anyway, and holds the outcomes that are known.
//! - [`DeleteMany`] is a run: it deletes any number of posts. [`Outcomes`] is the stream of their outcomes, and
//!   [`Summary`] counts them. A run goes on by itself, however slowly its stream is read. [`RunHandle`] stops it from
//!   anywhere and shows its [`Progress`]. [`Plan`] says what a run would do, and sends nothing.
//! - [`Journal`] keeps a run on record, so that another process can go on with it. [`JsonLines`] is a journal in a file.
//! - [`Retry`] says how often a request is attempted, and [`RateLimit`] how many requests a window holds.
//!   The defaults keep to the providers' limits. A [`Limiter`] of your own lets several processes share a window, with
//!   a [`Pacer`] as its data.
//! - [`DeletePosts`] is what a run needs of a provider. Implement it for a provider of your own. [`AnyProvider`] is one
//!   type for all providers.
//!
//! # Where to read on
//!
//! - [`docs::guide`]: which request to use, what to do about each fate and each error, runs and their journals, what is
//!   sent again and what never is, deadlines, proxies, tests.
//! - [`docs::rate_limits`]: how the limiter finds a profile's window and keeps to it, with figures.
//! - [`docs::faults`]: what a client does when the server, or something on the way to it, is broken.
//! - [`docs::secrets`]: where keys are, and where they aren't, and what a journal holds.
//! - [`docs::performance`]: what the crate costs, compared with code written by hand.
//! - [`docs::architecture`]: how the crate is built, and where each decision is made.
//! - [`docs::contract`]: what the providers' documentation demands, and which test checks it.
//! - `examples/` in the repository: `quickstart` and `delete_many` need no key, `delete` is a command-line tool.
//!   `delete_many` shows the progress of two runs, and Ctrl-C stops them.
//!
//! # Features
//!
//! | feature | by default | |
//! |---|---|---|
//! | `rustls` | yes | TLS by rustls, with its cryptography |
//! | `http2` | yes | HTTP/2 with servers that support it |
//! | `rustls-no-provider` | | TLS by rustls; the application installs the cryptography |
//! | `native-tls` | | TLS by the operating system, or OpenSSL on Linux |
//! | `blocking` | | the module `blocking`: the same methods without async |
//! | `mock` | | the module `mock`: both providers as servers on loopback, for your tests |
//!
//! `rustls`, `rustls-no-provider` and `native-tls` choose the TLS backend, whatever another crate in the same build
//! turns on in `reqwest`. If several of them are on, rustls is used. Without any of these three, only plain HTTP to
//! loopback is possible. [The guide](docs::guide#proxies-roots-of-trust-dns) says what happens if another crate then turns
//! on TLS in `reqwest`.
//!
//! # What it does not do
//!
//! - It deletes posts, or marks them as deleted, and nothing else: it doesn't publish, schedule, list or search posts.
//! - It can't delete what its provider can't: posts that were published on Instagram or TikTok, or posts
//!   that Genviral has posted. The outcome of each such post says so.
//! - It writes no log, and keeps no record unless it is given a [`Journal`]. It reads the environment only in `from_env`.
//! - It starts no thread of its own, except one for all clients of `blocking`. A run spawns a task on the host's Tokio runtime, and
//!   so does a call that is dropped while its request is under way.
//! - By itself it doesn't coordinate processes: a client, its clones and its `for_profile` clients share one window
//!   for each profile, and no others do. Processes share a window only through a [`Journal`], one after the other, or
//!   through a [`Limiter`].
#![cfg_attr(
    not(feature = "internals"),
    allow(unreachable_pub, reason = "only `internals` makes them public")
)]

mod client;
mod delete_many;
mod delete_posts;
mod division;
mod engine;
mod http;
mod journal;
mod model;

pub mod ayrshare;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
#[allow(
    clippy::doc_markdown,
    reason = "the pages are prose, and a test prints one of them"
)]
pub mod docs;
pub mod genviral;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;

pub use delete_many::{DeleteMany, Outcomes, Plan, Progress, RunHandle};
pub use delete_posts::{AnyProvider, Batch, DeletePosts};
pub use engine::limiter::RateLimit;
pub use engine::limiter::headers::RateHeaders;
pub use engine::limiter::pacer::{Pacer, Ready};
pub use engine::limiter::shared::{Limiter, Place, Reservation, Window};
pub use engine::limiter::usage::{Usage, WaitingFor};
pub use engine::retry::Retry;
/// The HTTP library, in the version that this crate uses. The builder's method `http` takes and returns a
/// `reqwest::ClientBuilder` of this version.
#[doc(no_inline)]
pub use http::reqwest;
pub use journal::{
    Answered, Entry, Evidence, Journal, JsonLines, NotCarriedOut, OperationKind, Record, Scope,
    Sending,
};
pub use model::{
    Error, ErrorKind, Failure, Fate, NetworkResult, Outcome, PostId, Provider, Result, Summary,
};

/// The README's code, tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
