//! The decoders alone, for this crate's own benchmarks and fuzz targets: no socket, no retry.
//!
//! Not part of the API: hidden from the documentation, behind a feature of its own, and free to change
//! in any release.

use crate::engine::operation::Wire;
use crate::model::{Failure, Fate, NetworkResult, Outcome};
use crate::{ayrshare, genviral};

/// What an answer of Ayrshare's says of each post that the request names, in that order: `None` where
/// it says nothing of it.
pub fn read_ayrshare(
    request: &ayrshare::DeleteRequest,
    http_status: u16,
    body: &[u8],
) -> Vec<Option<Outcome>> {
    read(request, http_status, body)
}

/// Why, by an answer of Ayrshare's, the request failed as a whole, or its one post wasn't deleted.
pub fn ayrshare_failure(
    request: &ayrshare::DeleteRequest,
    http_status: u16,
    body: &[u8],
) -> Option<Failure> {
    request.read(request.asked(), http_status, body).failure
}

/// The same as [`read_ayrshare`] for an answer of Genviral's.
pub fn read_genviral(
    request: &genviral::DeleteRequest,
    http_status: u16,
    body: &[u8],
) -> Vec<Option<Outcome>> {
    read(request, http_status, body)
}

/// The same as [`ayrshare_failure`] for an answer of Genviral's.
pub fn genviral_failure(
    request: &genviral::DeleteRequest,
    http_status: u16,
    body: &[u8],
) -> Option<Failure> {
    request.read(request.asked(), http_status, body).failure
}

/// What an answer says of a post whose id is at hand.
pub type Said = (Fate, Vec<NetworkResult>);

/// What [`read_ayrshare`] says, without the ids: what a call does, and so what the benchmarks time.
pub fn decode_ayrshare(
    request: &ayrshare::DeleteRequest,
    http_status: u16,
    body: &[u8],
) -> Vec<Option<Said>> {
    decode(request, http_status, body)
}

/// What [`read_genviral`] says, without the ids.
pub fn decode_genviral(
    request: &genviral::DeleteRequest,
    http_status: u16,
    body: &[u8],
) -> Vec<Option<Said>> {
    decode(request, http_status, body)
}

fn read<W: Wire>(request: &W, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
    let said = decode(request, http_status, body);
    debug_assert_eq!(said.len(), request.asked().len());
    let posts = request.asked().iter().zip(said);
    let outcomes = posts.map(|(id, said)| {
        said.map(|(fate, networks)| Outcome {
            networks,
            attempts: 1,
            ..Outcome::new(id, W::PROVIDER, fate)
        })
    });
    outcomes.collect()
}

fn decode<W: Wire>(request: &W, http_status: u16, body: &[u8]) -> Vec<Option<Said>> {
    let reading = request.read(request.asked(), http_status, body);
    let posts = reading.posts.into_iter();
    posts
        .map(|post| post.map(|post| (post.fate, post.networks)))
        .collect()
}
