/// How the answers spell the ids of a request: see [`Genviral::id_spelling`](super::Genviral::id_spelling).
///
/// ```
/// # use unpost::mock::{Genviral, IdSpelling};
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let genviral = Genviral::start().await;
/// genviral.id_spelling(IdSpelling::LowerCase); // as a database writes a UUID
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdSpelling {
    /// As the request spells them. An id that the request spells in two ways is spelled the first way.
    #[default]
    AsSent,
    /// In lower case if they are UUIDs, and otherwise as the request spells them.
    LowerCase,
}
