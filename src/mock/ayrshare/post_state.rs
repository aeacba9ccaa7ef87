/// What has become of a post, as the server knows it: see [`Ayrshare::post`].
///
/// ```
/// # use unpost::mock::{Ayrshare, PostState};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let ayrshare = Ayrshare::start().await;
/// ayrshare.publish("post-1", ["twitter", "instagram"]);
///
/// let networks = vec!["twitter".to_owned(), "instagram".to_owned()];
/// assert_eq!(ayrshare.post("post-1"), Some(PostState::Published { networks }));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PostState {
    /// Not sent to any network yet.
    Scheduled,
    /// Sent out, and still on these networks.
    Published {
        /// In the order in which they were seeded.
        networks: Vec<String>,
    },
    /// Taken down at the networks by a person; the provider still lists it.
    RemovedByHand,
    /// Deleted through the provider.
    Deleted,
    /// Marked as deleted; nothing was removed from a network for it.
    MarkedDeleted,
}
