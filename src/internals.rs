//! The decoders alone, for this crate's own benchmarks and fuzz targets: no socket, no retry.
//!
//! Not part of the API: hidden from the documentation, behind a feature of its own, and free to change
//! in any release.

use crate::outcome::{Fate, NetworkResult};
use crate::wire::Wire;
use crate::{ayrshare, genviral};

/// What an answer says of a post.
pub type Said = (Fate, Vec<NetworkResult>);

/// What an answer of Ayrshare's says of each post that the request names, in that order: `None` where
/// it says nothing of it.
pub fn read_ayrshare(
    request: &ayrshare::DeleteRequest,
    http_status: u16,
    body: &[u8],
) -> Vec<Option<Said>> {
    read(request, http_status, body)
}

/// The same for an answer of Genviral's.
pub fn read_genviral(
    request: &genviral::DeleteRequest,
    http_status: u16,
    body: &[u8],
) -> Vec<Option<Said>> {
    read(request, http_status, body)
}

fn read<W: Wire>(request: &W, http_status: u16, body: &[u8]) -> Vec<Option<Said>> {
    let reading = request.read(request.asked(), http_status, body);
    let posts = reading.posts.into_iter();
    posts
        .map(|post| post.map(|post| (post.fate, post.networks)))
        .collect()
}
