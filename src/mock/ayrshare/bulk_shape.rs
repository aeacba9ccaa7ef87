/// The shape of the answers to `bulk`. Ayrshare doesn't publish it, so a client has to understand each of
/// these.
///
/// In every shape, each post is deleted exactly as by a request with its own `id`. What the answer says about
/// the post is the answer to that request, with the id added.
///
/// ```
/// # use unpost::mock::{Ayrshare, BulkShape};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let ayrshare = Ayrshare::start().await;
/// ayrshare.bulk_shape(BulkShape::BareStatus); // the answers say nothing about a single post
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BulkShape {
    /// An array with the answer for each post, in the order of the request.
    #[default]
    Array,
    /// An object with that array in `posts`, and a `status` for all posts.
    Posts,
    /// An object with each post's answer under the post's id, and a `status` for all posts.
    ById,
    /// Only a `status` for all posts: `success`, or `error` if any post was refused.
    BareStatus,
}
