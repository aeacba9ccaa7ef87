/// How `bulk` is answered: nobody has published it, so a client has to survive each.
///
/// Whatever the shape, each post is deleted exactly as by its own `id`, and what is said about it is what that answer would
/// say, with the id added.
///
/// ```
/// # use unpost::mock::{Ayrshare, BulkShape};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let ayrshare = Ayrshare::start().await;
/// ayrshare.bulk_shape(BulkShape::BareStatus); // settles no post
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BulkShape {
    /// An array of answers, in the order asked.
    #[default]
    Array,
    /// That array under `posts`, beside a `status` for all.
    Posts,
    /// An object with each answer under its post's id, beside a `status` for all.
    ById,
    /// Only the `status` for all: `success`, or `error` if any post was refused.
    BareStatus,
}
