//! The way to a provider: requests out, answers in, secrets kept.

pub(crate) mod secrets;
pub(crate) mod transport;
