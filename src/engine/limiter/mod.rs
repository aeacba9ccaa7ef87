//! Decides when a profile's next request may be sent.
//!
//! What decides, without a clock or a socket:
//!
//! - `rate_limit` is the setting.
//! - `pacer` is a state machine that counts the requests in one window. It is handed the time, and can be stored.
//!   `moment` is a time that it keeps.
//! - `usage` is what the pacer is told of a request, and what it says that a request waits for.
//! - `headers` reads what an answer says about the window.
//!
//! What waits:
//!
//! - `permit` is the right to send one request. `rejected` is why a request gets none.
//! - `in_memory` waits until the pacer lets a request go. `queue` keeps those who wait in order.
//! - `profiles` has one limiter for each profile.
//! - `shared` is what a limiter of several processes implements. `elsewhere` asks such a limiter.
//!
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
pub(crate) mod shared;
pub(crate) mod usage;

pub(crate) use permit::{Permit, ProfileLimiter};
pub(crate) use profiles::Limiters;
pub use rate_limit::RateLimit;
pub(crate) use rejected::Rejected;
