//! When a profile's next request may go.
//!
//! `rate_limit` is the setting. `pacer` is a state machine that keeps the account of one window; it is
//! handed the time and touches neither clock nor socket. `permit` waits until the pacer lets a request
//! go, `profiles` has one limiter a profile, and `headers` reads what an answer says about the window.
//! `docs/rate-limits.md` says in plain words what the pacer does and how well that works.

pub(crate) mod headers;
pub(crate) mod pacer;
mod permit;
mod profiles;
mod rate_limit;

pub(crate) use permit::Limiter;
pub(crate) use profiles::Limiters;
pub use rate_limit::RateLimit;

#[cfg(test)]
mod tests;
