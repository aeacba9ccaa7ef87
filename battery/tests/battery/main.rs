//! The fault battery, and the search for secrets. These tests need a TLS server, certificates made
//! on the spot, and a listener for what the dependencies log.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod faults;
mod logs;
mod secrets;
