//! The way to a provider over HTTP: the only rooms, beside `client.rs`, that name `reqwest`.
//!
//! `transport` makes one attempt. `base_url` says what is no place for secrets, `credentials` puts them
//! into headers, `secrets` keeps them out of everything else. `settings` is what a builder collects, and
//! `environment` is what `from_env` reads.

mod base_url;
pub(crate) mod credentials;
pub(crate) mod environment;
pub(crate) mod secrets;
pub(crate) mod settings;
pub(crate) mod transport;

pub use reqwest::Method;
