//! Delete social-media posts.
mod batch;
mod call;
mod client;
mod error;
mod error_kind;
mod gate;
mod json;
mod outcome;
mod pace;
mod post_id;
mod retry;
mod secrets;
mod transport;
mod wire;

pub mod ayrshare;
pub mod genviral;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;

pub use error::{Error, Result};
pub use error_kind::ErrorKind;
pub use outcome::{Failure, Fate, NetworkResult, Outcome, Provider};
pub use pace::Pace;
pub use post_id::PostId;
pub use retry::Retry;
