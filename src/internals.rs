//! The parts of the engine that a provider's module uses, for this crate's own tests, benchmarks and fuzz
//! targets.
//!
//! This module isn't part of the API. It has a feature of its own, is hidden from the documentation, and
//! may change in any release.

pub use crate::client::Core;
pub use crate::engine::call::CallContext;
pub use crate::engine::exchange::{
    Answer, Attempted, BoxError, Delivery, Exchange, Head, TransportError, TransportErrorKind,
};
pub use crate::engine::finished::Finished;
pub use crate::engine::limiter::headers::RateHeaderNames;
pub use crate::engine::limiter::shared::DynLimiter;
pub use crate::engine::operation::{AttemptKind, Operation, PostReading, Reading, ThrottledBy};
pub use crate::engine::run::RunContext;
pub use crate::engine::tally::EarlierAttempts;
pub use crate::http::Method;
pub use crate::http::credentials::{Credential, Credentials};
pub use crate::http::secrets::Secret;
pub use crate::http::settings::{HttpHook, Settings};
pub use crate::http::transport::Endpoint;
