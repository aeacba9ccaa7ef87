//! Decides when a profile's next request may be sent.
//!
//! `rate_limit` is the setting. `pacer` is a state machine that counts the requests in one window. It is
//! handed the time, and uses neither a clock nor a socket. `permit` waits until the pacer lets a request be
//! sent, `profiles` has one limiter for each profile, and `headers` reads what an answer says about the window.
//! `docs/rate-limits.md` says in plain words what the pacer does and how well that works.

pub(crate) mod headers;
pub(crate) mod pacer;
mod permit;
mod profiles;
mod rate_limit;

pub(crate) use permit::{Limiter, Permit, Rejected};
pub(crate) use profiles::Limiters;
pub use rate_limit::RateLimit;
