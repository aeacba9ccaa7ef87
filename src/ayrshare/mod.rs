//! Deleting through [Ayrshare](https://www.ayrshare.com).
//!
//! Ayrshare deletes published posts from their networks, and scheduled posts before they go out. It can't
//! delete published posts on Instagram and TikTok, or image stories on Facebook. The answer then says so
//! for each network. Such a post is [`Partial`](crate::Fate::Partial) or
//! [`Failed`](crate::Fate::Failed), never deleted.
//!
//! ```no_run
//! # async fn example() -> unpost::Result<()> {
//! use unpost::ayrshare::{Client, DeleteRequest};
//!
//! let client = Client::builder("API_KEY").profile_key("PROFILE_KEY").build()?;
//! let response = client.delete(DeleteRequest::by_id("p8Ee6xDPx8PRxsjtDXf3")).await?;
//! for network in response.networks() {
//!     println!("{}: {}", network.network, network.status);
//! }
//! # Ok(())
//! # }
//! ```

mod builder;
mod bulk_fallback;
mod client;
mod code;
mod decode;
mod mark_posts;
mod request;

pub use self::builder::ClientBuilder;
pub use self::client::Client;
pub use self::code::ErrorCode;
pub use self::mark_posts::MarkPosts;
pub use self::request::{DeleteRequest, DeleteResponse};
