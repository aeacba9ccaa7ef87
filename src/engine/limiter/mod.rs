//! Decides when a profile's next request may be sent.
//!
//! `rate_limit` is the setting. `pacer` is a state machine that counts the requests in one window. It is
//! handed the time, uses neither a clock nor a socket, and can be stored (`moment` is a time that it keeps).
//! `rhythm` finds a limit that nobody tells.
//! `usage` is what it is told of a request. `permit` is the right to send one. `in_memory` waits until the pacer
//! gives it, `queue` keeps those who wait in order, `profiles` has one limiter for each profile, and `headers` reads
//! what an answer says about the window. `shared` is what a limiter of several processes implements, and `elsewhere`
//! asks it.
//! `docs/rate-limits.md` says in plain words what the pacer does and how well that works.

mod elsewhere;
pub(crate) mod headers;
mod in_memory;
mod moment;
pub(crate) mod pacer;
mod permit;
mod profiles;
mod queue;
mod rate_limit;
mod rejected;
mod rhythm;
pub(crate) mod shared;
pub(crate) mod usage;

pub(crate) use permit::{Permit, ProfileLimiter};
pub(crate) use profiles::Limiters;
pub use rate_limit::RateLimit;
pub(crate) use rejected::Rejected;
