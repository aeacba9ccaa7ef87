//! What the fuzz targets share: the claims, which are those of the crate's property tests, and the
//! inputs that they are put to.

#[path = "../../tests/it/decoders/answers.rs"]
#[allow(clippy::large_enum_variant, reason = "data of a test")]
pub mod answers;
#[path = "../../tests/it/decoders/claims.rs"]
pub mod claims;
pub mod question;

// The pacer isn't public: its source is taken in as it stands.
#[path = "../../src/engine/limiter/header_claims.rs"]
pub mod headers;
#[path = "../../src/engine/limiter/mod.rs"]
#[allow(dead_code, reason = "the crate uses the rest")]
mod pace;
#[path = "../../src/engine/limiter/claims.rs"]
mod pacing;

use pace::{Heard, Pace, Pacer, RateHeaders, Ready};

/// Both claims about the pacer, on one course of events.
#[allow(clippy::disallowed_methods, reason = "somewhere the time must begin")]
pub fn check_pacer(choices: &[u16]) {
    let now = std::time::Instant::now();
    pacing::never_more_than_the_limit(now, choices);
    pacing::never_beyond_the_budget_and_never_asleep_for_ever(now, choices);
}
