//! The fault battery, and the search for secrets. These tests need a TLS server, certificates that are made
//! on the spot, and listeners to what the dependencies log.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod ears;
mod faults;
mod secrets;
