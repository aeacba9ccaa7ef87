/// What a Facebook story shows: see [`Ayrshare::publish_story`](super::Ayrshare::publish_story).
///
/// ```
/// use unpost::{ayrshare::DeleteRequest, mock::{Ayrshare, StoryKind}};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
/// let ayrshare = Ayrshare::start().await;
/// ayrshare.publish_story("post-1", StoryKind::Image, ["facebook"]);
/// ayrshare.publish_story("post-2", StoryKind::Video, ["facebook"]);
///
/// let client = ayrshare.client()?;
/// assert!(client.delete(DeleteRequest::by_id("post-1")).await.is_err());
/// assert!(client.delete(DeleteRequest::by_id("post-2")).await.is_ok());
/// assert_eq!(ayrshare.remaining(), ["post-1"]);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoryKind {
    /// An image, which Facebook doesn't delete.
    Image,
    /// A video, which Facebook deletes.
    Video,
}
