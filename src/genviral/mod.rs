//! Deleting through [Genviral](https://www.genviral.io).
//!
//! Genviral deletes posts that haven't been published: drafts, and posts that are pending, scheduled, to be
//! retried or failed. It removes nothing from a network. A post that is posted, canceled or partly posted
//! is [`Blocked`](crate::Fate::Blocked), with its status. Genviral can't delete all scheduled posts at
//! once, so there is no request for it.
//!
//! The API key decides which posts are in scope: those of one workspace, or your own. A post outside the
//! scope is [`NotFound`](crate::Fate::NotFound), and so is a post that never existed or was deleted
//! before.
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

mod builder;
mod client;
mod code;
mod decode;
mod request;

pub use self::builder::ClientBuilder;
pub use self::client::Client;
pub use self::code::ErrorCode;
pub use self::request::{DeleteRequest, DeleteResponse};
