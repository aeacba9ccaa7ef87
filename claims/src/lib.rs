//! What holds of every answer, whatever a server sends.
//!
//! - [`answers`] makes requests and answers to them out of arbitrary bytes.
//! - [`decoders`] checks what the crate reads in an answer against a second, plain reading of it.
//! - [`reading`] has what the crate reads in an answer.
//! - [`lines`] has lines of a newer version of the crate.
//! - [`limiter`] plays a course of events with the limiter, and [`rate_headers`] reads rate headers.
//!
//! The property tests in `tests/` draw the bytes at random, and the fuzz targets search for them.

#![allow(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::indexing_slicing,
    clippy::large_enum_variant,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "part of tests, which fail by panicking, and not of the crate's API"
)]

pub mod answers;
pub mod decoders;
pub mod limiter;
pub mod lines;
pub mod rate_headers;
pub mod reading;
pub mod worst_answers;
