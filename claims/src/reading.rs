//! What a decoder reads in an answer, as outcomes.

use unpost::internals::{AttemptKind, Operation};
use unpost::{Failure, Fate, Outcome};

/// What a decoder reads in an answer.
#[derive(Debug)]
pub struct Read {
    /// What the attempt came to.
    pub kind: AttemptKind,
    /// Why the request failed as a whole, or why its one post isn't done.
    pub failure: Option<Failure>,
    /// What the answer says about each post that the request names, in that order: `None` for a post that it
    /// doesn't mention.
    pub posts: Vec<Option<Outcome>>,
}

impl Read {
    /// What the answer says about the first post of the request.
    pub fn first_fate(&self) -> Option<&Fate> {
        let outcome = self.posts.first()?.as_ref()?;
        Some(&outcome.fate)
    }
}

/// Reads an answer.
pub fn read<O: Operation>(request: &O, http_status: u16, body: &[u8]) -> Read {
    let reading = request.decode(request.posts(), http_status, body);
    let mut said = reading.posts.into_iter();
    let outcomes = request.posts().iter().map(|id| {
        let said = said.next().flatten()?;
        let mut outcome = Outcome::new(id, O::PROVIDER, said.fate);
        outcome.networks = said.networks;
        Some(outcome)
    });
    let posts: Vec<_> = outcomes.collect();
    assert!(
        said.next().is_none(),
        "one place for each post, and no more"
    );
    let of_post = posts.first().cloned().flatten();
    let of_post = of_post.filter(|_| request.is_about_one_post());
    let of_post = of_post.and_then(|outcome| outcome.fate.failure().cloned());
    Read {
        kind: reading.kind,
        failure: reading.failure.or(of_post),
        posts,
    }
}

/// Why, by an answer, the request failed as a whole, or its one post isn't done.
pub fn failure<O: Operation>(request: &O, http_status: u16, body: &[u8]) -> Option<Failure> {
    read(request, http_status, body).failure
}
