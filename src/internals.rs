//! The decoders alone, for this crate's own benchmarks and fuzz targets: no socket, no retry.
//!
//! Not part of the API: hidden from the documentation, behind a feature of its own, and free to change
//! in any release.

use crate::outcome::{Failure, Outcome};
use crate::wire::Wire;
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

fn read<W: Wire>(request: &W, http_status: u16, body: &[u8]) -> Vec<Option<Outcome>> {
    let reading = request.read(request.asked(), http_status, body);
    debug_assert_eq!(reading.posts.len(), request.asked().len());
    let posts = request.asked().iter().zip(reading.posts);
    let outcomes = posts.map(|(id, post)| {
        post.map(|post| Outcome {
            networks: post.networks,
            attempts: 1,
            ..Outcome::new(id, W::PROVIDER, post.fate)
        })
    });
    outcomes.collect()
}
