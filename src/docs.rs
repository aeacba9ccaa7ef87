//! Longer texts, compiled here so that their code is tested.

#[doc = include_str!("../docs/guide.md")]
pub mod guide {}

#[doc = include_str!("../docs/contract.md")]
pub mod contract {}

#[doc = include_str!("../docs/pacing.md")]
pub mod pacing {}
