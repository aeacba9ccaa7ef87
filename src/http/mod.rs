//! Sends requests over HTTP. Only this module and `client.rs` may name `reqwest`.
//!
//! `transport` makes one attempt, over a connection pool that `pools` keeps for each runtime. `base_url` refuses URLs to which no secrets may be sent, `credentials`
//! puts secrets into headers, and `secrets` keeps them out of everything else. `settings` is what a builder
//! collects, and `environment` reads the variables for `from_env`.

mod base_url;
pub(crate) mod credentials;
pub(crate) mod environment;
pub(crate) mod pools;
pub(crate) mod secrets;
pub(crate) mod settings;
pub(crate) mod transport;

pub use reqwest;
pub use reqwest::Method;
