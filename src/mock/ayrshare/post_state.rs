/// The state of a post in the mock: see [`Ayrshare::post`](super::Ayrshare::post).
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
    /// The post hasn't gone out to any network yet.
    Scheduled,
    /// The post has gone out and still stands on these networks.
    Published {
        /// The networks, in the order in which they were seeded.
        networks: Vec<String>,
    },
    /// A person removed the post from its networks. Ayrshare still lists the post.
    RemovedByHand,
    /// The post was deleted through Ayrshare.
    Deleted,
    /// The post was marked as manually deleted. That removed nothing from a network.
    MarkedDeleted,
}
