/// What the answer says of the posts that a request didn't come to: see
/// [`Genviral::fail_after`](super::Genviral::fail_after).
///
/// ```
/// # use unpost::mock::{Genviral, RestOfBatch};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let genviral = Genviral::start().await;
/// genviral.fail_after(2, RestOfBatch::InErrors);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestOfBatch {
    /// They are in `errors`, each with a message.
    InErrors,
    /// The answer doesn't name them.
    Unmentioned,
}
