//! Deleting through [Genviral](https://www.genviral.io).
//!
//! Genviral deletes what hasn't been published: drafts, and posts that are pending, scheduled, to be
//! retried or failed. It takes nothing off a network: what is posted, canceled or partly posted comes
//! back as [`Blocked`](crate::Fate::Blocked) with its status. There is no way to delete all scheduled
//! posts at once, so asking for it doesn't compile.
//!
//! The API key carries the scope, one workspace or your own posts; ids outside it are
//! [`NotFound`](crate::Fate::NotFound), as are those that never existed or were deleted before.
//!
//! ```no_run
//! # async fn example() -> unpost::Result<()> {
//! use unpost::genviral::{Client, DeleteRequest};
//!
//! let client = Client::builder("PUBLIC_ID.SECRET").build()?;
//! client.delete(DeleteRequest::by_id("0f4f54d4-8cce-4fb7-8c7b-befbcb8af812")).await?;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "blocking")]
mod blocking;
mod builder;
mod client;
mod code;
mod decode;
mod operation;
mod request;

pub use self::builder::ClientBuilder;
pub use self::client::Client;
pub use self::code::ErrorCode;
pub use self::request::{DeleteRequest, DeleteResponse};
