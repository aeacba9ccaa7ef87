//! The guide, how pacing works, and the contract with the providers.

#[doc = include_str!("../docs/guide.md")]
pub mod guide {}

#[doc = include_str!("../docs/contract.md")]
pub mod contract {}

#[doc = include_str!("../docs/pacing.md")]
pub mod pacing {}

#[doc = include_str!("../docs/faults.md")]
pub mod faults {}

#[doc = include_str!("../docs/secrets.md")]
pub mod secrets {}
