//! Delete social-media posts.
mod batch;
mod budget;
mod call;
mod client;
mod delete_many;
mod error;
mod error_kind;
mod gate;
mod json;
mod outcome;
mod pace;
mod post_id;
mod retry;
mod secrets;
mod summary;
mod transport;
mod wire;

pub mod ayrshare;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
pub mod genviral;
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod mock;

pub use delete_many::{Batch, DeleteMany, DeletePosts, Outcomes};
pub use error::{Error, Result};
pub use error_kind::ErrorKind;
pub use outcome::{Failure, Fate, NetworkResult, Outcome, Provider};
pub use pace::Pace;
pub use post_id::PostId;
pub use retry::Retry;
pub use summary::Summary;
