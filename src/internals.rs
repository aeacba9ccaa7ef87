//! The engine's seams: what a provider is written against, and the way in for this crate's own tests,
//! benchmarks and fuzz targets.
//!
//! Not part of the API: hidden from the documentation, behind a feature of its own, and free to change
//! in any release.

use std::sync::Arc;

pub use crate::client::{Core, HasCore};
pub use crate::engine::exchange::{Answer, BoxError, Exchange, Fault, FaultKind, Head};
pub use crate::engine::finished::Finished;
pub use crate::engine::limiter::headers::{RateHeaderNames, RateHeaders};
pub use crate::engine::limiter::pacer::{Pacer, Ready};
pub use crate::engine::operation::{AttemptKind, Operation, PostReading, Reading, ThrottledBy};
pub use crate::engine::run::RunContext;
pub use crate::http::Method;
pub use crate::http::credentials::{Credential, Credentials};
pub use crate::http::secrets::Secret;
pub use crate::http::settings::{HttpHook, Settings};
pub use crate::http::transport::Endpoint;
use crate::model::{Failure, Fate, NetworkResult, Outcome};

/// The same client, its limiter included, whose attempts are made by `exchange` instead of HTTP.
#[must_use]
pub fn over<C: HasCore + Clone>(client: &C, exchange: impl Exchange) -> C {
    let mut client = client.clone();
    let core = client.core_mut();
    *core = core.over(Arc::new(exchange));
    client
}

/// What an answer says about a post whose id is at hand.
pub type Said = (Fate, Vec<NetworkResult>);

/// What an answer says about each post that the request names, in that order: `None` for a post that it
/// doesn't mention.
pub fn decode<O: Operation>(request: &O, http_status: u16, body: &[u8]) -> Vec<Option<Said>> {
    let reading = request.decode(request.posts(), http_status, body);
    let said = reading.posts.into_iter();
    let mut said: Vec<_> = said
        .map(|post| post.map(|post| (post.fate, post.networks)))
        .collect();
    said.resize(request.posts().len(), None);
    said
}

/// The same as outcomes.
pub fn read<O: Operation>(request: &O, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
    let said = decode(request, http_status, body);
    let outcomes = request.posts().iter().zip(said).map(|(id, said)| {
        said.map(|(fate, networks)| Outcome {
            networks,
            attempts: 1,
            ..Outcome::new(id, O::PROVIDER, fate)
        })
    });
    outcomes.collect()
}

/// Why, by an answer, the request failed as a whole, or its one post wasn't deleted.
pub fn failure<O: Operation>(request: &O, http_status: u16, body: &[u8]) -> Option<Failure> {
    let reading = request.decode(request.posts(), http_status, body);
    let of_post = || match { reading.posts }.pop() {
        Some(Some(post)) if request.is_about_one_post() => post.fate.into_failure(),
        _ => None,
    };
    reading.failure.or_else(of_post)
}
