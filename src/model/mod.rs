//! The data types that the crate returns: outcomes, errors, and their parts.

pub(crate) mod error;
mod error_kind;
mod failure;
mod line;
mod outcome;
mod post_id;
mod provider;
pub(crate) mod seconds;
pub(crate) mod spelling;
mod summary;
pub(crate) mod text;
mod unknown;

pub use error::{Error, Result};
pub use error_kind::ErrorKind;
pub use failure::Failure;
pub(crate) use outcome::is_success;
pub use outcome::{Fate, NetworkResult, Outcome};
pub use post_id::PostId;
pub use provider::Provider;
pub use summary::Summary;
