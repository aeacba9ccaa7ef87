//! The crate as its users see it: one binary for all integration tests.

#[cfg(feature = "mock")]
mod mock;
