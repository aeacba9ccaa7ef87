//! The crate as its users see it: one binary for all integration tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod ayrshare;
mod blocking;
mod delete_many;
mod genviral;
mod journal;
mod mock;
mod only_its_own_post_pays;
mod options;
mod own_provider;
mod plan;
mod post_ids;
mod promises;
mod retry;
mod shared_limiter;
mod stored_lines;
mod support;
mod third_provider;
mod transport;
mod truth;
mod types;
