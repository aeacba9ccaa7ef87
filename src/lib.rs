//! Delete social-media posts.

#[cfg(feature = "mock")]
pub mod mock;
